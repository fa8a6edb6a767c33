//! URI references, as far as schemas need them (RFC 3986, section 5).

/// A URI without its fragment, kept as text: two URIs are the same when their texts are.
pub(super) type Uri = String;

/// A reference joined with its base.
#[derive(Debug, PartialEq)]
pub(super) struct Joined {
    pub(super) uri: Uri,
    /// Percent-decoded.
    pub(super) fragment: String,
    /// Whether `..` leads above the root.
    pub(super) escapes: bool,
}

/// The scheme of files among the documents; the path is the document's name.
const SCHEME: &str = "schemas:///";

/// The URI that a document has by its name alone.
pub(super) fn of_document(name: &str) -> Uri {
    format!("{SCHEME}{}", encode(name))
}

/// The name of the document that a URI stands for, if it is one of [`of_document`].
pub(super) fn document_name(uri: &str) -> Option<String> {
    uri.strip_prefix(SCHEME).map(decode)
}

/// Joins `reference` with `base` (section 5.2.2).
pub(super) fn join(base: &str, reference: &str) -> Joined {
    let (reference, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let fragment = decode(fragment);
    let reference = encode(reference);
    if reference.is_empty() {
        return Joined { uri: base.to_owned(), fragment, escapes: false };
    }
    if scheme(&reference).is_some() {
        return Joined { uri: reference, fragment, escapes: false };
    }
    let base_scheme = scheme(base).unwrap_or_default();
    let after_scheme = &base[base_scheme.len()..];
    if reference.starts_with("//") {
        return Joined { uri: format!("{base_scheme}{reference}"), fragment, escapes: false };
    }
    let (authority, base_path) = match after_scheme.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find(['/', '?']).unwrap_or(rest.len());
            (&after_scheme[..end + 2], &rest[end..])
        }
        None => ("", after_scheme),
    };
    let base_path = base_path.split('?').next().unwrap_or_default();
    let (path, query) = match reference.find('?') {
        Some(at) => reference.split_at(at),
        None => (reference.as_str(), ""),
    };
    let path = if path.starts_with('/') {
        path.to_owned()
    } else if path.is_empty() {
        base_path.to_owned()
    } else {
        let folder = base_path.rfind('/').map_or(if authority.is_empty() { "" } else { "/" }, |at| &base_path[..=at]);
        format!("{folder}{path}")
    };
    let (path, escapes) = without_dots(&path);
    Joined { uri: format!("{base_scheme}{authority}{path}{query}"), fragment, escapes }
}

/// Whether a reference has a scheme of its own.
pub(super) fn is_absolute(reference: &str) -> bool {
    scheme(reference).is_some()
}

/// The scheme with its colon.
fn scheme(text: &str) -> Option<&str> {
    let colon = text.find([':', '/', '?', '#']).filter(|&at| text.as_bytes()[at] == b':')?;
    let name = &text.as_bytes()[..colon];
    let valid = name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    valid.then(|| &text[..=colon])
}

/// Removes `.` and `..` (section 5.2.4), and returns whether there was one `..` too many.
fn without_dots(path: &str) -> (String, bool) {
    let (rooted, segments) = match path.strip_prefix('/') {
        Some(rest) => (true, rest),
        None => (false, path),
    };
    let mut kept: Vec<&str> = Vec::new();
    let mut escapes = false;
    let mut segments = segments.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => escapes |= kept.pop().is_none(),
            segment => {
                kept.push(segment);
                continue;
            }
        }
        if last {
            kept.push("");
        }
    }
    (format!("{}{}", if rooted { "/" } else { "" }, kept.join("/")), escapes)
}

/// Percent-encodes what a URI may not have, and leaves the rest, `%` included, as it is.
fn encode(text: &str) -> String {
    encode_unless(text, |byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// Percent-encodes what the fragment of a URI may not have, `%` included (section 3.5).
pub(crate) fn encode_fragment(text: &str) -> String {
    encode_unless(text, |byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte))
}

fn encode_unless(text: &str, is_allowed: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_allowed(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Percent-decodes. What is not an escape, or not UTF-8, stays as it is.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let escape = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match escape.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%') {
            Some(decoded) => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn references_are_joined_with_their_base() {
        let base = "http://a/b/c/d?q";
        for (reference, uri) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g"),
            ("?y", "http://a/b/c/d?y"),
            ("", "http://a/b/c/d?q"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("g;x=1/../y", "http://a/b/c/y"),
            ("urn:x:y", "urn:x:y"),
            ("a b", "http://a/b/c/a%20b"),
        ] {
            assert_eq!(join(base, reference).uri, uri, "{reference}");
        }
        assert_eq!(join("http://a", "g").uri, "http://a/g");
        assert_eq!(join("urn:a:b", "#/x").uri, "urn:a:b");
        assert_eq!(join("schemas:///a/b.json", "#/x%25y").fragment, "/x%y");
    }

    #[test]
    fn a_way_out_is_seen() {
        assert!(!join("schemas:///a/b.json", "../c.json").escapes);
        assert!(join("schemas:///a/b.json", "../../c.json").escapes);
    }
}
