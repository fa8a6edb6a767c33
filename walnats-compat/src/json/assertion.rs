//! Patterns that automata cannot say: look-around and back-references, left out.

/// The pattern, without look-around and with anything in the place of back-references: it matches at least what it did before.
/// `None` if that is not certain.
pub(super) fn without_assertions(pattern: &str) -> Option<String> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut kept = String::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        if is_look_around(&characters[at..]) {
            at = end_of_group(&characters, at)?;
            // A quantifier would belong to what stands before the assertion.
            if characters.get(at).is_some_and(|next| "*+?{".contains(*next)) {
                return None;
            }
            // What stands on either side stays apart.
            kept.push_str("(?:)");
            continue;
        }
        match (character, characters.get(at + 1)) {
            ('\\', Some('1'..='9')) => {
                kept.push_str(ANYTHING);
                at += 1;
                while characters.get(at).is_some_and(char::is_ascii_digit) {
                    at += 1;
                }
            }
            ('\\', Some('k')) => {
                kept.push_str(ANYTHING);
                at += characters[at..].iter().position(|character| *character == '>')? + 1;
            }
            ('\\', Some(escaped)) => {
                kept.extend([character, *escaped]);
                at += 2;
            }
            ('[', _) => {
                let end = end_of_class(&characters, at)?;
                kept.extend(&characters[at..end]);
                at = end;
            }
            _ => {
                kept.push(character);
                at += 1;
            }
        }
    }
    Some(kept)
}

const ANYTHING: &str = "(?:[^]*)";

fn is_look_around(rest: &[char]) -> bool {
    matches!(rest, ['(', '?', '=' | '!', ..] | ['(', '?', '<', '=' | '!', ..])
}

/// The index after the group that begins at `at`.
fn end_of_group(characters: &[char], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match characters.get(at)? {
            '\\' => at += 2,
            '[' => at = end_of_class(characters, at)?,
            '(' => (depth, at) = (depth + 1, at + 1),
            ')' => (depth, at) = (depth - 1, at + 1),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The index after the class that begins at `at`.
fn end_of_class(characters: &[char], mut at: usize) -> Option<usize> {
    at += 1;
    loop {
        match characters.get(at)? {
            '\\' => at += 2,
            ']' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::without_assertions;

    #[test]
    fn assertions_are_left_out() {
        let without = |pattern| without_assertions(pattern).unwrap_or_default();
        assert_eq!(without(r"^P(?!$)(\d+Y)?(?=[)\]]\))x$"), r"^P(?:)(\d+Y)?(?:)x$");
        assert_eq!(without(r"^(a+)b\12$"), "^(a+)b(?:[^]*)$");
        assert_eq!(without(r"(?<n>a)\k<n>(?<!b)[(?=]"), "(?<n>a)(?:[^]*)(?:)[(?=]");
        assert_eq!(without_assertions("a(?=b)*"), None);
        assert_eq!(without_assertions("(?=a"), None);
    }
}
