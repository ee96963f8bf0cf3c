//! What the values of a spec may be: from the file as it is written to a [`Spec`].

mod block;
mod head;
mod preprocess;
mod table;

use std::path::{Component, Path};

use super::file::{self, Count, File};
use super::{Activation, Budget, Input, LabelNames, Labels, Padding, Rounding, Spec, Stage, Width};
use crate::yaml::{At, Diagnostic, MAX_COUNT, Node, OneOrList, excerpt, read};

/// The spec in a tree with stand-ins for what is wrong, and everything that is wrong. There is no
/// spec where its input, width or classes are wrong: nothing could be said about its layers.
pub fn check(root: &Node) -> (Option<Spec>, Vec<Diagnostic>) {
    let (file, problems) = read(root);
    let mut checker = Checker { problems };
    let spec = file.and_then(|file| checker.spec(file));
    (spec, checker.problems)
}

struct Checker {
    problems: Vec<Diagnostic>,
}

impl Checker {
    fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    fn spec(&mut self, file: File) -> Option<Spec> {
        let name = self.name(&file.name);
        let channels = file.input.value.as_ref().and_then(|input| input.channels.value);
        let channels = channels.map(Count::get);
        let input = self.input(file.input);
        let width = match file.width {
            Some(width) => self.width(width),
            None => Some(Width { multiplier: 1.0, rounding: Rounding::Exact }),
        };
        let bn_eps = file.bn_eps.map_or(1e-5, |eps| self.bn_eps(&eps));
        let preprocess = file.preprocess.and_then(|pre| self.preprocess(pre, channels));
        let classes = file.classes.value.map(Count::get);
        let labels = file.labels.and_then(|labels| self.labels(labels));
        let budgets = file.budgets.map_or(Vec::new(), |budgets| self.budgets(budgets));
        let stages = self.stages(file.stages);
        let head = self.head(file.head, &stages);
        Some(Spec {
            name,
            source: file.source.and_then(|source| source.value),
            input: input?,
            classes: classes?,
            width: width?,
            padding: padding(file.padding).unwrap_or(Padding::Symmetric),
            bn_eps,
            preprocess,
            labels,
            budgets,
            stages,
            head,
        })
    }

    /// The network's name, which becomes a crate's.
    fn name(&mut self, name: &At<String>) -> String {
        let Some(text) = &name.value else { return String::new() };
        let first = text.starts_with(|c: char| c.is_ascii_alphabetic());
        let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !first || !rest || text.len() > 64 {
            let wrong = Diagnostic::new(name.span, format!("`name` is \"{}\"", excerpt(text)));
            let allowed = "a letter, then at most 63 letters, digits, `_` or `-`";
            self.report(
                wrong.label(allowed).help("the generated crate is called after it".to_owned()),
            );
        }
        text.clone()
    }

    fn input(&mut self, input: At<file::Input>) -> Option<Input> {
        let file::Input { channels, height, width } = input.value?;
        let size = Input {
            channels: channels.value?.get(),
            height: height.value?.get(),
            width: width.value?.get(),
        };
        let elements = [size.channels, size.height, size.width]
            .iter()
            .fold(1u64, |product, &n| product.saturating_mul(n as u64));
        if elements > MAX_COUNT {
            let message = format!(
                "the input has {} x {} x {} elements",
                size.channels, size.height, size.width
            );
            let wrong = Diagnostic::new(input.span, message);
            self.report(wrong.label(format!("at most {MAX_COUNT} (2^31) are allowed")));
            return None;
        }
        Some(size)
    }

    fn width(&mut self, width: At<file::Width>) -> Option<Width> {
        let file::Width { multiplier, rounding } = width.value?;
        let rounding = rounding.value.and_then(|rounding| match rounding {
            file::Rounding::MakeDivisible(n) => Some(Rounding::MakeDivisible(n.value?.get())),
            file::Rounding::Floor(min) => Some(Rounding::Floor(min.value?.get())),
            file::Rounding::Exact => Some(Rounding::Exact),
        });
        let allowed = "a finite number greater than 0 is allowed";
        let multiplier = self.number(&multiplier, "multiplier", allowed, |x| x > 0.0);
        Some(Width { multiplier: multiplier?, rounding: rounding? })
    }

    fn bn_eps(&mut self, eps: &At<f64>) -> f64 {
        let allowed = "a number greater than 0 and at most 1 is allowed";
        self.number(eps, "bn_eps", allowed, |x| x > 0.0 && x <= 1.0).unwrap_or(1e-5)
    }

    /// Their number is judged where it is known for how many classes they are asked.
    fn labels(&mut self, labels: At<OneOrList<String>>) -> Option<Labels> {
        let at = labels.span.at;
        let mut empty = |span| {
            let wrong = Diagnostic::new(span, "`labels` has an empty name");
            self.report(wrong.label("a file, or a list of names, is allowed"));
        };
        let names = match labels.value? {
            OneOrList::One(file) => {
                if file.trim().is_empty() {
                    empty(labels.span);
                } else if !is_below(Path::new(&file)) {
                    let message = format!("`labels` is \"{}\"", excerpt(&file));
                    let wrong = Diagnostic::new(labels.span, message);
                    let help = "--labels takes a file from anywhere".to_owned();
                    self.report(
                        wrong.label("a file in the folder of the spec is allowed").help(help),
                    );
                }
                LabelNames::File(file)
            }
            OneOrList::List(names) => {
                for name in &names {
                    if name.value.as_deref().is_some_and(|name| name.trim().is_empty()) {
                        empty(name.span);
                    }
                }
                LabelNames::List(names.into_iter().filter_map(|name| name.value).collect())
            }
        };
        Some(Labels { names, at })
    }

    fn budgets(&mut self, budgets: file::Limits) -> Vec<Budget> {
        let entries = budgets.value.map_or(Vec::new(), |budgets| budgets.0);
        let mut read = Vec::new();
        for (metric, quantity) in entries {
            let (Some(metric), Some(text)) = (metric.value, quantity.value) else { continue };
            match metric.parse(&text.0) {
                Ok(limit) => {
                    read.push(Budget { metric, limit, text: text.0, at: quantity.span.at });
                }
                Err(wrong) => {
                    let message = format!("`{metric}` is limited to {}", excerpt(&text.0));
                    let shown = Diagnostic::new(quantity.span, message).label(wrong.allowed);
                    self.report(shown.help(wrong.hint));
                }
            }
        }
        read
    }

    fn stages(&mut self, stages: file::Named<Vec<At<file::Block>>>) -> Vec<Stage> {
        let Some(entries) = stages.value else { return Vec::new() };
        if entries.0.is_empty() {
            let wrong = Diagnostic::new(stages.span, "`stages` is empty");
            self.report(wrong.label("at least one stage with a block is needed"));
        }
        let mut read = Vec::new();
        for (name, blocks) in entries.0 {
            self.module_name(&name);
            let stage = name.value.unwrap_or_default();
            if blocks.value.as_ref().is_some_and(Vec::is_empty) {
                let message = format!("stage `{}` is empty", excerpt(&stage));
                let wrong = Diagnostic::new(blocks.span, message);
                self.report(wrong.label("at least one block is needed"));
            }
            let blocks = blocks.value.unwrap_or_default().into_iter();
            let blocks = blocks.filter_map(|block| self.block(block)).collect();
            read.push(Stage { name: stage, blocks });
        }
        read
    }

    /// A stage's or head module's name, which becomes a part of parameter names and of Rust names.
    fn module_name(&mut self, name: &At<String>) {
        let Some(text) = &name.value else { return };
        let first = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let rest = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !first || !rest || text.len() > 64 {
            let message = format!("module name `{}`", excerpt(text));
            let allowed = "a letter or `_`, then at most 63 letters, digits or `_`";
            self.report(Diagnostic::key(name.span, message).label(allowed));
        }
    }

    /// A finite number that `holds`.
    fn number(
        &mut self,
        number: &At<f64>,
        name: &str,
        allowed: &str,
        holds: impl Fn(f64) -> bool,
    ) -> Option<f64> {
        let value = number.value?;
        if value.is_finite() && holds(value) {
            return Some(value);
        }
        let name = if name.contains(' ') { name.to_owned() } else { format!("`{name}`") };
        self.report(Diagnostic::new(number.span, format!("{name} is {value}")).label(allowed));
        None
    }
}

/// Whether a path, as it is written, stays in the folder that it starts from.
fn is_below(path: &Path) -> bool {
    let depth = path.components().try_fold(0usize, |depth, component| match component {
        Component::Normal(_) => Some(depth + 1),
        Component::CurDir => Some(depth),
        Component::ParentDir => depth.checked_sub(1),
        Component::RootDir | Component::Prefix(_) => None,
    });
    depth.is_some()
}

impl Count {
    fn get(self) -> usize {
        self.0 as usize
    }
}

/// An optional count, or its default. A wrong one has been reported and reads as the default.
fn count_or(written: Option<At<Count>>, default: usize) -> usize {
    written.and_then(|count| count.value).map_or(default, Count::get)
}

fn padding(written: Option<At<file::Padding>>) -> Option<Padding> {
    match written?.value? {
        file::Padding::Symmetric => Some(Padding::Symmetric),
        file::Padding::Same => Some(Padding::Same),
        file::Padding::Valid => Some(Padding::Valid),
    }
}

fn activation(written: Option<At<file::Activation>>, default: Activation) -> Activation {
    match written.and_then(|activation| activation.value) {
        None => default,
        Some(file::Activation::None) => Activation::None,
        Some(file::Activation::Relu) => Activation::Relu,
        Some(file::Activation::Relu6) => Activation::Relu6,
    }
}
