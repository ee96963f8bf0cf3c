//! A variant written into the text of its spec.

use std::ops::Range;

use crate::block::Variant;
use crate::error::{Error, Result};
use crate::spec::{Loaded, Spec};
use crate::yaml::{self, Node, Value};

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes to replace.
    pub range: Range<usize>,
    /// What takes their place.
    pub text: String,
}

/// The edits, in order and apart, that make a spec's text describe a variant of it. What they do not
/// replace stays as it is, comments included.
///
/// # Errors
/// Where the text is written in such a way that edits would change more, as with aliases.
pub fn edits(loaded: &Loaded, variant: &Variant) -> Result<Vec<Edit>> {
    let text = &loaded.text;
    let root = yaml::parse(text).map_err(|_| internal(loaded))?;
    let asked = variant.apply(&loaded.spec);
    let mut edits = Vec::new();
    collect(&root, text, &loaded.spec, &asked, &mut edits).ok_or_else(|| internal(loaded))?;
    edits.sort_by_key(|edit| edit.range.start);
    let edited = apply(text, &edits).and_then(|text| Spec::parse(&text, &loaded.name).ok());
    if edited.is_some_and(|edited| is_same(&edited, asked)) {
        return Ok(edits);
    }
    Err(Error::Usage(format!(
        "{} is written in a way that only you can change: what {} would replace is shared by other entries",
        loaded.name,
        variant.words()
    )))
}

/// Adds the edits; `None` where a key is missing that every spec has.
fn collect(
    root: &Node,
    text: &str,
    spec: &Spec,
    asked: &Spec,
    edits: &mut Vec<Edit>,
) -> Option<()> {
    let mut put = |node: &Node, value: String| {
        edits.push(Edit { range: node.span.start..node.span.end, text: value });
    };
    let input = value(root, "input")?;
    if asked.input.height != spec.input.height {
        put(value(input, "height")?, asked.input.height.to_string());
    }
    if asked.input.width != spec.input.width {
        put(value(input, "width")?, asked.input.width.to_string());
    }
    if asked.preprocess != spec.preprocess {
        let resize = asked.preprocess.as_ref()?.resize?;
        put(value(value(root, "preprocess")?, "resize")?, resize.to_string());
    }
    if asked.classes != spec.classes {
        put(value(root, "classes")?, asked.classes.to_string());
    }
    if asked.width != spec.width {
        let multiplier = format!("{:?}", asked.width.multiplier);
        match value(root, "width") {
            Some(width) => put(value(width, "multiplier")?, multiplier),
            None => edits.push(inserted(root, text, &multiplier)?),
        }
    }
    if asked.labels != spec.labels {
        edits.push(removed(root, text, "labels")?);
    }
    Some(())
}

fn entries<'n, 't>(node: &'n Node<'t>) -> &'n [(Node<'t>, Node<'t>)] {
    match &node.value {
        Value::Map(entries) => entries,
        _ => &[],
    }
}

fn value<'n, 't>(node: &'n Node<'t>, key: &str) -> Option<&'n Node<'t>> {
    entries(node).iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
}

/// The width multiplier, where the spec has none: an entry of its own before `classes`.
fn inserted(root: &Node, text: &str, multiplier: &str) -> Option<Edit> {
    let (key, _) = entries(root).iter().find(|(key, _)| key.text() == Some("classes"))?;
    let at = key.span.start;
    let indent = " ".repeat(at - line_start(text, at));
    let end = if is_flow(root, text) { ", ".to_owned() } else { format!("\n{indent}") };
    let entry = format!("width: {{multiplier: {multiplier}, rounding: exact}}{end}");
    Some(Edit { range: at..at, text: entry })
}

/// An entry taken out, with its line or its comma.
fn removed(root: &Node, text: &str, name: &str) -> Option<Edit> {
    let entries = entries(root);
    let index = entries.iter().position(|(key, _)| key.text() == Some(name))?;
    let (key, value) = &entries[index];
    let range = if !is_flow(root, text) {
        let line = text[value.span.end..].find('\n').map(|length| length + 1);
        line_start(text, key.span.start)
            ..value.span.end + line.unwrap_or(text.len() - value.span.end)
    } else if let Some((next, _)) = entries.get(index + 1) {
        key.span.start..next.span.start
    } else {
        entries[index.checked_sub(1)?].1.span.end..value.span.end
    };
    Some(Edit { range, text: String::new() })
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

fn is_flow(root: &Node, text: &str) -> bool {
    text[root.span.start..].starts_with('{')
}

/// The text with the edits; `None` where they overlap.
fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let (mut out, mut end) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        out += text.get(end..edit.range.start)?;
        out += &edit.text;
        end = edit.range.end;
    }
    out += text.get(end..)?;
    Some(out)
}

/// Whether two specs are the same, wherever their entries stand.
fn is_same(edited: &Spec, mut asked: Spec) -> bool {
    // They hold places, and no edit touches them.
    asked.stages.clone_from(&edited.stages);
    asked.budgets.clone_from(&edited.budgets);
    if let (Some(asked), Some(edited)) = (&mut asked.labels, &edited.labels) {
        asked.at = edited.at;
    }
    *edited == asked
}

fn internal(loaded: &Loaded) -> Error {
    Error::Internal(format!("the text of {} is not that of its spec", loaded.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block;
    use crate::spec::EMBEDDED;

    #[test]
    fn a_variant_is_written_in_and_the_rest_stays() {
        let variant = Variant { width: Some(0.75), resolution: Some((192, 160)), classes: Some(7) };
        for shipped in EMBEDDED {
            let loaded = block::load(shipped.name, &Variant::default()).unwrap();
            let edits = edits(&loaded, &variant).unwrap();
            let text = apply(&loaded.text, &edits).unwrap();
            let lost = loaded.text.lines().filter(|line| !text.contains(line)).count();
            let edited = block::load_text(&text, "edited", &Variant::default()).unwrap();
            let (a, b) = (edited.graph(&Variant::default()), loaded.graph(&variant));
            assert_eq!(format!("{a:?}"), format!("{b:?}"), "{}", shipped.name);
            assert!(lost <= 5, "{lost} lines changed in {}", shipped.name);
        }
    }

    #[test]
    fn what_is_not_there_is_put_in_and_what_is_shared_is_refused() {
        let spec = |head: &str| {
            format!(
                "{head}stages: {{a: [conv_bn: {{c: 4}}]}}\nhead: [{{p: global_average_pool}}, {{l: linear}}]\n"
            )
        };
        let text = spec(
            "name: a\ninput: {channels: 3, height: 8, width: 8}\nclasses: 4\nlabels: l.txt # five\n",
        );
        let loaded = block::load_text(&text, "a", &Variant::default()).unwrap();
        let variant = Variant { width: Some(2.0), resolution: None, classes: Some(5) };
        let edited = apply(&text, &edits(&loaded, &variant).unwrap()).unwrap();
        let head = "name: a\ninput: {channels: 3, height: 8, width: 8}\n\
                    width: {multiplier: 2.0, rounding: exact}\nclasses: 5\n";
        assert_eq!(edited, spec(head));
        let shared = spec("name: a\ninput: {channels: 3, height: &n 8, width: *n}\nclasses: 4\n");
        let loaded = block::load_text(&shared, "a", &Variant::default()).unwrap();
        let tall = Variant { resolution: Some((9, 8)), ..Variant::default() };
        assert!(edits(&loaded, &tall).unwrap_err().to_string().contains("only you"));
    }
}
