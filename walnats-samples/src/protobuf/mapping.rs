//! [Protobuf's JSON mapping](https://protobuf.dev/programming-guides/json/), each violation with its place.

use std::collections::HashMap;

use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use walnats_codegen::model::{ProtobufEncoding, ProtobufRules, UnknownMembers};
use walnats_compat::message::rules;
use walnats_schema::Violations;
use walnats_schema::pointer::escape;
use walnats_schema::read::{Node, NodeValue};

use super::found::Found;
use super::{presence, scalar, well_known};

/// Every way in which a JSON value is not the message `kind` in protobuf's JSON mapping. Members that the message does not
/// have are among them, unless the event's readers ignore them. What can be read is judged by `rules`.
pub fn judge_json(
    kind: &MessageDescriptor,
    node: &Node,
    encoding: ProtobufEncoding,
    rules: Option<&ProtobufRules>,
) -> Violations {
    let is_tolerant = encoding == ProtobufEncoding::Json(UnknownMembers::Tolerant);
    let mut found = Found { is_tolerant, ..Found::default() };
    found.message(kind, node, "");
    // The codec has the last word about what is accepted. Its errors quote values, so they are not repeated.
    let options = DeserializeOptions::new().deny_unknown_fields(!is_tolerant);
    match DynamicMessage::deserialize_with_options(kind.clone(), node.to_json(), &options) {
        Ok(message) => {
            for missing in presence::missing(&message) {
                found.push(&missing.pointer, missing.keyword, missing.expected);
            }
            if let (true, Some(rules)) = (found.list.is_empty(), rules) {
                return rules::violations(rules, &message, Some(node));
            }
        }
        // It refuses names of enumerations that it does not know, whatever it is told.
        Err(_) if found.list.is_empty() && !found.has_unknown_name => {
            found.push("", "type", format!("`{}` in protobuf's JSON mapping", kind.full_name()));
        }
        Err(_) => {}
    }
    found.list.into()
}

impl Found {
    fn message(&mut self, kind: &MessageDescriptor, node: &Node, at: &str) {
        if well_known::judge(self, kind, node, at) {
            return;
        }
        let NodeValue::Object(members) = &node.value else {
            return self.push(at, "type", format!("an object with the fields of `{}`", kind.full_name()));
        };
        let mut seen: HashMap<u32, &str> = HashMap::new();
        let mut oneofs: HashMap<String, String> = HashMap::new();
        for member in members {
            let here = format!("{at}/{}", escape(&member.name));
            // Extensions stand in brackets; the codec reads them.
            if member.name.starts_with('[') && member.name.ends_with(']') {
                continue;
            }
            let by_name = || kind.get_field_by_name(&member.name);
            let Some(field) = kind.get_field_by_json_name(&member.name).or_else(by_name) else {
                if self.is_tolerant {
                    continue;
                }
                self.push(&here, "unknown-field", unknown(kind, &member.name));
                continue;
            };
            if let Some(first) = seen.insert(field.number(), &member.name) {
                self.push(&here, "duplicate", format!("the field once, which `{first}` is already"));
            }
            let is_set = member.value.value != NodeValue::Null || well_known::has_null(&field);
            if let Some(oneof) = field.containing_oneof().filter(|_| is_set)
                && let Some(first) = oneofs.insert(oneof.name().to_owned(), member.name.clone())
            {
                self.push(&here, "oneof", format!("one field of the oneof `{}`, and `{first}` is there", oneof.name()));
            }
            self.field(&field, &member.value, &here);
        }
    }

    fn field(&mut self, field: &FieldDescriptor, node: &Node, at: &str) {
        match &node.value {
            // The same as nothing.
            NodeValue::Null if !well_known::has_null(field) => {}
            NodeValue::Object(members) if field.is_map() => {
                let Kind::Message(entry) = field.kind() else { return };
                let (key, value) = (entry.map_entry_key_field().kind(), entry.map_entry_value_field());
                for member in members {
                    let here = format!("{at}/{}", escape(&member.name));
                    if !scalar::is_key(&key, &member.name) {
                        self.push(&here, "type", format!("a member name that is {}", scalar::name(&key)));
                    }
                    self.single(&value, &member.value, &here);
                }
            }
            _ if field.is_map() => self.push(at, "type", "an object"),
            NodeValue::Array(items) if field.is_list() => {
                for (index, item) in items.iter().enumerate() {
                    self.single(field, item, &format!("{at}/{index}"));
                }
            }
            _ if field.is_list() => self.push(at, "type", "an array"),
            _ => self.single(field, node, at),
        }
    }

    fn single(&mut self, field: &FieldDescriptor, node: &Node, at: &str) {
        match field.kind() {
            Kind::Message(message) => self.message(&message, node, at),
            kind => {
                if let Some((keyword, expected)) = scalar::problem(&kind, &node.value) {
                    if self.is_tolerant && keyword == "enum" {
                        self.has_unknown_name = true;
                    } else {
                        self.push(at, keyword, expected);
                    }
                }
            }
        }
    }
}

fn unknown(kind: &MessageDescriptor, name: &str) -> String {
    let fields: Vec<_> = kind.fields().collect();
    let known = fields.iter().flat_map(|field| [field.json_name(), field.name()]);
    let near = walnats_codegen::diagnostic::did_you_mean(name, known);
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("a field of `{}`{near}", kind.full_name())
}
