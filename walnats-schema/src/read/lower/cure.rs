//! Names of types and formats in other tools, with those of JSON Schema.

/// What JSON Schema calls a `type` of another tool.
pub(super) fn of_type(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "int" | "int32" | "int64" | "long" | "short" | "bigint" => "`integer`",
        "float" | "double" | "decimal" | "numeric" | "real" => "`number`",
        "str" | "text" | "char" | "varchar" => "`string`",
        "bool" => "`boolean`",
        "list" | "tuple" | "set" => "`array`",
        "dict" | "map" | "hash" | "struct" | "record" => "`object`",
        "nil" | "none" | "undefined" => "`null`",
        "date" => "`string` with `\"format\": \"date\"`",
        "time" => "`string` with `\"format\": \"time\"`",
        "datetime" | "date-time" | "timestamp" => "`string` with `\"format\": \"date-time\"`",
        "uuid" | "guid" => "`string` with `\"format\": \"uuid\"`",
        "uri" | "url" => "`string` with `\"format\": \"uri\"`",
        "email" => "`string` with `\"format\": \"email\"`",
        "bytes" | "byte" | "binary" | "file" => "`string` with `\"contentEncoding\": \"base64\"`",
        _ => return None,
    })
}

/// What JSON Schema calls a `format` of another tool.
pub(super) fn of_format(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "byte" | "base64" => "`\"contentEncoding\": \"base64\"`",
        "datetime" | "date_time" | "timestamp" | "iso8601" | "rfc3339" => "`date-time`",
        "url" | "http" | "https" => "`uri`",
        "guid" => "`uuid`",
        "ip" | "ip-address" => "`ipv4` or `ipv6`",
        "host" | "domain" | "host-name" => "`hostname`",
        "mail" | "e-mail" => "`email`",
        "regexp" | "pattern" => "`regex`",
        _ => return None,
    })
}
