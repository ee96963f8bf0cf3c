//! Why there is no answer, as JSON.

use mbgen::error::Error;
use mbgen::yaml::{Diagnostic, Diagnostics};
use serde_json::{Value, json};

use crate::calls::Refusal;

/// The problems of a file with their places, what is needed, or a message.
pub fn refusal(refusal: &Refusal) -> Vec<u8> {
    let value = match refusal {
        Refusal::Needs(file) => json!({ "needs": file }),
        Refusal::Wrong(Error::Spec(problems)) => diagnostics(problems),
        Refusal::Wrong(error) => {
            let mut message = error.to_string();
            if let Some(cause) = std::error::Error::source(error) {
                message += &format!(": {cause}");
            }
            json!({ "message": message })
        }
    };
    value.to_string().into_bytes()
}

fn diagnostics(problems: &Diagnostics) -> Value {
    let all: Vec<Value> = problems.all.iter().map(diagnostic).collect();
    json!({ "file": problems.name, "diagnostics": all, "text": problems.to_string() })
}

/// A problem; places are bytes of the text.
fn diagnostic(problem: &Diagnostic) -> Value {
    let (range, at) = (problem.range(), problem.span().at);
    let mut value = json!({
        "start": range.start,
        "end": range.end,
        "line": at.line,
        "column": at.column,
        "path": problem.path(),
        "message": problem.message(),
        "label": problem.said(),
        "notes": problem.notes(),
    });
    if let Some(replacement) = problem.replacement() {
        value["replacement"] = replacement.into();
    }
    if let Some((range, label)) = problem.context() {
        value["context"] = json!([range.start, range.end, label]);
    }
    value
}
