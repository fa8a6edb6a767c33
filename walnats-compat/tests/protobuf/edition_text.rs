//! Text of an edition as text of proto2, which protox reads: with the label that an edition leaves out.

use prost_types::FileDescriptorProto;

const LABEL: &str = "optional ";

/// The text as proto2, and where the label was put in: by line of the text, columns in the new text.
pub struct Rewritten {
    pub text: String,
    insertions: Vec<(usize, usize)>,
}

/// `None` if `text` is not of an edition. Enough for text that compiles.
pub fn rewrite(text: &str) -> Option<Rewritten> {
    let tokens = tokens(text);
    let at = tokens.iter().position(|token| token.text == "edition")?;
    if tokens[..at].iter().any(|token| !token.text.is_empty()) {
        return None;
    }
    let (edition, name) = (&tokens[at], tokens.get(at + 2)?);
    let statement = edition.start..name.start + name.text.len();
    let syntax = format!("{:width$}\"proto2\"", "syntax =", width = statement.len() - "\"proto2\"".len());
    let mut out = format!("{}{syntax}", &text[..statement.start]);
    let mut copied = statement.end;
    let mut insertions = Vec::new();
    for start in unlabelled(&tokens[at + 3..]) {
        out.push_str(&text[copied..start]);
        let line = out.matches('\n').count();
        insertions.push((line, out.len() - out.rfind('\n').map_or(0, |newline| newline + 1)));
        out.push_str(LABEL);
        copied = start;
    }
    out.push_str(&text[copied..]);
    Some(Rewritten { text: out, insertions })
}

impl Rewritten {
    /// Moves the spans of `file` to where things stand in the original text.
    pub fn move_back(&self, file: &mut FileDescriptorProto) {
        for location in file.source_code_info.iter_mut().flat_map(|info| &mut info.location) {
            match location.span.as_mut_slice() {
                [line, start, end] => {
                    *start = self.column(*line, *start);
                    *end = self.column(*line, *end);
                }
                [line, start, end_line, end] => {
                    *start = self.column(*line, *start);
                    *end = self.column(*end_line, *end);
                }
                _ => {}
            }
        }
    }

    fn column(&self, line: i32, column: i32) -> i32 {
        let before = self.insertions.iter().filter(|(at_line, _)| i32::try_from(*at_line) == Ok(line));
        let shift: usize =
            before.map(|(_, at)| usize::try_from(column).unwrap().saturating_sub(*at).min(LABEL.len())).sum();
        column - i32::try_from(shift).unwrap()
    }
}

/// The fields and extensions that have no label, by where they start.
fn unlabelled(tokens: &[Token<'_>]) -> Vec<usize> {
    const OTHERS: [&str; 12] = [
        "message",
        "enum",
        "extend",
        "extensions",
        "reserved",
        "oneof",
        "option",
        "map",
        "optional",
        "required",
        "repeated",
        ";",
    ];
    let mut found = Vec::new();
    let mut blocks = Vec::new();
    let mut first: Option<&str> = None;
    for token in tokens.iter().filter(|token| !token.text.is_empty()) {
        match token.text {
            "{" => blocks.push(first.take().unwrap_or_default()),
            "}" => {
                blocks.pop();
                first = None;
            }
            ";" => first = None,
            text if first.is_none() => {
                first = Some(text);
                let has_fields = matches!(blocks.last(), Some(&("message" | "extend")));
                let is_type = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '.');
                if has_fields && is_type && !OTHERS.contains(&text) {
                    found.push(token.start);
                }
            }
            _ => {}
        }
    }
    found
}

/// A comment is an empty text.
struct Token<'t> {
    start: usize,
    text: &'t str,
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'.';
        let length = match bytes[at] {
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let mut end = 1;
                while end < rest.len() && bytes[at + end] != quote {
                    end += if bytes[at + end] == b'\\' { 2 } else { 1 };
                }
                (end + 1).min(rest.len())
            }
            byte if word(&byte) => bytes[at..].iter().take_while(|byte| word(byte)).count(),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        tokens.push(Token { start: at, text: &text[at..at + length] });
        at += length;
    }
    tokens
}

#[test]
fn labels_are_put_in_and_places_moved_back() {
    let text = "// edition\nedition = \"2023\";\nmessage A { int32 a = 1; oneof o { B b = 2; } map<int32, A> c = 3; .A d = 4; }\n";
    let rewritten = rewrite(text).unwrap();
    assert_eq!(
        rewritten.text,
        "// edition\nsyntax =\"proto2\";\nmessage A { optional int32 a = 1; oneof o { B b = 2; } map<int32, A> c = 3; optional .A d = 4; }\n"
    );
    assert_eq!(rewritten.column(2, 21), 12);
    assert_eq!(rewritten.column(2, 12), 12);
    assert_eq!(rewritten.column(1, 21), 21);
    assert!(rewrite("syntax = \"proto3\"; message A { int32 edition = 1; }").is_none());
}
