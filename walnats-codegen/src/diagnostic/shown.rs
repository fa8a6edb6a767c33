//! Texts of files, and their names, made fit for a terminal: what would end a line, steer the terminal or change the order of
//! reading is spelled out.

use std::borrow::Cow;

/// The text on one line, with hidden characters written out: `\n`, `\u{1b}`.
pub fn shown(text: &str) -> Cow<'_, str> {
    spelled_out(text, |letter| is_hidden(letter) || letter == '\u{feff}')
}

/// The text of one or several lines: line breaks and tabs stay, other hidden characters are written out.
pub fn shown_lines(text: &str) -> Cow<'_, str> {
    let is_end_of_line = |letter| matches!(letter, '\n' | '\t');
    match text.contains("\r\n") {
        true => Cow::Owned(spelled_out(&text.replace("\r\n", "\n"), |it| is_hidden(it) && !is_end_of_line(it)).into()),
        false => spelled_out(text, |letter| is_hidden(letter) && !is_end_of_line(letter)),
    }
}

/// Control characters (C0 and C1), separators of lines, and what changes the order in which a line is read.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn spelled_out(text: &str, is_hidden: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        let hidden = (0..=0x9f).chain([0x61c, 0x200e, 0x200f]).chain(0x2028..=0x202e).chain(0x2066..=0x2069);
        for letter in hidden.filter_map(char::from_u32).filter(|letter| letter.is_control() || *letter > '\u{9f}') {
            let text = format!("a{letter}b");
            assert!(shown(&text).starts_with("a\\") && !shown(&text).contains(letter), "{letter:?}");
            assert!(matches!(letter, '\n' | '\t') || !shown_lines(&text).contains(letter), "{letter:?}");
        }
        assert_eq!(shown("\u{1b}[31m\r\n"), "\\u{1b}[31m\\r\\n");
        assert_eq!(shown_lines("a\r\n\u{9b}b\n"), "a\n\\u{9b}b\n");
        assert!(matches!(shown("größe"), Cow::Borrowed(_)));
    }
}
