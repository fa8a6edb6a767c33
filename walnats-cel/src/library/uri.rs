//! URIs and references to them: RFC 3986, with zones of addresses by RFC 6874.

use std::net::Ipv6Addr;

/// Whether `text` is a URI, with a scheme.
pub fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    is_scheme(scheme) && is_hierarchy(rest, false)
}

/// Whether `text` is a URI or a relative reference.
pub fn is_uri_ref(text: &str) -> bool {
    is_uri(text) || is_hierarchy(text, true)
}

fn is_scheme(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_inside)
}

/// Authority, path, query and fragment.
fn is_hierarchy(text: &str, is_relative: bool) -> bool {
    let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (text, query) = text.split_once('?').unwrap_or((text, ""));
    if !consists_of(query, b":@/?") || !consists_of(fragment, b":@/?") {
        return false;
    }
    match text.strip_prefix("//") {
        Some(rest) => {
            let path = rest.find('/').unwrap_or(rest.len());
            is_authority(&rest[..path]) && consists_of(&rest[path..], b":@/")
        }
        None => {
            let first = text.split('/').next().unwrap_or_default();
            // A colon in the first segment would end a scheme.
            consists_of(text, b":@/") && !(is_relative && first.contains(':'))
        }
    }
}

fn is_authority(text: &str) -> bool {
    let (user, host) = text.rsplit_once('@').unwrap_or(("", text));
    consists_of(user, b":") && is_host_with_port(host)
}

fn is_host_with_port(text: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = text.strip_prefix('[') {
        let Some((literal, rest)) = rest.rsplit_once(']') else { return false };
        return is_ip_literal(literal) && (rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = text.split_once(':').unwrap_or((text, ""));
    consists_of(host, b"") && is_decoded_text(host) && is_port(port)
}

fn is_ip_literal(text: &str) -> bool {
    if let Some(future) = text.strip_prefix(['v', 'V']) {
        let Some((version, address)) = future.split_once('.') else { return false };
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_inside = |byte| is_unreserved(byte) || is_delimiter(byte) || byte == b':';
        return is_version && !address.is_empty() && address.bytes().all(is_inside);
    }
    let is_zone = |zone: &str| !zone.is_empty() && only(zone, is_unreserved) && is_decoded_text(zone);
    match text.split_once("%25") {
        Some((address, zone)) => address.parse::<Ipv6Addr>().is_ok() && is_zone(zone),
        None => text.parse::<Ipv6Addr>().is_ok(),
    }
}

/// Whether `text` has only what is allowed everywhere, bytes in their encoding, and `more`.
fn consists_of(text: &str, more: &[u8]) -> bool {
    only(text, |byte| is_unreserved(byte) || is_delimiter(byte) || more.contains(&byte))
}

fn only(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_right = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            byte => allowed(byte),
        };
        if !is_right {
            return false;
        }
    }
    true
}

/// Whether what is encoded in `text` is UTF-8.
fn is_decoded_text(text: &str) -> bool {
    let mut decoded = Vec::new();
    let mut parts = text.split('%');
    decoded.extend(parts.next().unwrap_or_default().bytes());
    for part in parts {
        let Some((digits, rest)) = part.split_at_checked(2) else { return false };
        let Ok(byte) = u8::from_str_radix(digits, 16) else { return false };
        decoded.push(byte);
        decoded.extend(rest.bytes());
    }
    std::str::from_utf8(&decoded).is_ok()
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn is_delimiter(byte: u8) -> bool {
    b"!$&'()*+,;=".contains(&byte)
}
