/// `json-pointer`: empty, or tokens each after a `/`, in which `~` is only ever `~0` or `~1` (RFC 6901, section 3).
pub fn is_json_pointer(text: &str) -> bool {
    let bytes = text.as_bytes();
    (bytes.is_empty() || bytes[0] == b'/')
        && bytes.iter().enumerate().all(|(i, byte)| *byte != b'~' || matches!(bytes.get(i + 1), Some(b'0' | b'1')))
}

/// `relative-json-pointer`: how many levels up, perhaps a step along the array, then a JSON Pointer or `#`
/// (draft-bhutton-relative-json-pointer, section 3).
pub fn is_relative_json_pointer(text: &str) -> bool {
    let Some(rest) = without_number(text) else { return false };
    let rest = match rest.strip_prefix(['+', '-']) {
        Some(steps) if steps.starts_with('0') => return false,
        Some(steps) => match without_number(steps) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    rest == "#" || is_json_pointer(rest)
}

/// What follows a number without leading zeros.
fn without_number(text: &str) -> Option<&str> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let leading_zero = digits > 1 && text.starts_with('0');
    (digits > 0 && !leading_zero).then(|| &text[digits..])
}
