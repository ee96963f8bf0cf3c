//! `mbgen machine`: what one core of this machine does at most.

use super::print;
use super::progress::Progress;
use crate::cli::MeasureArgs;
use crate::error::Result;
use crate::machine::{Caches, measure, shipped_text};
use crate::output::{Output, write};

pub fn run(args: &MeasureArgs) -> Result<()> {
    if let Some(name) = &args.yaml {
        return print(shipped_text(name)?.as_bytes());
    }
    let sizes = Caches { l1: args.l1, l2: args.l2, l3: args.l3 }.or(Caches::of_host());
    let progress = Progress::start();
    let machine = measure::measure(args.name.clone(), args.source.clone(), sizes, |what| {
        progress.doing(format!("measuring {what}"));
    })?;
    drop(progress);
    write(&Output::of(args.output.clone()), &machine.to_yaml())
}
