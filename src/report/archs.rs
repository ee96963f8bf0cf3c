//! The shipped networks, a line each.

use super::Network;
use super::sheet::{Cell, Column, Document, Section};
use crate::analysis::Totals;
use crate::text;

/// The networks with what they cost.
pub fn document(networks: &[(Network, Totals)]) -> Document {
    let columns = vec![
        Column::text("spec", "Spec"),
        Column::text("name", "Network"),
        Column::number("width", "Width"),
        Column::text("input", "Input"),
        Column::number("classes", "Classes"),
        Column::number("params", "Parameters"),
        Column::number("macs", "MACs"),
    ];
    let row = |(network, totals): &(Network, Totals)| {
        vec![
            Cell::Text(network.spec.clone()),
            Cell::Text(network.name.clone()),
            Cell::Text(format!("{:?}", network.width)),
            Cell::Text(text::shape(network.input)),
            Cell::Count(network.classes as u64),
            Cell::Count(totals.params),
            Cell::Count(totals.macs),
        ]
    };
    let rows = networks.iter().map(row).collect();
    let section = Section { columns, rows, ..Section::default() };
    Document {
        title: "Shipped networks: each name stands for a spec file.".into(),
        sections: vec![section],
        notes: vec![
            "Parameters: weights, biases, scale and shift of batch normalisations.".into(),
            "A MAC counts once; convolutions and linear layers have MACs, nothing else.".into(),
        ],
        ..Document::default()
    }
}
