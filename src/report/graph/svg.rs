//! A drawing of its own: one column of boxes, blocks framed, residual connections at the side.

use std::fmt::Write;

use super::{Edge, Picture};

const NODE: [f64; 2] = [240.0, 36.0];
/// Between the boxes of a block.
const GAP: f64 = 16.0;
/// Frame around a block, and room above its boxes for the name.
const FRAME: f64 = 12.0;
const NAME: f64 = 18.0;
const LEFT: f64 = 40.0;
/// How far a connection at the side swings out for each box that it passes.
const SWING: f64 = 14.0;

const STYLE: &str = "\
text{font:12px system-ui,sans-serif;fill:#1f2328;text-anchor:middle}\
.title{font-size:15px;font-weight:600;text-anchor:start}\
.name{font-size:11px;fill:#656d76;text-anchor:start}.shape{font-size:11px;fill:#57606a}\
.frame{fill:none;stroke:#d0d7de}.node{fill:#fff;stroke:#8c959f}\
.conv{fill:#cfe2ff}.dw{fill:#d1f2e0}.pw{fill:#fff3cd}.add{fill:#f8d7da}.gap,.fc{fill:#e2d9f3}\
.edge{fill:none;stroke:#57606a;stroke-width:1.5}.skip{stroke:#cf222e;stroke-width:2}\
@media(prefers-color-scheme:dark){svg{background:#0d1117}.title,.name{fill:#c9d1d9}\
.frame{stroke:#30363d}.edge{stroke:#8b949e}.skip{stroke:#ff7b72}}";

pub(super) fn render(picture: &Picture) -> String {
    let tops = tops(picture);
    let center = LEFT + NODE[0] / 2.0;
    let height = tops.last().map_or(0.0, |top| top + NODE[1] + 2.0 * FRAME + GAP);
    let reach = picture.edges.iter().filter(|edge| edge.skip).map(swing).fold(0.0, f64::max);
    let width = (LEFT * 2.0 + NODE[0] + reach).max(420.0);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">\n<style>{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" \
         markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"context-stroke\"/>\
         </marker></defs>\n<text class=\"title\" x=\"12\" y=\"24\">{title}</text>\n",
        title = escaped(picture.title),
    );
    for cluster in &picture.clusters {
        let (first, last) = (tops[cluster.nodes.start], tops[cluster.nodes.end - 1]);
        let (x, y) = (LEFT - FRAME, first - FRAME - NAME);
        let _ = writeln!(
            out,
            "<rect class=\"frame\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" rx=\"8\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
            NODE[0] + 2.0 * FRAME,
            last + NODE[1] + FRAME - y,
            x + 8.0,
            y + 15.0,
            escaped(cluster.name)
        );
    }
    for edge in &picture.edges {
        let (from, to) = (tops[edge.from] + NODE[1], tops[edge.to]);
        if edge.skip {
            let (side, out_at) = (LEFT + NODE[0], swing(edge));
            // Apart, so that a box may both end and begin a connection.
            let (start, end) = (from - NODE[1] / 4.0, to + NODE[1] / 4.0);
            let bend = side + out_at;
            let _ = writeln!(
                out,
                "<path class=\"edge skip\" marker-end=\"url(#tip)\" \
                 d=\"M{side} {start}C{bend} {start} {bend} {end} {side} {end}\"/>"
            );
        } else {
            let _ = writeln!(
                out,
                "<path class=\"edge\" marker-end=\"url(#tip)\" d=\"M{center} {from}V{to}\"/>"
            );
        }
    }
    for (node, top) in picture.nodes.iter().zip(&tops) {
        let _ = writeln!(
            out,
            "<rect class=\"node {}\" x=\"{LEFT}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\
             <text x=\"{center}\" y=\"{}\">{}</text>\
             <text class=\"shape\" x=\"{center}\" y=\"{}\">{}</text>",
            node.op,
            NODE[0],
            NODE[1],
            top + 15.0,
            escaped(&node.label),
            top + 29.0,
            escaped(&node.shape)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Upper edge of each box.
fn tops(picture: &Picture) -> Vec<f64> {
    let mut tops = vec![44.0];
    let mut y = 44.0 + NODE[1];
    for cluster in &picture.clusters {
        y += GAP + FRAME + NAME;
        for _ in cluster.nodes.clone() {
            tops.push(y);
            y += NODE[1] + GAP;
        }
        y += FRAME - GAP;
    }
    tops
}

/// How far a connection swings out: more for longer ones, but not without bound.
fn swing(edge: &Edge) -> f64 {
    FRAME * 2.0 + SWING * (edge.to - edge.from).min(12) as f64
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
