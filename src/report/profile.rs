//! The steps of a generated crate as measured, beside what was predicted for them.

use super::roofline::{bound, of_whom};
use super::sheet::{Cell, Column, Document, Section};
use crate::analysis::Roofline;

/// What a crate's program measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// Nanoseconds of each step: medians.
    pub ns: Vec<u64>,
    /// Multiply-adds alone, in the same run, in GFLOP/s.
    pub peak: f64,
}

/// Predicted beside measured, step by step. `roofline` is of the instruction set that was measured.
pub fn document(roofline: &Roofline, measured: &Measured) -> Document {
    let rate = |flops: u64, ns: u64| flops as f64 / ns.max(1) as f64;
    let line = |name: &str, limit: Cell, predicted: f64, ns: u64, flops: u64| {
        vec![
            Cell::Text(name.to_owned()),
            limit,
            Cell::Time(predicted.round() as u64),
            Cell::Time(ns),
            Cell::Text(format!("{:+.1}%", 100.0 * (predicted / ns.max(1) as f64 - 1.0))),
            Cell::Decimal(rate(flops, ns), 1),
            Cell::Share(rate(flops, ns) / measured.peak),
        ]
    };
    let steps = roofline.steps.iter().zip(&measured.ns);
    let mut rows: Vec<_> = steps
        .map(|(step, &ns)| {
            line(step.name, Cell::Text(bound(step.bound)), step.ns, ns, step.flops())
        })
        .collect();
    let flops = roofline.steps.iter().map(|step| step.flops()).sum();
    let all: u64 = measured.ns.iter().sum();
    rows.push(line("total", Cell::Empty, roofline.ns, all, flops));
    let section = Section {
        columns: vec![
            Column::text("step", "step"),
            Column::text("bound", "bound by").turn(1),
            Column::number("predicted", "predicted"),
            Column::number("measured", "measured"),
            Column::number("error", "off by"),
            Column::number("gflops", "GFLOP/s"),
            Column::number("of_peak", "of peak"),
        ],
        marked: vec![rows.len() - 1],
        rows,
        ..Section::default()
    };
    Document {
        title: format!("Steps: predicted for {}, and measured here", of_whom(roofline)),
        sections: vec![section],
        notes: vec![format!(
            "Medians. Peak: {:.1} GFLOP/s, multiply-adds alone, in the same run; predictions are \
             from {:.1}.",
            measured.peak, roofline.rates.peak
        )],
        ..Document::default()
    }
}

impl Measured {
    /// Reads what `profile --csv` of a crate printed, and the name of its instruction set; `None`
    /// where it is something else.
    pub fn parse(csv: &str) -> Option<(Self, &str)> {
        let mut lines = csv.lines();
        let columns: Vec<&str> = lines.next()?.split(',').collect();
        let (mut ns, mut isa, mut peak) = (Vec::new(), None, None);
        for line in lines {
            let fields: Vec<&str> = line.split(',').collect();
            let field = |name| {
                let at = columns.iter().position(|column| *column == name)?;
                fields.get(at).copied()
            };
            ns.push(field("ns")?.parse().ok()?);
            isa = field("isa");
            peak = field("peak_gflops")?.parse().ok().filter(|&peak: &f64| peak > 0.0);
        }
        Some((Self { ns, peak: peak? }, isa?))
    }
}

#[cfg(test)]
mod tests {
    use super::Measured;

    #[test]
    fn what_a_crate_prints_is_read() {
        let csv = "step,macs,ns,isa,peak_gflops\na..b,10,2500,avx2,118.2\nc,1,99,avx2,118.2\n";
        let (measured, isa) = Measured::parse(csv).unwrap();
        assert_eq!(measured, Measured { ns: vec![2500, 99], peak: 118.2 });
        assert_eq!(isa, "avx2");
        for wrong in ["", "step,ns\n", "step,ns,isa,peak_gflops\na,x,avx2,1\n", "ns\n5\n"] {
            assert_eq!(Measured::parse(wrong), None, "{wrong}");
        }
    }
}
