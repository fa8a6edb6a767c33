use super::bytes::{self, LABEL};
use super::idna;

/// `hostname` (RFC 1123, section 2.1): labels of letters, digits and inner hyphens, 63 bytes each, 253 together. Labels
/// that begin with `xn--` must be what they claim: punycode of a valid internationalised label (RFC 5891).
pub fn is_hostname(text: &str) -> bool {
    text.len() <= 253
        && text.as_bytes().split(|byte| *byte == b'.').all(is_label_shaped)
        && (!has_punycode(text) || (text.split('.').all(is_label) && !has_bidi_fault(text)))
}

/// `idn-hostname` (RFC 5890, section 2.3.2.3): like `hostname`, with labels in Unicode.
///
/// Which characters a label may have is derived from Unicode's general categories and scripts; compatibility characters
/// are known by their blocks, so that a few rare ones are accepted that IDNA 2008 disallows.
pub fn is_idn_hostname(text: &str) -> bool {
    let mut length = 0;
    let labels_are_valid = text.split(idna::is_dot).all(|label| {
        if label.is_ascii() {
            length += label.len() + 1;
            return is_label(label);
        }
        length += idna::encoded_length(label) + 1;
        idna::encoded_length(label) <= 63 && idna::is_u_label(label)
    });
    labels_are_valid && length <= 254 && !has_bidi_fault(text)
}

fn is_label(label: &str) -> bool {
    is_label_shaped(label.as_bytes()) && (!idna::has_prefix(label) || idna::is_a_label(label))
}

/// Whether a label, in a host name or after an `@`, has the characters that it may have.
pub(super) fn is_label_shaped(label: &[u8]) -> bool {
    (1..=63).contains(&label.len())
        && bytes::all(label, LABEL)
        && label.first() != Some(&b'-')
        && label.last() != Some(&b'-')
}

/// Whether some label begins with `xn--`.
fn has_punycode(text: &str) -> bool {
    // What has no two hyphens in a row, as most names, needs no second look.
    text.contains("--") && text.split('.').any(idna::has_prefix)
}

/// The Bidi rule (RFC 5893) binds every label of a name that has right-to-left labels.
fn has_bidi_fault(text: &str) -> bool {
    if text.is_ascii() && !has_punycode(text) {
        return false;
    }
    let labels: Vec<String> = text.split(idna::is_dot).map(idna::to_unicode).collect();
    labels.iter().any(|label| idna::is_right_to_left(label)) && !labels.iter().all(|label| idna::obeys_bidi_rule(label))
}
