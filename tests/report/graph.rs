//! Pictures: every layer is there, and so is every residual connection.

use std::path::Path;
use std::process::Command;

use mbgen::block::Variant;
use mbgen::report::graph::{GraphFormat, render};
use mbgen::spec::{EMBEDDED, load};

fn draw(arch: &str, format: GraphFormat) -> String {
    let graph = load(arch).unwrap().graph(&Variant::default()).unwrap();
    render("a \"title\" <of> & its own", &graph, format)
}

#[test]
fn v2_has_ten_residual_connections() {
    for (format, skip, block) in [
        (GraphFormat::Dot, "style=dashed", "subgraph cluster_"),
        (GraphFormat::Mermaid, "-. skip .->", "  subgraph b"),
        (GraphFormat::Svg, "class=\"edge skip\"", "class=\"frame\""),
    ] {
        let text = draw("v2", format);
        assert_eq!(text.matches(skip).count(), 10, "{format:?}");
        assert_eq!(text.matches(block).count(), 21, "{format:?}");
        assert_eq!(text.matches("1280×7×7").count(), 1, "{format:?}");
    }
}

#[test]
fn a_projected_skip_is_drawn_as_a_branch() {
    let text = draw("residual", GraphFormat::Dot);
    // The projection reads what the block reads, and the add reads the body it passes over.
    assert_eq!(text.matches("style=dashed").count(), 12);
}

#[test]
fn titles_are_escaped() {
    assert!(draw("v1", GraphFormat::Dot).contains(r#"digraph "a \"title\" <of> & its own""#));
    let svg = draw("v1", GraphFormat::Svg);
    assert!(svg.contains("a &quot;title&quot; &lt;of&gt; &amp; its own"));
    assert!(draw("v1", GraphFormat::Mermaid).contains(r#"title: "a \"title\" <of> & its own""#));
}

#[test]
fn pictures_of_the_shipped_networks_stay_small() {
    for arch in EMBEDDED {
        for format in GraphFormat::ALL {
            assert!(draw(arch.name, format).len() < 60_000, "{} {format:?}", arch.name);
        }
    }
}

/// `MBGEN_BLESS=1` draws it anew, and the test still fails.
#[test]
fn the_picture_of_the_readme_shows_its_spec() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    assert!(readme.contains("(.github/graph.svg)"));
    let mut fences = readme.split("```yaml\n").map(|rest| rest.split("```").next().unwrap());
    let spec = fences.find(|fence| fence.contains("\nstages:")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("net.yaml");
    std::fs::write(&file, spec).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mbgen"));
    let drawn = command.arg("graph").arg(&file).args(["--format", "svg"]).output().unwrap();
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
    let picture = root.join(".github/graph.svg");
    let kept = std::fs::read(&picture).unwrap_or_default();
    if kept != drawn.stdout && std::env::var_os("MBGEN_BLESS").is_some() {
        std::fs::write(&picture, &drawn.stdout).unwrap();
    }
    assert!(kept == drawn.stdout, ".github/graph.svg is out of date: MBGEN_BLESS=1 draws it anew");
}
