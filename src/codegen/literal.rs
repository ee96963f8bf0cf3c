//! Rust expressions as rustfmt lays them out.

/// Columns of a line.
pub const LINE: usize = 100;

/// An expression, in ASCII: rustfmt measures some of them in bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text that stays on one line.
    Text(String),
    /// A struct with named fields.
    Struct(&'static str, Vec<(&'static str, Literal)>),
    /// `Some(..)` of a struct.
    Some(Box<Literal>),
    /// A reference to an array of structs.
    Slice(Vec<Literal>),
}

impl Literal {
    /// Text from anything that has some.
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    /// `Some` of an expression, or `None`.
    pub fn option(value: Option<Self>) -> Self {
        value.map_or_else(|| Self::text("None"), |value| Self::Some(Box::new(value)))
    }

    /// The expression after `column` columns of a line that is indented by `indent` and goes on with
    /// one more character.
    pub fn render(&self, indent: usize, column: usize) -> String {
        let line = self.line();
        if column + line.len() < LINE || matches!(self, Self::Text(_)) {
            return line;
        }
        let inner = indent + 4;
        let (pad, end) = (" ".repeat(inner), " ".repeat(indent));
        match self {
            Self::Text(_) => line,
            Self::Struct(name, fields) => {
                let mut text = format!("{name} {{\n");
                for (field, value) in fields {
                    let value = value.render(inner, inner + field.len() + 2);
                    text += &format!("{pad}{field}: {value},\n");
                }
                text + &end + "}"
            }
            Self::Some(value) => format!("Some({})", value.render(indent, LINE)),
            Self::Slice(items) => match &items[..] {
                [only] => format!("&[{}]", only.render(indent, LINE)),
                items => {
                    let mut text = "&[\n".to_owned();
                    for item in items {
                        text += &format!("{pad}{},\n", item.render(inner, inner));
                    }
                    text + &end + "]"
                }
            },
        }
    }

    /// The expression on one line.
    fn line(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Struct(name, fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(field, value)| format!("{field}: {}", value.line()))
                    .collect();
                format!("{name} {{ {} }}", fields.join(", "))
            }
            Self::Some(value) => format!("Some({})", value.line()),
            Self::Slice(items) => {
                let items: Vec<String> = items.iter().map(Self::line).collect();
                format!("&[{}]", items.join(", "))
            }
        }
    }
}

/// A number with an underscore every three digits.
pub fn number(n: usize) -> String {
    crate::text::thousands(n as u64).replace(',', "_")
}

/// An `f32` literal.
pub fn float(x: f32) -> String {
    match x {
        f32::INFINITY => "f32::INFINITY".to_owned(),
        f32::NEG_INFINITY => "f32::NEG_INFINITY".to_owned(),
        x => format!("{x:?}"),
    }
}
