use super::bytes::{self, LITERAL};

/// `uri-template` (RFC 6570, section 2), any level. The apostrophe is a literal (erratum 6937).
pub fn is_uri_template(text: &str) -> bool {
    let mut rest = text;
    loop {
        rest = &rest[bytes::count(rest.as_bytes(), LITERAL)..];
        let Some(next) = rest.chars().next() else { return true };
        let length = match next {
            '{' => match rest.split_once('}') {
                Some((expression, _)) if is_expression(&expression[1..]) => expression.len() + 1,
                _ => return false,
            },
            '%' => bytes::percent_encoded(rest.as_bytes()),
            '\u{A0}'.. => next.len_utf8(),
            _ => 0,
        };
        if length == 0 {
            return false;
        }
        rest = &rest[length..];
    }
}

fn is_expression(text: &str) -> bool {
    let operators = ['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|'];
    text.strip_prefix(operators).unwrap_or(text).split(',').all(is_variable)
}

/// A name with perhaps `*` or `:1` to `:9999` behind it.
fn is_variable(text: &str) -> bool {
    let name = match text.split_once(':') {
        Some((name, length)) => {
            let digits = length.bytes().all(|byte| byte.is_ascii_digit());
            if !digits || length.is_empty() || length.len() > 4 || length.starts_with('0') {
                return false;
            }
            name
        }
        None => text.strip_suffix('*').unwrap_or(text),
    };
    name.split('.').all(is_name_part)
}

fn is_name_part(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, ..] = rest {
        let length = match byte {
            b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => 1,
            _ => bytes::percent_encoded(rest),
        };
        if length == 0 {
            return false;
        }
        rest = &rest[length..];
    }
    !text.is_empty()
}
