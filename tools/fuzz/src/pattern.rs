//! Any text as a regular expression of ECMA-262: it is refused, or translated to one that compiles and can be run.

use walnats_schema::{Pattern, PatternError, is_pattern};

/// `data` is a pattern, and after a NUL a text to search.
pub fn try_out(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let (pattern, text) = text.split_once('\0').unwrap_or((text, "aé\n_0 \u{2028}"));
    let well_formed = is_pattern(pattern);
    match Pattern::new(pattern) {
        Ok(compiled) => {
            let found = compiled.is_match(text);
            assert_eq!(found, compiled.is_match(text));
            // A group around the whole means nothing, but to look-around, which stands at an end or nowhere.
            let grouped = Pattern::new(&format!("(?:{pattern})"));
            if let (true, Ok(grouped)) = (well_formed, grouped) {
                assert_eq!(grouped.is_match(text), found, "{pattern:?} {text:?}");
            }
        }
        Err(PatternError::Syntax { offset, .. }) => {
            // The names of Unicode properties are looked up last.
            let named = pattern.contains("\\p") || pattern.contains("\\P");
            assert!(!well_formed || named, "{pattern:?} is well-formed, but not taken");
            assert!(offset <= pattern.len() && pattern.is_char_boundary(offset), "{pattern:?} has no place {offset}");
        }
        Err(_) => {}
    }
}
