//! Protobuf files without what only people need, so that formatting and comments change no generated code.

use std::iter::Peekable;
use std::str::Chars;

/// The same file without comments, and with a space only where two words would become one.
pub fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut is_apart = false;
    while let Some(char) = chars.next() {
        if char.is_whitespace() || (char == '/' && skips_comment(&mut chars)) {
            is_apart = true;
            continue;
        }
        if std::mem::take(&mut is_apart) && is_word(char) && compact.chars().next_back().is_some_and(is_word) {
            compact.push(' ');
        }
        compact.push(char);
        if matches!(char, '"' | '\'') {
            copy_string(char, &mut chars, &mut compact);
        }
    }
    compact
}

/// Whether this is part of what white space separates: names, numbers with their signs, and strings.
fn is_word(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '.' | '+' | '-' | '"' | '\'')
}

/// Skips a comment, if one follows the slash.
fn skips_comment(chars: &mut Peekable<Chars<'_>>) -> bool {
    match chars.peek() {
        Some('/') => {
            while chars.next_if(|char| *char != '\n').is_some() {}
            true
        }
        Some('*') => {
            chars.next();
            let mut last = ' ';
            for char in chars.by_ref() {
                if last == '*' && char == '/' {
                    break;
                }
                last = char;
            }
            true
        }
        _ => false,
    }
}

/// The rest of a string, its closing quote included.
fn copy_string(quote: char, chars: &mut Peekable<Chars<'_>>, compact: &mut String) {
    while let Some(char) = chars.next() {
        compact.push(char);
        if char == quote {
            return;
        }
        if char == '\\' {
            compact.extend(chars.next());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::compact;

    #[test]
    fn formatting_and_comments_are_left_out() {
        let one = "syntax = \"proto3\";\n// A comment; it \"ends\" here.\nmessage  A {\n  repeated .b.C c=1 [ (d) = -1.5e-3 ];/* ' */ reserved 2 to 5;\n}\n";
        let other = "syntax=\"proto3\" ;message A { repeated .b.C c = 1 [(d) = -1.5e-3];\n\treserved 2\n to 5; }";
        assert_eq!(compact(one), "syntax=\"proto3\";message A{repeated .b.C c=1[(d)=-1.5e-3];reserved 2 to 5;}");
        assert_eq!(compact(one), compact(other));
    }

    #[test]
    fn strings_are_as_they_are() {
        let text = r#"option a = "x  // \" /* 'y' */"; option b = '"  "' "c";"#;
        assert_eq!(compact(text), r#"option a="x  // \" /* 'y' */";option b='"  "' "c";"#);
    }
}
