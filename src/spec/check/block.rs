//! The entries of a stage.

use super::super::file::{self, Count, DscColumn, InvertedColumn, ResidualColumn, TableOrEntry};
use super::super::{
    Activation, Block, ConvBn, ConvDsc, DscRow, Expand, InvertedResidual, InvertedRow, Residual,
    ResidualRow, WidthRule,
};
use super::table::Row;
use super::{Checker, activation, count_or, padding};
use crate::yaml::{At, Diagnostic, Position, Span};

/// Largest expansion factor.
const MAX_EXPANSION: f64 = 1024.0;

impl Checker {
    pub(super) fn block(&mut self, block: At<file::Block>) -> Option<Block> {
        Some(match block.value? {
            file::Block::ConvBn(block) => Block::ConvBn(conv_bn(block)?),
            file::Block::ConvDsc(block) => {
                let at = block.span.at;
                Block::ConvDsc(match block.value? {
                    TableOrEntry::Entry(block) => conv_dsc(block, at),
                    TableOrEntry::Table(table) => self.conv_dsc_table(table),
                })
            }
            file::Block::InvertedResidual(table) => {
                Block::InvertedResidual(self.inverted_residual(table.value?))
            }
            file::Block::Residual(table) => Block::Residual(self.residual(table.value?)),
        })
    }

    fn conv_dsc_table(&mut self, table: file::DscTable) -> ConvDsc {
        let rows = self.rows(table.columns, table.rows);
        ConvDsc {
            rows: rows.iter().map(|row| self.dsc_row(row)).collect(),
            activation: activation(table.activation, Activation::Relu6),
            padding: padding(table.padding),
        }
    }

    fn dsc_row(&mut self, row: &Row<DscColumn>) -> DscRow {
        use DscColumn::{C, K, N, S};
        DscRow {
            c: self.count(row, C, 1),
            n: self.count(row, N, 1),
            s: self.count(row, S, 1),
            k: self.count(row, K, 3),
            at: row.at(),
        }
    }

    fn inverted_residual(&mut self, table: file::InvertedResidual) -> InvertedResidual {
        let rows = self.rows(table.columns, table.rows);
        InvertedResidual {
            rows: rows.iter().map(|row| self.inverted_row(row)).collect(),
            activation: activation(table.activation, Activation::Relu6),
            expand: match table.expand.and_then(|expand| expand.value) {
                Some(file::Expand::Always) => Expand::Always,
                Some(file::Expand::UnlessOne) | None => Expand::UnlessOne,
            },
            padding: padding(table.padding),
        }
    }

    fn inverted_row(&mut self, row: &Row<InvertedColumn>) -> InvertedRow {
        use InvertedColumn::{C, K, N, S, T};
        let allowed = format!("a number greater than 0 and at most {MAX_EXPANSION} is allowed");
        let mut read = InvertedRow {
            t: self.real(row, T, &allowed, |t| t > 0.0 && t <= MAX_EXPANSION),
            c: self.count(row, C, 1),
            n: self.count(row, N, 1),
            s: self.count(row, S, 1),
            k: self.count(row, K, 3),
            at: row.at(),
        };
        if read.s > 2 {
            let span = row.cell(S).map_or(Span::default(), |cell| cell.span);
            let wrong = Diagnostic::new(span, format!("`s` is {}", read.s));
            self.report(wrong.label("an inverted residual takes a stride of 1 or 2"));
            read.s = 1;
        }
        read
    }

    fn residual(&mut self, table: file::Residual) -> Residual {
        let rows = self.rows(table.columns, table.rows);
        Residual {
            rows: rows.iter().map(|row| self.residual_row(row)).collect(),
            activation: activation(table.activation, Activation::Relu),
            padding: padding(table.padding),
        }
    }

    fn residual_row(&mut self, row: &Row<ResidualColumn>) -> ResidualRow {
        use ResidualColumn::{C, N, S};
        ResidualRow {
            c: self.count(row, C, 1),
            n: self.count(row, N, 1),
            s: self.count(row, S, 1),
            at: row.at(),
        }
    }
}

fn conv_bn(block: At<file::ConvBn>) -> Option<ConvBn> {
    let file::ConvBn { c, k, s, activation: written, width, padding: pads } = block.value?;
    Some(ConvBn {
        c: c.value.map_or(1, Count::get),
        k: count_or(k, 3),
        s: count_or(s, 1),
        activation: activation(written, Activation::Relu6),
        width: match width.and_then(|width| width.value) {
            Some(file::WidthRule::AtLeastOne) => WidthRule::AtLeastOne,
            Some(file::WidthRule::Scale) | None => WidthRule::Scale,
        },
        padding: padding(pads),
        at: block.span.at,
    })
}

/// The table of one row that a block without a table stands for.
fn conv_dsc(block: file::ConvDsc, at: Position) -> ConvDsc {
    let file::ConvDsc { c, k, s, activation: written, padding: pads } = block;
    let c = c.value.map_or(1, Count::get);
    ConvDsc {
        rows: vec![DscRow { c, n: 1, s: count_or(s, 1), k: count_or(k, 3), at }],
        activation: activation(written, Activation::Relu6),
        padding: padding(pads),
    }
}
