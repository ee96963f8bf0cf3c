//! Places for the drawing: boxes under one another, folded into columns where no residual
//! connection would cross the fold.

use super::Picture;

/// Width and height of a box.
pub const NODE: [f64; 2] = [262.0, 24.0];
/// Between the boxes of a block, and between a frame and its boxes.
pub const GAP: f64 = 6.0;
/// Between the frames of two blocks.
pub const APART: f64 = 14.0;
/// Room above everything, for the title.
const TOP: f64 = 80.0;
const MARGIN: f64 = 22.0;
/// Room for connections at the right side of a column.
const LANES: f64 = 44.0;
/// Width of the drawing by its height, about: what a screen and a page have room for.
const ASPECT: f64 = 1.4;
/// Part of a column that is worth one of its own.
const WORTHWHILE: f64 = 0.3;
/// Width of a character of a block's name.
const CHARACTER: f64 = 6.7;
/// Most characters of a block's name.
const NAME: usize = 18;

/// Where everything lies.
pub struct Layout {
    /// Upper left corner of each box.
    pub nodes: Vec<[f64; 2]>,
    /// Column of each box.
    pub columns: Vec<usize>,
    /// Width and height of the drawing.
    pub size: [f64; 2],
    /// Top and bottom of the lines that lead from one column to the next.
    pub bounds: [f64; 2],
}

impl Layout {
    pub fn of(picture: &Picture) -> Self {
        let longest = picture.clusters.iter().map(|c| c.name.chars().count().min(NAME)).max();
        let names = longest.unwrap_or(0) as f64 * CHARACTER + 14.0;
        let stride = names + NODE[0] + 2.0 * GAP + LANES;
        let unbroken = unbroken(picture);
        let side = |column: usize| MARGIN + names + GAP + stride * column as f64;

        let mut layout = Self {
            nodes: vec![[side(0), TOP]],
            columns: vec![0],
            size: [0.0; 2],
            bounds: [TOP - 18.0, 0.0],
        };
        let heights = picture.clusters.iter().map(|cluster| height(cluster.nodes.len()) + APART);
        let total = NODE[1] + APART + heights.sum::<f64>();
        let last = (total * ASPECT / stride).sqrt().round().max(1.0) - 1.0;
        let fold = total / (last + 1.0);
        let mut left = total;
        let (mut column, mut y, mut bottom) = (0, TOP + NODE[1] + APART, TOP + NODE[1]);
        for cluster in &picture.clusters {
            let height = height(cluster.nodes.len());
            let full = y + height / 2.0 > TOP + fold && (column as f64) < last;
            if full && left > fold * WORTHWHILE && !unbroken[cluster.nodes.start] {
                (column, y) = (column + 1, TOP);
            }
            left -= height + APART;
            for i in 0..cluster.nodes.len() {
                layout.nodes.push([side(column), y + GAP + i as f64 * (NODE[1] + GAP)]);
                layout.columns.push(column);
            }
            y += height + APART;
            bottom = f64::max(bottom, y - APART);
        }
        layout.bounds[1] = bottom + 10.0;
        layout.size = [MARGIN + stride * (column + 1) as f64, bottom + MARGIN];
        layout
    }
}

/// Height of the frame around so many boxes.
fn height(boxes: usize) -> f64 {
    boxes as f64 * (NODE[1] + GAP) + GAP
}

/// Whether a residual connection passes from before each node to it or beyond.
fn unbroken(picture: &Picture) -> Vec<bool> {
    let mut passing = vec![0_i64; picture.nodes.len() + 1];
    for edge in picture.edges.iter().filter(|edge| edge.skip) {
        passing[edge.from + 1] += 1;
        passing[edge.to + 1] -= 1;
    }
    let mut open = 0;
    let at = |change: &i64| {
        open += change;
        open > 0
    };
    passing.iter().map(at).collect()
}

/// A block's name, its middle left out where it is too long.
pub fn shortened(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= NAME {
        return name.to_owned();
    }
    let half = (NAME - 1) / 2;
    let (head, tail) = (&letters[..half], &letters[letters.len() - half..]);
    head.iter().chain(&['…']).chain(tail).collect()
}
