//! The templates: one for each generated file that is not shipped as it is.

use tera::{Context, Tera};

use super::view::Crate;
use crate::asset::{Asset, asset};
use crate::error::{Error, Result};

/// Path in the crate, and template.
macro_rules! templates {
    ($($path:literal),* $(,)?) => {
        [$(($path, asset!("templates/crate/", $path, ".tera"))),*]
    };
}

const TEMPLATES: &[(&str, Asset)] = &templates![
    "Cargo.toml",
    "NOTICE.md",
    "README.md",
    "photo/Cargo.toml",
    "src/constants.rs",
    "src/main.rs",
    "src/network.rs",
    "src/weights.rs",
    "src/workspace.rs",
    "tests/golden/main.rs",
];

/// Renders every template: path in the crate, text.
pub fn render(view: &Crate) -> Result<Vec<(String, String)>> {
    let wrong = |error: tera::Error| Error::Failed(format!("a template is wrong: {error}"));
    let mut tera = Tera::new();
    let templates = TEMPLATES.iter().map(|(path, file)| Ok((*path, file.text()?)));
    tera.add_raw_templates(templates.collect::<Result<Vec<_>>>()?).map_err(wrong)?;
    let context = Context::from_serialize(view).map_err(wrong)?;
    let rendered = TEMPLATES.iter().map(|(path, _)| {
        let text = tera.render(path, &context).map_err(wrong)?;
        Ok(((*path).to_owned(), text))
    });
    rendered.collect()
}
