//! Formats as regular languages, as far as they are: one that holds every text of the format, and one that holds only such.

use walnats_schema::Format;

/// A format between two regular languages. Both in the syntax of the crate `regex`, matching whole texts.
pub(super) struct Bounds {
    /// Every text of the format is in it.
    pub(super) outer: &'static str,
    /// Every text in it has the format.
    pub(super) inner: Option<&'static str>,
    /// Some texts of the format.
    pub(super) samples: &'static [&'static str],
}

const HEX: &str = r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";
const IPV4: &str = r"^(?:(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}(?:[0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$";
const POINTER: &str = r"^(?s:/(?:[^~/]|~[01])*)*$";

pub(super) fn bounds(format: Format) -> Bounds {
    let bounds = |outer, inner, samples| Bounds { outer, inner, samples };
    match format {
        Format::DateTime => bounds(
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$",
            Some(
                r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$",
            ),
            &["2000-01-01T00:00:00Z"],
        ),
        Format::Date => bounds(
            r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            Some(r"^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$"),
            &["2000-01-01"],
        ),
        Format::Time => bounds(
            r"^[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$",
            Some(
                r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$",
            ),
            &["00:00:00Z"],
        ),
        Format::Duration => bounds(r"^P[0-9A-Z]+$", Some(r"^P[0-9]+[YMWD]$"), &["P1D", "PT1S"]),
        Format::Email => bounds(r"^(?s:.+@.+)$", Some(r"^[a-z]{1,60}@[a-z]{1,60}\.[a-z]{2,60}$"), &["a@b.cc"]),
        Format::IdnEmail => bounds(r"^(?s:.+@.+)$", Some(r"^[a-z]{1,60}@[a-z]{1,60}\.[a-z]{2,60}$"), &["a@b.cc"]),
        Format::Hostname => bounds(r"^[0-9A-Za-z.-]+$", Some(r"^[a-z]{1,60}(?:\.[a-z]{1,60}){0,2}$"), &["a"]),
        Format::IdnHostname => bounds(r"^(?s:.+)$", Some(r"^[a-z]{1,60}(?:\.[a-z]{1,60}){0,2}$"), &["a"]),
        Format::Ipv4 => bounds(IPV4, Some(IPV4), &["0.0.0.0"]),
        Format::Ipv6 => bounds(r"^[0-9A-Fa-f:.]{2,45}$", Some(r"^(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}$"), &["::"]),
        Format::Uri => bounds(r"^[A-Za-z][0-9A-Za-z+.-]*:[!-~]*$", Some(r"^[a-z]+:[a-z]*$"), &["a:", "http://a.b"]),
        Format::UriReference => bounds(r"^[!-~]*$", Some(r"^[a-z]*$"), &["", "a"]),
        Format::Iri => bounds(r"^[A-Za-z][0-9A-Za-z+.-]*:(?s:.*)$", Some(r"^[a-z]+:[a-z]*$"), &["a:", "http://a.b"]),
        Format::IriReference => bounds(r"^(?s:.*)$", Some(r"^[a-z]*$"), &["", "a"]),
        Format::UriTemplate => bounds(r"^(?s:.*)$", Some(r"^[a-z]*$"), &["", "a"]),
        Format::Uuid => bounds(HEX, Some(HEX), &["00000000-0000-0000-0000-000000000000"]),
        Format::JsonPointer => bounds(POINTER, Some(POINTER), &["", "/a"]),
        Format::RelativeJsonPointer => bounds(r"^[0-9](?s:.*)$", Some(r"^[1-9][0-9]*$"), &["0", "1/a"]),
        Format::Regex => bounds(r"^(?s:.*)$", Some(r"^[a-z]*$"), &["", "a"]),
    }
}

/// Whether every text of the first format is one of the second.
pub(super) fn is_within(inner: Format, outer: Format) -> bool {
    use Format::{Email, IdnEmail, Iri, IriReference, Uri, UriReference};
    inner == outer
        || matches!(
            (inner, outer),
            (Uri, UriReference | Iri | IriReference)
                | (UriReference | Iri, IriReference)
                | (Email, IdnEmail)
        )
}
