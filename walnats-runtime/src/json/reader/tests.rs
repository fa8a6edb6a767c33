use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Reader;

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
