use super::is_ipv6;

/// `uri` (RFC 3986, section 3): with a scheme.
pub fn is_uri(text: &str) -> bool {
    is_valid(text, Form { relative: false, unicode: false })
}

/// `uri-reference` (RFC 3986, section 4.1): a URI or a relative reference.
pub fn is_uri_reference(text: &str) -> bool {
    is_valid(text, Form { relative: true, unicode: false })
}

/// `iri` (RFC 3987, section 2.2): with a scheme, Unicode admitted.
pub fn is_iri(text: &str) -> bool {
    is_valid(text, Form { relative: false, unicode: true })
}

/// `iri-reference` (RFC 3987, section 2.2): an IRI or a relative reference.
pub fn is_iri_reference(text: &str) -> bool {
    is_valid(text, Form { relative: true, unicode: true })
}

#[derive(Clone, Copy)]
struct Form {
    relative: bool,
    unicode: bool,
}

/// Classes of bytes, one bit each.
const NAME: u8 = 1; // unreserved and sub-delims: what a registered name may have
const USER: u8 = 2; // and `:`
const PATH: u8 = 4; // and `@`, `/`
const QUERY: u8 = 8; // and `?`; fragments too

static CLASSES: [u8; 128] = classes();

const fn classes() -> [u8; 128] {
    let mut classes = [0; 128];
    let mut byte = 0_u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' => {
                NAME | USER | PATH | QUERY
            }
            b':' => USER | PATH | QUERY,
            b'@' | b'/' => PATH | QUERY,
            b'?' => QUERY,
            _ if byte.is_ascii_alphanumeric() => NAME | USER | PATH | QUERY,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

fn is_valid(text: &str, form: Form) -> bool {
    let bytes = text.as_bytes();
    let rest = match bytes.iter().position(|byte| matches!(byte, b':' | b'/' | b'?' | b'#')) {
        // A relative reference has no colon in its first segment, lest it look like a scheme.
        Some(colon) if bytes[colon] == b':' => {
            if !is_scheme(&bytes[..colon]) {
                return false;
            }
            &text[colon + 1..]
        }
        _ if form.relative => text,
        _ => return false,
    };
    let (rest, fragment) = split_at(rest, b'#');
    let (hierarchy, query) = split_at(rest, b'?');
    let path = match hierarchy.strip_prefix("//") {
        Some(rest) => {
            let end = rest.bytes().position(|byte| byte == b'/').unwrap_or(rest.len());
            if !is_authority(&rest[..end], form.unicode) {
                return false;
            }
            &rest[end..]
        }
        None => hierarchy,
    };
    consists_of(path, PATH, form.unicode)
        && consists_of(query, QUERY, form.unicode)
        && consists_of(fragment, QUERY, form.unicode && !has_private(fragment))
}

/// What stands before the first `delimiter`, and what after it.
fn split_at(text: &str, delimiter: u8) -> (&str, &str) {
    match text.bytes().position(|byte| byte == delimiter) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

fn is_scheme(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn is_authority(text: &str, unicode: bool) -> bool {
    let host = match text.bytes().position(|byte| byte == b'@') {
        Some(at) if consists_of(&text[..at], USER, unicode) => &text[at + 1..],
        Some(_) => return false,
        None => text,
    };
    let port = match host.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((literal, rest))) if is_ipv6(literal) || is_future_address(literal) => rest,
        Some(_) => return false,
        None => {
            let end = host.bytes().position(|byte| byte == b':').unwrap_or(host.len());
            if !consists_of(&host[..end], NAME, unicode) {
                return false;
            }
            &host[end..]
        }
    };
    port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `v1.fe80`
fn is_future_address(text: &str) -> bool {
    let Some((version, address)) = text.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    let hexadecimal = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal && !address.is_empty() && !address.contains('%') && consists_of(address, USER, false)
}

/// Whether every character is of the class, percent-encoded, or, where Unicode is admitted, an `ucschar`
/// (or `iprivate`, in a query).
fn consists_of(text: &str, class: u8, unicode: bool) -> bool {
    let bytes = text.as_bytes();
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        index += 1;
        match CLASSES.get(usize::from(byte)) {
            Some(classes) if classes & class != 0 => {}
            Some(_) if byte == b'%' => match bytes.get(index..index + 2) {
                Some(digits) if digits.iter().all(u8::is_ascii_hexdigit) => index += 2,
                _ => return false,
            },
            Some(_) => return false,
            None if !unicode => return false,
            None => return others_are_admitted(text, class == QUERY) && consists_of_ascii(&bytes[index..], class),
        }
    }
    true
}

/// The rest of [`consists_of`], beyond the first character outside of ASCII.
fn consists_of_ascii(bytes: &[u8], class: u8) -> bool {
    let mut rest = bytes;
    while let [byte, tail @ ..] = rest {
        rest = match (CLASSES.get(usize::from(*byte)), tail) {
            (None, _) => tail,
            (Some(classes), _) if classes & class != 0 => tail,
            (Some(_), [a, b, tail @ ..]) if *byte == b'%' && a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => tail,
            _ => return false,
        };
    }
    true
}

/// Whether every character outside of ASCII is an `ucschar` (RFC 3987, section 2.2), or perhaps an `iprivate`.
fn others_are_admitted(text: &str, private: bool) -> bool {
    text.chars().filter(|character| !character.is_ascii()).all(|character| match character {
        '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}' => true,
        '\u{E0000}'..='\u{E0FFF}' => false,
        '\u{10000}'..='\u{EFFFF}' => u32::from(character) & 0xFFFF <= 0xFFFD,
        _ => private && is_private(character),
    })
}

fn is_private(character: char) -> bool {
    matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

fn has_private(text: &str) -> bool {
    text.chars().any(is_private)
}
