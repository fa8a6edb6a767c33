//! `x-walnats.rust`: what a schema asks for in Rust.

use walnats_schema::read::did_you_mean;
use walnats_schema::{Decimal, IntegerFormat};

use crate::load::{Member, Node, NodeValue};
use crate::lower::event::is_type_name;
use crate::model::{RustNote, RustType};

/// The types that a schema may ask for.
const TYPES: [(&str, RustType); 10] = [
    ("i8", RustType::Width(IntegerFormat::Int8)),
    ("i16", RustType::Width(IntegerFormat::Int16)),
    ("i32", RustType::Width(IntegerFormat::Int32)),
    ("i64", RustType::Width(IntegerFormat::Int64)),
    ("u8", RustType::Width(IntegerFormat::Uint8)),
    ("u16", RustType::Width(IntegerFormat::Uint16)),
    ("u32", RustType::Width(IntegerFormat::Uint32)),
    ("u64", RustType::Width(IntegerFormat::Uint64)),
    ("i128", RustType::I128),
    ("String", RustType::String),
];

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

/// A request that cannot be met.
pub(super) struct Problem<'a> {
    pub(super) code: &'static str,
    /// What asks for it.
    pub(super) node: &'a Node,
    pub(super) message: String,
}

/// What the schema `node` asks for and cannot get.
pub(super) fn problems(node: &Node) -> Vec<Problem<'_>> {
    let Some(rust) = node.get("x-walnats").and_then(|options| options.get("rust")) else { return Vec::new() };
    let types = "an integer type (`i8` to `i128`, `u8` to `u64`) or `String`";
    if let Some(text) = rust.as_str() {
        let message = || format!("`{text}` is neither the name of a Rust type, such as `PostalCode`, nor {types}");
        if let Some(wanted) = wanted(text) {
            let problem = too_narrow(node, wanted).map(|message| Problem { code: "WN0462", node: rust, message });
            return problem.into_iter().collect();
        }
        let problem = || Problem { code: "WN0446", node: rust, message: message() };
        return if is_type_name(text) { Vec::new() } else { vec![problem()] };
    }
    let mut problems = Vec::new();
    let mut wrong = |code, node, message| problems.push(Problem { code, node, message });
    for member in rust.members() {
        let value = &member.value;
        let text = value.as_str().unwrap_or_default();
        match member.name.as_str() {
            "name" if is_type_name(text) && wanted(text).is_none() => {}
            "field" if is_field_name(text) => {}
            "type" if wanted(text).is_some() => {
                if let Some(message) = wanted(text).and_then(|wanted| too_narrow(node, wanted)) {
                    wrong("WN0462", value, message);
                }
            }
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

/// The help where `x-walnats` is misspelt.
pub(super) const MEANT: &str = "did you mean `x-walnats`?";

/// Keys that were meant to be `x-walnats`, or that `x-walnats` of a part of a schema does not have.
pub(super) fn misplaced(node: &Node, is_part: bool) -> Vec<Misplaced<'_>> {
    let mut found = Vec::new();
    for member in node.members() {
        let plain: String = member.name.chars().filter(char::is_ascii_alphabetic).collect();
        let plain = plain.to_ascii_lowercase();
        let (name, is_exact) = (member.name.as_str(), member.name == "x-walnats");
        let within = plain.strip_prefix("xwalnats").filter(|key| !key.is_empty() && !is_exact);
        if let Some(key) = within.filter(|key| KEYS.contains(key)) {
            let help = format!("write `\"x-walnats\": {{\"{key}\": ...}}`");
            found.push(Misplaced { code: "WN0305", member, message: format!("unknown keyword `{name}`"), help });
        } else if !is_exact && (plain == "xwalnats" || did_you_mean(name, ["x-walnats"]).is_some()) {
            let help = MEANT.to_owned();
            found.push(Misplaced { code: "WN0305", member, message: format!("unknown keyword `{name}`"), help });
        }
        if !is_exact || !is_part {
            continue;
        }
        let NodeValue::Object(keys) = &member.value.value else {
            let help =
                "of a part of a schema it says how that is called in Rust: `{\"rust\": \"PostalCode\"}`".to_owned();
            found.push(Misplaced {
                code: "WN0406",
                member,
                message: "`x-walnats` has to be an object".to_owned(),
                help,
            });
            continue;
        };
        for key in keys.iter().filter(|key| !matches!(key.name.as_str(), "rust" | "allow")) {
            let (code, help) = match KEYS.contains(&key.name.as_str()) {
                true => ("WN0457", "only an event has it; a part of a schema has `rust` and `allow`".to_owned()),
                false => match did_you_mean(&key.name, ["rust"]) {
                    Some(_) => ("WN0456", "did you mean `rust`?".to_owned()),
                    None => ("WN0456", "of a part of a schema, `x-walnats` has the keys `rust` and `allow`".to_owned()),
                },
            };
            let message = format!("`x-walnats` of a part of a schema has no key `{}`", key.name);
            found.push(Misplaced { code, member: key, message, help });
        }
    }
    found
}

/// The keys of an event's `x-walnats`.
const KEYS: [&str; 9] = ["name", "subject", "stream", "uid", "once", "type", "rust", "deprecated", "owner"];

/// A key that says nothing where it is.
pub(super) struct Misplaced<'a> {
    pub(super) code: &'static str,
    pub(super) member: &'a Member,
    pub(super) message: String,
    pub(super) help: String,
}

/// Why an integer type does not hold what the schema allows; its bounds have to stand next to it.
fn too_narrow(node: &Node, wanted: RustType) -> Option<String> {
    let RustType::Width(format) = wanted else { return None };
    let (least, most) = format.range();
    let bound = |names: [&str; 2]| names.into_iter().find_map(|name| integer(node.get(name)?));
    let min = bound(["minimum", "exclusiveMinimum"]);
    let max = bound(["maximum", "exclusiveMaximum"]);
    let fits = min.is_some_and(|min| min >= least) && max.is_some_and(|max| max <= most);
    // Without bounds an integer is an `i64`, and a `u64` from `minimum: 0` on.
    let is_usual = match format {
        IntegerFormat::Int64 => min.is_none_or(|min| min >= least) && max.is_none_or(|max| max <= most),
        IntegerFormat::Uint64 => min.is_some_and(|min| min >= 0) && max.is_none_or(|max| max <= most),
        _ => false,
    };
    let is_listed = node.get("enum").is_some() || node.get("const").is_some();
    (!fits && !is_usual && !is_listed).then(|| {
        let bounds = "`minimum` and `maximum` next to it have to keep values";
        format!("the type does not hold every value that the schema allows: {bounds} between {least} and {most}")
    })
}

fn integer(node: &Node) -> Option<i128> {
    match &node.value {
        NodeValue::Number(number) => Decimal::from(number).to_integer(),
        _ => None,
    }
}

fn wanted(text: &str) -> Option<RustType> {
    TYPES.iter().find(|(name, _)| *name == text).map(|(_, wanted)| *wanted)
}

fn is_field_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
