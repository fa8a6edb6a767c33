//! What is allowed, but probably not meant.

use super::Lowerer;
use super::schema_object::SchemaObject;
use crate::read::diagnostic::Diagnostic;
use crate::read::document::NodeValue;
use crate::read::edit;
use crate::read::resolve::{Draft, Location};

/// Keywords that ask nothing of a value that is not an object.
const OF_OBJECTS: [&str; 3] = ["properties", "required", "additionalProperties"];
/// The same, and of values of other types; within a composition they often add to what another schema says the type of.
const OF_TYPES: [(&str, &str, &[&str]); 4] = [
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
        ],
    ),
    ("array", "an array", &["items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"]),
    ("string", "a string", &["minLength", "maxLength", "pattern", "format"]),
    ("number", "a number", &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
];
/// Keywords by which schemas apply together, or in some cases.
const OF_COMPOSITION: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];
/// Keywords that say what a value is, without `type`.
const OF_ANY_TYPE: [&str; 9] =
    ["type", "enum", "const", "$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf"];
/// Keywords whose schemas stand for a whole value, and not for a part of what another one says.
const OF_VALUES: [&str; 5] = ["properties", "patternProperties", "items", "additionalProperties", "prefixItems"];

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
        let says_type = OF_ANY_TYPE.iter().any(|keyword| object.member(keyword).is_some());
        let is_given = self.registry.is_given(object.location.document);
        if says_type || !is_given || !is_whole_value(&object.location.path) {
            return;
        }
        let asks = |keywords: &[&str]| keywords.iter().find_map(|keyword| object.member(keyword));
        let of_objects = asks(&OF_OBJECTS).map(|member| (member, "object", "an object"));
        let is_composed = OF_COMPOSITION.iter().any(|keyword| object.location.path.iter().any(|part| part == keyword));
        let others = OF_TYPES.iter().filter(|_| !is_composed);
        let mut of_others = others.filter_map(|(name, article, keywords)| Some((asks(keywords)?, *name, *article)));
        if let Some((member, name, article)) = of_objects.or_else(|| of_others.next()) {
            let message = format!("without `type`, `{}` leaves every value valid that is not {article}", member.name);
            let finding = Diagnostic::warning("WN0314", object.name_place(member), message);
            let help = format!("say `\"type\": \"{name}\"`, unless other values are meant to be valid");
            let document = object.document();
            let add = || edit::insert_before(document, object.location.node, &member.name, "type", &name.into());
            let fix = if name == "object" { add() } else { None };
            self.warn_of_unknown(finding.help(help).fix(fix));
        }
    }
}

/// Whether the schema at `path` is a file's, or that of a member or an item.
fn is_whole_value(path: &[String]) -> bool {
    let is = |at: usize| path.len().checked_sub(at).is_some_and(|at| OF_VALUES.contains(&path[at].as_str()));
    path.is_empty() || is(2) || (is(1) && !is(2))
}
