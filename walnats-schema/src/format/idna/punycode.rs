//! Punycode (RFC 3492).

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_CODE_POINT: u32 = 128;
/// Longer texts are not labels; the bound keeps decoding, which inserts, from taking quadratic time.
const MAX_LENGTH: usize = 256;

/// What a label without its prefix stands for; `None` if it is not punycode.
pub(super) fn decode(text: &str) -> Option<String> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    let mut output: Vec<char> = basic.chars().collect();
    let (mut code_point, mut index, mut bias) = (INITIAL_CODE_POINT, 0_u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let (before, mut weight) = (index, 1_u32);
        for k in (BASE..).step_by(BASE as usize) {
            let digit = digit_value(digits.next()?)?;
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let threshold = threshold(k, bias);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(BASE - threshold)?;
        }
        let length = u32::try_from(output.len()).ok()? + 1;
        bias = adapt(index - before, length, before == 0);
        code_point = code_point.checked_add(index / length)?;
        index %= length;
        output.insert(index as usize, char::from_u32(code_point)?);
        index += 1;
    }
    Some(output.into_iter().collect())
}

/// The punycode of a label, without prefix; `None` if the label is too long for one.
pub(super) fn encode(label: &str) -> Option<String> {
    if label.len() > MAX_LENGTH {
        return None;
    }
    let characters: Vec<u32> = label.chars().map(u32::from).collect();
    let mut output: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(output.len()).ok()?;
    if basic > 0 {
        output.push('-');
    }
    let (mut code_point, mut delta, mut bias, mut handled) = (INITIAL_CODE_POINT, 0_u32, INITIAL_BIAS, basic);
    while (handled as usize) < characters.len() {
        let next = *characters.iter().filter(|&&character| character >= code_point).min()?;
        delta = delta.checked_add((next - code_point).checked_mul(handled + 1)?)?;
        code_point = next;
        for &character in &characters {
            if character < code_point {
                delta = delta.checked_add(1)?;
            }
            if character == code_point {
                append_number(&mut output, delta, bias);
                bias = adapt(delta, handled + 1, handled == basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        code_point += 1;
    }
    Some(output)
}

fn append_number(output: &mut String, mut number: u32, bias: u32) {
    for k in (BASE..).step_by(BASE as usize) {
        let threshold = threshold(k, bias);
        if number < threshold {
            break;
        }
        output.push(digit(threshold + (number - threshold) % (BASE - threshold)));
        number = (number - threshold) / (BASE - threshold);
    }
    output.push(digit(number));
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

fn adapt(delta: u32, length: u32, first: bool) -> u32 {
    let mut delta = delta / if first { DAMP } else { 2 };
    delta += delta / length;
    let mut k = 0;
    while delta > (BASE - T_MIN) * T_MAX / 2 {
        delta /= BASE - T_MIN;
        k += BASE;
    }
    k + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

fn digit_value(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'A'..=b'Z' => Some(u32::from(byte - b'A')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

fn digit(value: u32) -> char {
    let offset = u8::try_from(value % BASE).unwrap_or(0);
    char::from(if offset < 26 { b'a' + offset } else { b'0' + (offset - 26) })
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn labels_come_back() {
        for (label, code) in [("bücher", "bcher-kva"), ("실례", "9n2bp8q"), ("ü", "tda"), ("a-ü", "a--yka")] {
            assert_eq!(encode(label).as_deref(), Some(code));
            assert_eq!(decode(code).as_deref(), Some(label));
        }
        assert_eq!(decode("X"), None);
        assert_eq!(decode("99999999"), None);
    }
}
