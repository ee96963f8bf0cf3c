//! A drawing of its own: a box for each layer in the colour of its kind, blocks framed, residual
//! connections at their side. Light or dark as the reader's screen is.

use std::fmt::Write;

use super::layout::{APART, GAP, Layout, NODE, shortened};
use super::{Edge, Node, Picture};
use crate::escape::html;

const STYLE: &str = "\
text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',Arial,sans-serif;fill:#1c1e22}\
.page{fill:#fcfcfa}.title{font-size:17px;font-weight:650}.key{font-size:11.5px;fill:#62676f}\
.name{font:11px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#62676f;text-anchor:end}\
.shape{font-size:11px;fill:#62676f;text-anchor:end}\
.frame{fill:#f4f4f0;stroke:#e3e3de}.box{fill:#fff}.tint{fill-opacity:.13}\
.conv{fill:#1f9a6c}.dw{fill:#e08b16}.pw{fill:#3a6fd8}.fc{fill:#c2416b}.add{fill:#8a63c8}\
.gap,.input{fill:#7d838c}\
.edge{fill:none;stroke:#9aa0a8;stroke-width:1.25}.skip{stroke:#8a63c8;stroke-width:1.75}\
.tip{fill:#9aa0a8}.end{fill:#8a63c8}\
@media(prefers-color-scheme:dark){text{fill:#e6e7ea}.page{fill:#131417}\
.key,.name,.shape{fill:#9ba1ab}.frame{fill:#1a1c20;stroke:#2b2e34}.box{fill:#1e2126}\
.tint{fill-opacity:.2}.conv{fill:#48c492}.dw{fill:#f0ab47}.pw{fill:#6e9cf3}.fc{fill:#ee7f9f}\
.add{fill:#b795ee}.edge{stroke:#6b717b}.skip{stroke:#b795ee}.tip{fill:#6b717b}.end{fill:#b795ee}}";

/// Kinds of layers and what the colours stand for.
const KEY: [(&str, &str); 6] = [
    ("pw", "pointwise"),
    ("dw", "depthwise"),
    ("conv", "convolution"),
    ("fc", "linear"),
    ("add", "residual add"),
    ("gap", "pool"),
];

pub(super) fn render(picture: &Picture) -> String {
    let layout = Layout::of(picture);
    let present: Vec<_> =
        KEY.iter().filter(|(op, _)| picture.nodes.iter().any(|node| node.op == *op)).collect();
    let title = html(picture.title);
    let longest = 40.0 + 9.2 * picture.title.chars().count() as f64;
    let key = 22.0 + present.iter().map(|(_, name)| key_width(name)).sum::<f64>();
    let [width, height] = [layout.size[0].max(longest).max(key), layout.size[1]];
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-label=\"{title}\">\n\
         <style>{STYLE}</style>\n\
         <rect class=\"page\" width=\"100%\" height=\"100%\" rx=\"10\"/>\
         <text class=\"title\" x=\"22\" y=\"30\">{title}</text>\n"
    );
    let mut x = 22.0;
    for (op, name) in present {
        let _ = write!(
            out,
            "<rect class=\"{op}\" x=\"{x:.0}\" y=\"41\" width=\"9\" height=\"9\" rx=\"2\"/>\
             <text class=\"key\" x=\"{:.0}\" y=\"50\">{name}</text>",
            x + 14.0
        );
        x += key_width(name);
    }
    out.push('\n');
    frames(picture, &layout, &mut out);
    for edge in &picture.edges {
        connection(edge, &layout, &mut out);
    }
    boxes(picture, &layout, &mut out);
    out.push_str("</svg>\n");
    out
}

/// Room for a kind and its colour.
fn key_width(name: &str) -> f64 {
    34.0 + 6.2 * name.len() as f64
}

fn frames(picture: &Picture, layout: &Layout, out: &mut String) {
    for cluster in &picture.clusters {
        let ([x, first], [_, last]) =
            (layout.nodes[cluster.nodes.start], layout.nodes[cluster.nodes.end - 1]);
        let _ = writeln!(
            out,
            "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\">{}</text>",
            x - GAP,
            first - GAP,
            NODE[0] + 2.0 * GAP,
            last + NODE[1] + 2.0 * GAP - first,
            x - GAP - 8.0,
            first + 16.0,
            html(&shortened(cluster.name))
        );
    }
}

/// A line to the next box, a line to the next column, or a bracket at the side.
fn connection(edge: &Edge, layout: &Layout, out: &mut String) {
    let ([x, from], [to_x, to]) = (layout.nodes[edge.from], layout.nodes[edge.to]);
    let middle = x + NODE[0] / 2.0;
    if edge.skip {
        // Apart, so that a box may both end and begin a connection.
        let (side, start, end) = (x + NODE[0], from + NODE[1] * 0.7, to + NODE[1] * 0.3);
        let reach = 12.0 + 5.0 * ((edge.to - edge.from) / 2).min(5) as f64;
        let _ = writeln!(
            out,
            "<path class=\"edge skip\" d=\"M{side} {start:.1}h{}q6 0 6 6V{:.1}q0 6 -6 6H{}\"/>\
             <path class=\"end\" d=\"M{side} {end:.1}l7 -3.5v7z\"/>",
            reach - 6.0,
            end - 6.0,
            side + 6.0
        );
    } else if layout.columns[edge.from] == layout.columns[edge.to] {
        let start = from + NODE[1];
        let _ = write!(out, "<path class=\"edge\" d=\"M{middle} {start}V{to}\"/>");
        if to - start >= APART {
            let tip = to - GAP;
            let _ = write!(out, "<path class=\"tip\" d=\"M{middle} {tip}l-3.5 -6h7z\"/>");
        }
        out.push('\n');
    } else {
        let [top, bottom] = layout.bounds;
        let (between, goal, tip) = (x + NODE[0] + 34.0, to_x + NODE[0] / 2.0, to - GAP);
        let _ = writeln!(
            out,
            "<path class=\"edge\" d=\"M{middle} {}V{}q0 8 8 8H{}q8 0 8 -8V{}q0 -8 8 -8H{}q8 0 8 8V{tip}\"/>\
             <path class=\"tip\" d=\"M{goal} {tip}l-3.5 -6h7z\"/>",
            from + NODE[1],
            bottom - 8.0,
            between - 8.0,
            top + 8.0,
            goal - 8.0,
        );
    }
}

/// What a page finds a box by.
fn names(node: &Node) -> String {
    node.layer.map_or(String::new(), |layer| {
        let (layer, block) = (html(&layer.name), html(&layer.block));
        format!(" data-layer=\"{layer}\" data-block=\"{block}\"")
    })
}

fn boxes(picture: &Picture, layout: &Layout, out: &mut String) {
    let [w, h] = NODE;
    for (node, [x, y]) in picture.nodes.iter().zip(&layout.nodes) {
        let (op, text) = (node.op, y + 16.0);
        let _ = writeln!(
            out,
            "<g{}><rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"5\"/>\
             <rect class=\"tint {op}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"5\"/>\
             <rect class=\"{op}\" x=\"{x}\" y=\"{y}\" width=\"5\" height=\"{h}\" rx=\"2.5\"/>\
             <text x=\"{}\" y=\"{text}\">{}</text>\
             <text class=\"shape\" x=\"{}\" y=\"{text}\">{}</text></g>",
            names(node),
            x + 13.0,
            html(&node.label),
            x + w - 9.0,
            html(&node.shape)
        );
    }
}
