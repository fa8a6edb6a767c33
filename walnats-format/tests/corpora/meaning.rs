//! What a file says, read by others than the formatter.

use jsonc_parser::ast::{ObjectProp, Value};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use prost_types::uninterpreted_option::NamePart;
use saphyr_parser::{Event, Parser};
use walnats_format::Kind;

/// The number of comments, or what differs.
pub fn compare(kind: Kind, before: &str, after: &str) -> Result<usize, String> {
    let is_same = match kind {
        Kind::Json => json(before)? == json(after)?,
        Kind::Yaml => yaml(before)? == yaml(after)?,
        Kind::Proto => proto(before) == proto(after),
        Kind::Toml => toml(before)? == toml(after)?,
    };
    if !is_same {
        return Err("the values differ".to_owned());
    }
    let comments = |text| match kind {
        Kind::Json => Vec::new(),
        Kind::Proto => slashed(text),
        Kind::Yaml | Kind::Toml => hashed(text),
    };
    let (before, after) = (comments(before), comments(after));
    if before == after { Ok(before.len()) } else { Err(format!("comments before:\n{before:?}\nand after:\n{after:?}")) }
}

/// Each value with the digits of its numbers; members in order, repeated ones too.
fn json(text: &str) -> Result<String, String> {
    let text = text.trim_start_matches('\u{feff}');
    let ast =
        parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).map_err(|error| error.to_string())?;
    Ok(ast.value.as_ref().map(shown).unwrap_or_default())
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::StringLit(text) => format!("{:?}", text.value),
        Value::NumberLit(number) => number.value.to_owned(),
        Value::BooleanLit(truth) => truth.value.to_string(),
        Value::NullKeyword(_) => "null".to_owned(),
        Value::Array(array) => format!("[{}]", array.elements.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Object(object) => {
            let member = |member: &ObjectProp<'_>| format!("{:?}:{}", member.name.as_str(), shown(&member.value));
            format!("{{{}}}", object.properties.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

/// Values, anchors, tags and the styles of scalars.
fn yaml(text: &str) -> Result<Vec<Event<'_>>, String> {
    Parser::new_from_str(text).map(|event| event.map(|(event, _)| event).map_err(|error| error.to_string())).collect()
}

fn toml(text: &str) -> Result<toml::Table, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

/// The descriptor without places. `None` for editions, which the parser does not know: there are only the comments and what the
/// formatter compares itself.
fn proto(text: &str) -> Option<String> {
    let mut file = protox_parse::parse("", text).ok()?;
    let public: Vec<String> =
        file.public_dependency.iter().map(|index| file.dependency[*index as usize].clone()).collect();
    let weak: Vec<String> = file.weak_dependency.iter().map(|index| file.dependency[*index as usize].clone()).collect();
    file.dependency.sort();
    let place = |name: &String| file.dependency.iter().position(|other| other == name).unwrap() as i32;
    let (public, weak) = (public.iter().map(place).collect::<Vec<_>>(), weak.iter().map(place).collect::<Vec<_>>());
    (file.public_dependency, file.weak_dependency) = (public, weak);
    file.public_dependency.sort_unstable();
    file.weak_dependency.sort_unstable();
    file.source_code_info = None;
    if let Some(options) = &mut file.options {
        let name = |part: &NamePart| (part.name_part.clone(), part.is_extension);
        options.uninterpreted_option.sort_by_cached_key(|option| option.name.iter().map(name).collect::<Vec<_>>());
    }
    Some(without_layout(&format!("{file:?}")))
}

/// The parser keeps the messages in options as they are written: with white space, and with separators that are as good as none.
fn without_layout(file: &str) -> String {
    let mut parts = file.split("aggregate_value: Some(");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (value, rest) = part.split_at(string_end(part, b'"'));
        text.extend(value.replace("\\n", "").chars().filter(|next| !matches!(next, ' ' | ',' | ';')));
        text.push_str(rest);
    }
    text
}

/// Comments of protobuf, sorted: imports move with theirs.
fn slashed(text: &str) -> Vec<String> {
    let (mut comments, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['/', '"', '\'']) {
        rest = &rest[at..];
        let end = match rest.as_bytes() {
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
            [b'/', ..] => 1,
            [quote, ..] => string_end(rest, *quote),
            [] => break,
        };
        if rest.starts_with("//") || rest.starts_with("/*") {
            comments.push(rest[..end].lines().map(str::trim).collect::<Vec<_>>().join("\n"));
        }
        rest = &rest[end..];
    }
    comments.sort();
    comments
}

fn string_end(text: &str, quote: u8) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().skip(1).position(|next| {
        let is_end = next == quote && !is_escaped;
        is_escaped = next == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 2)
}

/// Whatever begins with a `#` after white space, in order. Some of it is text of block scalars, which has to stay as well.
fn hashed(text: &str) -> Vec<String> {
    let comment = |line: &str| {
        let start = line.char_indices().find(|(at, next)| *next == '#' && line[..*at].ends_with([' ', '\t']));
        let start = if line.starts_with('#') { Some(0) } else { start.map(|(at, _)| at) };
        start.map(|start| line[start..].trim().to_owned())
    };
    text.lines().filter_map(comment).collect()
}
