//! The names that prost-build gives to messages and fields.

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::model::ProtobufExtern;

/// The name of a module or field.
pub fn snake(name: &str) -> String {
    sanitize(name.to_snake_case())
}

/// The name of a type or of a variant.
pub fn upper_camel(name: &str) -> String {
    sanitize(name.to_upper_camel_case())
}

/// The name of an enumeration's value; the enumeration's own name in front is left out.
#[cfg(feature = "protobuf")]
pub fn variant(enumeration: &str, value: &str) -> String {
    let name = upper_camel(value);
    match name.strip_prefix(&upper_camel(enumeration)) {
        Some(stripped) if stripped.starts_with(char::is_uppercase) => sanitize(stripped.to_owned()),
        _ => sanitize(name),
    }
}

/// The path of a type, from the module of all messages.
pub fn path(full_name: &str) -> String {
    match full_name.rsplit_once('.') {
        Some((scope, name)) => format!("{}::{}", module(scope), upper_camel(name)),
        None => upper_camel(full_name),
    }
}

/// The path of the module that holds what is declared in a package or message.
pub fn module(scope: &str) -> String {
    scope.split('.').filter(|part| !part.is_empty()).map(snake).collect::<Vec<_>>().join("::")
}

/// The path of a type that another crate has.
pub fn of_other_crate(of_other_crate: &ProtobufExtern) -> String {
    let ProtobufExtern { path, declared_in, inner } = of_other_crate;
    let Some((name, modules)) = inner.split_last() else { return path.clone() };
    let mut parts = vec![path.clone()];
    if let Some(message) = declared_in {
        // What is declared in a message is in a module beside its type.
        parts = vec![path.rsplit_once("::").map_or_else(String::new, |(scope, _)| scope.to_owned()), snake(message)];
    }
    parts.extend(modules.iter().map(|part| snake(part)));
    parts.push(upper_camel(name));
    parts.join("::")
}

fn sanitize(name: String) -> String {
    match name.as_str() {
        "as" | "break" | "const" | "continue" | "else" | "enum" | "false" | "fn" | "for" | "if" | "impl" | "in"
        | "let" | "loop" | "match" | "mod" | "move" | "mut" | "pub" | "ref" | "return" | "static" | "struct"
        | "trait" | "true" | "type" | "unsafe" | "use" | "where" | "while" | "dyn" | "abstract" | "become" | "box"
        | "do" | "final" | "macro" | "override" | "priv" | "typeof" | "unsized" | "virtual" | "yield" | "async"
        | "await" | "try" | "gen" => format!("r#{name}"),
        // These cannot be raw identifiers.
        "_" | "super" | "self" | "Self" | "extern" | "crate" => format!("{name}_"),
        _ if name.starts_with(|first: char| first.is_numeric()) => format!("_{name}"),
        _ => name,
    }
}
