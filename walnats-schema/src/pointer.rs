//! JSON Pointers (RFC 6901), as texts and as the tokens that they are made of.

use std::borrow::Cow;

/// A name as a token of a pointer: `a/b` is `a~1b` (section 3).
pub fn escape(name: &str) -> Cow<'_, str> {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1").into() } else { name.into() }
}

/// The name that a token of a pointer stands for: `a~1b` is `a/b` (section 4).
pub fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') { token.replace("~1", "/").replace("~0", "~").into() } else { token.into() }
}

/// The pointer whose tokens are these names: `["$defs", "a/b"]` is `/$defs/a~1b`, none is the empty pointer.
pub fn join<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().fold(String::new(), |pointer, name| pointer + "/" + &escape(name))
}

#[cfg(test)]
mod tests {
    use super::{escape, join, unescape};

    #[test]
    fn names_come_back_as_they_were() {
        for (name, token) in [("", ""), ("a", "a"), ("a/b", "a~1b"), ("~", "~0"), ("~1", "~01"), ("a~/", "a~0~1")] {
            assert_eq!(escape(name), token);
            assert_eq!(unescape(token), name);
        }
        assert_eq!(join([]), "");
        assert_eq!(join(["", "a/b", "0"]), "//a~1b/0");
    }
}
