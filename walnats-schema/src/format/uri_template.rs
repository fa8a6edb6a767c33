use super::bytes::{self, VARIABLE};

/// `uri-template` (RFC 6570, section 2), any level. The apostrophe is a literal (erratum 6937).
pub fn is_uri_template(text: &str) -> bool {
    let mut rest = bytes::after_web_scheme(text).unwrap_or(text);
    loop {
        rest = &rest[bytes::count_literals(rest.as_bytes())..];
        let length = match rest.as_bytes() {
            [] => return true,
            [b'{', expression @ ..] => expression_length(expression).map_or(0, |length| length + 1),
            [b'%', ..] => bytes::percent_encoded(rest.as_bytes()),
            _ => rest.chars().next().filter(|next| *next >= '\u{A0}').map_or(0, char::len_utf8),
        };
        if length == 0 {
            return false;
        }
        rest = &rest[length..];
    }
}

/// The length of what stands behind a `{`, with its `}`; `None` if it is not an expression.
fn expression_length(bytes: &[u8]) -> Option<usize> {
    let is_operator =
        |byte: &u8| matches!(byte, b'+' | b'#' | b'.' | b'/' | b';' | b'?' | b'&' | b'=' | b',' | b'!' | b'@' | b'|');
    let mut length = usize::from(bytes.first().is_some_and(is_operator));
    loop {
        length += variable_length(&bytes[length..])?;
        match bytes.get(length) {
            Some(b',') => length += 1,
            Some(b'}') => return Some(length + 1),
            _ => return None,
        }
    }
}

/// The length of a name with perhaps `*` or `:1` to `:9999` behind it.
fn variable_length(bytes: &[u8]) -> Option<usize> {
    let mut length = name_part_length(bytes)?;
    while bytes.get(length) == Some(&b'.') {
        length += 1 + name_part_length(&bytes[length + 1..])?;
    }
    match &bytes[length..] {
        [b'*', ..] => Some(length + 1),
        [b':', b'0', ..] => None,
        [b':', digits @ ..] => match digits.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            count @ 1..=4 => Some(length + 1 + count),
            _ => None,
        },
        _ => Some(length),
    }
}

/// The length of a part of a name, which the dots in it divide; `None` if there is none.
fn name_part_length(bytes: &[u8]) -> Option<usize> {
    let mut length = 0;
    loop {
        length += bytes[length..].iter().take_while(|byte| bytes::is(**byte, VARIABLE)).count();
        match bytes::percent_encoded(&bytes[length..]) {
            0 => return (length > 0).then_some(length),
            encoded => length += encoded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_uri_template;

    /// RFC 6570, section 2, as a regular expression.
    const GRAMMAR: &str = r"(?x)^(
        [\x21\x23\x24\x26-\x3B\x3D\x3F-\x5B\x5D\x5F\x61-\x7A\x7E\u{A0}-\u{10FFFF}] | %[0-9A-Fa-f]{2}
        | \{ [+\#./;?&=,!@|]? VARIABLE (,VARIABLE)* \}
        )*$";
    const VARIABLE: &str = r"(PART (\.PART)* (\* | :[1-9][0-9]{0,3})?)";
    const PART: &str = "([A-Za-z0-9_] | %[0-9A-Fa-f]{2})+";

    #[test]
    fn templates_are_those_of_the_grammar() {
        let grammar = GRAMMAR.replace("VARIABLE", VARIABLE).replace("PART", PART);
        let grammar = regex::Regex::new(&grammar).unwrap();
        let pieces =
            ["a", "{", "}", "?", ",", ".", "%2f", "%", "*", ":", "0", "12", "_", "é", "\u{80}", "\"", "-", "https://"];
        let mut texts = vec![String::new()];
        for length in 0..4 {
            for text in &texts {
                for text in [text.clone(), format!("{{{text}}}"), format!("https://example.com/long/{{{text}}}{text}")]
                {
                    assert_eq!(is_uri_template(&text), grammar.is_match(&text), "{text}");
                }
            }
            if length < 3 {
                texts = texts.iter().flat_map(|text| pieces.map(|piece| format!("{text}{piece}"))).collect();
            }
        }
    }
}
