//! What is said of a node that cannot be read.

use super::super::diagnostic::{Diagnostic, excerpt, list};
use super::super::tree::{Span, Value};
use super::{ReadError, Reader, Role};

/// Problems up to which known words are compared with an unknown one.
const SUGGESTED: usize = 1_000;

impl Reader<'_> {
    /// Takes note of a problem; the failure that is returned needs no reason of its own.
    pub(super) fn report(self, diagnostic: Diagnostic) -> ReadError {
        self.findings.borrow_mut().push(diagnostic);
        ReadError(None)
    }

    /// What the value is called in messages.
    fn subject(self) -> String {
        match (self.name, self.role) {
            ("", Role::Value) => "the file".to_owned(),
            (name, Role::Value | Role::Variant) => format!("`{}`", excerpt(name)),
            (name, Role::Item) => format!("an entry of `{}`", excerpt(name)),
            (name, Role::Key) => format!("a key of `{}`", excerpt(name)),
        }
    }

    /// Reports a value of the wrong kind.
    pub(super) fn wrong(self, allowed: impl Into<String>) -> ReadError {
        let Some(node) = self.node else {
            return self.report(match self.role {
                Role::Variant => {
                    let wrong = format!("`{}` without a value", self.name);
                    let label = format!("write `{}: ...`", self.name);
                    Diagnostic::new(self.span, wrong).label(label)
                }
                _ => Diagnostic::missing(self.span, self.name),
            });
        };
        let found = match &node.value {
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a mapping".to_owned(),
            Value::Scalar { .. } if node.is_null() => "empty".to_owned(),
            Value::Scalar { text, plain: true } => excerpt(text),
            Value::Scalar { text, plain: false } => format!("the text \"{}\"", excerpt(text)),
        };
        let message = format!("{} is {found}", self.subject());
        self.report(Diagnostic::new(self.span, message).label(allowed))
    }

    /// Says what is meant perhaps, for as many problems as somebody may look at.
    fn suggest(self, problem: Diagnostic, word: &str, known: &[&str]) -> Diagnostic {
        if self.findings.borrow().len() < SUGGESTED {
            problem.suggest(word, known.iter().copied())
        } else {
            problem
        }
    }

    /// Reports a key that no field has.
    pub(super) fn unknown_key(self, key: &str, at: Span, fields: &[&str]) {
        let unknown = Diagnostic::key(at, format!("unknown key `{}`", excerpt(key)));
        let unknown = unknown.label(format!("not a key of {}", self.subject()));
        let unknown = if key == "<<" {
            unknown.help("merge keys are not supported: write the keys out".to_owned())
        } else {
            self.suggest(unknown, key, fields)
        };
        self.report(unknown.note("allowed", list(fields)));
    }

    /// Reports a key that its mapping has already.
    pub(super) fn repeated_key(self, key: &str, at: Span, first: Span) {
        let again = Diagnostic::key(at, format!("duplicate key `{}`", excerpt(key)));
        self.report(again.label("given again here").and(first, "first given here"));
    }

    /// Reports a second key where the one key says what the mapping is.
    pub(super) fn second_key(self, first: &str, second: &str, at: Span) -> ReadError {
        let message = format!("`{}` beside `{}`", excerpt(second), excerpt(first));
        let why = "one key is allowed here: begin another entry with `- `, or indent";
        self.report(Diagnostic::key(at, message).label(why))
    }

    /// Reports a word that is none of those that `kind` may be.
    pub(super) fn unknown_variant(
        self,
        kind: &str,
        word: &str,
        at: Span,
        is_key: bool,
        allowed: &[&str],
    ) -> ReadError {
        let message = format!("unknown {kind} `{}`", excerpt(word));
        let unknown =
            if is_key { Diagnostic::key(at, message) } else { Diagnostic::new(at, message) };
        let unknown = unknown.label(format!("allowed: {}", list(allowed)));
        self.report(self.suggest(unknown, word, allowed))
    }
}
