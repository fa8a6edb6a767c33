use super::bytes::{self, Class, NAME, PATH, QUERY, USER};
use super::is_ipv6;

/// `uri` (RFC 3986, section 3): with a scheme.
pub fn is_uri(text: &str) -> bool {
    is_plain(text) || Reader { text, index: 0, unicode: false }.is_reference(Form::Absolute)
}

/// `uri-reference` (RFC 3986, section 4.1): a URI or a relative reference.
pub fn is_uri_reference(text: &str) -> bool {
    is_plain(text) || Reader { text, index: 0, unicode: false }.is_reference(Form::AbsoluteOrRelative)
}

/// `iri` (RFC 3987, section 2.2): with a scheme, Unicode allowed.
pub fn is_iri(text: &str) -> bool {
    is_plain(text) || Reader { text, index: 0, unicode: true }.is_reference(Form::Absolute)
}

/// `iri-reference` (RFC 3987, section 2.2): an IRI or a relative reference.
pub fn is_iri_reference(text: &str) -> bool {
    is_plain(text) || Reader { text, index: 0, unicode: true }.is_reference(Form::AbsoluteOrRelative)
}

/// Whether a text is a URI of the plainest kind, which needs no full parse: a host, a path, perhaps a query.
fn is_plain(text: &str) -> bool {
    bytes::after_web_scheme(text).is_some_and(|rest| bytes::all_plain(rest.as_bytes()))
}

#[derive(PartialEq)]
enum Form {
    Absolute,
    AbsoluteOrRelative,
}

/// Reads a reference from its start to its end, once.
struct Reader<'t> {
    text: &'t str,
    index: usize,
    unicode: bool,
}

impl Reader<'_> {
    fn is_reference(&mut self, form: Form) -> bool {
        if !self.scheme() && form == Form::Absolute {
            return false;
        }
        if self.rest().starts_with(b"//") {
            self.index += 2;
            if !self.authority() || !matches!(self.peek(), None | Some(b'/' | b'?' | b'#')) {
                return false;
            }
        }
        // A relative reference has no colon in its first segment, lest it look like a scheme.
        if self.index == 0 {
            self.skip(NAME, false);
            while self.eat(b'@') {
                self.skip(NAME, false);
            }
            if self.peek() == Some(b':') {
                return false;
            }
        }
        self.skip(PATH, false);
        if self.eat(b'?') {
            self.skip(QUERY, true);
        }
        if self.eat(b'#') {
            self.skip(QUERY, false);
        }
        self.peek().is_none()
    }

    /// A scheme with its colon; without one, nothing is read.
    fn scheme(&mut self) -> bool {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let bytes = self.text.as_bytes();
        let end = bytes.iter().take_while(|byte| is_part(byte)).count();
        let found = bytes.first().is_some_and(u8::is_ascii_alphabetic) && bytes.get(end) == Some(&b':');
        if found {
            self.index = end + 1;
        }
        found
    }

    fn authority(&mut self) -> bool {
        if self.peek() == Some(b'[') {
            return self.address() && self.port();
        }
        self.skip(NAME, false);
        let name_end = self.index;
        match self.peek() {
            Some(b':') => self.skip(USER, false),
            Some(b'@') => {}
            // What was read is the host, and there is no more to an authority.
            _ => return true,
        }
        if self.eat(b'@') {
            // What was read is user information.
            if self.peek() == Some(b'[') {
                return self.address() && self.port();
            }
            self.skip(NAME, false);
            return self.port();
        }
        self.index = name_end;
        self.port()
    }

    /// `[::1]`, `[v1.x]`
    fn address(&mut self) -> bool {
        let Some((literal, _)) = self.text[self.index + 1..].split_once(']') else { return false };
        self.index += literal.len() + 2;
        is_ipv6(literal) || is_future_address(literal)
    }

    fn port(&mut self) -> bool {
        if self.eat(b':') {
            self.index += self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        }
        true
    }

    /// Goes on to the first character that is neither of the class, nor percent-encoded, nor, where Unicode is allowed,
    /// outside of ASCII and allowed (RFC 3987, section 2.2: `ucschar`, in a query `iprivate` too).
    fn skip(&mut self, class: Class, private: bool) {
        loop {
            self.index += bytes::count(self.rest(), class);
            let step = match self.peek() {
                Some(b'%') => bytes::percent_encoded(self.rest()),
                Some(byte) if self.unicode && !byte.is_ascii() => {
                    let next = self.text[self.index..].chars().next();
                    next.filter(|next| is_admitted(*next, private)).map_or(0, char::len_utf8)
                }
                _ => 0,
            };
            if step == 0 {
                return;
            }
            self.index += step;
        }
    }

    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.index..]
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.index).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.index += usize::from(found);
        found
    }
}

/// `v1.fe80`
fn is_future_address(text: &str) -> bool {
    let Some((version, address)) = text.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.')) else {
        return false;
    };
    let is_part = |text: &str, class| !text.is_empty() && bytes::all(text.as_bytes(), class);
    is_part(version, bytes::HEXADECIMAL) && is_part(address, USER)
}

fn is_admitted(character: char, private: bool) -> bool {
    match character {
        '\u{A0}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFEF}' => true,
        '\u{E0000}'..='\u{E0FFF}' => false,
        '\u{10000}'..='\u{EFFFF}' => u32::from(character) & 0xFFFF <= 0xFFFD,
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}' => private,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Reader, is_plain};

    #[test]
    fn what_is_plain_is_a_uri() {
        for byte in 0..128_u8 {
            let character = char::from(byte);
            for (before, after) in
                [("", ""), ("a", ""), ("", "a"), ("a/", "/b"), ("?", "?"), ("long.example.com/a", "/b?c=d&e")]
            {
                let text = format!("https://{before}{character}{after}");
                let is_uri = Reader { text: &text, index: 0, unicode: false }.is_reference(Form::Absolute);
                assert!(is_uri || !is_plain(&text), "{text}");
                assert!(!is_plain(&text.replacen("https", "https:", 1)) && !is_plain(&format!("x{text}")), "{text}");
                let is_usual = byte.is_ascii_alphanumeric() || b"-._~/?=&".contains(&byte);
                assert!(is_plain(&text) || !is_usual, "{text}");
            }
        }
    }
}
