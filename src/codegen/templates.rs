//! The templates: one for each generated file that is not copied.

use tera::{Context, Tera};

use super::view::Crate;
use crate::error::{Error, Result};

/// Path in the crate, and template.
macro_rules! templates {
    ($($path:literal),* $(,)?) => {
        [$(($path, include_str!(concat!("../../templates/crate/", $path)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = &templates![
    ".gitignore",
    "NOTICE.md",
    "README.md",
    "rustfmt.toml",
    "src/lib.rs",
    "src/main.rs",
    "src/network.rs",
    "src/plan.rs",
    "src/weights.rs",
    "tests/golden.rs",
];

/// Cargo leaves a folder with a file called `Cargo.toml` out of a package, so these are called
/// otherwise.
const MANIFESTS: [(&str, &str); 2] = [
    ("Cargo.toml", include_str!("../../templates/crate/Cargo.toml.tera")),
    ("photo/Cargo.toml", include_str!("../../templates/crate/photo/Cargo.toml.tera")),
];

/// Only where there are labels.
const LABELS: &str = "src/labels.rs";
const LABELS_TEMPLATE: &str = include_str!("../../templates/crate/src/labels.rs");

/// Renders every template: path in the crate, text.
pub fn render(view: &Crate) -> Result<Vec<(String, String)>> {
    let wrong = |error: tera::Error| Error::Failed(format!("a template is wrong: {error}"));
    let mut tera = Tera::new();
    let labels = view.labels.then_some((LABELS, LABELS_TEMPLATE));
    let templates: Vec<_> = TEMPLATES.iter().copied().chain(MANIFESTS).chain(labels).collect();
    tera.add_raw_templates(templates.iter().copied()).map_err(wrong)?;
    let context = Context::from_serialize(view).map_err(wrong)?;
    let rendered = templates.iter().map(|(path, _)| {
        let text = tera.render(path, &context).map_err(wrong)?;
        Ok(((*path).to_owned(), text))
    });
    rendered.collect()
}
