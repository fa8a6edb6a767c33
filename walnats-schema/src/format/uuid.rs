use super::bytes::{self, HEXADECIMAL};

/// `uuid`: 8-4-4-4-12 hexadecimal digits of either case, any version (RFC 4122, section 3).
pub fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 36
        && [8, 13, 18, 23].iter().all(|&dash| bytes[dash] == b'-')
        && [0..8, 9..13, 14..18, 19..23, 24..36].into_iter().all(|digits| bytes::all(&bytes[digits], HEXADECIMAL))
}
