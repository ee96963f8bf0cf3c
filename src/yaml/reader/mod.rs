//! Deserializes a [`Node`] and reports everything that is wrong with it, not only the first error.
//!
//! Errors are not carried by serde, which stops at the first. They are reported into a list, and
//! [`At`](super::at::At) turns the failure of its value into an absent value. Keys are checked
//! against the fields that the derived code asks for, so that unknown, repeated and missing keys
//! are all found in one pass.

mod access;
mod messages;

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use serde::de::value::SeqDeserializer;
use serde::de::{self, DeserializeOwned, Deserializer, Visitor};

use self::access::{Entries, Field, PlaceAndValue, Variant};
use super::at;
use super::diagnostic::{Diagnostic, list};
use super::tree::{Node, Span, Value};

/// The value in a tree, where enough of it can be read, and everything that is wrong with the tree.
pub fn read<T: DeserializeOwned>(root: &Node) -> (Option<T>, Vec<Diagnostic>) {
    let findings = Findings::default();
    let value = T::deserialize(Reader::new(root, &findings)).ok();
    (value, findings.into_inner())
}

/// Largest count, size or channel number of a spec.
pub const MAX_COUNT: u64 = 1 << 31;

/// Kind of an enum that is `table` for a mapping with a key that only tables have, otherwise `entry`.
const TABLE_OR_ENTRY: &str = "$mbgen::TableOrEntry";
/// Kind of an enum that is `exact` for a mapping with a side, `shorter` for another mapping,
/// otherwise `count`.
const RESIZE: &str = "$mbgen::Resize";

/// Everything that was found wrong.
pub type Findings = RefCell<Vec<Diagnostic>>;

/// The failure of a value. Its reason is among the [`Findings`] unless it is given here.
#[derive(Debug)]
pub struct ReadError(Option<String>);

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("reported"))
    }
}

impl std::error::Error for ReadError {}

impl de::Error for ReadError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(Some(message.to_string()))
    }
}

/// What a node is to the key that it is named after.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// What the key holds.
    Value,
    /// An entry of the list that the key holds.
    Item,
    /// A key in the mapping that the key holds.
    Key,
    /// What the key, a word that stands alone, would hold.
    Variant,
}

/// Reads one node, or stands for a missing one.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The node; `None` where the key that should hold it is missing.
    node: Option<&'a Node<'a>>,
    /// The key that holds the value.
    name: &'a str,
    role: Role,
    /// Where the value is, or where it is missing.
    span: Span,
    findings: &'a Findings,
}

impl<'a> Reader<'a> {
    /// A reader of the whole file.
    pub fn new(root: &'a Node<'a>, findings: &'a Findings) -> Self {
        Self { node: Some(root), name: "", role: Role::Value, span: root.span, findings }
    }

    fn of(self, node: &'a Node<'a>, name: &'a str) -> Self {
        Self { node: Some(node), name, role: Role::Value, span: node.span, ..self }
    }

    /// Reports what serde found wrong by itself, and passes on what has been reported.
    fn settle<T>(self, result: Result<T, ReadError>) -> Result<T, ReadError> {
        match result {
            Err(ReadError(Some(message))) => Err(self.report(Diagnostic::new(self.span, message))),
            settled => settled,
        }
    }

    /// The text of a plain scalar that is a number.
    fn number(self) -> Option<f64> {
        let Value::Scalar { text, plain: true } = &self.node?.value else { return None };
        let digits = text.trim_start_matches(['+', '-']);
        match digits {
            ".inf" | ".Inf" | ".INF" if text.starts_with('-') => Some(f64::NEG_INFINITY),
            ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
            ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
            // Rust also reads words such as `infinity`, which YAML does not.
            _ if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => text.parse().ok(),
            _ => None,
        }
    }

    /// The variant of an enum that is written without its name.
    fn untagged(self, kind: &str) -> Option<&'static str> {
        let entries = match self.node.map(|node| &node.value) {
            Some(Value::Map(entries)) => Some(entries),
            _ => None,
        };
        let has = |keys: [&str; 2]| {
            let known = |name| keys.contains(&name);
            entries.is_some_and(|e| e.iter().any(|(key, _)| key.text().is_some_and(known)))
        };
        match kind {
            TABLE_OR_ENTRY if has(["columns", "rows"]) => Some("table"),
            TABLE_OR_ENTRY => Some("entry"),
            RESIZE if has(["height", "width"]) => Some("exact"),
            RESIZE if entries.is_some() => Some("shorter"),
            RESIZE => Some("count"),
            _ => None,
        }
    }

    /// The entries of a mapping; repeated keys are reported and left out.
    fn entries(
        self,
        entries: &'a [(Node<'a>, Node<'a>)],
    ) -> Vec<(&'a str, Reader<'a>, Reader<'a>)> {
        let mut seen: HashMap<&str, Span> = HashMap::new();
        let mut unique = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let Some(name) = key.text() else {
                self.report(
                    Diagnostic::new(key.span, "a key that is no word").label("not allowed"),
                );
                continue;
            };
            if let Some(&first) = seen.get(name) {
                self.repeated_key(name, key.span, first);
                continue;
            }
            seen.insert(name, key.span);
            let key = Self { role: Role::Key, ..self.of(key, self.name) };
            unique.push((name, key, self.of(value, name)));
        }
        unique
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = ReadError;

    /// A list as such, anything else as a newtype, which asks again for what it is.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Some(Node { value: Value::List(_), .. }) => self.deserialize_seq(visitor),
            _ => self.settle(visitor.visit_newtype_struct(self)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.map(|node| &node.value) {
            Some(Value::Scalar { text, plain: true }) if text == "true" || text == "false" => {
                self.settle(visitor.visit_bool(text == "true"))
            }
            _ => Err(self.wrong("true or false is allowed")),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.number() {
            Some(n) if n >= 1.0 && n <= MAX_COUNT as f64 && n.fract() == 0.0 => {
                self.settle(visitor.visit_u64(n as u64))
            }
            _ => Err(self.wrong(format!("a whole number from 1 to {MAX_COUNT} is allowed"))),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.number() {
            Some(n) => self.settle(visitor.visit_f64(n)),
            None => Err(self.wrong("a number is allowed")),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node.and_then(Node::text) {
            Some(text) if !self.node.is_some_and(Node::is_null) => {
                self.settle(visitor.visit_str(text))
            }
            _ => Err(self.wrong("text is allowed")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Some(node) if !node.is_null() => self.settle(visitor.visit_some(self)),
            _ => self.settle(visitor.visit_none()),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        self.settle(visitor.visit_newtype_struct(self))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        debug_assert_eq!(name, at::NAME, "no other tuple struct is part of a spec");
        let Span { at, start, end } = self.span;
        let place = [at.line, at.column, start, end];
        self.settle(
            visitor.visit_seq(PlaceAndValue { place: place.into_iter(), reader: Some(self) }),
        )
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Some(Node { value: Value::List(items), .. }) => {
                let items =
                    items.iter().map(|item| Self { role: Role::Item, ..self.of(item, self.name) });
                self.settle(visitor.visit_seq(SeqDeserializer::new(items)))
            }
            _ => Err(self.wrong("a list is allowed")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        match self.node {
            Some(Node { value: Value::Map(entries), .. }) => {
                let entries = self.entries(entries).into_iter().map(|(_, key, value)| (key, value));
                self.settle(visitor.visit_map(Entries::new(entries)))
            }
            _ => Err(self.wrong("a mapping is allowed")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        let Some(Node { value: Value::Map(entries), .. }) = self.node else {
            return Err(self.wrong(format!("a mapping with the keys {} is allowed", list(fields))));
        };
        let mut given = HashMap::new();
        for (name, key, value) in self.entries(entries) {
            match fields.iter().find(|&&field| field == name) {
                Some(&field) => {
                    given.insert(field, value);
                }
                None => self.unknown_key(name, key.span, fields),
            }
        }
        let entries = fields.iter().map(|&field| {
            let absent = Self { node: None, name: field, role: Role::Value, ..self };
            (Field(field), given.get(field).copied().unwrap_or(absent))
        });
        self.settle(visitor.visit_map(Entries::new(entries)))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        kind: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadError> {
        if let Some(name) = self.untagged(kind) {
            return visitor.visit_enum(Variant { name, value: Some(self), reader: self });
        }
        let allowed = || format!("allowed: {}", list(variants));
        let (name, at, value) = match self.node.map(|node| (node, &node.value)) {
            Some((node, Value::Scalar { text, .. })) if !node.is_null() => {
                (text.as_ref(), node.span, None)
            }
            Some((_, Value::Map(entries))) => match self.entries(entries)[..] {
                [(name, key, value)] => (name, key.span, Some(value)),
                [] => return Err(self.wrong(allowed())),
                [(first, ..), (second, key, _), ..] => {
                    return Err(self.second_key(first, second, key.span));
                }
            },
            _ => return Err(self.wrong(allowed())),
        };
        let Some(&name) = variants.iter().find(|&&variant| variant == name) else {
            let is_key = value.is_some() || self.role == Role::Key;
            return Err(self.unknown_variant(kind, name, at, is_key, variants));
        };
        self.settle(visitor.visit_enum(Variant { name, value, reader: self }))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadError> {
        self.deserialize_str(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u32 f32 char bytes byte_buf unit unit_struct tuple ignored_any
    }
}
