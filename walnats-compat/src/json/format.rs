//! Formats as regular languages, as far as they are: one that holds every text of the format, and one that holds only such.

use std::sync::OnceLock;

use walnats_schema::Format;

/// A format between two regular languages, in the syntax of the crate `regex`; they match whole texts.
#[derive(Debug)]
pub(super) struct Bounds {
    /// Every text of the format is in it.
    pub(super) outer: String,
    /// Every text in it has the format.
    pub(super) inner: String,
    /// Some texts of the format.
    pub(super) samples: &'static [&'static str],
}

/// Names of parts of expressions, each with what it stands for; later ones may stand in earlier ones.
const PARTS: [(&str, &str); 31] = [
    ("{QUOTED}", r#""[ !\x23-\x5B\x5D-~]{1,9}""#),
    ("{URI_INNER}", r"[A-Za-z][0-9A-Za-z+.-]*:(?://[0-9A-Za-z.-]+(?::[0-9]{1,5})?(?:/{P}*)*|{PATH})?{TAIL}"),
    ("{RELATIVE}", r"(?:{N}+(?:/{P}*)*|/(?:{P}+(?:/{P}*)*)?)?{TAIL}"),
    ("{PATH}", r"(?:{P}+(?:/{P}*)*|/(?:{P}+(?:/{P}*)*)?)"),
    ("{TAIL}", r"(?:\?(?:{P}|[/?])*)?(?:#(?:{P}|[/?])*)?"),
    ("{P}", r"[0-9A-Za-z._~!$&'()*+,;=:@-]"),
    ("{N}", r"[0-9A-Za-z._~!$&'()*+,;=-]"),
    ("{IRI_CHARACTER}", r"(?:{URI_CHARACTER}|{OTHER})"),
    ("{URI_CHARACTER}", r"(?:[0-9A-Za-z\-._~!$&'()*+,;=:@/?#\[\]]|%{X}{2})"),
    ("{DATE}", r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:{DAY}|29|30|31)|(?:0[469]|11)-(?:{DAY}|29|30)|02-{DAY})"),
    (
        "{DATE_OR_29}",
        r"[0-9]{4}-(?:(?:0[13578]|1[02])-(?:{DAY}|29|30|31)|(?:0[469]|11)-(?:{DAY}|29|30)|02-(?:{DAY}|29))",
    ),
    ("{DAY}", r"(?:0[1-9]|1[0-9]|2[0-8])"),
    ("{TIME_OR_60}", r"{HOUR}:{MINUTE}:(?:{MINUTE}|60)(?:\.[0-9]+)?{OFFSET}"),
    ("{TIME}", r"{HOUR}:{MINUTE}:{MINUTE}(?:\.[0-9]+)?{OFFSET}"),
    ("{OFFSET}", r"(?:[Zz]|[+-]{HOUR}:{MINUTE})"),
    ("{HOUR}", r"(?:[01][0-9]|2[0-3])"),
    ("{MINUTE}", r"[0-5][0-9]"),
    ("{ATOM}", r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]{1,20}"),
    // At most 253 characters.
    ("{HOST_INNER}", r"(?:{LABEL_INNER}(?:\.{LABEL_INNER}){0,2}|{LABEL_SHORT}(?:\.{LABEL_SHORT}){0,3})"),
    ("{LABEL_OUTER}", r"[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?"),
    ("{LABEL_INNER}", r"(?:[0-9A-Za-z]{1,63}|{LABEL_SHORT})"),
    ("{LABEL_SHORT}", r"[0-9A-Za-z]{1,9}(?:-[0-9A-Za-z]{1,12}){0,4}"),
    ("{V4}", r"(?:{OCTET}\.){3}{OCTET}"),
    ("{OCTET}", r"(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])"),
    ("{V}", r"\{[+\#./;?&=,!@|]?{NAME}(?:,{NAME})*\}"),
    ("{NAME}", r"(?:{NAME_PART}(?:\.{NAME_PART})*(?:\*|:[1-9][0-9]{0,3})?)"),
    ("{NAME_PART}", r"(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})+"),
    ("{POINTER}", r"(?:/(?:[^~/]|~[01])*)*"),
    ("{OTHER}", r"[\x{A0}-\x{10FFFF}]"),
    ("{H}", r"[0-9A-Fa-f]{1,4}"),
    ("{X}", r"[0-9A-Fa-f]"),
];

/// The languages of a format, made once.
pub(super) fn bounds(format: Format) -> &'static Bounds {
    static KNOWN: [OnceLock<Bounds>; Format::ALL.len()] = [const { OnceLock::new() }; Format::ALL.len()];
    KNOWN[format as usize].get_or_init(|| make_bounds(format))
}

fn make_bounds(format: Format) -> Bounds {
    let (outer, inner, samples): (&str, &str, &[&str]) = match format {
        Format::DateTime => ("{DATE_OR_29}[Tt]{TIME_OR_60}", "{DATE}[Tt]{TIME}", &["2000-01-01T00:00:00Z"]),
        Format::Date => ("{DATE_OR_29}", "{DATE}", &["2000-01-01"]),
        Format::Time => ("{TIME_OR_60}", "{TIME}", &["00:00:00Z"]),
        Format::Duration => (DURATION, DURATION, &["P1D", "PT1S"]),
        Format::Email => (
            r"[ -~]+@(?:{LABEL_OUTER}(?:\.{LABEL_OUTER})*|\[[0-9A-Za-z.:]+\])",
            r"(?:{ATOM}(?:\.{ATOM}){0,2}|{QUOTED})@{LABEL_SHORT}(?:\.{LABEL_SHORT}){0,3}",
            &["a@b.cc", "%@a"],
        ),
        Format::IdnEmail => (
            "(?s:.)+@(?s:.)+",
            r"(?:{ATOM}(?:\.{ATOM}){0,2}|{QUOTED})@{LABEL_SHORT}(?:\.{LABEL_SHORT}){0,3}",
            &["a@b.cc", "é@b.cc", "%@a", "?@a"],
        ),
        Format::Hostname => (r"{LABEL_OUTER}(?:\.{LABEL_OUTER})*", "{HOST_INNER}", &["a", "a.b"]),
        Format::IdnHostname => (r"(?:[0-9A-Za-z.-]|{OTHER})+", "{HOST_INNER}", &["a", "a.b", "é"]),
        Format::Ipv4 => ("{V4}", "{V4}", &["0.0.0.0"]),
        Format::Ipv6 => (IPV6, IPV6, &["::", "::1"]),
        Format::Uri => ("[A-Za-z][0-9A-Za-z+.-]*:{URI_CHARACTER}*", "{URI_INNER}", &["a:", "http://a.b"]),
        Format::UriReference => ("{URI_CHARACTER}*", "(?:{URI_INNER}|{RELATIVE})", &["", "a", "http://a.b"]),
        Format::Iri => ("[A-Za-z][0-9A-Za-z+.-]*:{IRI_CHARACTER}*", "{URI_INNER}", &["a:", "http://a.b", "a:é"]),
        Format::IriReference => ("{IRI_CHARACTER}*", "(?:{URI_INNER}|{RELATIVE})", &["", "a", "http://a.b", "é", "/é"]),
        Format::UriTemplate => (TEMPLATE, TEMPLATE, &["", "a"]),
        Format::Uuid => (
            "{X}{8}-{X}{4}-{X}{4}-{X}{4}-{X}{12}",
            "{X}{8}-{X}{4}-{X}{4}-{X}{4}-{X}{12}",
            &["00000000-0000-0000-0000-000000000000"],
        ),
        Format::JsonPointer => ("{POINTER}", "{POINTER}", &["", "/a"]),
        Format::RelativeJsonPointer => (RELATIVE_POINTER, RELATIVE_POINTER, &["0", "1/a"]),
        Format::Regex => ("(?s:.)*", r#"(?:(?:[0-9A-Za-z _:.,;@#!<>=&%~'"/-]|{OTHER})\+?)*"#, &["", "a"]),
    };
    Bounds { outer: whole(outer), inner: whole(inner), samples }
}

const DURATION: &str = concat!(
    r"P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)|",
    r"(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)?",
    r"T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))"
);
/// RFC 4291, section 2.2.
const IPV6: &str = concat!(
    r"(?:(?:{H}:){7}{H}|(?:{H}:){1,7}:|(?:{H}:){1,6}:{H}|(?:{H}:){1,5}(?::{H}){1,2}|(?:{H}:){1,4}(?::{H}){1,3}|",
    r"(?:{H}:){1,3}(?::{H}){1,4}|(?:{H}:){1,2}(?::{H}){1,5}|{H}:(?::{H}){1,6}|:(?:(?::{H}){1,7}|:)|",
    r"(?:{H}:){6}{V4}|::(?:{H}:){0,5}{V4}|{H}::(?:{H}:){0,4}{V4}|(?:{H}:){2}:(?:{H}:){0,3}{V4}|",
    r"(?:{H}:){3}:(?:{H}:){0,2}{V4}|(?:{H}:){4}:(?:{H}:){0,1}{V4}|(?:{H}:){5}:{V4})"
);
/// RFC 6570, section 2.
const TEMPLATE: &str =
    r"(?:[\x21\x23\x24\x26-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E\x{A0}-\x{10FFFF}]|%[0-9A-Fa-f]{2}|{V})*";
const RELATIVE_POINTER: &str = r"(?:0|[1-9][0-9]*)(?:[+-][1-9][0-9]*)?(?:#|{POINTER})";

/// The expression, with its parts, for whole texts.
fn whole(expression: &str) -> String {
    let put_in = |text: String, (name, part): &(&str, &str)| text.replace(name, part);
    format!("^(?:{})$", PARTS.iter().fold(expression.to_owned(), put_in))
}

/// The most characters that a text of the format has, if there is a limit that its outer language does not say.
pub(super) fn longest(format: Format) -> Option<u64> {
    match format {
        Format::Hostname | Format::IdnHostname => Some(253),
        // 64 bytes, `@`, and 255 bytes.
        Format::Email | Format::IdnEmail => Some(320),
        _ => None,
    }
}

/// A text of the format with so many characters, if that is easy.
pub(super) fn of_length(format: Format, length: usize) -> Option<String> {
    let filled = |before: &str, character: &str, after: &str| {
        let missing = length.checked_sub(before.len() + after.len()).filter(|missing| *missing > 0)?;
        Some(format!("{before}{}{after}", character.repeat(missing)))
    };
    match format {
        Format::DateTime => filled("2000-01-01T00:00:00.", "0", "Z"),
        Format::Time => filled("00:00:00.", "0", "Z"),
        Format::Duration => filled("P", "1", "D"),
        Format::Hostname | Format::IdnHostname => (length > 0).then(|| labels(length)),
        Format::Email | Format::IdnEmail => {
            let local = length.checked_sub(3)?.clamp(1, 64);
            Some(format!("{}@{}", "a".repeat(local), labels(length.checked_sub(local + 1)?)))
        }
        Format::Uri | Format::Iri => filled("a:", "a", ""),
        Format::UriReference | Format::IriReference | Format::UriTemplate | Format::Regex => filled("", "a", ""),
        Format::JsonPointer => filled("/", "a", ""),
        Format::RelativeJsonPointer => filled("0/", "a", ""),
        Format::Date | Format::Ipv4 | Format::Ipv6 | Format::Uuid => None,
    }
}

/// A host name of so many characters.
fn labels(length: usize) -> String {
    (0..length).map(|index| if index % 32 == 31 && index + 1 < length { '.' } else { 'a' }).collect()
}

/// Whether every text of the first format is one of the second.
pub(super) fn is_within(inner: Format, outer: Format) -> bool {
    use Format::{Email, Hostname, IdnEmail, IdnHostname, Iri, IriReference, Uri, UriReference};
    inner == outer
        || matches!(
            (inner, outer),
            (Uri, UriReference | Iri | IriReference)
                | (UriReference | Iri, IriReference)
                | (Email, IdnEmail)
                | (Hostname, IdnHostname)
                | (IdnHostname, IriReference)
        )
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use walnats_schema::Format;

    use super::{bounds, is_within, longest, of_length};

    const TEXTS: [&str; 40] = [
        "2000-02-28T23:59:60Z",
        "2024-02-29T12:00:00.5+01:30",
        "1999-12-31",
        "23:59:60z",
        "P1Y2M3DT4H5M6S",
        "P2W",
        "PT36H",
        "P1YT",
        "a.b@c-d.example",
        "\"a b\"@c",
        "a@[127.0.0.1]",
        "a@[IPv6:::1]",
        "é@ü.example",
        "a--b.c",
        "xn--bcher-kva.example",
        "a.b.c.d.e.f",
        "bücher.example",
        "127.0.0.1",
        "255.256.0.1",
        "::ffff:1.2.3.4",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "fe80::1%eth0",
        "http://a:80/b?c#d",
        "urn:a:b",
        "//a/b",
        "a/b:c",
        "a:b/c",
        "?a",
        "#",
        "http://[::1]/",
        "http://u@h",
        "%41",
        "/a/~0~1",
        "1+1/a",
        "0#",
        "01/a",
        "{+a,b*}{c:3}",
        "00000000-0000-0000-0000-00000000000f",
        "^[a-z](?=b)$",
    ];
    const CHARACTERS: &str = "aZ09 :.-+/@[]{}%é~#?&=,;()\"\\_PTYMWDHSzx\n";

    #[test]
    fn long_texts_have_their_formats() {
        for format in Format::ALL {
            for length in [0, 1, 2, 3, 4, 5, 22, 32, 33, 63, 64, 65, 66, 128, 253, 254, 255, 319, 320, 321, 4_000] {
                let Some(text) = of_length(format, length) else { continue };
                assert_eq!(text.len(), length, "{format:?}");
                let is_possible = longest(format).is_none_or(|longest| length as u64 <= longest);
                assert_eq!(format.check(&text), is_possible, "{format:?}: {text:?}");
            }
        }
    }

    #[test]
    fn no_character_is_outside_of_what_a_format_may_have() {
        let formats = [Format::IdnHostname, Format::Iri, Format::IriReference];
        let all = formats.map(|format| (format, Regex::new(&bounds(format).outer).unwrap()));
        for character in (0..=0x2_FFFF).filter_map(char::from_u32) {
            // Those that are allowed next to some others alone: between two `l`, and before and after Hebrew.
            for text in ["", "a:", "l", "א"].map(|before| format!("{before}{character}{before}")) {
                for (format, outer) in &all {
                    assert!(!format.check(&text) || outer.is_match(&text), "{format:?}: {text:?}");
                }
                let is_host = Format::IdnHostname.check(&text);
                assert!(!is_host || Format::IriReference.check(&text), "{text:?} is a host name, but no reference");
            }
        }
    }

    #[test]
    fn formats_are_between_their_bounds() {
        let characters: Vec<char> = CHARACTERS.chars().collect();
        let mut state = 1_u64;
        let mut below = |limit: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % limit
        };
        let all = Format::ALL.map(|format| {
            let bounds = bounds(format);
            let compile = |text: &str| Regex::new(text).unwrap();
            (format, compile(&bounds.outer), compile(&bounds.inner), bounds.samples)
        });
        let mut counts = [0; Format::ALL.len()];
        for round in 0..40_000 {
            let mut text: Vec<char> = TEXTS[round % TEXTS.len()].chars().collect();
            for _ in 0..below(4) {
                let at = below(text.len() + 1);
                match below(3) {
                    0 if at < text.len() => drop(text.remove(at)),
                    1 if at < text.len() => text[at] = characters[below(characters.len())],
                    _ => text.insert(at, characters[below(characters.len())]),
                }
            }
            let text: String = text.into_iter().collect();
            for (index, (format, outer, inner, _)) in all.iter().enumerate() {
                let is_valid = format.check(&text);
                counts[index] += usize::from(is_valid);
                assert!(!is_valid || outer.is_match(&text), "{format:?} outer: {text:?}");
                let is_too_long = longest(*format).is_some_and(|longest| text.chars().count() as u64 > longest);
                assert!(!is_valid || !is_too_long, "{format:?} is longer: {text:?}");
                assert!(is_valid || !inner.is_match(&text), "{format:?} inner: {text:?}");
                for other in Format::ALL.into_iter().filter(|other| is_within(*format, *other)) {
                    assert!(!is_valid || other.check(&text), "{text:?} is {format:?}, but not {other:?}");
                }
            }
        }
        assert!(counts.iter().all(|count| *count > 100), "too few texts: {counts:?}");
        for (format, _, _, samples) in all {
            assert!(samples.iter().all(|sample| format.check(sample)), "{format:?}");
        }
    }
}
