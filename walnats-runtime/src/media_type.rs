//! Content types, as far as payloads are read by them.

/// How a payload is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/json`, `text/json`, or one that ends in `+json`.
    Json,
    /// `application/protobuf`, or one of the names that were in use before.
    Protobuf,
    /// Any other.
    Other,
}

impl MediaType {
    /// The encoding that a content type stands for, whatever its parameters.
    pub(crate) fn of(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match media_type.as_str() {
            "application/protobuf"
            | "application/x-protobuf"
            | "application/vnd.google.protobuf"
            | "application/x-google-protobuf"
            | "application/proto" => Self::Protobuf,
            _ if media_type.ends_with("/json") || media_type.ends_with("+json") => Self::Json,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MediaType;

    #[test]
    fn parameters_and_case_do_not_matter() {
        for (content_type, expected) in [
            ("application/json", MediaType::Json),
            ("Application/JSON ; charset=utf-8", MediaType::Json),
            ("application/vnd.shop.order+json", MediaType::Json),
            ("application/protobuf", MediaType::Protobuf),
            ("application/x-protobuf; messageType=\"shop.v1.Order\"", MediaType::Protobuf),
            ("text/plain", MediaType::Other),
            ("json", MediaType::Other),
            ("", MediaType::Other),
        ] {
            assert_eq!(MediaType::of(content_type), expected, "{content_type}");
        }
    }
}
