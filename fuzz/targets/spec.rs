//! A text is a spec with costs, plans, reports, pictures and a crate, or is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mbgen::analysis::sweep::Sweep;
use mbgen::analysis::{By, Tool};
use mbgen::block::{Variant, load_text};
use mbgen::machine::Description;
use mbgen::plan::{Overrides, Plan};
use mbgen::report::graph::{GraphFormat, render as draw};
use mbgen::spec::EMBEDDED;
use mbgen::tasks::{Asked, Compared, Costed, Ingredients, Planned, Source, View, edits};
use mbgen::weights::Selection;
use mbgen_fuzz::{begin_with, random, render, taken, tiny};

/// Layers of a network that is shown, and multiply-accumulates and parameters of one that is run.
const SHOWN: usize = 200;
const RUN: u64 = 3_000_000;

fuzz_target!(
    init: {
        let shipped = EMBEDDED.iter().map(|spec| spec.text.to_owned()).chain([tiny().text]);
        let others = (0..10).filter_map(|seed| Some(random::network(seed)?.0));
        begin_with("spec", shipped.chain(others));
    },
    |text: &str| {
        let own = Variant::default();
        let Some(loaded) = taken(load_text(text, "input.yaml", &own)) else { return };
        loaded.places();
        let machine = Description::reference();
        let costed = Costed::new(loaded.clone(), own, machine.clone(), None);
        let Some(costed) = taken(costed) else { return };
        if costed.graph.len() > SHOWN {
            return;
        }
        let budgets = taken(costed.budgets()).and_then(|(budgets, _)| budgets);
        for by in By::ALL {
            render(&costed, &View { by, budgets: budgets.as_deref(), ..View::default() });
        }
        for tool in Tool::ALL {
            render(&costed, &View { tool: Some(tool), details: true, ..View::default() });
        }
        for format in GraphFormat::ALL {
            draw(&costed.network().title(), &costed.graph, format);
        }
        let half = Variant { width: Some(0.5), resolution: Some((32, 48)), classes: Some(7) };
        taken(edits(&loaded, &half));
        let sweep = Sweep { widths: vec![0.5, 1.0], ..Sweep::default() };
        taken(Compared::new(vec![loaded.clone()], Asked::of(sweep, machine.clone())));

        let Some(plan) = &costed.plan else { return };
        let file = Overrides::parse(&plan.schedule(), "schedule.yaml").unwrap();
        let again = Plan::with(&costed.graph, &machine.machine(), &file).unwrap();
        assert_eq!(again.schedule(), plan.schedule());
        let totals = costed.analysis().totals;
        if totals.macs.max(totals.params) > RUN || totals.input_elems > RUN {
            return;
        }
        let planned = Planned::new(loaded, own, machine, &Overrides::default()).unwrap();
        let Some(labels) = taken(planned.labels()) else { return };
        let labels = labels.map(|labels| labels.names);
        let ingredients = Ingredients {
            source: Source::Seed(0),
            tensors: Selection::default(),
            labels,
            workspace: true,
        };
        let Some(tree) = taken(planned.tree(ingredients, |_| ())) else { return };
        // A crate's own spec describes the same network.
        let spec = str::from_utf8(&tree.files["spec.yaml"]).unwrap();
        let spec = load_text(spec, "spec.yaml", &own).unwrap_or_else(|e| panic!("{e}\n{spec}"));
        assert_eq!(spec.graph(&own).unwrap().len(), planned.graph.len());
    }
);
