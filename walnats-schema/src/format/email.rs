use super::bytes::{self, ATOM};
use super::hostname::is_label_shaped;
use super::{idna, is_ipv4, is_ipv6};

/// `email`: a mailbox of RFC 5321, section 4.1.2: no display name, no comments.
pub fn is_email(text: &str) -> bool {
    is_mailbox(text, Alphabet::Ascii)
}

/// `idn-email`: a mailbox of RFC 6531, section 3.3, which allows Unicode on both sides of the `@`.
pub fn is_idn_email(text: &str) -> bool {
    is_mailbox(text, Alphabet::Unicode)
}

#[derive(Clone, Copy, PartialEq)]
enum Alphabet {
    Ascii,
    Unicode,
}

impl Alphabet {
    fn admits(self, byte: u8) -> bool {
        byte.is_ascii() || self == Self::Unicode
    }
}

fn is_mailbox(text: &str, alphabet: Alphabet) -> bool {
    // The last `@` divides: a domain has none, a quoted local part may.
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_is_valid = match local.as_bytes() {
        [b'"', inside @ .., b'"'] => is_quoted(inside, alphabet),
        bytes => bytes.split(|byte| *byte == b'.').all(|atom| is_atom(atom, alphabet)),
    };
    local_is_valid && local.len() <= 64 && is_domain(domain, alphabet)
}

fn is_atom(bytes: &[u8], alphabet: Alphabet) -> bool {
    let is_text = |byte: &u8| bytes::is(*byte, ATOM) || (!byte.is_ascii() && alphabet.admits(*byte));
    !bytes.is_empty() && (bytes::all(bytes, ATOM) || bytes.iter().all(is_text))
}

fn is_quoted(bytes: &[u8], alphabet: Alphabet) -> bool {
    let mut escaped = false;
    for byte in bytes {
        let printable = (b' '..=b'~').contains(byte) || (!byte.is_ascii() && alphabet.admits(*byte));
        if !printable || (*byte == b'"' && !escaped) {
            return false;
        }
        escaped = *byte == b'\\' && !escaped;
    }
    !escaped
}

fn is_domain(domain: &str, alphabet: Alphabet) -> bool {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return match literal.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => is_ipv6(&literal[5..]),
            _ => is_ipv4(literal),
        };
    }
    let mut labels = domain.split('.');
    domain.len() <= 255
        && labels.all(|label| match label.is_ascii() {
            true => is_label_shaped(label.as_bytes()),
            false => alphabet == Alphabet::Unicode && idna::encoded_length(label) <= 63 && idna::is_u_label(label),
        })
}
