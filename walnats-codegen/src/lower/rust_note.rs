//! `x-walnats.rust`: what a schema asks for in Rust.

use crate::load::{Member, Node};
use crate::lower::event::is_type_name;
use crate::model::{RustNote, RustType};

/// The types that a schema may ask for.
const TYPES: [(&str, RustType); 2] = [("i128", RustType::I128), ("String", RustType::String)];

/// A name alone, a type alone, or an object: `{"name": "Reaction", "field": "kind", "variants": {"+1": "ThumbsUp"}}`.
pub(super) fn note(node: &Node) -> RustNote {
    let Some(rust) = node.get("x-walnats").and_then(|options| options.get("rust")) else { return RustNote::default() };
    let text = |node: &Node| node.as_str().map(str::to_owned);
    if let Some(name) = text(rust) {
        let wanted = wanted(&name);
        return RustNote { name: Some(name).filter(|_| wanted.is_none()), wanted, ..RustNote::default() };
    }
    let variants = rust.get("variants").map_or(&[][..], |variants| variants.members());
    RustNote {
        name: rust.get("name").and_then(text),
        field: rust.get("field").and_then(text),
        variants: variants.iter().filter_map(|member| Some((member.name.clone(), text(&member.value)?))).collect(),
        wanted: rust.get("type").and_then(Node::as_str).and_then(wanted),
    }
}

/// Something that cannot be had.
pub(super) struct Problem<'a> {
    pub(super) code: &'static str,
    /// What asks for it.
    pub(super) node: &'a Node,
    pub(super) message: String,
}

/// What cannot be had of what the schema `node` asks for.
pub(super) fn problems(node: &Node) -> Vec<Problem<'_>> {
    let Some(rust) = node.get("x-walnats").and_then(|options| options.get("rust")) else { return Vec::new() };
    let types = TYPES.map(|(name, _)| format!("`{name}`")).join(" or ");
    if let Some(text) = rust.as_str() {
        let message = || format!("`{text}` is neither the name of a Rust type, such as `PostalCode`, nor {types}");
        let is_right = wanted(text).is_some() || is_type_name(text);
        let problem = || Problem { code: "WN0446", node: rust, message: message() };
        return if is_right { Vec::new() } else { vec![problem()] };
    }
    let mut problems = Vec::new();
    let mut wrong = |code, node, message| problems.push(Problem { code, node, message });
    for member in rust.members() {
        let value = &member.value;
        let text = value.as_str().unwrap_or_default();
        match member.name.as_str() {
            "name" if is_type_name(text) && wanted(text).is_none() => {}
            "field" if is_field_name(text) => {}
            "type" if wanted(text).is_some() => {}
            "variants" => {
                let is_wrong = |variant: &&Member| !variant.value.as_str().is_some_and(is_type_name);
                for variant in value.members().iter().filter(is_wrong) {
                    wrong("WN0461", &variant.value, "a variant's name has to be such as `ThumbsUp`".to_owned());
                }
            }
            "name" => {
                wrong("WN0446", value, "`name` has to be the name of a Rust type, such as `PostalCode`".to_owned());
            }
            "field" => {
                wrong("WN0460", value, "`field` has to be the name of a Rust field, such as `kind`".to_owned());
            }
            "type" => wrong("WN0459", value, format!("`type` has to be {types}")),
            unknown => {
                let keys = "`name`, `field`, `variants` and `type`";
                wrong("WN0456", value, format!("`rust` has no key `{unknown}`, only {keys}"));
            }
        }
    }
    problems
}

fn wanted(text: &str) -> Option<RustType> {
    TYPES.iter().find(|(name, _)| *name == text).map(|(_, wanted)| *wanted)
}

fn is_field_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
