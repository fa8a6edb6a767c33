//! Names of types and formats in other tools, with those of JSON Schema.

/// What JSON Schema calls a `type` of another tool.
#[derive(Clone, Copy)]
pub(super) struct TypeCure {
    /// The type.
    pub(super) name: &'static str,
    /// A keyword that says the rest, with its value.
    pub(super) with: Option<(&'static str, &'static str)>,
}

impl TypeCure {
    /// In words: `` `string` with `"format": "date"` ``.
    pub(super) fn text(self) -> String {
        match self.with {
            Some((keyword, value)) => format!("`{}` with `\"{keyword}\": \"{value}\"`", self.name),
            None => format!("`{}`", self.name),
        }
    }
}

/// What JSON Schema calls a `type` of another tool.
pub(super) fn of_type(name: &str) -> Option<TypeCure> {
    let (name, with) = match name.to_ascii_lowercase().as_str() {
        "int" | "int32" | "int64" | "long" | "short" | "bigint" => ("integer", None),
        "float" | "double" | "decimal" | "numeric" | "real" => ("number", None),
        "str" | "text" | "char" | "varchar" => ("string", None),
        "bool" => ("boolean", None),
        "list" | "tuple" | "set" => ("array", None),
        "dict" | "map" | "hash" | "struct" | "record" => ("object", None),
        "nil" | "none" | "undefined" => ("null", None),
        "date" => ("string", Some(("format", "date"))),
        "time" => ("string", Some(("format", "time"))),
        "datetime" | "date-time" | "timestamp" => ("string", Some(("format", "date-time"))),
        "uuid" | "guid" => ("string", Some(("format", "uuid"))),
        "uri" | "url" => ("string", Some(("format", "uri"))),
        "email" => ("string", Some(("format", "email"))),
        "bytes" | "byte" | "binary" | "file" => ("string", Some(("contentEncoding", "base64"))),
        _ => return None,
    };
    Some(TypeCure { name, with })
}

/// What JSON Schema has for a `format` of another tool.
pub(super) enum FormatCure {
    /// One of these formats.
    Formats(&'static [&'static str]),
    /// `contentEncoding`, with the value `base64`.
    Base64,
}

impl FormatCure {
    /// In words.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Formats(names) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "),
            Self::Base64 => "`\"contentEncoding\": \"base64\"`".to_owned(),
        }
    }
}

/// What JSON Schema has for a `format` of another tool.
pub(super) fn of_format(name: &str) -> Option<FormatCure> {
    Some(FormatCure::Formats(match name.to_ascii_lowercase().as_str() {
        "byte" | "base64" => return Some(FormatCure::Base64),
        "datetime" | "date_time" | "timestamp" | "iso8601" | "rfc3339" => &["date-time"],
        "url" | "http" | "https" => &["uri"],
        "guid" => &["uuid"],
        "ip" | "ip-address" => &["ipv4", "ipv6"],
        "host" | "domain" | "host-name" => &["hostname"],
        "mail" | "e-mail" => &["email"],
        "regexp" | "pattern" => &["regex"],
        _ => return None,
    }))
}

/// The formats of integers that other tools call `name`.
pub(super) fn of_integer_format(name: &str) -> Option<&'static [&'static str]> {
    Some(match name.to_ascii_lowercase().as_str() {
        "byte" => &["int8", "uint8"],
        "sbyte" | "i8" => &["int8"],
        "ubyte" | "u8" => &["uint8"],
        "short" | "i16" => &["int16"],
        "ushort" | "u16" => &["uint16"],
        "int" | "i32" => &["int32"],
        "uint" | "u32" => &["uint32"],
        "long" | "bigint" | "i64" => &["int64"],
        "ulong" | "u64" => &["uint64"],
        _ => return None,
    })
}
