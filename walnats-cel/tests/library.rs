//! The functions that expressions call.

use walnats_cel::library::{
    Duration, Failure, Part, Timestamp, all, and, any, char_at, index_of, is_email, is_host_and_port, is_hostname,
    is_ip, is_ip_prefix, is_unique, is_unique_double, is_uri, is_uri_ref, last_index_of, or, scientific, shown, split,
    substring,
};

#[test]
fn a_term_that_decides_absorbs_failures() {
    let fails = || Err(Failure("fails"));
    assert_eq!(and([&fails, &|| Ok(false)]), Ok(false));
    assert_eq!(and([&|| Ok(true), &fails]), Err(Failure("fails")));
    assert_eq!(or([&fails, &|| Ok(true)]), Ok(true));
    assert_eq!(or([&fails, &|| Ok(false)]), Err(Failure("fails")));
    assert_eq!(all([1, 0, 2], |n| if n == 0 { fails() } else { Ok(n != 2) }), Ok(false));
    assert_eq!(any([1, 0, 2], |n| if n == 0 { fails() } else { Ok(n == 2) }), Ok(true));
    assert_eq!(any([1, 0], |n| if n == 0 { fails() } else { Ok(false) }), Err(Failure("fails")));
}

#[test]
fn addresses() {
    assert!(is_ip("::1", 0) && is_ip("127.0.0.1", 4) && is_ip("fe80::1%eth0", 6));
    assert!(!is_ip("127.0.0.01", 4) && !is_ip("::1", 4) && !is_ip("fe80::1%", 6) && !is_ip("::1", 5));
    assert!(is_ip_prefix("10.0.0.0/8", 4, true) && is_ip_prefix("10.0.0.1/8", 0, false));
    assert!(!is_ip_prefix("10.0.0.1/8", 4, true) && !is_ip_prefix("10.0.0.0/33", 4, false));
    assert!(is_ip_prefix("::/0", 6, true) && !is_ip_prefix("::/01", 6, true));
    assert!(is_hostname("a-b.example.") && !is_hostname("-a") && !is_hostname("a.1") && !is_hostname(""));
    assert!(is_email("a.b@c.example") && !is_email("a@b@c") && !is_email("a"));
    assert!(is_host_and_port("[::1]:80", true) && is_host_and_port("a", false) && !is_host_and_port("a:65536", true));
    assert!(is_uri("http://[::1%25eth0]:80/a?b#c") && !is_uri("//a") && is_uri_ref("//a") && !is_uri("a:%zz"));
}

#[test]
fn times() {
    for (text, nanos) in [
        ("1.5s", Some(1_500_000_000)),
        ("-1h1ms", Some(-3_600_001_000_000)),
        ("0", Some(0)),
        ("", None),
        ("1", None),
        ("1d", None),
        (".s", None),
    ] {
        assert_eq!(Duration::parse(text).ok().map(Duration::nanos), nanos, "{text}");
    }
    let time = Timestamp::parse("2024-07-01T23:30:00.25Z").unwrap();
    assert_eq!(time.part(Part::Hours, "Europe/Berlin"), Ok(1));
    assert_eq!(time.part(Part::Date, "+02:00"), Ok(2));
    assert_eq!(time.part(Part::DayOfWeek, "UTC"), Ok(1));
    assert_eq!(time.part(Part::Milliseconds, ""), Ok(250));
    assert!(time.part(Part::Hours, "Mars/Base").is_err() && time.part(Part::Hours, "+99:99").is_err());
    assert!(Timestamp::new(253_402_300_799, 0).plus(Duration::new(1, 0)).is_err());
    assert_eq!(shown(&Duration::new(-1, -500_000_000)), "-1.5s");
    assert_eq!(shown(&time), "2024-07-01T23:30:00.25Z");
}

#[test]
fn text() {
    assert_eq!(char_at("äb", 1).as_deref(), Ok("b"));
    assert_eq!(char_at("äb", 2).as_deref(), Ok(""));
    assert!(char_at("äb", 3).is_err() && char_at("äb", -1).is_err());
    assert_eq!((index_of("äbab", "b", 0), index_of("äbab", "b", 2)), (Ok(1), Ok(3)));
    assert_eq!((last_index_of("äbab", "b", None), last_index_of("äbab", "b", Some(2))), (Ok(3), Ok(1)));
    assert_eq!(split("a,b,c", ",", 2), ["a", "b,c"]);
    assert_eq!((split("äb", "", -1), split("a,b", ",", 0)), (vec!["ä", "b"], vec![]));
    assert_eq!(substring("äbc", 1, Some(2)), Ok("b"));
    assert!(substring("äbc", 2, Some(1)).is_err());
    assert_eq!(scientific(1234.0, 2), "1.23e+03");
    assert!(is_unique(&["a", "b"]) && !is_unique(&["a"; 17]));
    assert!(is_unique_double(&[f64::NAN, f64::NAN, 0.0]) && !is_unique_double(&[0.0, -0.0]));
}

#[test]
fn lengths_are_compared_in_characters() {
    for text in ["", "a", "ä", "äöü", "👍👍", "abcdefghij", "日本語のテキスト"] {
        let count = text.chars().count();
        for than in 0..14 {
            assert_eq!(walnats_cel::library::is_shorter(text, than), count < than, "{text:?} {than}");
        }
    }
}
