use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Reader;
use crate::json::{Kind, union};

fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    Reader::read(text).ok()
}

#[derive(Debug, PartialEq, Deserialize)]
struct Pair {
    a: i64,
    b: Option<bool>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Left,
    Right,
}

#[test]
fn reads_what_serde_json_reads() {
    for text in [
        "null",
        " true ",
        "[1,-2,3.5,1e3,-0,0,18446744073709551615,-9223372036854775808,1.0]",
        r#"{"a":{"b":[{},[],"x"]},"é":"\u00e9\n\"\\\/\b\f\r\t","pair":"\ud83d\ude00"}"#,
        "\"\"",
        "1E+2",
        "0.1",
        // Neither text is JSON to either of the two.
        "",
        "nul",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "[1,]",
        "[1 2]",
        "{\"a\" 1}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "[",
        "{",
        "]",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\é\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83dx\"",
        "\"\\ud83d\\u0041\"",
        "\"a\nb\"",
        "1 2",
        "1e999",
        "\u{feff}1",
        "NaN",
    ] {
        assert_eq!(read::<Value>(text), serde_json::from_str(text).ok(), "{text:?}");
    }
}

#[test]
fn strings_end_where_they_end_at_any_length() {
    for length in 0..20 {
        for special in [
            "", "\\\"", "\\\\", "\\n", "é", "🐲", "\u{7f}", "\u{80}", " ", "!", "#", "[", "]", "\n", "\0", "\u{1f}",
            "\"",
        ] {
            for text in [
                format!("\"{}{special}\" ", "a".repeat(length)),
                format!("\"{special}{}\"", "é".repeat(length)),
                format!("\"{special}{}", "a".repeat(length)),
            ] {
                assert_eq!(read::<String>(&text), serde_json::from_str(&text).ok(), "{text:?}");
            }
        }
    }
}

#[test]
fn structs_are_objects_and_enums_are_strings() {
    assert_eq!(read(r#"{"b":null,"a":1}"#), Some(Pair { a: 1, b: None }));
    assert_eq!(read::<Pair>("[1,true]"), None);
    assert_eq!(read(r#""l\u0065ft""#), Some(Side::Left));
    assert_eq!(read::<Side>(r#"{"left":null}"#), None);
    assert_eq!(read::<Side>(r#""up""#), None);
}

#[test]
fn numbers_are_what_their_value_is() {
    assert_eq!(read("[1.0,2e0,20e-1,-0]"), Some(vec![1_u8, 2, 2, 0]));
    assert_eq!(read::<u8>("256.0"), None);
    assert_eq!(read::<i64>("1.5"), None);
    assert_eq!(read::<i64>("1e300"), None);
    assert_eq!(read::<i64>("1.7e18"), Some(1_700_000_000_000_000_000));
    assert_eq!(read::<i64>("-170.0e16"), Some(-1_700_000_000_000_000_000));
    assert_eq!(read::<u64>("18446744073709551615.0"), Some(u64::MAX));
    assert_eq!(read::<u64>("18446744073709551616.0"), None);
    assert_eq!(read::<i64>("1200e-2"), Some(12));
    assert_eq!(read::<i64>("1205e-2"), None);
    assert_eq!(read::<i128>("1e38"), Some(10_i128.pow(38)));
    assert_eq!(read::<i128>("1e39"), None);
    assert_eq!(read::<i64>("0e99999"), Some(0));
    assert_eq!(read::<f64>("9007199254740992"), Some(9_007_199_254_740_992.0));
    assert_eq!(read::<f64>("9007199254740993"), None, "the float would be another number");
    assert_eq!(read::<f64>("18446744073709551615"), None, "the float would be another number");
    assert_eq!(read::<f64>("-9223372036854775808"), None, "the float is written with other digits");
    assert_eq!(read::<f64>("9223372036854776000"), Some(9_223_372_036_854_776_000.0));
    assert_eq!(read::<f64>("0.1"), Some(0.1));
}

#[test]
fn nesting_is_bounded() {
    for (depth, expected) in [(127, true), (128, false), (100_000, false)] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read::<Value>(&text).is_some(), expected, "{depth}");
        assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), expected, "{depth}");
        assert_eq!(Reader::new(&text).skip_value().is_ok(), expected, "{depth}");
    }
}

#[test]
fn values_are_passed_over_whole() {
    for text in [r#"{"a":[1,{"b":"]}\"\\"}],"c":-1.5e+3}"#, "true", "null", "-12", r#""x\"y""#] {
        let longer = format!(" {text} , 1");
        assert_eq!(Reader::new(&longer).skip_value().ok(), Some(text));
    }
    for text in ["", "]", ",", "{", "[1", "\"a"] {
        assert!(Reader::new(text).skip_value().is_err(), "{text}");
    }
}

#[derive(Debug, PartialEq)]
struct Node {
    id: u8,
    next: Option<Box<Next>>,
    quoted: Option<u8>,
    rest: crate::Map,
}

crate::object! { Node,
    id: required "id",
    next: optional "next",
    quoted: optional "a\"",
    ..rest
}

#[derive(Debug, PartialEq)]
struct Pixel {
    x: u8,
    xy: Option<u8>,
}

crate::object! { Pixel,
    x: required "x",
    xy: optional "xy",
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Next {
    Node(Node),
    Pixels(Vec<Pixel>),
    Stop(Stop),
}

#[derive(Debug, PartialEq)]
struct Stop {
    at: String,
}

crate::object! { Stop, at: required "at", }

impl<'de> Deserialize<'de> for Next {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        union(deserializer, |union| match union.kind() {
            Kind::Array => union.variant(Self::Pixels),
            Kind::Object if union.tag("at") == "end" => union.variant(Self::Stop),
            _ => union.variant(Self::Node),
        })
    }
}

#[test]
fn members_are_found_in_any_order_and_at_most_once() {
    let pixel = |x, xy| Some(Pixel { x, xy });
    for (text, expected) in [
        (r#"{"x":1,"xy":2}"#, pixel(1, Some(2))),
        (r#"{"xy":2,"x":1}"#, pixel(1, Some(2))),
        (" {\t\"x\" : 1 ,\n\"xy\" : 2\r} ", pixel(1, Some(2))),
        (r#"{"x":1}"#, pixel(1, None)),
        (r#"{"\u0078":1,"x\u0079":2}"#, pixel(1, Some(2))),
        (r#"{"xy":2}"#, None),
        (r#"{"x":1,"x":1}"#, None),
        (r#"{"x":1,"y":1}"#, None),
        (r#"{"x":1,"xyz":1}"#, None),
        (r#"{"x":1,"xy":null}"#, None),
        (r#"{"x":1,}"#, None),
        (r#"{,"x":1}"#, None),
        (r#"{"x":1,,"xy":2}"#, None),
        (r#"{"x":1 "xy":2}"#, None),
        (r#"{"x" 1}"#, None),
        (r#"{"x":1"#, None),
        (r#"{"x"#, None),
        (r#"{"x":1]"#, None),
        (r#"{"x":1}}"#, None),
    ] {
        assert_eq!(read(text), expected, "{text}");
        let pixels = expected.map(|pixel| vec![pixel]);
        assert_eq!(read(&format!("[{text}]")), pixels, "{text}");
    }
}

#[test]
fn names_that_json_escapes_are_compared_unescaped() {
    let node = |quoted, rest| Some(Node { id: 1, next: None, quoted, rest });
    assert_eq!(read(r#"{"id":1,"a\"":2}"#), node(Some(2), crate::Map::new()));
    assert_eq!(read::<Node>(r#"{"id":1,"a"":2}"#), None);
    let rest = || Some(("a\\\"".to_owned(), Value::from(2))).into_iter().collect();
    assert_eq!(read(r#"{"id":1,"a\\\"":2}"#), node(None, rest()));
}

#[test]
fn unions_are_read_in_place() {
    let end = || Some(Box::new(Next::Stop(Stop { at: "end".to_owned() })));
    let node = |id, next| Node { id, next, quoted: None, rest: crate::Map::new() };
    let pixels = vec![Pixel { x: 1, xy: None }, Pixel { x: 2, xy: Some(3) }];
    for (text, expected) in [
        (r#"{"id":1,"next":{"at":"end"}}"#, Some(node(1, end()))),
        (r#"{"next": {"at": "end"} , "id":1}"#, Some(node(1, end()))),
        (r#"{"id":1,"next":{"next":{"at":"end"},"id":2}}"#, Some(node(1, Some(Box::new(Next::Node(node(2, end()))))))),
        (r#"{"id":1,"next":[{"x":1},{"x":2,"xy":3}]}"#, Some(node(1, Some(Box::new(Next::Pixels(pixels)))))),
        (r#"{"id":1,"next":{"at":"end","at":"end"}}"#, None),
        (r#"{"id":1,"next":{"at":"end"}"#, None),
        (r#"{"id":1,"next":{"at":"end"},}"#, None),
        (r#"{"id":1,"next":{"at":"end"},"next":{"at":"end"}}"#, None),
        (r#"{"id":1,"next":}"#, None),
        (r#"{"id":1,"next":{"id":300}}"#, None),
    ] {
        assert_eq!(read(text), expected, "{text}");
        // Through a `Value`, which has a duplicate's last value alone.
        if expected.is_some() {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_value(value).ok(), expected, "{text}");
        }
    }
}

#[test]
fn nesting_is_bounded_through_unions() {
    for (depth, expected) in [(127, true), (128, false), (100_000, false)] {
        let text = r#"{"id":1,"next":"#.repeat(depth - 1) + r#"{"id":1"# + &"}".repeat(depth);
        assert_eq!(read::<Node>(&text).is_some(), expected, "{depth}");
    }
}

#[test]
fn objects_are_read_to_their_end() {
    /// Reads one member and no more.
    #[derive(Debug)]
    struct First;

    impl<'de> Deserialize<'de> for First {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
            deserializer.deserialize_map(First)
        }
    }

    impl<'de> serde::de::Visitor<'de> for First {
        type Value = Self;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<M: serde::de::MapAccess<'de>>(self, mut members: M) -> std::result::Result<Self, M::Error> {
            members.next_entry::<String, u8>()?;
            Ok(self)
        }
    }

    assert!(read::<First>(r#"{"a":1,"b":2}"#).is_none());
    assert!(read::<First>(r#"{"a":1}"#).is_none());
    assert!(read::<First>("{}").is_some());
    assert!(read::<Vec<First>>(r#"[{"a":1}]"#).is_none());
    assert!(read::<Vec<First>>(r#"[{"a":1]}"#).is_none());
}
