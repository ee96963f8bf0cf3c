//! The layer graph: layers in execution order and the tensors between them.
//!
//! **Invariant.** Layers are numbered in execution order, and that order is topological.
//! petgraph appears in no public signature.

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use petgraph::{Incoming, Outgoing};

use crate::layer::{Layer, Shape};

/// Number of a layer in execution order, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LayerId(pub usize);

/// Where an operand of a layer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The network's input.
    Input,
    /// The output of a layer.
    Layer(LayerId),
}

#[derive(Clone, Debug)]
enum Node {
    Input,
    Layer(Layer),
}

/// A network as a directed acyclic graph of layers with inferred shapes.
#[derive(Clone, Debug)]
pub struct LayerGraph {
    /// Node 0 is the input, node i + 1 is layer i; an edge carries the operand's index.
    graph: DiGraph<Node, u8>,
    input: Shape,
}

impl LayerGraph {
    /// A graph without layers.
    pub fn new(input: Shape) -> Self {
        let mut graph = DiGraph::with_capacity(96, 112);
        graph.add_node(Node::Input);
        Self { graph, input }
    }

    /// Appends a layer that reads `operands`, in order.
    pub fn push(&mut self, layer: Layer, operands: &[Source]) -> LayerId {
        let node = self.graph.add_node(Node::Layer(layer));
        for (index, &operand) in operands.iter().enumerate() {
            self.graph.add_edge(node_of(operand), node, index as u8);
        }
        LayerId(node.index() - 1)
    }

    /// Shape of the network's input.
    pub fn input(&self) -> Shape {
        self.input
    }

    /// Number of layers.
    pub fn len(&self) -> usize {
        self.graph.node_count() - 1
    }

    /// Whether the graph has no layers.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The layers in execution order.
    pub fn layers(&self) -> impl Iterator<Item = (LayerId, &Layer)> {
        self.graph.node_weights().skip(1).enumerate().filter_map(|(i, node)| match node {
            Node::Layer(layer) => Some((LayerId(i), layer)),
            Node::Input => None,
        })
    }

    /// One layer. Panics if `id` is of another graph.
    pub fn layer(&self, id: LayerId) -> &Layer {
        match &self.graph[NodeIndex::new(id.0 + 1)] {
            Node::Layer(layer) => layer,
            Node::Input => unreachable!("node 0 has no layer id"),
        }
    }

    /// The operands of a layer: one, or two for an add, where the first is the skip connection.
    pub fn operands(&self, id: LayerId) -> Operands {
        let mut operands = Operands { items: [Source::Input; 2], len: 0 };
        for edge in self.graph.edges_directed(NodeIndex::new(id.0 + 1), Incoming) {
            let index = usize::from(*edge.weight());
            operands.items[index] = source_of(edge.source());
            operands.len = operands.len.max(index + 1);
        }
        operands
    }

    /// The layers that read a tensor, in execution order.
    pub fn consumers(&self, source: Source) -> Vec<LayerId> {
        let mut readers: Vec<_> = self
            .graph
            .edges_directed(node_of(source), Outgoing)
            .map(|edge| LayerId(edge.target().index() - 1))
            .collect();
        readers.sort_unstable();
        readers.dedup();
        readers
    }

    /// The last layer that reads a tensor; `None` for the network's output.
    pub fn last_use(&self, source: Source) -> Option<LayerId> {
        let targets = self.graph.neighbors_directed(node_of(source), Outgoing);
        targets.map(|node| LayerId(node.index() - 1)).max()
    }

    /// Shape of a tensor.
    pub fn shape(&self, source: Source) -> Shape {
        match source {
            Source::Input => self.input,
            Source::Layer(id) => self.layer(id).output,
        }
    }
}

/// The operands of one layer, in order.
#[derive(Clone, Copy, Debug)]
pub struct Operands {
    items: [Source; 2],
    len: usize,
}

impl std::ops::Deref for Operands {
    type Target = [Source];

    fn deref(&self) -> &[Source] {
        &self.items[..self.len]
    }
}

fn node_of(source: Source) -> NodeIndex {
    match source {
        Source::Input => NodeIndex::new(0),
        Source::Layer(id) => NodeIndex::new(id.0 + 1),
    }
}

fn source_of(node: NodeIndex) -> Source {
    match node.index() {
        0 => Source::Input,
        n => Source::Layer(LayerId(n - 1)),
    }
}
