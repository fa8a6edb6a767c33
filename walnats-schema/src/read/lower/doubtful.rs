//! What is allowed, but probably not meant.

use super::Lowerer;
use super::schema_object::SchemaObject;
use crate::read::diagnostic::{Diagnostic, Fix};
use crate::read::document::{Document, Member, Node, NodeValue};
use crate::read::edit;
use crate::read::resolve::{Draft, Location};

/// Keywords that ask nothing of a value that is not an object.
pub(super) const OF_OBJECTS: [&str; 3] = ["properties", "required", "additionalProperties"];
/// The same, and of values of other types; within a composition they often add to what another schema says the type of.
pub(super) const OF_TYPES: [(&str, &str, &[&str]); 4] = [
    (
        "object",
        "an object",
        &[
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "dependentSchemas",
            "unevaluatedProperties",
        ],
    ),
    (
        "array",
        "an array",
        &["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems", "unevaluatedItems"],
    ),
    ("string", "a string", &["minLength", "maxLength", "pattern", "format"]),
    ("number", "a number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
];
/// Keywords by which schemas apply together, or in some cases.
const OF_COMPOSITION: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];
/// Keywords that say what a value is, without `type`.
const OF_ANY_TYPE: [&str; 9] =
    ["type", "enum", "const", "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf"];
/// Keywords whose schemas stand for a whole value, and not for a part of what another one says.
const OF_VALUES: [&str; 8] = [
    "properties",
    "patternProperties",
    "items",
    "additionalProperties",
    "prefixItems",
    "additionalItems",
    "contains",
    "unevaluatedItems",
];

impl<'a> Lowerer<'a, '_> {
    /// `true` and `false` are schemas only since draft 6; before, two keywords took them.
    pub(super) fn note_boolean(&mut self, location: &Location<'a>) {
        let keyword = location.path.last().map(String::as_str);
        let is_allowed = matches!(keyword, Some("additionalProperties" | "additionalItems"));
        if is_allowed
            || !self.registry.is_given(location.document)
            || self.registry.dialect(location).draft != Draft::Draft4
        {
            return;
        }
        let message = "in draft-04, `true` and `false` are not schemas: other validators refuse this one";
        let help = "write `{}` for `true` and `{\"not\": {}}` for `false`, or say a later draft in `$schema`";
        let finding = Diagnostic::warning("WN0307", self.registry.place(location), message);
        self.warn_of_unknown(finding.help(help));
    }

    pub(super) fn note_doubtful(&mut self, object: &SchemaObject<'_, 'a>) {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            if let Some(member) = object.member(keyword)
                && matches!(&member.value.value, NodeValue::Array(items) if items.is_empty())
            {
                let message = match keyword {
                    "allOf" => "`allOf` lists no schema: it asks for nothing".to_owned(),
                    _ => format!("`{keyword}` lists no schema: no value is valid"),
                };
                let finding = Diagnostic::error("WN0315", object.place(&member.value), message);
                self.report.push(finding.help("list at least one schema, or drop the keyword"));
            }
        }
        if let Some(member) = object.member("examples")
            && !matches!(member.value.value, NodeValue::Array(_))
        {
            let message = "`examples` must be an array: it is not checked";
            let help = "write `\"examples\": [...]` around the example";
            let fix = edit::wrap_in_array(object.document(), &member.value);
            self.report.push(Diagnostic::warning("WN0312", object.place(&member.value), message).help(help).fix(fix));
        }
        // Also where it says so in a wrong way, which is reported.
        let says_type = OF_ANY_TYPE.iter().any(|keyword| object.location.node.get(keyword).is_some());
        let is_given = self.registry.is_given(object.location.document);
        if says_type || !is_given || !is_whole_value(&object.location.path) {
            return;
        }
        let asks = |keywords: &[&str]| {
            keywords.iter().filter_map(|keyword| object.member(keyword)).find(|member| asks_something(member))
        };
        let of_objects = asks(&OF_OBJECTS).map(|member| (member, "object", "an object"));
        let others = OF_TYPES.iter().filter(|_| !is_composed(&object.location.path));
        let mut of_others = others.filter_map(|(name, article, keywords)| Some((asks(keywords)?, *name, *article)));
        if let Some((member, name, article)) = of_objects.or_else(|| of_others.next()) {
            let finding = without_type(object.document(), object.location.node, member, (name, article));
            self.warn_of_unknown(finding);
        }
    }
}

/// Whether a keyword asks for anything: `"additionalProperties": true` and an empty `required` do not.
pub(super) fn asks_something(member: &Member) -> bool {
    match &member.value.value {
        NodeValue::Bool(value) => *value == (member.name == "uniqueItems"),
        NodeValue::Array(items) => !items.is_empty(),
        NodeValue::Object(members) => !members.is_empty(),
        _ => true,
    }
}

/// The finding about `keyword` of `schema`, which looks at values of one type (`("object", "an object")`) alone.
pub(super) fn without_type(
    document: &Document,
    schema: &Node,
    keyword: &Member,
    (name, article): (&str, &str),
) -> Diagnostic {
    let message = format!("without `type`, `{}` leaves every value valid that is not {article}", keyword.name);
    let help = format!("say `\"type\": \"{name}\"`, unless other values are meant to be valid");
    let add = || edit::insert_before(document, schema, &keyword.name, "type", &name.into());
    let fix = if name == "object" { add().map(|edit| Fix::from(edit).narrowing()) } else { None };
    Diagnostic::warning("WN0314", document.place(&keyword.name_span), message).help(help).fix(fix)
}

/// Whether the schema at `path` adds to what others say about the same value, or is a case of it.
pub(super) fn is_composed(path: &[String]) -> bool {
    OF_COMPOSITION.iter().any(|keyword| path.iter().any(|part| part == keyword))
}

/// Whether the schema at `path` is a file's, or that of a member or an item.
pub(super) fn is_whole_value(path: &[String]) -> bool {
    let is = |at: usize| path.len().checked_sub(at).is_some_and(|at| OF_VALUES.contains(&path[at].as_str()));
    path.is_empty() || is(2) || (is(1) && !is(2))
}
