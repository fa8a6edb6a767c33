//! The keywords that refuse, of lowered schemas.

use walnats_schema::Schema;

/// A keyword that a schema has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// One of [`PLAIN`], by its position.
    Plain(usize),
    /// `required`, of this member.
    Required(String),
    /// `dependentRequired`, for the presence of this member.
    DependentRequired(String),
}

/// Names in files, and how to take the keyword out.
type Plain = (&'static [&'static str], fn(&mut Schema));

const PLAIN: [Plain; 22] = [
    (&["false"], |schema| schema.never = false),
    (&["type"], |schema| schema.types = None),
    (&["enum", "const"], |schema| schema.enumeration = None),
    (&["minimum"], |schema| schema.number.minimum = None),
    (&["exclusiveMinimum"], |schema| schema.number.exclusive_minimum = None),
    (&["maximum"], |schema| schema.number.maximum = None),
    (&["exclusiveMaximum"], |schema| schema.number.exclusive_maximum = None),
    (&["multipleOf"], |schema| schema.number.multiple_of = None),
    (&["format"], |schema| (schema.number.format, schema.string.format) = (None, None)),
    (&["minLength"], |schema| schema.string.min_length = None),
    (&["maxLength"], |schema| schema.string.max_length = None),
    (&["pattern"], |schema| schema.string.pattern = None),
    (&["minItems"], |schema| schema.array.min_items = None),
    (&["maxItems"], |schema| schema.array.max_items = None),
    (&["uniqueItems"], |schema| schema.array.unique_items = false),
    (&["contains"], |schema| schema.array.contains = None),
    (&["minProperties"], |schema| schema.object.min_properties = None),
    (&["maxProperties"], |schema| schema.object.max_properties = None),
    (&["propertyNames"], |schema| schema.object.property_names = None),
    (&["anyOf"], |schema| schema.any_of.clear()),
    (&["oneOf"], |schema| schema.one_of.clear()),
    (&["not"], |schema| schema.not = None),
];

/// The keywords of a schema that refuse by themselves.
pub fn of(schema: &Schema) -> Vec<Keyword> {
    let plain = (0..PLAIN.len()).map(Keyword::Plain);
    let required = schema.object.required.iter().cloned().map(Keyword::Required);
    let dependent = schema.object.dependent_required.iter().map(|(cause, _)| Keyword::DependentRequired(cause.clone()));
    let has = |keyword: &Keyword| {
        let mut without = schema.clone();
        keyword.remove(&mut without);
        without != *schema
    };
    plain.filter(has).chain(required).chain(dependent).collect()
}

impl Keyword {
    /// Takes the keyword out of a schema.
    pub fn remove(&self, schema: &mut Schema) {
        match self {
            Self::Plain(at) => (PLAIN[*at].1)(schema),
            Self::Required(member) => schema.object.required.retain(|name| name != member),
            Self::DependentRequired(cause) => schema.object.dependent_required.retain(|(name, _)| name != cause),
        }
    }

    /// What it may be called in a file.
    pub fn names(&self) -> &'static [&'static str] {
        match self {
            Self::Plain(at) => PLAIN[*at].0,
            Self::Required(_) => &["required"],
            Self::DependentRequired(_) => &["dependentRequired", "dependencies"],
        }
    }

    /// What it is called where a file calls it `written`, with the member that it is about.
    pub fn called(&self, written: Option<&str>) -> String {
        let name = written.unwrap_or(self.names()[0]);
        match self {
            Self::Plain(_) => name.to_owned(),
            Self::Required(member) | Self::DependentRequired(member) => format!("{name} `{member}`"),
        }
    }
}
