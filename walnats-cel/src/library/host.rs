//! Addresses of email, names of hosts, and ports.

use super::ip::is_ip;

/// An address as HTML's `<input type="email">` takes it.
/// <https://html.spec.whatwg.org/multipage/input.html#valid-e-mail-address>
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    !local.is_empty() && local.bytes().all(is_local) && domain.split('.').all(is_label)
}

/// A name of at most 253 characters, of labels as RFC 1034 has them; one dot may end it, and the last label is no number.
pub fn is_hostname(text: &str) -> bool {
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= 253 && name.split('.').all(is_label) && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters, digits and hyphens, with no hyphen at the ends.
fn is_label(label: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(is_inside) && !label.starts_with('-') && !label.ends_with('-')
}

/// A hostname or an IP address, one of version 6 in brackets, with a port; `port_required` says whether it may be missing.
pub fn is_host_and_port(text: &str, port_required: bool) -> bool {
    if let Some(rest) = text.strip_prefix('[') {
        let Some((host, rest)) = rest.rsplit_once(']') else { return false };
        return is_ip(host, 6)
            && match rest.strip_prefix(':') {
                Some(port) => is_port(port),
                None => rest.is_empty() && !port_required,
            };
    }
    match text.rsplit_once(':') {
        Some((host, port)) => is_host(host) && is_port(port),
        None => !port_required && is_host(text),
    }
}

fn is_host(text: &str) -> bool {
    is_hostname(text) || is_ip(text, 4)
}

fn is_port(text: &str) -> bool {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_decimal && (text == "0" || !text.starts_with('0')) && text.parse::<u16>().is_ok()
}
