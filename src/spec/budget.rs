//! Limits on what a network may cost.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Position;
use crate::quantity::{Unit, parse_quantity};

/// What a network costs: one name and one unit, everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename = "metric", rename_all = "snake_case")]
pub enum Metric {
    /// Trainable parameters: weights, biases, batch normalisation's scale and shift.
    Params,
    /// Weights of convolutions and linear layers, a count.
    Weights,
    /// Multiply-accumulates of one inference.
    Macs,
    /// 2 x MACs.
    Flops,
    /// Bytes of the parameters after folding, in f32: what the generated crate holds.
    WeightBytes,
    /// Bytes of the f32 activations that are live at once, at most.
    Peak,
    /// Bytes of the generated crate's activation arena.
    Arena,
    /// Predicted time of one inference of the generated crate on one thread of the machine.
    Time,
}

impl Metric {
    /// Every metric, in the order in which they are listed.
    pub const ALL: [Self; 8] = [
        Self::Params,
        Self::Weights,
        Self::Macs,
        Self::Flops,
        Self::WeightBytes,
        Self::Peak,
        Self::Arena,
        Self::Time,
    ];

    /// The name used in specs, on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Params => "params",
            Self::Weights => "weights",
            Self::Macs => "macs",
            Self::Flops => "flops",
            Self::WeightBytes => "weight_bytes",
            Self::Peak => "peak",
            Self::Arena => "arena",
            Self::Time => "time",
        }
    }

    /// The metric called `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }

    /// What it is measured in.
    pub fn unit(self) -> Unit {
        match self {
            Self::Params | Self::Weights | Self::Macs | Self::Flops => Unit::Count,
            Self::WeightBytes | Self::Peak | Self::Arena => Unit::Bytes,
            Self::Time => Unit::Seconds,
        }
    }

    /// Whether only a network that was planned for a machine has it.
    pub fn is_planned(self) -> bool {
        matches!(self, Self::Arena | Self::Time)
    }

    /// A value as people write it, for example `3.5M` or `2MiB`, in whole things, bytes or
    /// nanoseconds.
    pub fn parse(self, text: &str) -> Result<u64, Misread> {
        let unit = self.unit();
        parse_quantity(text, unit).ok_or_else(|| {
            let mut others =
                Unit::ALL.into_iter().filter(|&unit| parse_quantity(text, unit).is_some());
            let hint = others.next().map(|other| {
                if unit == Unit::Seconds && text.ends_with(|c: char| c.is_ascii_digit()) {
                    return format!("`{self}` needs a unit, as in `5ms`");
                }
                let bytes = match (self, other) {
                    (Self::Params | Self::Weights, Unit::Bytes) => {
                        "; the bytes of the weights are `weight_bytes`"
                    }
                    _ => "",
                };
                format!("`{self}` is {}, not {}{bytes}", unit.name(), other.name())
            });
            Misread { allowed: unit.allowed(), hint }
        })
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a text is no value of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misread {
    /// What would be one.
    pub allowed: &'static str,
    /// What is wrong with the unit, where the text has another's.
    pub hint: Option<String>,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(hint) = &self.hint {
            write!(f, "{hint}; ")?;
        }
        write!(f, "{} is allowed", self.allowed)
    }
}

/// A limit on one metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is limited.
    pub metric: Metric,
    /// The largest value that is within the budget: things, bytes or nanoseconds.
    pub limit: u64,
    /// The limit as it is written, for example `3.5M`.
    pub text: String,
    /// Where the limit stands in the file; `0, 0` where it comes from elsewhere.
    pub at: Position,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_takes_its_own_unit() {
        let read = |metric: Metric, text| metric.parse(text).map_err(|wrong| wrong.to_string());
        assert_eq!(read(Metric::Macs, "310M"), Ok(310_000_000));
        assert_eq!(read(Metric::WeightBytes, "5MB"), Ok(5_000_000));
        assert_eq!(read(Metric::Time, "5ms"), Ok(5_000_000));
        let wrong = read(Metric::Macs, "310MB").unwrap_err();
        assert!(wrong.starts_with("`macs` is a count, not a number of bytes; a number"), "{wrong}");
        let wrong = read(Metric::Weights, "5MB").unwrap_err();
        assert!(wrong.contains("the bytes of the weights are `weight_bytes`; "), "{wrong}");
        let wrong = read(Metric::Time, "5MB").unwrap_err();
        assert!(wrong.starts_with("`time` is a time, not a number of bytes; "), "{wrong}");
        let wrong = read(Metric::Time, "5").unwrap_err();
        assert!(wrong.starts_with("`time` needs a unit, as in `5ms`; a number of"), "{wrong}");
        let wrong = read(Metric::Peak, "5ms").unwrap_err();
        assert!(wrong.starts_with("`peak` is a number of bytes, not a time; "), "{wrong}");
        let wrong = read(Metric::Peak, "much").unwrap_err();
        assert!(wrong.starts_with("a number of at least 0"), "{wrong}");
    }

    #[test]
    fn every_metric_is_known_by_its_name() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name()), Some(metric));
        }
    }
}
