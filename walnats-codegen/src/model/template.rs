//! Texts with fields of the payload in them: subjects and ids.

use std::fmt;

/// A text with fields of the payload in it: `users.{user_id}.created`.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// In order; never two literals in a row.
    pub parts: Vec<TemplatePart>,
}

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq)]
pub enum TemplatePart {
    /// Stands for itself.
    Literal(String),
    /// A required scalar field of the payload.
    Field(FieldPath),
}

/// A path to a scalar that every payload of the event has.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPath {
    /// Property or field names as the schema writes them, outermost first; never empty.
    pub names: Vec<String>,
    /// What stands there.
    pub kind: ScalarKind,
}

/// The scalars that a template may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// Any string, enumerations and formats too.
    String,
    /// Any integer.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// The name of a value of a protobuf enumeration; a number without a name has no text.
    Enum,
}

/// As the schema writes it.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            TemplatePart::Literal(text) => f.write_str(text),
            TemplatePart::Field(path) => write!(f, "{{{}}}", path.names.join(".")),
        })
    }
}

impl Template {
    /// The fields, in order.
    pub fn fields(&self) -> impl Iterator<Item = &FieldPath> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Field(path) => Some(path),
            TemplatePart::Literal(_) => None,
        })
    }

    /// The subject filter that matches everything the template can produce: each token with a field in it becomes `*`.
    pub fn wildcard(&self) -> String {
        let marked: String = self
            .parts
            .iter()
            .map(|part| match part {
                TemplatePart::Literal(text) => text.as_str(),
                TemplatePart::Field(_) => "*",
            })
            .collect();
        let tokens = marked.split('.').map(|token| if token.contains('*') { "*" } else { token });
        tokens.collect::<Vec<_>>().join(".")
    }
}
