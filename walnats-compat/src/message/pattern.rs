//! Regular expressions of RE2, which rules have, as those of ECMAScript, which schemas have: where both say the same.

use std::iter::Peekable;
use std::str::Chars;

/// The same expression for ECMAScript, which matches the same texts; `None` for what may mean something else there.
pub fn ecmascript(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let mut written = String::new();
    while let Some(character) = rest.next() {
        match character {
            '\\' => written += &escaped(rest.next()?, false)?,
            '.' => written += "[^\\n]",
            '[' => class(&mut rest, &mut written)?,
            '(' => {
                written.push('(');
                if rest.next_if_eq(&'?').is_some() {
                    rest.next_if_eq(&':')?;
                    written += "?:";
                }
            }
            '{' => {
                let inner: String = std::iter::from_fn(|| rest.next_if(|next| *next != '}')).collect();
                rest.next()?;
                let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
                let is_repetition = match inner.split_once(',') {
                    Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
                    None => is_number(&inner),
                };
                is_repetition.then_some(())?;
                written += &format!("{{{inner}}}");
            }
            '}' | ']' => return None,
            other => written.push(other),
        }
    }
    Some(written)
}

/// An expression that matches this text alone.
pub fn literal(text: &str) -> String {
    text.chars().map(quoted).collect()
}

fn quoted(character: char) -> String {
    if "^$\\.*+?()[]{}|/".contains(character) { format!("\\{character}") } else { character.to_string() }
}

/// What follows a backslash.
fn escaped(character: char, in_class: bool) -> Option<String> {
    let shorthand = |class: &str| if in_class { class.to_owned() } else { format!("[{class}]") };
    Some(match character {
        'd' => shorthand("0-9"),
        'w' => shorthand("0-9A-Za-z_"),
        's' => shorthand("\\t\\n\\f\\r "),
        'D' if !in_class => "[^0-9]".to_owned(),
        'W' if !in_class => "[^0-9A-Za-z_]".to_owned(),
        'S' if !in_class => "[^\\t\\n\\f\\r ]".to_owned(),
        'A' if !in_class => "^".to_owned(),
        'z' if !in_class => "$".to_owned(),
        't' | 'n' | 'f' | 'r' => format!("\\{character}"),
        '-' if in_class => "\\-".to_owned(),
        other if other.is_ascii_punctuation() => quoted(other),
        _ => return None,
    })
}

/// The rest of a class, whose bracket was read.
fn class(rest: &mut Peekable<Chars<'_>>, written: &mut String) -> Option<()> {
    written.push('[');
    if rest.next_if_eq(&'^').is_some() {
        written.push('^');
    }
    // The first bracket would be one of its characters.
    let mut is_first = true;
    loop {
        match rest.next()? {
            ']' if is_first => return None,
            ']' => break,
            '[' => return None,
            '\\' => *written += &escaped(rest.next()?, true)?,
            other => written.push(other),
        }
        is_first = false;
    }
    written.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_say_is_kept_and_what_may_differ_is_not() {
        for (re2, wanted) in [
            ("^ab", "^ab"),
            ("^[a-z0-9_-]{2,5}$", "^[a-z0-9_-]{2,5}$"),
            ("a.b", "a[^\\n]b"),
            (r"^\d+\.\d*?\z", r"^[0-9]+\.[0-9]*?$"),
            (r"[\w\-.]", r"[0-9A-Za-z_\-.]"),
            ("(?:a|b)\\@", "(?:a|b)@"),
        ] {
            assert_eq!(ecmascript(re2).as_deref(), Some(wanted), "{re2}");
        }
        for re2 in
            ["(?i)a", "(?P<n>a)", r"\pL", "[[:alpha:]]", "[]a]", "a{", "a{x}", "]", r"\b", r"\Qa\E", "[\\D]", "\\"]
        {
            assert_eq!(ecmascript(re2), None, "{re2}");
        }
    }
}
