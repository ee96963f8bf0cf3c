//! The head: a global average pool and a linear layer, under module names of the user's choice.

use std::collections::{HashMap, HashSet};

use super::super::file::{self, HeadLayer, Named};
use super::super::{HeadItem, HeadKind, Pool, Stage};
use super::Checker;
use crate::yaml::{At, Diagnostic, OneOrList, Span};

/// What a head must be, for messages.
const SHAPE: &str = "a head is `global_average_pool`, then `linear`; dropouts may stand between";

impl Checker {
    pub(super) fn head(
        &mut self,
        head: At<Vec<Named<OneOrList<HeadLayer>>>>,
        stages: &[Stage],
    ) -> Vec<HeadItem> {
        let Some(entries) = head.value else { return Vec::new() };
        let before = self.problems.len();
        let stages = stages.iter().map(|stage| stage.name.as_str()).collect();
        let mut complete = true;
        let mut names: HashMap<String, Span> = HashMap::new();
        let mut items = Vec::new();
        for entry in entries {
            let modules = entry.value.map_or(Vec::new(), |modules| modules.0);
            complete &= !modules.is_empty();
            if modules.len() > 1 {
                let wrong = Diagnostic::new(entry.span, "two modules in one entry");
                self.report(wrong.label("give each a list entry of its own: `- name: layer`"));
            }
            for (name, module) in modules {
                self.unused(&name, &mut names, &stages);
                complete &= module.value.is_some();
                if let Some(module) = module.value {
                    complete &= self.module(&name, module, &mut items);
                }
            }
        }
        if complete && self.problems.len() == before {
            self.order(&items, head.span);
        }
        items.into_iter().map(|(item, _)| item).collect()
    }

    /// Appends the layers of one module; whether all of them could be read.
    fn module(
        &mut self,
        name: &At<String>,
        module: OneOrList<HeadLayer>,
        items: &mut Vec<(HeadItem, Span)>,
    ) -> bool {
        let base = name.value.clone().unwrap_or_default();
        match module {
            OneOrList::One(layer) => {
                let kind = self.kind(&layer);
                items.extend(kind.map(|kind| (HeadItem { name: base, kind }, name.span)));
                true
            }
            OneOrList::List(layers) => {
                let mut complete = true;
                for (index, layer) in layers.iter().enumerate() {
                    complete &= layer.value.is_some();
                    let kind = layer.value.as_ref().and_then(|layer| self.kind(layer));
                    let name = format!("{base}.{index}");
                    items.extend(kind.map(|kind| (HeadItem { name, kind }, layer.span)));
                }
                complete
            }
        }
    }

    fn kind(&mut self, layer: &HeadLayer) -> Option<HeadKind> {
        match layer {
            HeadLayer::GlobalAveragePool(written) => {
                Some(HeadKind::GlobalAveragePool(pool(*written)))
            }
            HeadLayer::Linear => Some(HeadKind::Linear),
            HeadLayer::Dropout(rate) => {
                let allowed = "a number of at least 0 and less than 1 is allowed";
                self.number(rate, "dropout", allowed, |rate| (0.0..1.0).contains(&rate));
                None
            }
        }
    }

    /// Reports a module name that a stage or an earlier module of the head has: the names of their
    /// parameters would clash.
    fn unused(
        &mut self,
        name: &At<String>,
        earlier: &mut HashMap<String, Span>,
        stages: &HashSet<&str>,
    ) {
        self.module_name(name);
        let Some(text) = &name.value else { return };
        let clash = Diagnostic::key(name.span, format!("the name `{text}` is taken"));
        let help = "parameters are named after stages and head modules".to_owned();
        if let Some(&first) = earlier.get(text) {
            self.report(clash.label("used again here").and(first, "first used here").help(help));
            return;
        }
        if stages.contains(text.as_str()) {
            self.report(clash.label("a stage has this name already").help(help));
        }
        earlier.insert(text.clone(), name.span);
    }

    /// Reports anything but a pool and then a linear layer.
    fn order(&mut self, items: &[(HeadItem, Span)], head: Span) {
        let kinds: Vec<HeadKind> = items.iter().map(|(item, _)| item.kind).collect();
        let (span, message) = match kinds[..] {
            [HeadKind::GlobalAveragePool(_), HeadKind::Linear] => return,
            [] => (head, "the head has no layers"),
            [HeadKind::Linear, ..] => (items[0].1, "`linear` without a pool before it"),
            [HeadKind::GlobalAveragePool(_)] => (head, "the head has no `linear`"),
            [_, HeadKind::GlobalAveragePool(_), ..] => (items[1].1, "a second pool"),
            [_, _, ..] => (items[2].1, "a layer after `linear`"),
        };
        self.report(Diagnostic::new(span, message).label(SHAPE));
    }
}

/// How the pool is written; a wrong word has been reported and reads as the default.
fn pool(written: Option<At<file::Pool>>) -> Pool {
    match written.and_then(|pool| pool.value) {
        None => Pool::default(),
        Some(file::Pool::Module) => Pool::Module,
        Some(file::Pool::Function) => Pool::Function,
        Some(file::Pool::Mean) => Pool::Mean,
        Some(file::Pool::AvgPool2d) => Pool::AvgPool2d,
    }
}
