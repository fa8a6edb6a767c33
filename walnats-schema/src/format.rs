//! `format` as an assertion: JSON Schema Validation 2020-12, section 7.3, each by the RFC that it names.
//!
//! Every check is one pass over the bytes without allocation, but for what needs Unicode tables: internationalised host
//! names, host names with punycode in them, and `regex`.

mod bytes;
mod date_time;
mod duration;
mod email;
mod hostname;
mod idna;
mod integer;
mod json_pointer;
mod uri;
mod uri_template;
mod uuid;

pub use self::date_time::{is_date, is_date_time, is_time};
pub use self::duration::is_duration;
pub use self::email::{is_email, is_idn_email};
pub use self::hostname::{is_hostname, is_idn_hostname};
pub use self::json_pointer::{is_json_pointer, is_relative_json_pointer};
pub use self::uri::{is_iri, is_iri_reference, is_uri, is_uri_reference};
pub use self::uri_template::is_uri_template;
pub use self::uuid::is_uuid;

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::Format;
use crate::pattern::is_pattern;

impl Format {
    /// Every format that can assert.
    pub const ALL: [Self; 19] = [
        Self::DateTime,
        Self::Date,
        Self::Time,
        Self::Duration,
        Self::Email,
        Self::IdnEmail,
        Self::Hostname,
        Self::IdnHostname,
        Self::Ipv4,
        Self::Ipv6,
        Self::Uri,
        Self::UriReference,
        Self::Iri,
        Self::IriReference,
        Self::UriTemplate,
        Self::Uuid,
        Self::JsonPointer,
        Self::RelativeJsonPointer,
        Self::Regex,
    ];

    /// The format with this name, as a schema writes it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// As a schema writes it.
    pub fn name(self) -> &'static str {
        self.describe().0
    }

    /// Where it is specified.
    pub fn specification(self) -> &'static str {
        self.describe().1
    }

    /// Whether `text` has this format.
    // Generated code names the format: inlined, nothing is left of the choice.
    #[inline]
    pub fn check(self, text: &str) -> bool {
        match self {
            Self::DateTime => is_date_time(text),
            Self::Date => is_date(text),
            Self::Time => is_time(text),
            Self::Duration => is_duration(text),
            Self::Email => is_email(text),
            Self::IdnEmail => is_idn_email(text),
            Self::Hostname => is_hostname(text),
            Self::IdnHostname => is_idn_hostname(text),
            Self::Ipv4 => is_ipv4(text),
            Self::Ipv6 => is_ipv6(text),
            Self::Uri => is_uri(text),
            Self::UriReference => is_uri_reference(text),
            Self::Iri => is_iri(text),
            Self::IriReference => is_iri_reference(text),
            Self::UriTemplate => is_uri_template(text),
            Self::Uuid => is_uuid(text),
            Self::JsonPointer => is_json_pointer(text),
            Self::RelativeJsonPointer => is_relative_json_pointer(text),
            Self::Regex => is_pattern(text),
        }
    }

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::DateTime => ("date-time", "RFC 3339"),
            Self::Date => ("date", "RFC 3339"),
            Self::Time => ("time", "RFC 3339"),
            Self::Duration => ("duration", "RFC 3339, appendix A"),
            Self::Email => ("email", "RFC 5321"),
            Self::IdnEmail => ("idn-email", "RFC 6531"),
            Self::Hostname => ("hostname", "RFC 1123"),
            Self::IdnHostname => ("idn-hostname", "RFC 5890"),
            Self::Ipv4 => ("ipv4", "RFC 2673"),
            Self::Ipv6 => ("ipv6", "RFC 4291"),
            Self::Uri => ("uri", "RFC 3986"),
            Self::UriReference => ("uri-reference", "RFC 3986"),
            Self::Iri => ("iri", "RFC 3987"),
            Self::IriReference => ("iri-reference", "RFC 3987"),
            Self::UriTemplate => ("uri-template", "RFC 6570"),
            Self::Uuid => ("uuid", "RFC 4122"),
            Self::JsonPointer => ("json-pointer", "RFC 6901"),
            Self::RelativeJsonPointer => ("relative-json-pointer", "draft-bhutton-relative-json-pointer"),
            Self::Regex => ("regex", "ECMA-262"),
        }
    }
}

/// `ipv4`: four decimal numbers without leading zeros (RFC 2673, section 3.2).
pub fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// `ipv6`, without a zone (RFC 4291, section 2.2).
pub fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use crate::Format;

    #[test]
    fn names_and_serialisation_agree() {
        for format in Format::ALL {
            assert_eq!(serde_json::to_value(format).unwrap(), format.name());
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
    }

    #[test]
    fn formats_tell_right_from_wrong() {
        let cases: &[(Format, &[&str], &[&str])] = &[
            (
                Format::DateTime,
                &["1985-04-12T23:20:50.52Z", "1996-12-19t16:39:57-08:00", "1990-12-31T23:59:60z"],
                &["1985-04-12 23:20:50Z", "1985-04-12T23:20:50", "1985-02-29T00:00:00Z", "1985-04-12T22:59:60Z", "é"],
            ),
            (Format::Date, &["2024-02-29", "0400-02-29"], &["2023-02-29", "2024-2-1", "2024-00-10", "202-é-01-01"]),
            (
                Format::Time,
                &["08:30:06.1Z", "01:29:60+01:30"],
                &["08:30:06", "08:30:06.Z", "24:00:00Z", "08:30:06+24:00"],
            ),
            (Format::Duration, &["P1Y2M3DT4H5M6S", "P2W", "PT36H"], &["P", "PT", "P1Y2D", "P1W1D", "PT1H2S", "P1DT"]),
            (
                Format::Email,
                &["joe.bloggs@example.com", "\"a b\"@example.com", "a@[IPv6:::1]", "a@localhost"],
                &["a", "@b", "a@", ".a@b", "a..b@c", "a@b=c", "a@-b.com", "a@b.com, c@d.com", "é@b.com"],
            ),
            (
                Format::IdnEmail,
                &["실례@실례.테스트", "é@b.com", "\"é\"@é.fr"],
                &["2962", "a@b c", "é@\u{2028}", "é@👍", "é@\u{3002}"],
            ),
            (
                Format::IdnHostname,
                &["실례.테스트", "straße", "l·l", "א\u{5F3}"],
                &["👍", "߀p", "É", "a\u{FEFF}", "〮a", "a\u{5F3}"],
            ),
            (Format::Hostname, &["example.com", "1host", "a--b"], &["", "a.", "-a", "a-", "a_b", "xn--X", "a..b"]),
            (Format::Ipv4, &["192.168.0.1"], &["256.1.1.1", "01.1.1.1", "1.1.1"]),
            (Format::Ipv6, &["::1", "1:2::192.168.0.1"], &["1::2::3", "fe80::1%eth0", "::ffff:1.2.3.04"]),
            (
                Format::Uri,
                &["http://example.com/a?b#c", "urn:a:b", "http://[::1]:80/", "mailto:a@b", "a:"],
                &["/a", "a b:c", "http://a b", "http://a/%zz", "http://[::1", "http://a:x/", "http://a/[", "é:a"],
            ),
            (Format::UriReference, &["", "#a", "//a/b", "./a:b", "a/b"], &["1:b", "\\a", "a\"b"]),
            (Format::Iri, &["http://ƒøø.ßår/?∂éœ=πîx#πîüx"], &["∂", "http://a/\u{85}", "http://a/\u{E000}"]),
            (Format::UriTemplate, &["/a/{b}{?c,d*,e:3}", "", "a%20b"], &["{", "}", "{}", "{a,}", "{v:0}", "a b"]),
            (Format::Uuid, &["2EB8AA08-aa98-11ea-B4AA-73B441D16380"], &["2eb8aa08aa9811eab4aa73b441d16380"]),
            (Format::JsonPointer, &["", "/a/~0/~1"], &["a", "/~", "/~2"]),
            (Format::RelativeJsonPointer, &["0", "1/a", "2#"], &["", "-1", "01", "0##"]),
            (Format::Regex, &["^a$", r"(?<a>b)\k<a>"], &["(", r"\Z", "a}", r"\_"]),
        ];
        for (format, right, wrong) in cases {
            for text in *right {
                assert!(format.check(text), "{} should accept {text:?}", format.name());
            }
            for text in *wrong {
                assert!(!format.check(text), "{} should refuse {text:?}", format.name());
            }
        }
    }
}
