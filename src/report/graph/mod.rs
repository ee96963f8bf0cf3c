//! Pictures of a network: its blocks as clusters, its residual connections visible.

mod dot;
mod layout;
mod mermaid;
mod svg;

use crate::graph::{LayerGraph, Source};
use crate::layer::{Kind, Layer};
use crate::text::shape;

/// The formats of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphFormat {
    /// Graphviz.
    #[default]
    Dot,
    /// Mermaid, which GitHub draws in markdown.
    Mermaid,
    /// A drawing.
    Svg,
}

impl GraphFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Dot, Self::Mermaid, Self::Svg];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dot => "dot",
            Self::Mermaid => "mermaid",
            Self::Svg => "svg",
        }
    }
}

/// Draws a network under a title.
pub fn render(title: &str, graph: &LayerGraph, format: GraphFormat) -> String {
    let picture = Picture::of(title, graph);
    match format {
        GraphFormat::Dot => dot::render(&picture),
        GraphFormat::Mermaid => mermaid::render(&picture),
        GraphFormat::Svg => svg::render(&picture),
    }
}

/// A network as boxes and arrows. Node 0 is the input, node i + 1 is layer i.
struct Picture<'g> {
    title: &'g str,
    nodes: Vec<Node<'g>>,
    clusters: Vec<Cluster<'g>>,
    edges: Vec<Edge>,
}

/// A box.
struct Node<'g> {
    /// The layer; `None` for the input.
    layer: Option<&'g Layer>,
    /// `input` or the kind of the layer.
    op: &'static str,
    /// What it does.
    label: String,
    /// Shape of what comes out.
    shape: String,
}

/// The consecutive nodes of one block.
struct Cluster<'g> {
    name: &'g str,
    nodes: std::ops::Range<usize>,
}

/// An arrow between two nodes.
struct Edge {
    from: usize,
    to: usize,
    /// Whether it passes over nodes: a residual connection, or a branch of one.
    skip: bool,
}

impl<'g> Picture<'g> {
    fn of(title: &'g str, graph: &'g LayerGraph) -> Self {
        let input =
            Node { layer: None, op: "input", label: "input".into(), shape: shape(graph.input()) };
        let mut picture =
            Self { title, nodes: vec![input], clusters: Vec::new(), edges: Vec::new() };
        for (id, layer) in graph.layers() {
            let to = picture.nodes.len();
            for &operand in graph.operands(id).iter() {
                let from = match operand {
                    Source::Input => 0,
                    Source::Layer(id) => id.0 + 1,
                };
                picture.edges.push(Edge { from, to, skip: from + 1 != to });
            }
            match picture.clusters.last_mut() {
                Some(cluster) if *cluster.name == *layer.block => cluster.nodes.end += 1,
                _ => picture.clusters.push(Cluster { name: &layer.block, nodes: to..to + 1 }),
            }
            let (op, label) = (layer.kind.op(), label(layer));
            picture.nodes.push(Node { layer: Some(layer), op, label, shape: shape(layer.output) });
        }
        picture
    }
}

/// The colour of a box, for text that is dark in every format but the drawing.
fn tint(op: &str) -> &'static str {
    match op {
        "conv" => "#d6efe5",
        "dw" => "#fbebd2",
        "pw" => "#dee8fb",
        "fc" => "#f6dce5",
        "add" => "#e8dff6",
        _ => "#e6e7ea",
    }
}

/// What a layer does, in a few words.
fn label(layer: &Layer) -> String {
    let window = layer.kind.window().map_or(String::new(), |w| {
        let stride = if w.stride == 1 { String::new() } else { format!(" /{}", w.stride) };
        format!(" {0}×{0}{stride}", w.kernel)
    });
    let name = match layer.kind {
        Kind::Conv(_) => "convolution",
        Kind::Depthwise(_) => "depthwise",
        Kind::Pointwise(_) => "pointwise",
        Kind::GlobalAveragePool(_) => "average pool",
        Kind::Linear => "linear",
        Kind::Add => "add",
    };
    let activation = match layer.activation {
        crate::spec::Activation::None => String::new(),
        activation => format!(", {}", activation.name()),
    };
    format!("{name}{window}{activation}")
}
