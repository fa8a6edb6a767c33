//! Classes of bytes, so that a check is a table and not a comparison for each character.

/// Classes, one bit each. No byte outside of ASCII is in any.
pub(super) type Class = u16;

/// What a registered name of a URI may have: unreserved characters and sub-delimiters.
pub(super) const NAME: Class = 1;
/// [`NAME`] and `:`, for user information.
pub(super) const USER: Class = 1 << 1;
/// [`USER`], `@` and `/`, for paths.
pub(super) const PATH: Class = 1 << 2;
/// [`PATH`] and `?`, for queries and fragments.
pub(super) const QUERY: Class = 1 << 3;
/// Literals of a URI template.
pub(super) const LITERAL: Class = 1 << 4;
/// `atext` of a mail address.
pub(super) const ATOM: Class = 1 << 5;
/// Letters, digits and hyphens.
pub(super) const LABEL: Class = 1 << 6;
/// Hexadecimal digits.
pub(super) const HEXADECIMAL: Class = 1 << 7;

/// What the name of a variable in a URI template is made of.
pub(super) const VARIABLE: Class = 1 << 8;

static CLASSES: [Class; 256] = classes();

const fn classes() -> [Class; 256] {
    let mut classes = [0; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        let mut class = match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => NAME | USER | PATH | QUERY | ATOM | LABEL,
            b'-' => NAME | USER | PATH | QUERY | ATOM | LABEL,
            b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'*' | b'+' | b'=' => NAME | USER | PATH | QUERY | ATOM,
            b'.' | b'(' | b')' | b',' | b';' => NAME | USER | PATH | QUERY,
            b':' => USER | PATH | QUERY,
            b'/' => PATH | QUERY | ATOM,
            b'@' => PATH | QUERY,
            b'?' => QUERY | ATOM,
            b'#' | b'%' | b'^' | b'`' | b'{' | b'|' | b'}' => ATOM,
            _ => 0,
        };
        if byte.is_ascii_graphic()
            && !matches!(byte, b'"' | b'%' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
        {
            class |= LITERAL;
        }
        if byte.is_ascii_hexdigit() {
            class |= HEXADECIMAL;
        }
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            class |= VARIABLE;
        }
        classes[byte as usize] = class;
        byte += 1;
    }
    classes
}

/// Whether a byte is of a class.
pub(super) fn is(byte: u8, class: Class) -> bool {
    CLASSES[usize::from(byte)] & class != 0
}

/// Whether all bytes are of a class.
pub(super) fn all(bytes: &[u8], class: Class) -> bool {
    common(bytes) & class != 0
}

/// Whether a byte is of those that nearly every URI is made of. Each of them may stand anywhere after `//`, whatever
/// precedes it, and in a URI template. Without branches and tables, so that the compiler checks a block of them at once.
const fn is_plain(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    // `&'()*+,-./` and digits
    let is_digit = byte.wrapping_sub(b'&') <= b'9' - b'&';
    is_letter | is_digit | (byte == b'_') | (byte == b'=') | (byte == b'?') | (byte == b'~')
}

#[inline]
fn is_plain_block(block: &[u8; 16]) -> bool {
    block.iter().fold(true, |all, byte| all & is_plain(*byte))
}

/// Whether all bytes are plain.
pub(super) fn all_plain(bytes: &[u8]) -> bool {
    match bytes.last_chunk() {
        // What the blocks leave is checked by the last sixteen bytes, some of which are checked twice.
        Some(last) => is_plain_block(last) && bytes.as_chunks().0.iter().all(is_plain_block),
        None => bytes.iter().all(|byte| is_plain(*byte)),
    }
}

/// How many bytes from the start are literals of a URI template.
pub(super) fn count_literals(bytes: &[u8]) -> usize {
    let blocks = bytes.as_chunks().0;
    let plain = blocks.iter().take_while(|block| is_plain_block(block)).count() * 16;
    plain + bytes[plain..].iter().take_while(|byte| is(**byte, LITERAL)).count()
}

/// What follows `https://` or `http://`.
pub(super) fn after_web_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))
}

/// How many bytes from the start are of a class. Looks at eight of them at a time.
pub(super) fn count(bytes: &[u8], class: Class) -> usize {
    let (blocks, _) = bytes.as_chunks::<8>();
    let whole = blocks.iter().take_while(|block| common(*block) & class != 0).count() * 8;
    whole + bytes[whole..].iter().take_while(|byte| is(**byte, class)).count()
}

/// The classes that all bytes have.
fn common(bytes: &[u8]) -> Class {
    bytes.iter().fold(Class::MAX, |classes, byte| classes & CLASSES[usize::from(*byte)])
}

/// The length of a percent-encoded byte at the start: 3, or 0 if there is none.
pub(super) fn percent_encoded(bytes: &[u8]) -> usize {
    match bytes {
        [b'%', a, b, ..] if is(*a, HEXADECIMAL) && is(*b, HEXADECIMAL) => 3,
        _ => 0,
    }
}
