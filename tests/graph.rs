//! Pictures: every layer is there, and so is every residual connection.

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
    assert!(draw("v1", GraphFormat::Mermaid).contains("a #quot;title#quot;"));
}

#[test]
fn pictures_of_the_shipped_networks_stay_small() {
    for arch in EMBEDDED {
        for format in GraphFormat::ALL {
            assert!(draw(arch.name, format).len() < 50_000, "{} {format:?}", arch.name);
        }
    }
}
