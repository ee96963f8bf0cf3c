//! Mermaid.

use std::fmt::Write;

use super::{Picture, tint};
use crate::escape::{mermaid, quoted};

pub(super) fn render(picture: &Picture) -> String {
    let mut out = format!("---\ntitle: {}\n---\nflowchart TB\n", quoted(picture.title));
    let node = |out: &mut String, indent: &str, i: usize| {
        let node = &picture.nodes[i];
        let label = mermaid(&[&node.label, &node.shape]);
        let _ = writeln!(out, "{indent}n{i}[{label}]:::{}", node.op);
    };
    node(&mut out, "  ", 0);
    for (number, cluster) in picture.clusters.iter().enumerate() {
        let _ = writeln!(out, "  subgraph b{number}[{}]", mermaid(&[cluster.name]));
        for i in cluster.nodes.clone() {
            node(&mut out, "    ", i);
        }
        out.push_str("  end\n");
    }
    for edge in &picture.edges {
        let arrow = if edge.skip { "-. skip .->" } else { "-->" };
        let _ = writeln!(out, "  n{} {arrow} n{}", edge.from, edge.to);
    }
    for op in ["input", "conv", "dw", "pw", "add", "gap", "fc"] {
        let color = tint(op);
        let _ = writeln!(out, "  classDef {op} fill:{color},stroke:#666,color:#111");
    }
    out
}
