//! From the file as it is written to a [`Description`], with all that is wrong at once.

use std::ops::RangeInclusive;

use super::file::{Cache, Compute, File, Lanes, Memory, Sets};
use super::{Description, Level, LevelName, Rates, parse_name};
use crate::error::{Error, Result};
use crate::kernels::isa::InstructionSet;
use crate::quantity::{Unit, parse_quantity};
use crate::yaml::{self, At, Diagnostic, Diagnostics, Span, excerpt, list, read};

/// GFLOP/s or GB/s of one core: beyond, a unit is wrong.
const RATES: RangeInclusive<f64> = 1e-3..=1e6;
/// Most bytes of a cache.
const MAX_SIZE: u64 = 1 << 40;

/// Reads and checks a file.
pub fn parse(text: &str, name: &str) -> Result<Description> {
    let wrong =
        |problems, root: Option<&_>| Error::Spec(Diagnostics::new(problems, text, name, root));
    let root = yaml::parse(text).map_err(|problem| wrong(vec![*problem], None))?;
    let (file, problems) = read(&root);
    let mut checker = Checker { problems };
    let description = file.and_then(|file| checker.description(file));
    match description {
        Some(description) if checker.problems.is_empty() => Ok(description),
        _ => Err(wrong(checker.problems, Some(&root))),
    }
}

struct Checker {
    problems: Vec<Diagnostic>,
}

impl Checker {
    fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn description(&mut self, file: File) -> Option<Description> {
        let name = self.name(&file.name);
        let compute = self.compute(file.compute);
        let levels = self.levels(file.memory);
        Some(Description {
            name: name?,
            source: file.source.and_then(|source| source.value),
            compute: compute?,
            levels: levels?,
        })
    }

    fn name(&mut self, name: &At<String>) -> Option<String> {
        let text = name.value.as_ref()?;
        if let Err(allowed) = parse_name(text) {
            let wrong = Diagnostic::new(name.span, format!("`name` is \"{}\"", excerpt(text)));
            self.report(wrong.label(allowed));
        }
        Some(text.clone())
    }

    /// Rates by instruction set, the best set first.
    fn compute(&mut self, sets: Sets) -> Option<Vec<(InstructionSet, Rates)>> {
        let entries = sets.value?.0;
        let names = InstructionSet::ALL.map(InstructionSet::name);
        if entries.is_empty() {
            let wrong = Diagnostic::new(sets.span, "`compute` is empty");
            self.report(wrong.label(format!("at least one of {} is needed", list(&names))));
        }
        let mut read = Vec::new();
        for (name, compute) in entries {
            let rates = compute.value.and_then(|compute| self.rates(compute));
            match name.value.as_deref().map(|text| (text, text.parse())) {
                Some((_, Ok(isa))) => read.extend(rates.map(|rates| (isa, rates))),
                Some((text, Err(_))) => {
                    let message = format!("unknown instruction set `{}`", excerpt(text));
                    let unknown = Diagnostic::key(name.span, message);
                    let unknown = unknown.label(format!("allowed: {}", list(&names)));
                    self.report(unknown.suggest(text, names.iter().copied()));
                }
                None => {}
            }
        }
        let rank = |isa| InstructionSet::ALL.iter().position(|known| *known == isa);
        read.sort_by_key(|&(isa, _)| rank(isa));
        Some(read)
    }

    fn rates(&mut self, compute: Compute) -> Option<Rates> {
        let Compute { peak, conv, dw, pw, pw_out, lanes } = compute;
        let peak = (self.rate(&peak, "peak", "GFLOP/s"), peak.span);
        let [conv, dw, pw] = [("conv", conv), ("dw", dw), ("pw", pw)]
            .map(|(name, rate)| self.attained(name, rate, peak));
        let lanes = lanes.map_or(Some(1), |lanes| self.lanes(&lanes))?;
        let pw_out = match pw_out {
            Some(rate) => Some(self.rate(&rate, "pw_out", "billions a second")?),
            None => None,
        };
        Some(Rates { peak: peak.0?, conv: conv?, dw: dw?, pw: pw?, pw_out, lanes })
    }

    fn lanes(&mut self, lanes: &At<Lanes>) -> Option<u32> {
        let n = lanes.value?.0;
        let most = 1024;
        if n > most {
            let wrong = Diagnostic::new(lanes.span, format!("`lanes` is {n}"));
            self.report(wrong.label(format!("a whole number from 1 to {most} is allowed")));
        }
        Some(n.min(most) as u32)
    }

    /// What a kind of layer attains: the peak where that is not said, and never more.
    fn attained(
        &mut self,
        name: &str,
        rate: Option<At<f64>>,
        (peak, at): (Option<f64>, Span),
    ) -> Option<f64> {
        let Some(rate) = rate else { return peak };
        let value = self.rate(&rate, name, "GFLOP/s")?;
        if let Some(peak) = peak.filter(|&peak| value > peak) {
            let wrong = Diagnostic::new(rate.span, format!("`{name}` is {value}"));
            let wrong = wrong.label(format!("at most `peak`, {peak}, is allowed"));
            self.report(wrong.and(at, "nothing is faster than this"));
        }
        Some(value)
    }

    fn levels(&mut self, memory: At<Memory>) -> Option<Vec<Level>> {
        let Memory { l1, l2, l3, dram } = memory.value?;
        let caches = [(LevelName::L1, Some(l1)), (LevelName::L2, Some(l2)), (LevelName::L3, l3)];
        let mut levels = Vec::new();
        let mut before: Option<(LevelName, u64, Span)> = None;
        let mut complete = true;
        for (name, cache) in caches {
            let Some(cache) = cache else { continue };
            let Some(Cache { size, read }) = cache.value else {
                complete = false;
                continue;
            };
            let read = self.rate(&read, "read", "GB/s");
            let bytes = self.size(size.value.as_ref().map(|size| size.0.as_str()), size.span);
            if let (Some((inner, smaller, at)), Some(bytes)) = (before, bytes)
                && bytes <= smaller
            {
                let wrong = Diagnostic::new(size.span, format!("{name} has {bytes} bytes"));
                let wrong = wrong.label(format!("more than the {smaller} of {inner} are needed"));
                self.report(wrong.and(at, "the level before"));
            }
            before = bytes.map(|bytes| (name, bytes, size.span)).or(before);
            match (bytes, read) {
                (Some(bytes), Some(read)) => levels.push(Level { name, size: Some(bytes), read }),
                _ => complete = false,
            }
        }
        let read = dram.value.and_then(|dram| self.rate(&dram.read, "read", "GB/s"))?;
        levels.push(Level { name: LevelName::Dram, size: None, read });
        complete.then_some(levels)
    }

    fn size(&mut self, text: Option<&str>, span: Span) -> Option<u64> {
        let text = text?;
        let bytes =
            parse_quantity(text, Unit::Bytes).filter(|bytes| (1..=MAX_SIZE).contains(bytes));
        if bytes.is_none() {
            let wrong = Diagnostic::new(span, format!("`size` is {}", excerpt(text)));
            let wrong = wrong.label("1 B to 1024 GiB are allowed, for example 32KiB");
            self.report(wrong.note("allowed", Unit::Bytes.allowed().to_owned()));
        }
        bytes
    }

    /// A rate that can be one core's.
    fn rate(&mut self, rate: &At<f64>, name: &str, unit: &str) -> Option<f64> {
        let value = rate.value?;
        if RATES.contains(&value) {
            return Some(value);
        }
        let allowed = format!("a number of {unit} from 0.001 to 1000000 is allowed");
        self.report(Diagnostic::new(rate.span, format!("`{name}` is {value}")).label(allowed));
        None
    }
}
