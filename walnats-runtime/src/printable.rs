//! Whether text is plain ASCII, looked at as a whole and not byte by byte: nearly all text is, and every message holds a dozen of
//! texts that have to be looked at.

/// Graphic characters of ASCII alone: U+0021 to U+007E.
pub(crate) fn is_graphic(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_graphic())
}

/// Graphic characters of ASCII and spaces alone: U+0020 to U+007E.
pub(crate) fn is_printable(text: &str) -> bool {
    all(text, |byte| matches!(byte, b' '..=b'~'))
}

/// Does not stop at the first byte that fails, so that the compiler can test many at a time.
pub(crate) fn all(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & holds(byte))
}
