//! Graphviz.

use std::fmt::Write;

use super::{Picture, tint};
use crate::escape::dot;

pub(super) fn render(picture: &Picture) -> String {
    let mut out = format!(
        "digraph {} {{\n  rankdir=TB; node [shape=box, style=\"rounded,filled\", fillcolor=white, \
         fontname=\"sans-serif\"];\n  graph [style=rounded, color=gray, fontname=\"sans-serif\"];\n",
        dot(&[picture.title])
    );
    let node = |out: &mut String, indent: &str, i: usize| {
        let node = &picture.nodes[i];
        let label = dot(&[&node.label, &node.shape]);
        let color = tint(node.op);
        let _ = writeln!(out, "{indent}n{i} [label={label}, fillcolor=\"{color}\"];");
    };
    node(&mut out, "  ", 0);
    for (number, cluster) in picture.clusters.iter().enumerate() {
        let _ = writeln!(out, "  subgraph cluster_{number} {{");
        let _ = writeln!(out, "    label={};", dot(&[cluster.name]));
        for i in cluster.nodes.clone() {
            node(&mut out, "    ", i);
        }
        out.push_str("  }\n");
    }
    for edge in &picture.edges {
        let style = if edge.skip { " [style=dashed, penwidth=2, constraint=false]" } else { "" };
        let _ = writeln!(out, "  n{} -> n{}{style};", edge.from, edge.to);
    }
    out.push_str("}\n");
    out
}
