//! The shipped networks, a line each.

use super::Model;
use super::sheet::{Cell, Column, Document, Section};
use crate::analysis::Totals;
use crate::text;

/// The networks with what they cost.
pub fn document(networks: &[(Model, Totals)]) -> Document {
    let columns = vec![
        Column::text("spec", "Spec"),
        Column::text("name", "Network"),
        Column::number("width", "Width"),
        Column::text("input", "Input"),
        Column::number("classes", "Classes"),
        Column::number("params", "Parameters"),
        Column::number("macs", "MACs"),
    ];
    let row = |(model, totals): &(Model, Totals)| {
        vec![
            Cell::Text(model.spec.clone()),
            Cell::Text(model.name.clone()),
            Cell::Text(format!("{:?}", model.width)),
            Cell::Text(text::shape(model.input)),
            Cell::Count(model.classes as u64),
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
