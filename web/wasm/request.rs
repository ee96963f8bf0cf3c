//! What the page asks for, as it is written.

use mbgen::analysis::By;
use mbgen::analysis::list::MAX_COUNT;
use mbgen::block::{self, Variant};
use mbgen::error::Error;
use mbgen::escape::visible;
use mbgen::gate::Limit;
use mbgen::machine::{Description, shipped_text};
use mbgen::plan::Overrides;
use mbgen::spec::{EMBEDDED, Loaded};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

type Result<T, E = Error> = std::result::Result<T, E>;

/// A spec and what to change of it.
#[derive(Debug, Deserialize)]
pub struct Network {
    spec: String,
    name: String,
    width: Option<f64>,
    resolution: Option<(usize, usize)>,
    classes: Option<usize>,
    /// The name of a shipped one, or a file's text.
    machine: Option<String>,
    /// A file's text.
    schedule: Option<String>,
}

/// Reads a part of a request.
pub fn read<T: DeserializeOwned>(request: &Value) -> Result<T> {
    T::deserialize(request).map_err(|error| Error::Usage(format!("the request is wrong: {error}")))
}

impl Network {
    /// The spec.
    pub fn load(&self) -> Result<Loaded> {
        block::load_text(&self.spec, &self.name, &self.variant()?)
    }

    /// How the network differs from the spec.
    pub fn variant(&self) -> Result<Variant> {
        let Self { width, resolution, classes, .. } = *self;
        width.map_or(Ok(()), check_width)?;
        let counts = resolution.into_iter().flat_map(|(h, w)| [h, w]).chain(classes);
        counts.into_iter().try_for_each(check_count)?;
        Ok(Variant { width, resolution, classes })
    }

    /// The machine.
    pub fn machine(&self) -> Result<Description> {
        match self.machine.as_deref() {
            None => Ok(Description::reference()),
            Some(text) if is_file(text) => Description::parse(text, MACHINE_FILE),
            Some(name) => Description::parse(shipped_text(name)?, name),
        }
    }

    /// The schedules that are not left to the planner.
    pub fn overrides(&self) -> Result<Option<Overrides>> {
        let parse = |text: &String| Overrides::parse(text, SCHEDULE_FILE);
        self.schedule.as_ref().map(parse).transpose()
    }

    /// The command line that asks for the same. `compare` takes no schedules.
    pub fn command(&self, command: &str) -> Result<String> {
        let mut line = format!("mbgen {command} {}", self.argument());
        let variant = self.variant()?.to_string();
        if !variant.is_empty() {
            line += &format!(" {variant}");
        }
        if let Some(machine) = &self.machine {
            let name = if is_file(machine) { MACHINE_FILE } else { machine };
            line += &format!(" --machine {}", shell(name));
        }
        if self.schedule.is_some() && command != "compare" {
            line += &format!(" --schedule {SCHEDULE_FILE}");
        }
        Ok(line)
    }

    /// The spec in a command line: a shipped one by its name, another as a file of the current folder.
    fn argument(&self) -> String {
        if let Some(arch) = EMBEDDED.iter().find(|arch| arch.text == self.spec) {
            return arch.name.to_owned();
        }
        let taken =
            self.name.starts_with('-') || EMBEDDED.iter().any(|arch| arch.name == self.name);
        shell(&format!("{}{}", if taken { "./" } else { "" }, self.name))
    }
}

/// What files are called that the page holds as text.
const MACHINE_FILE: &str = "machine.yaml";
const SCHEDULE_FILE: &str = "schedule.yaml";

fn is_file(text: &str) -> bool {
    text.contains(['\n', ':'])
}

/// A width multiplier that is one.
fn check_width(width: f64) -> Result<()> {
    if width.is_finite() && width > 0.0 {
        return Ok(());
    }
    Err(Error::Usage(format!("the width is {width}; a number greater than 0 is allowed")))
}

/// A count that is one.
fn check_count(count: usize) -> Result<()> {
    if (1..=MAX_COUNT).contains(&count) {
        return Ok(());
    }
    Err(Error::Usage(format!("{count} is no count; 1 to {MAX_COUNT} are allowed")))
}

/// The member of a closed set that is called `name`.
pub fn named<T: Copy>(all: &[T], of: fn(T) -> &'static str, name: &str) -> Result<T> {
    all.iter().copied().find(|&value| of(value) == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|&value| of(value)).collect();
        Error::Usage(format!("no `{name}`; there are {}", names.join(", ")))
    })
}

/// What a row stands for.
pub fn by(name: Option<&str>) -> Result<Option<By>> {
    name.map(|name| named(&By::ALL, By::name, name)).transpose()
}

/// Limits as the command line takes them, and what is wrong with the others.
pub fn limits(texts: &[String]) -> (Vec<Limit>, Vec<String>) {
    let (mut limits, mut refused) = (Vec::new(), Vec::new());
    for text in texts {
        match Limit::parse(text) {
            Ok(limit) => limits.push(limit),
            Err(allowed) => refused.push(format!("`{}`: {allowed}", visible(text))),
        }
    }
    (limits, refused)
}

/// Most values of a list: what a page draws.
const MAX_VALUES: usize = 40;

/// A list of `what`, as the command line takes it.
pub fn listed<T>(
    what: &str,
    text: &str,
    parse: fn(&str) -> Result<Vec<T>, String>,
) -> Result<Vec<T>> {
    let wrong = |allowed| Error::Usage(format!("{what} {}: {allowed}", visible(text)));
    let values = parse(text).map_err(wrong)?;
    if values.len() > MAX_VALUES {
        return Err(wrong(format!("up to {MAX_VALUES} are drawn")));
    }
    Ok(values)
}

/// A word of a shell's command line.
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
