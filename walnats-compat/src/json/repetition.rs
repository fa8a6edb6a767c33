//! Patterns that ask for many characters of one kind: `^[a-z]{1,1000}$` is `^[a-z]*$` and a length, which takes fewer states.

/// From how many characters on a length takes too many states.
const MANY: u64 = 40;

/// A pattern without its length, and the fewest and the most characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    pub(super) pattern: String,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
}

/// What a pattern asks, if that is nothing but many characters of one kind.
pub(super) fn repetition(pattern: &str) -> Option<Repetition> {
    let inner = pattern.strip_prefix('^')?.strip_suffix("}$")?;
    let (kind, bounds) = inner.rsplit_once('{')?;
    let number = |text: &str| text.parse::<u64>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
    let (min, max) = match bounds.split_once(',') {
        None => (number(bounds)?, Some(number(bounds)?)),
        Some((min, "")) => (number(min)?, None),
        Some((min, max)) => (number(min)?, Some(number(max)?)),
    };
    let is_many = min >= MANY || max.is_some_and(|max| max >= MANY);
    let is_ordered = max.is_none_or(|max| min <= max);
    (is_many && is_ordered && is_one_kind(kind)).then(|| Repetition { pattern: format!("^{kind}*$"), min, max })
}

/// Whether an expression is a class, a class escape, `.` or a single character: one character matches it.
fn is_one_kind(kind: &str) -> bool {
    let mut characters = kind.chars();
    match characters.next() {
        Some('[') => {
            let mut is_escaped = false;
            let mut rest = characters.as_str().char_indices();
            let end = rest.find(|(_, character)| match (is_escaped, character) {
                (true, _) => {
                    is_escaped = false;
                    false
                }
                (false, '\\') => {
                    is_escaped = true;
                    false
                }
                (false, character) => *character == ']',
            });
            // Whether a bracket in a class begins another one depends on the dialect.
            end.is_some_and(|(at, _)| at + 1 == characters.as_str().len() && !characters.as_str().contains('['))
        }
        Some('\\') => {
            let rest = characters.as_str();
            let is_property =
                ["p{", "P{"].iter().any(|start| rest.starts_with(start)) && rest.find('}') == Some(rest.len() - 1);
            matches!(rest, "d" | "D" | "w" | "W" | "s" | "S") || is_property
        }
        Some('.') => characters.as_str().is_empty(),
        Some(character) => character.is_ascii_alphanumeric() && characters.as_str().is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Repetition, repetition};

    #[test]
    fn a_length_is_told_from_what_is_repeated() {
        let of = |pattern: &str, min, max| Some(Repetition { pattern: pattern.to_owned(), min, max });
        assert_eq!(repetition("^[a-z]{1,1000}$"), of("^[a-z]*$", 1, Some(1_000)));
        assert_eq!(repetition(r"^\p{L}{64}$"), of(r"^\p{L}*$", 64, Some(64)));
        assert_eq!(repetition(r"^[^\]{}]{50,}$"), of(r"^[^\]{}]*$", 50, None));
        assert_eq!(repetition("^.{1,64}$"), of("^.*$", 1, Some(64)));
    }

    #[test]
    fn all_else_is_left_as_it_is() {
        for pattern in [
            "^a{1,9}$",
            "^ab{1,99}$",
            "^(ab){1,99}$",
            "[a]{1,99}$",
            "^[a]{1,99}",
            r"^\{1,99}$",
            r"^[a]\{1,99}$",
            "^[a]b]{1,99}$",
            "^[a-z&&[^b]]{1,99}$",
            r"^\1{1,99}$",
            "^{1,99}$",
            "^x|[a]{1,99}$",
            "^[a]{9,}{1,99}$",
            "^[a]{99,1}$",
        ] {
            assert_eq!(repetition(pattern), None, "{pattern}");
        }
    }
}
