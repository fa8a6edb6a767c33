/// `duration` (RFC 3339, appendix A): `P1Y2M3DT4H5M6S`, `PT36H`, `P2W`. Units follow one another without a gap.
pub fn is_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('P') else { return false };
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (rest, None),
    };
    match time {
        None => is_chain(date, b"YMD") || is_chain(date, b"W"),
        Some(time) => (date.is_empty() || is_chain(date, b"YMD")) && is_chain(time, b"HMS"),
    }
}

/// Whether `text` is one or more numbers, each with a unit, the units a part of `units` without a gap.
fn is_chain(text: &str, units: &[u8]) -> bool {
    let mut next = None;
    let mut digits = 0;
    for byte in text.bytes() {
        if byte.is_ascii_digit() {
            digits += 1;
            continue;
        }
        let Some(unit) = units.iter().position(|unit| *unit == byte) else { return false };
        if digits == 0 || next.is_some_and(|next| next != unit) {
            return false;
        }
        next = Some(unit + 1);
        digits = 0;
    }
    digits == 0 && next.is_some()
}
