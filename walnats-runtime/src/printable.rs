//! Fast checks for plain ASCII. Nearly all text is, and every message contains a dozen texts to check.

/// Whether the text has only graphic ASCII characters: U+0021 to U+007E.
pub(crate) fn is_graphic(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_graphic())
}

/// Whether the text has only graphic ASCII characters and spaces: U+0020 to U+007E.
pub(crate) fn is_printable(text: &str) -> bool {
    all(text, |byte| matches!(byte, b' '..=b'~'))
}

/// Does not stop at the first byte that fails, so that the compiler can vectorize it.
pub(crate) fn all(text: &str, holds: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |all, byte| all & holds(byte))
}
