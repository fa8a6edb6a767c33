//! Internationalised labels by the rules of IDNA 2008 (RFC 5891 to 5893).

mod bidi;
mod code_points;
mod punycode;

pub(super) use self::bidi::{is_right_to_left, obeys_bidi_rule};

/// The dots that separate labels (RFC 3490, section 3.1).
pub(super) fn is_dot(character: char) -> bool {
    matches!(character, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

/// Whether a label claims to be punycode.
pub(super) fn has_prefix(label: &str) -> bool {
    label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--"))
}

/// Whether a label with the prefix is the punycode of a valid label, and the only one of it.
pub(super) fn is_a_label(label: &str) -> bool {
    let Some(decoded) = punycode::decode(&label[4..]) else { return false };
    !decoded.is_ascii()
        && punycode::encode(&decoded).is_some_and(|encoded| encoded.eq_ignore_ascii_case(&label[4..]))
        && is_u_label(&decoded)
}

/// The label in Unicode, as far as it can be decoded.
pub(super) fn to_unicode(label: &str) -> String {
    let decoded = if has_prefix(label) { punycode::decode(&label[4..]) } else { None };
    decoded.unwrap_or_else(|| label.to_owned())
}

/// The length of a label once it is punycode with its prefix.
pub(super) fn encoded_length(label: &str) -> usize {
    punycode::encode(label).map_or(1_000, |encoded| encoded.len() + 4)
}

/// Whether a label in Unicode is valid (RFC 5891, section 4.2.3).
pub(super) fn is_u_label(label: &str) -> bool {
    let characters: Vec<char> = label.chars().collect();
    let hyphens = label.starts_with('-') || label.ends_with('-') || characters.get(2..4) == Some(&['-', '-']);
    !hyphens
        && !characters.first().is_some_and(|&first| code_points::is_mark(first))
        && (0..characters.len()).all(|index| code_points::is_admitted(&characters, index))
        && (!is_right_to_left(label) || obeys_bidi_rule(label))
}
