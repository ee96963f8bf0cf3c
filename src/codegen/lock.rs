//! `photo/Cargo.lock`: the versions of the crates that read photos, so that a first build is the
//! same today and in years.
//!
//! The template has the crates of the registry. To renew it, run `cargo update` in the package `photo`
//! of a generated crate and take over its file, without the two packages that are generated.

use crate::asset::{Asset, asset};
use crate::error::Result;

/// The registry's crates, in cargo's order.
const TEMPLATE: Asset = asset!("templates/crate/photo/Cargo.lock");

/// What comes before each package.
const PACKAGE: &str = "\n[[package]]\n";

/// Dependencies of the package `photo` beside the network.
const DIRECT: [&str; 3] = ["image", "lexopt", "rayon"];

/// The file for the network's package `name`, exactly as cargo would write it. `None` where a crate
/// of the registry has the name of one of the two packages: cargo then writes names otherwise.
pub fn render(name: &str) -> Result<Option<String>> {
    let photo = format!("{name}_photo");
    let mut parts = TEMPLATE.text()?.split(PACKAGE);
    let head = parts.next().unwrap_or_default();
    let mut packages: Vec<(&str, String)> =
        parts.map(|text| (name_of(text), text.to_owned())).collect();
    if packages.iter().any(|(taken, _)| *taken == name || *taken == photo) {
        return Ok(None);
    }
    let mut dependencies: Vec<&str> = DIRECT.into_iter().chain([name]).collect();
    dependencies.sort_unstable();
    let lines: String = dependencies.iter().map(|name| format!(" \"{name}\",\n")).collect();
    let package = |name: &str| format!("name = \"{name}\"\nversion = \"0.1.0\"\n");
    packages.push((name, package(name)));
    packages.push((&photo, format!("{}dependencies = [\n{lines}]\n", package(&photo))));
    packages.sort_by_key(|(name, _)| *name);
    let texts = packages.iter().map(|(_, text)| text.as_str());
    Ok(Some(std::iter::once(head).chain(texts).collect::<Vec<_>>().join(PACKAGE)))
}

/// The name in a package's first line.
fn name_of(package: &str) -> &str {
    package.split('"').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn packages_stand_in_order() {
        for name in ["a", "mobilenet_v2", "zz"] {
            let text = render(name).unwrap().unwrap();
            let names: Vec<&str> =
                text.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
            assert!(names.is_sorted());
            assert!(names.contains(&format!("\"{name}_photo\"").as_str()));
        }
        assert_eq!(render("image").unwrap(), None);
    }
}
