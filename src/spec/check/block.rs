//! The entries of a stage.

use super::super::file::{self, Count, InvertedColumn, ResidualColumn, Table};
use super::super::{
    Activation, Block, ConvBn, ConvDsc, InvertedResidual, InvertedRow, Residual, ResidualRow,
    WidthRule,
};
use super::table::Row;
use super::{Checker, activation, count_or, padding};
use crate::yaml::{At, Diagnostic, Span};

/// Largest expansion factor.
const MAX_EXPANSION: f64 = 1024.0;

impl Checker {
    pub(super) fn block(&mut self, block: At<file::Block>) -> Option<Block> {
        match block.value? {
            file::Block::ConvBn(block) => conv_bn(block).map(Block::ConvBn),
            file::Block::ConvDsc(block) => conv_dsc(block).map(Block::ConvDsc),
            file::Block::InvertedResidual(table) => {
                self.inverted_residual(table.value?).map(Block::InvertedResidual)
            }
            file::Block::Residual(table) => self.residual(table.value?).map(Block::Residual),
        }
    }

    fn inverted_residual(&mut self, mut table: Table<InvertedColumn>) -> Option<InvertedResidual> {
        let activation = activation(table.activation.take(), Activation::Relu6);
        let padding = padding(table.padding.take());
        let rows = self.rows(table);
        let rows = rows.iter().map(|row| self.inverted_row(row)).collect();
        Some(InvertedResidual { rows, activation, padding })
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

    fn residual(&mut self, mut table: Table<ResidualColumn>) -> Option<Residual> {
        let activation = activation(table.activation.take(), Activation::Relu);
        let padding = padding(table.padding.take());
        let rows = self.rows(table);
        let rows = rows.iter().map(|row| self.residual_row(row)).collect();
        Some(Residual { rows, activation, padding })
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

fn conv_dsc(block: At<file::ConvDsc>) -> Option<ConvDsc> {
    let file::ConvDsc { c, k, s, activation: written, padding: pads } = block.value?;
    Some(ConvDsc {
        c: c.value.map_or(1, Count::get),
        k: count_or(k, 3),
        s: count_or(s, 1),
        activation: activation(written, Activation::Relu6),
        padding: padding(pads),
        at: block.span.at,
    })
}
