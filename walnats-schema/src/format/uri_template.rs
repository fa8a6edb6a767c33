/// `uri-template` (RFC 6570, section 2), any level. The apostrophe is a literal (erratum 6937).
pub fn is_uri_template(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some(brace) = rest.bytes().position(|byte| byte == b'{') else { return is_literal(rest) };
        let (literal, expression) = rest.split_at(brace);
        let Some((expression, after)) = expression[1..].split_once('}') else { return false };
        if !is_literal(literal) || !is_expression(expression) {
            return false;
        }
        rest = after;
    }
}

fn is_literal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let admitted = |(index, byte): (usize, &u8)| match byte {
        b'%' => is_encoded(bytes.get(index..)),
        b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => false,
        byte => !byte.is_ascii() || (b'!'..=b'~').contains(byte),
    };
    bytes.iter().enumerate().all(admitted)
        && (text.is_ascii() || text.chars().all(|c| !('\u{80}'..'\u{A0}').contains(&c)))
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
    name.split('.').all(|part| {
        let mut rest = part.as_bytes();
        while let [byte, tail @ ..] = rest {
            rest = match byte {
                b'%' if is_encoded(Some(rest)) => &tail[2..],
                b'_' => tail,
                byte if byte.is_ascii_alphanumeric() => tail,
                _ => return false,
            };
        }
        !part.is_empty()
    })
}

fn is_encoded(bytes: Option<&[u8]>) -> bool {
    matches!(bytes, Some([b'%', a, b, ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}
