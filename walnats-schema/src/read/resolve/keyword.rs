//! Every keyword of drafts 4 to 2020-12: where it means something, and what its value looks like.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use super::dialect::Dialect;
use super::draft::{Draft, Vocabulary};
use crate::Decimal;
use crate::read::document::{Node, NodeValue};

/// A keyword.
#[derive(Debug)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) drafts: RangeInclusive<Draft>,
    pub(crate) vocabulary: Vocabulary,
    pub(crate) shape: Shape,
}

/// What a keyword's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A schema.
    Schema,
    /// A list of schemas.
    Schemas,
    /// `items` before 2020-12.
    SchemaOrSchemas,
    /// Schemas by name.
    Members,
    /// `dependencies`: by name, schemas or lists of names.
    Dependencies,
    /// A number above zero.
    PositiveNumber,
    Number,
    /// `exclusiveMinimum` and `exclusiveMaximum` of draft 4.
    Boolean,
    /// An integer, not negative.
    Count,
    Text,
    Texts,
    /// Lists of names by name.
    TextLists,
    /// The name of a type, or several.
    Types,
    Values,
    /// By name, anything.
    Object,
    Any,
}

const D4: Draft = Draft::Draft4;
const D6: Draft = Draft::Draft6;
const D7: Draft = Draft::Draft7;
const D19: Draft = Draft::Draft201909;
const D20: Draft = Draft::Draft202012;

const fn row(name: &'static str, from: Draft, to: Draft, vocabulary: Vocabulary, shape: Shape) -> Keyword {
    Keyword { name, drafts: from..=to, vocabulary, shape }
}

use Vocabulary::{Applicator, Content, Core, Format, Metadata, Unevaluated, Validation};

/// `definitions` and `dependencies` live on after draft 7: the later meta-schemas still know them. Annotations are
/// taken from any draft.
pub(crate) static KEYWORDS: &[Keyword] = &[
    row("$schema", D4, D20, Core, Shape::Text),
    row("id", D4, D4, Core, Shape::Text),
    row("$id", D6, D20, Core, Shape::Text),
    row("$ref", D4, D20, Core, Shape::Text),
    row("$anchor", D19, D20, Core, Shape::Text),
    row("$dynamicAnchor", D20, D20, Core, Shape::Text),
    row("$dynamicRef", D20, D20, Core, Shape::Text),
    row("$recursiveAnchor", D19, D19, Core, Shape::Boolean),
    row("$recursiveRef", D19, D19, Core, Shape::Text),
    row("$vocabulary", D19, D20, Core, Shape::Object),
    row("$comment", D4, D20, Core, Shape::Any),
    row("$defs", D19, D20, Core, Shape::Members),
    row("definitions", D4, D20, Core, Shape::Members),
    row("type", D4, D20, Validation, Shape::Types),
    row("enum", D4, D20, Validation, Shape::Values),
    row("const", D6, D20, Validation, Shape::Any),
    row("multipleOf", D4, D20, Validation, Shape::PositiveNumber),
    row("minimum", D4, D20, Validation, Shape::Number),
    row("maximum", D4, D20, Validation, Shape::Number),
    row("exclusiveMinimum", D4, D4, Validation, Shape::Boolean),
    row("exclusiveMaximum", D4, D4, Validation, Shape::Boolean),
    row("exclusiveMinimum", D6, D20, Validation, Shape::Number),
    row("exclusiveMaximum", D6, D20, Validation, Shape::Number),
    row("minLength", D4, D20, Validation, Shape::Count),
    row("maxLength", D4, D20, Validation, Shape::Count),
    row("pattern", D4, D20, Validation, Shape::Text),
    row("format", D4, D20, Format, Shape::Text),
    row("contentEncoding", D7, D20, Content, Shape::Text),
    row("contentMediaType", D7, D20, Content, Shape::Text),
    row("contentSchema", D19, D20, Content, Shape::Schema),
    row("items", D4, D19, Applicator, Shape::SchemaOrSchemas),
    row("items", D20, D20, Applicator, Shape::Schema),
    row("prefixItems", D20, D20, Applicator, Shape::Schemas),
    row("additionalItems", D4, D19, Applicator, Shape::Schema),
    row("contains", D6, D20, Applicator, Shape::Schema),
    row("unevaluatedItems", D19, D20, Unevaluated, Shape::Schema),
    row("minItems", D4, D20, Validation, Shape::Count),
    row("maxItems", D4, D20, Validation, Shape::Count),
    row("uniqueItems", D4, D20, Validation, Shape::Boolean),
    row("minContains", D19, D20, Validation, Shape::Count),
    row("maxContains", D19, D20, Validation, Shape::Count),
    row("properties", D4, D20, Applicator, Shape::Members),
    row("patternProperties", D4, D20, Applicator, Shape::Members),
    row("additionalProperties", D4, D20, Applicator, Shape::Schema),
    row("propertyNames", D6, D20, Applicator, Shape::Schema),
    row("dependencies", D4, D20, Applicator, Shape::Dependencies),
    row("dependentSchemas", D19, D20, Applicator, Shape::Members),
    row("unevaluatedProperties", D19, D20, Unevaluated, Shape::Schema),
    row("required", D4, D20, Validation, Shape::Texts),
    row("minProperties", D4, D20, Validation, Shape::Count),
    row("maxProperties", D4, D20, Validation, Shape::Count),
    row("dependentRequired", D19, D20, Validation, Shape::TextLists),
    row("allOf", D4, D20, Applicator, Shape::Schemas),
    row("anyOf", D4, D20, Applicator, Shape::Schemas),
    row("oneOf", D4, D20, Applicator, Shape::Schemas),
    row("not", D4, D20, Applicator, Shape::Schema),
    row("if", D7, D20, Applicator, Shape::Schema),
    row("then", D7, D20, Applicator, Shape::Schema),
    row("else", D7, D20, Applicator, Shape::Schema),
    row("title", D4, D20, Metadata, Shape::Any),
    row("description", D4, D20, Metadata, Shape::Any),
    row("default", D4, D20, Metadata, Shape::Any),
    row("examples", D4, D20, Metadata, Shape::Any),
    row("deprecated", D4, D20, Metadata, Shape::Any),
    row("readOnly", D4, D20, Metadata, Shape::Any),
    row("writeOnly", D4, D20, Metadata, Shape::Any),
];

impl Keyword {
    /// The keyword `name`, if it means anything in `dialect`.
    pub(crate) fn find(name: &str, dialect: Dialect) -> Option<&'static Self> {
        KEYWORDS.iter().find(|keyword| keyword.name == name && keyword.is_known_in(dialect))
    }

    /// Whether it means anything in `dialect`.
    pub(crate) fn is_known_in(&self, dialect: Dialect) -> bool {
        self.drafts.contains(&dialect.draft) && dialect.has(self.vocabulary)
    }

    /// Whether values are judged by it.
    pub(crate) fn constrains(&self) -> bool {
        !matches!(self.vocabulary, Vocabulary::Core | Vocabulary::Metadata | Vocabulary::Content)
    }

    /// The schemas in a keyword's value, each with the steps that lead to it from there.
    pub(crate) fn schemas<'a>(&self, value: &'a Node) -> Vec<(Option<Cow<'a, str>>, &'a Node)> {
        let is_schema = |node: &Node| matches!(node.value, NodeValue::Object(_) | NodeValue::Bool(_));
        match (self.shape, &value.value) {
            (Shape::Schema | Shape::SchemaOrSchemas, _) if is_schema(value) => vec![(None, value)],
            (Shape::Schemas | Shape::SchemaOrSchemas, NodeValue::Array(items)) => {
                items.iter().enumerate().map(|(index, item)| (Some(Cow::Owned(index.to_string())), item)).collect()
            }
            (Shape::Members | Shape::Dependencies, NodeValue::Object(members)) => members
                .iter()
                .filter(|member| is_schema(&member.value))
                .map(|member| (Some(Cow::Borrowed(member.name.as_str())), &member.value))
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Shape {
    /// Whether a value looks like this; the schemas in it are not looked at.
    pub(crate) fn fits(self, node: &Node) -> bool {
        let texts = |node: &Node| matches!(&node.value, NodeValue::Array(items) if items.iter().all(is_text));
        let schema = |node: &Node| matches!(node.value, NodeValue::Object(_) | NodeValue::Bool(_));
        match (self, &node.value) {
            (Self::Any, _)
            | (Self::Schemas | Self::SchemaOrSchemas | Self::Values, NodeValue::Array(_))
            | (Self::Members | Self::Object, NodeValue::Object(_))
            | (Self::Number, NodeValue::Number(_))
            | (Self::Boolean, NodeValue::Bool(_))
            | (Self::Text, NodeValue::String(_)) => true,
            (Self::Schema | Self::SchemaOrSchemas, _) => schema(node),
            (Self::Dependencies, NodeValue::Object(members)) => {
                members.iter().all(|member| schema(&member.value) || texts(&member.value))
            }
            (Self::PositiveNumber, NodeValue::Number(number)) => number.as_f64().is_some_and(|number| number > 0.0),
            (Self::Count, _) => count(node).is_some(),
            (Self::Texts, _) => texts(node),
            (Self::TextLists, NodeValue::Object(members)) => members.iter().all(|member| texts(&member.value)),
            (Self::Types, NodeValue::String(name)) => TYPES.contains(&name.as_str()),
            (Self::Types, NodeValue::Array(items)) => {
                !items.is_empty() && items.iter().all(|item| item.as_str().is_some_and(|name| TYPES.contains(&name)))
            }
            _ => false,
        }
    }

    /// In words: `an array of strings`.
    pub(crate) fn expectation(self) -> &'static str {
        match self {
            Self::Schema => "a schema: an object, `true` or `false`",
            Self::Schemas => "an array of schemas",
            Self::SchemaOrSchemas => "a schema or an array of schemas",
            Self::Members => "an object whose members are schemas",
            Self::Dependencies => "an object whose members are schemas or arrays of strings",
            Self::PositiveNumber => "a number above 0",
            Self::Number => "a number",
            Self::Boolean => "`true` or `false`",
            Self::Count => "an integer of 0 or more",
            Self::Text => "a string",
            Self::Texts => "an array of strings",
            Self::TextLists => "an object whose members are arrays of strings",
            Self::Types => "one or an array of `null`, `boolean`, `integer`, `number`, `string`, `array`, `object`",
            Self::Values => "an array",
            Self::Object => "an object",
            Self::Any => "anything",
        }
    }
}

/// The names that `type` may have.
pub(crate) const TYPES: [&str; 7] = ["null", "boolean", "integer", "number", "string", "array", "object"];

/// An integer that is not negative; `2.0` is one.
pub(crate) fn count(node: &Node) -> Option<u64> {
    let NodeValue::Number(number) = &node.value else { return None };
    let decimal = Decimal::from(number);
    // The largest one is as good for a bound beyond what any instance reaches.
    let count = || decimal.to_integer().and_then(|integer| u64::try_from(integer).ok()).unwrap_or(u64::MAX);
    (decimal.is_integer() && decimal >= Decimal::from(0_u64)).then(count)
}

fn is_text(node: &Node) -> bool {
    matches!(node.value, NodeValue::String(_))
}
