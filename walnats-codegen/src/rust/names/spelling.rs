//! Texts of schemas as the words that names are made of: symbols spelled out, and nothing that rustc refuses.

/// How many bytes of a text become a name.
pub(super) const MAX_LENGTH: usize = 120;

/// The start of a text that is as long as an identifier, and the name of a file, may reasonably be.
fn beginning(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_LENGTH)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The text with nothing in it but words and what separates them: signs before digits become words, and where there is
/// no letter and no digit at all, every symbol does.
pub(super) fn words(text: &str) -> String {
    let text = beginning(text);
    if !text.contains(char::is_alphanumeric) {
        return spelled(text);
    }
    let text = joined(&allowed(text));
    let signed = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) if signed(rest) => format!("plus {rest}"),
        (_, Some(rest)) if signed(rest) => format!("minus {rest}"),
        _ => text,
    }
}

/// The text with each word in lower case that is a small letter before capitals: `iOS` is one word, and not two.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
        let mut chars = word.chars();
        let is_small = chars.next().is_some_and(char::is_lowercase);
        let rest = chars.as_str();
        let is_large = rest.starts_with(char::is_uppercase) && !rest.contains(char::is_lowercase);
        if is_small && is_large {
            joined.push_str(&part.to_lowercase());
        } else {
            joined.push_str(part);
        }
    }
    joined
}

/// The text with a word for each symbol; `empty` where there is nothing.
pub(super) fn spelled(text: &str) -> String {
    if text.is_empty() {
        return "empty".to_owned();
    }
    let mut spelled = String::new();
    for c in text.chars() {
        if spelled.len() >= MAX_LENGTH {
            break;
        }
        match symbol(c) {
            Some(word) => {
                spelled.push(' ');
                spelled.push_str(word);
                spelled.push(' ');
            }
            None if c.is_alphanumeric() => spelled.push(c),
            None if c.is_whitespace() => spelled.push_str(" space "),
            None => spelled.push_str(&format!(" u{:x} ", u32::from(c))),
        }
    }
    spelled
}

fn symbol(c: char) -> Option<&'static str> {
    Some(match c {
        '+' => "plus",
        '-' => "minus",
        '*' => "star",
        '/' => "slash",
        '\\' => "backslash",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ';' => "semicolon",
        '=' => "equal",
        '<' => "less",
        '>' => "greater",
        '!' => "not",
        '?' => "question",
        '&' => "and",
        '|' => "or",
        '^' => "caret",
        '~' => "tilde",
        '%' => "percent",
        '#' => "hash",
        '@' => "at",
        '$' => "dollar",
        '_' => "underscore",
        '(' => "open",
        ')' => "close",
        '[' => "left",
        ']' => "right",
        '{' => "begin",
        '}' => "end",
        '"' => "quote",
        '\'' => "apostrophe",
        '`' => "backtick",
        _ => return None,
    })
}

/// The text with the code point in place of each letter that rustc would warn of, or refuse, in an identifier: those of
/// scripts whose letters look like Latin ones.
pub(super) fn allowed(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii() => c.to_string(),
            'À'..='ɏ' if c.is_alphabetic() && !matches!(c, 'ŉ' | 'ſ' | 'Ŀ' | 'ŀ' | 'Ǆ'..='ǌ' | 'Ǳ'..='ǳ') => {
                c.to_string()
            }
            '一'..='鿿' | '가'..='힣' => c.to_string(),
            c if c.is_alphanumeric() => format!(" u{:x} ", u32::from(c)),
            _ => " ".to_owned(),
        })
        .collect()
}
