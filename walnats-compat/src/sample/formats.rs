//! Texts that have a format, and their near misses.

use walnats_schema::Format;

use super::{Random, edge_cases};

/// A text that has `format`, or if it need not, is perhaps a few edits away from one.
pub fn sample(format: Format, exact: bool, random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..20 {
        text = if random.chance(5) { edge_cases::text(random) } else { (*random.pick(seeds(format))).to_owned() };
        for _ in 0..*random.pick(&[0, 0, 1, 1, 2, 3]) {
            edit(&mut text, random);
        }
        if !exact || format.check(&text) {
            break;
        }
    }
    text
}

/// A text of `format` such as people write.
pub fn plain(format: Format, random: &mut Random) -> String {
    let names = ["ada", "grace", "alan", "edsger", "barbara", "ken"];
    let mut below = |bound: usize| random.below(bound);
    match format {
        Format::DateTime => {
            let (day, time) = ((below(12) + 1, below(28) + 1), (below(24), below(60), below(60)));
            format!("2026-{:02}-{:02}T{:02}:{:02}:{:02}Z", day.0, day.1, time.0, time.1, time.2)
        }
        Format::Date => format!("2026-{:02}-{:02}", below(12) + 1, below(28) + 1),
        Format::Time => format!("{:02}:{:02}:{:02}Z", below(24), below(60), below(60)),
        Format::Duration => format!("PT{}M", below(90) + 1),
        Format::Email | Format::IdnEmail => format!("{}@example.com", names[below(names.len())]),
        Format::Hostname | Format::IdnHostname => format!("{}.example.com", names[below(names.len())]),
        Format::Ipv4 => format!("192.0.2.{}", below(254) + 1),
        Format::Ipv6 => format!("2001:db8::{:x}", below(0xffff) + 1),
        Format::Uri | Format::UriReference | Format::Iri | Format::IriReference => {
            format!("https://example.com/{}/{}", names[below(names.len())], below(1_000))
        }
        Format::Uuid => {
            let bits = (u128::from(random.bits()) << 64) | u128::from(random.bits());
            // Version 4 of the variant of RFC 9562.
            let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
            let digits = format!("{bits:032x}");
            [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
        }
        _ => sample(format, true, random),
    }
}

/// Characters that mean something to some format.
const CHARACTERS: [char; 36] = [
    '0', '1', '2', '9', '6', 'a', 'Z', 'T', 't', 'z', 'P', '-', '+', ':', '.', '/', '?', '#', '[', ']', '@', '%', '{',
    '}', '~', '"', '\\', ' ', '_', 'é', '߀', '\u{3002}', '👍', '*', ',', '(',
];

/// `text` with one character more, less, or changed.
pub fn edited(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    edit(&mut text, random);
    text
}

fn edit(text: &mut String, random: &mut Random) {
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.below(characters.len() + 1);
    let character = *random.pick(&CHARACTERS);
    match random.below(5) {
        0 => characters.insert(at, character),
        1 if at < characters.len() => characters[at] = character,
        2 if at < characters.len() => drop(characters.remove(at)),
        3 if at + 1 < characters.len() => characters.swap(at, at + 1),
        4 if at < characters.len() => characters.insert(at, characters[at]),
        _ => characters.push(character),
    }
    *text = characters.into_iter().collect();
}

fn seeds(format: Format) -> &'static [&'static str] {
    match format {
        Format::DateTime => &[
            "2024-02-29T23:59:60Z",
            "1985-04-12T23:20:50.52Z",
            "1990-12-31T15:59:60-08:00",
            "2023-02-28t00:00:00z",
            "0000-01-01T00:00:00+23:59",
            "2024-12-31T24:00:00Z",
            "2024-06-30T23:59:60.999+00:00",
        ],
        Format::Date => {
            &["2024-02-29", "2023-02-29", "1900-02-29", "2000-02-29", "9999-12-31", "2024-04-31", "2024-1-1"]
        }
        Format::Time => &["23:59:60Z", "08:30:06.283185Z", "15:59:60-08:00", "00:00:00+00:00", "24:00:00Z", "12:00:00"],
        Format::Duration => &["P1Y2M3DT4H5M6S", "P4W", "PT0S", "PT36H", "P1M", "P1DT12H", "P", "PT", "P1Y1W"],
        Format::Email => {
            &["joe.bloggs@example.com", "te~st@a.b", "\"a b\"@example.com", "a@[127.0.0.1]", "a@[IPv6:::1]", "a@b"]
        }
        Format::IdnEmail => &["실례@실례.테스트", "joe@example.com", "é@é.fr", "\"é\"@b.c"],
        Format::Hostname => {
            &["www.example.com", "xn--4gbwdl.xn--wgbh1c", "a-b", "0", "a.b.", "a--b.c", "xn--X", "123.456"]
        }
        Format::IdnHostname => &[
            "실례.테스트",
            "例え.jp",
            "straße.de",
            "xn--ihqwcrb4cv8a8dqg056pqjye",
            "a·l",
            "l·l",
            "א׳ב",
            "www.example.com",
        ],
        Format::Ipv4 => &["192.168.0.1", "255.255.255.255", "0.0.0.0", "127.000.0.1", "1.2.3", "0x7f.1.1.1"],
        Format::Ipv6 => &[
            "::1",
            "::",
            "1:2:3:4:5:6:7:8",
            "::ffff:192.168.0.1",
            "1::2:3",
            "12345::",
            "fe80::a%eth1",
            "1:2:3:4:5:6:1.2.3.4",
        ],
        Format::Uri => &[
            "http://foo.bar/?baz=qux#quux",
            "urn:oasis:names:specification:docbook",
            "ldap://[2001:db8::7]/c=GB?a?b",
            "http://a:80@b:c@d/",
            "mailto:John.Doe@example.com",
            "http://a.b/%zz",
            "http://[v1.a]/",
            "file:///etc",
            "a:",
        ],
        Format::UriReference => &["/abc", "//foo.bar/?baz", "#frag\\ment", "?a=b", "", "a:b", "./a:b", "abc/../d"],
        Format::Iri => {
            &["http://ƒøø.ßår/?∂éœ=πîx#πîüx", "http://[::1]/é", "urn:é", "http://a/\u{E000}", "http://é@b:1/"]
        }
        Format::IriReference => &["âππ", "//ƒøø.ßår/?∂", "#ƒrägmênt", "", "a:é"],
        Format::UriTemplate => &[
            "http://example.com/{term:1}/{term}",
            "{+path,x}/here",
            "{?x,y*}",
            "{/a.b}",
            "a{",
            "{!a}",
            "{%41}",
            "{a:10000}",
        ],
        Format::Uuid => &[
            "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
            "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
            "2eb8aa08aa9811eab4aa73b441d16380",
        ],
        Format::JsonPointer => &["/foo/bar~0/baz~1/%a", "", "/", "//", "/~", "/\u{0}", "/0"],
        Format::RelativeJsonPointer => &["1", "0/foo/bar", "2#", "01/a", "10/~0", "0", "-1/a"],
        Format::Regex => &[
            "([abc])+\\s+$",
            "^(abc]",
            "\\d{2,1}",
            "(?<n>a)\\k<n>",
            "(?=a)",
            "\\p{L}",
            "[\\b]",
            "a{,2}",
            "\\cA",
            "\\Z",
        ],
    }
}
