//! Which characters the tokens of a subject and the names of streams may have.

/// The longest name that a stream may have, in bytes.
pub const MAX_STREAM_NAME_BYTES: usize = 255;

/// The first character that a token of a subject may not have: `.`, `*`, `>`, white space or a control character.
///
/// The server accepts `*` and `>` next to other characters; they are invalid here, because readers take them for wildcards.
///
/// ```
/// assert_eq!(walnats_subject::invalid_token_char("eu-1"), None);
/// assert_eq!(walnats_subject::invalid_token_char("eu.1"), Some('.'));
/// ```
pub fn invalid_token_char(token: &str) -> Option<char> {
    token.chars().find(|c| matches!(c, '.' | '*' | '>') || is_blank(*c))
}

/// The first character that the name of a stream may not have: what no token has, and the separators of paths, because the
/// server names a folder after the stream.
pub fn invalid_stream_name_char(name: &str) -> Option<char> {
    name.chars().find(|c| matches!(c, '.' | '*' | '>' | '/' | '\\') || is_blank(*c))
}

/// White space ends a subject in the protocol; control characters break its readers.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tokens_and_not_paths() {
        // (name, invalid in a token, invalid in the name of a stream)
        let rows = [
            ("Order-Events_1", None, None),
            ("öl", None, None),
            ("a.b", Some('.'), Some('.')),
            ("a*", Some('*'), Some('*')),
            (">", Some('>'), Some('>')),
            ("a b", Some(' '), Some(' ')),
            ("a\u{a0}b", Some('\u{a0}'), Some('\u{a0}')),
            ("a\nb", Some('\n'), Some('\n')),
            ("a\0", Some('\0'), Some('\0')),
            ("a/b", None, Some('/')),
            ("a\\b", None, Some('\\')),
        ];
        for (name, token, stream) in rows {
            assert_eq!(invalid_token_char(name), token, "{name:?}");
            assert_eq!(invalid_stream_name_char(name), stream, "{name:?}");
        }
    }
}
