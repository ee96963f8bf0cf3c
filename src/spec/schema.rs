//! The JSON Schema of a spec, for editors.

use super::file::File;

/// The schema as pretty-printed JSON, with a final newline.
pub fn schema() -> String {
    let schema = schemars::schema_for!(File);
    format!("{:#}\n", schema.as_value())
}
