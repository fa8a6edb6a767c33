//! The rules of a value: those that a package writes, and the standard ones of its type.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _, Value};
use walnats_cel::{Type, Value as Known};

use super::conflict::{Asked, Test, conflict};
use super::declarations::{Schema, field_value, known, message_value, value_type, wrapped};
use super::expression::{Written, variables, written_in};
use super::field::nested;
use super::site::Site;
use super::{Lowering, list, option, plain, set, texts};
use crate::model::{TypeUrls, ValueChecks};

/// What a value is made of.
pub enum Shape {
    One(Kind),
    List(Kind),
    /// By the message that an entry is on the wire.
    Map(MessageDescriptor),
}

impl Shape {
    /// The type as expressions see it.
    fn ty(&self) -> Type {
        match self {
            Self::One(kind) => value_type(kind),
            Self::List(kind) => Type::List(Box::new(value_type(kind))),
            Self::Map(entry) => {
                Type::Map(Box::new(value_type(&part(entry, "key"))), Box::new(value_type(&part(entry, "value"))))
            }
        }
    }

    /// The field of `buf.validate.FieldRules` that has the standard rules.
    fn rules(&self) -> Option<String> {
        match self {
            Self::List(_) => Some("repeated".to_owned()),
            Self::Map(_) => Some("map".to_owned()),
            Self::One(kind) => match (kind, wrapped(kind)) {
                (_, Some(inner)) => Self::One(inner).rules(),
                (Kind::Enum(_), _) => Some("enum".to_owned()),
                (Kind::Message(message), _) => match message.full_name() {
                    "google.protobuf.Any" => Some("any".to_owned()),
                    "google.protobuf.Duration" => Some("duration".to_owned()),
                    "google.protobuf.FieldMask" => Some("field_mask".to_owned()),
                    "google.protobuf.Timestamp" => Some("timestamp".to_owned()),
                    _ => None,
                },
                (scalar, _) => Some(format!("{scalar:?}").to_lowercase()),
            },
        }
    }
}

fn part(entry: &MessageDescriptor, name: &str) -> Kind {
    // An entry has both.
    entry.get_field_by_name(name).map_or(Kind::Bool, |field| field.kind())
}

/// The standard rules that are no expressions, and the parts of rules of others.
const APART: [&str; 7] = [
    "RepeatedRules.items",
    "MapRules.keys",
    "MapRules.values",
    "EnumRules.defined_only",
    "AnyRules.in",
    "AnyRules.not_in",
    "StringRules.strict",
];

impl Lowering<'_> {
    /// What is checked of a value: what `rules` say, and what the message that it is, or holds, says itself.
    pub fn value(&mut self, rules: Option<&DynamicMessage>, shape: &Shape, site: &Site) -> ValueChecks {
        let mut checks = ValueChecks::default();
        if let Some(rules) = rules {
            checks.rules = self.own_rules(rules, &shape.ty(), site);
        }
        let standard = rules.and_then(|rules| self.standard(rules, shape, site));
        let nested_rules = |name: &str| match &standard {
            Some((rules, site)) => (set(rules, name), site.part(number_of(rules, name), name)),
            None => (None, site.clone()),
        };
        let mut inner = |name: &str, kind: &Kind| {
            let (rules, site) = nested_rules(name);
            nested(self, rules.as_ref().and_then(Value::as_message), kind, &site)
        };
        match shape {
            Shape::One(kind) => checks.message = own_message(kind),
            Shape::List(kind) => checks.items = inner("items", kind),
            Shape::Map(entry) => {
                checks.keys = inner("keys", &part(entry, "key"));
                checks.values = inner("values", &part(entry, "value"));
            }
        }
        if let Some((standard, site)) = standard {
            let before = self.report.diagnostics.len();
            let tests = self.standard_rules(&standard, shape, &site, &mut checks);
            // A rule that refuses everything by itself has been reported.
            if self.report.diagnostics.len() == before {
                let own = rules.map(written_in).unwrap_or_default();
                let asked = Asked { rules: &standard, path: &site.path, shape, tests: &tests, own: &own };
                if let Some(names) = conflict(&asked, &Schema(self.pool)) {
                    self.never_together(&site, &names);
                }
            }
        }
        checks
    }

    /// The message of standard rules, such as `StringRules`, if there is one and it is the one for this type.
    fn standard(&mut self, rules: &DynamicMessage, shape: &Shape, site: &Site) -> Option<(DynamicMessage, Site)> {
        let is_of_type = |field: &FieldDescriptor| field.containing_oneof().is_some_and(|oneof| oneof.name() == "type");
        let (field, value) = rules.fields().find(|(field, _)| is_of_type(field))?;
        let expected = shape.rules();
        if expected.as_deref() != Some(field.name()) {
            let text = format!("{} has rules for another type: `{}`", site.what, field.name());
            let help = match expected {
                Some(name) => match inner_rules(shape, field.name()) {
                    Some(inner) => format!("rules for each item are in `{name}.{inner}.{}`", field.name()),
                    None => format!("rules for a value of type `{}` are in `{name}`", shape.ty()),
                },
                None => format!("a message (`{}`) has no standard rules; write one with `cel`", shape.ty()),
            };
            let site = site.part(field.number(), field.name());
            self.error("WN0552", &site, text, &help);
            return None;
        }
        Some((value.as_message()?.clone(), site.part(field.number(), field.name())))
    }

    fn standard_rules(
        &mut self,
        rules: &DynamicMessage,
        shape: &Shape,
        site: &Site,
        checks: &mut ValueChecks,
    ) -> Vec<Test> {
        let all = message_value(rules);
        let mut tests = Vec::new();
        let scope = rules.descriptor().name().to_owned();
        for (field, value) in rules.fields() {
            if APART.contains(&format!("{scope}.{}", field.name()).as_str()) {
                continue;
            }
            let site = site.part(field.number(), field.name());
            if let (Shape::List(Kind::Message(item)), "RepeatedRules", "unique") = (shape, &*scope, field.name())
                && wrapped(&Kind::Message(item.clone())).is_none()
            {
                let text = format!("`unique` of {} would have to compare messages", site.what);
                let help = "compare a part of them: `(buf.validate.field).cel_expression = \"this.map(item, item.id).unique()\"`";
                self.error("WN0552", &site, text, help);
                continue;
            }
            let predefined =
                Predefined { options: field.options(), value: field_value(value, &field), is_standard: true };
            tests.extend(self.predefined(predefined, &all, shape, &site, checks));
        }
        for (extension, value) in rules.extensions() {
            let site = site.part(extension.number(), &format!("[{}]", extension.full_name()));
            let (options, value) = (extension.options(), known(value, &extension.kind()));
            let predefined = Predefined { options, value, is_standard: false };
            tests.extend(self.predefined(predefined, &all, shape, &site, checks));
        }
        if let (Shape::One(Kind::Enum(enumeration)), true) = (shape, super::flag(rules, "defined_only")) {
            let numbers: std::collections::BTreeSet<i32> = enumeration.values().map(|value| value.number()).collect();
            let site = site.part(number_of(rules, "defined_only"), "defined_only");
            checks.numbers = Some((numbers.into_iter().collect(), site.rule()));
        }
        if scope == "AnyRules" {
            for name in ["in", "not_in"].into_iter().filter(|name| rules.has_field_by_name(name)) {
                let path = site.part(number_of(rules, name), name).rule();
                checks.type_urls.push(TypeUrls { urls: texts(rules, name), are_allowed: name == "in", path });
            }
        }
        tests
    }

    /// A rule that is predefined as expressions, in the options of the field that it is the value of.
    fn predefined(
        &mut self,
        predefined: Predefined,
        rules: &Known,
        shape: &Shape,
        site: &Site,
        checks: &mut ValueChecks,
    ) -> Vec<Test> {
        let Predefined { options, value, is_standard } = predefined;
        let Some(options) = option(&options, &self.options.predefined) else { return Vec::new() };
        self.unknown_fields(&options, site);
        let Some(value) = value else {
            let text = format!("`{}` of {} has a value that is none of its type", site.rule(), site.what);
            self.error("WN0550", site, text, "durations have at most 10,000 years, times are of the years 1 to 9999");
            return Vec::new();
        };
        let variables = variables(shape.ty(), Some((rules.clone(), value.clone())));
        let mut tests = Vec::new();
        for written in list(&options, "cel").iter().filter_map(Value::as_message).map(Written::read) {
            checks.rules.extend(self.rule(written.clone(), &variables, site));
            tests.push(Test { written, known: (rules.clone(), value.clone()), name: site.rule(), is_standard });
        }
        tests
    }
}

/// Where the rules of the items or values of `shape` are, if `rules` would be right for those.
fn inner_rules(shape: &Shape, rules: &str) -> Option<&'static str> {
    let (kind, name) = match shape {
        Shape::List(kind) => (kind.clone(), "items"),
        Shape::Map(entry) => (part(entry, "value"), "values"),
        Shape::One(_) => return None,
    };
    (Shape::One(kind).rules().as_deref() == Some(rules)).then_some(name)
}

/// A rule of the standard ones, or of those that a package predefines.
struct Predefined {
    /// Those of the field that it is the value of.
    options: DynamicMessage,
    /// `None` for what expressions have no value for.
    value: Option<Known>,
    is_standard: bool,
}

fn number_of(message: &DynamicMessage, field: &str) -> u32 {
    message.descriptor().get_field_by_name(field).map_or(0, |field| field.number())
}

/// Messages of Google's have no rules.
fn own_message(kind: &Kind) -> Option<String> {
    let message = kind.as_message().filter(|message| message.package_name() != plain::GOOGLE)?;
    Some(message.full_name().to_owned())
}
