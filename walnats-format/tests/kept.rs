//! What a file has stays: line endings, the byte order mark, and whatever a person wrote.

use walnats_format::{Cause, Kind, Style, format};

fn formatted(kind: Kind, text: &str) -> String {
    format(kind, text, &Style::default()).unwrap_or_else(|refusal| panic!("{text:?}: {refusal} at {}", refusal.at))
}

#[test]
fn line_endings_and_the_mark_stay() {
    for (kind, text, expected) in [
        (Kind::Json, "{\r\n\"a\":1}\r\n", "{\r\n  \"a\": 1\r\n}\r\n"),
        (Kind::Json, "\u{feff}{\"a\":1}", "\u{feff}{ \"a\": 1 }\n"),
        (Kind::Yaml, "a:   1\r\nb: |\r\n  x\r\n  y\r\n", "a: 1\r\nb: |\r\n  x\r\n  y\r\n"),
        (Kind::Yaml, "\u{feff}a:   1", "\u{feff}a: 1\n"),
        (
            Kind::Proto,
            "syntax=\"proto3\";\r\n/* a\r\n   b */\r\nmessage A{}\r\n",
            "syntax = \"proto3\";\r\n\r\n/* a\r\n   b */\r\nmessage A {}\r\n",
        ),
        (Kind::Toml, "a=1\r\nb='''x\r\ny'''\r\n", "a = 1\r\nb = '''x\r\ny'''\r\n"),
        // The first line decides.
        (Kind::Json, "[\r\n1,\n2]\n", "[1, 2]\r\n"),
        (Kind::Yaml, "a:  1\nb: 2\r\n", "a: 1\nb: 2\n"),
    ] {
        assert_eq!(formatted(kind, text), expected, "{text:?}");
    }
    // A line break within a string is a value, and has to stay.
    let mixed = format(Kind::Toml, "a=1\nb='''x\r\ny'''\n", &Style::default()).unwrap_err();
    assert_eq!(mixed.cause, Cause::Unsafe);
}

#[test]
fn empty_files_stay_empty() {
    for kind in [Kind::Yaml, Kind::Proto, Kind::Toml] {
        assert_eq!(formatted(kind, ""), "");
        assert_eq!(formatted(kind, "\n \n"), "");
    }
    assert_eq!(format(Kind::Json, " ", &Style::default()).unwrap_err().cause, Cause::Syntax);
}

#[test]
fn the_line_width_is_a_wish() {
    let text = r#"{"a": [{"type": "string", "description": "a text"}]}"#;
    let at = |line_width| format(Kind::Json, text, &Style { line_width }).unwrap();
    let line = r#"{ "a": [{ "type": "string", "description": "a text" }] }"#;
    assert_eq!(at(line.len()), line.to_owned() + "\n");
    assert_eq!(at(line.len() - 1).lines().count(), 3);
    assert_eq!(at(1), at(0));
    assert!(at(1).lines().all(|line| line.trim().split("\": ").count() <= 2), "{}", at(1));
}

#[test]
fn places_are_those_of_the_file() {
    for (kind, text, at) in [
        (Kind::Json, "\u{feff}{\r\n\"ä\":1,}", "\u{feff}{\r\n\"ä\":1,".len()),
        (Kind::Yaml, "ä: 1\r\n? : [\r\n", 0),
        (
            Kind::Proto,
            "syntax = \"proto3\";\r\nmessage A { string a 1; }",
            "syntax = \"proto3\";\r\nmessage A { string a ".len(),
        ),
        (Kind::Toml, "a = 1\r\nb = \r\n", "a = 1\r\nb = ".len()),
    ] {
        let refusal = format(kind, text, &Style::default()).unwrap_err();
        assert_eq!(refusal.cause, Cause::Syntax, "{text:?}");
        assert!(refusal.at == at || at == 0, "{text:?}: {refusal} at {}, not {at}", refusal.at);
        assert!(text.is_char_boundary(refusal.at));
    }
}

/// Other parsers than ours give a block scalar at the end of the text a final line break only if the text has one.
#[test]
fn a_block_scalar_at_the_end_stays_without_a_line_break() {
    for text in ["a:   |\n  x", "a:   >\n  x", "- b:  |-\n    x"] {
        assert!(!formatted(Kind::Yaml, text).ends_with('\n'), "{text:?}");
        assert!(formatted(Kind::Yaml, &format!("{text}\n")).ends_with('\n'), "{text:?}");
    }
}

#[test]
fn empty_statements_go() {
    let text =
        "syntax=\"proto3\";\nmessage A{;}\nenum B{C=0;;}\nservice D{rpc E(A)returns(A){option deprecated=true;;}}\n";
    let expected = "syntax = \"proto3\";\n\nmessage A {}\nenum B {\n  C = 0;\n}\nservice D {\n  rpc E(A) returns (A) {\n    option deprecated = true;\n  }\n}\n";
    assert_eq!(formatted(Kind::Proto, text), expected);
}
