//! Patterns that look like the whole of a text, and are found anywhere in it.

use super::Package;
use crate::diagnostic::{Diagnostic, Report};

pub(super) fn check(package: &Package<'_>, report: &mut Report) {
    for site in package.sites.iter().filter(|site| !site.is_question()) {
        let Some((node, pattern)) = site.node.get("pattern").and_then(|node| Some((node, node.as_str()?))) else {
            continue;
        };
        if site.schema.string.pattern.is_some() && looks_whole(pattern) {
            let message = format!("`{pattern}` is found anywhere in the text, which may have more before and after it");
            let help = format!("for the whole text, write `^{}$`", grouped(pattern));
            report.push(Diagnostic::warning("WN0731", site.place(node), message).help(help));
        }
    }
}

fn grouped(pattern: &str) -> String {
    if pattern.contains('|') { format!("(?:{pattern})") } else { pattern.to_owned() }
}

/// One piece of a pattern, as far as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// A character that stands for itself.
    Literal,
    /// A class of characters, such as `[A-Z]` and `\d`.
    Class,
    /// `.`, `\S` and such, which stand for nearly everything.
    Anything,
    /// Begins or ends a group, or separates alternatives.
    Group,
}

/// Whether a count of a class stands at an end of the pattern, where it decides nothing unless the pattern is anchored.
/// What only asks for something in the text, `[A-Z]` or `foo`, is left alone.
fn looks_whole(pattern: &str) -> bool {
    let Some(pieces) = pieces(pattern) else { return false };
    let pieces: Vec<(Piece, bool)> = pieces.into_iter().filter(|(piece, _)| *piece != Piece::Group).collect();
    let is_counted = |end: Option<&(Piece, bool)>| matches!(end, Some((Piece::Class, true)));
    let has_anything = pieces.iter().any(|(piece, _)| *piece == Piece::Anything);
    !has_anything && (is_counted(pieces.first()) || is_counted(pieces.last()))
}

/// The pieces, each with whether it is counted by `+` or `{...}`; `None` where an end of the text or of a word is spoken of.
fn pieces(pattern: &str) -> Option<Vec<(Piece, bool)>> {
    let mut pieces: Vec<(Piece, bool)> = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '^' | '$' => return None,
            '\\' => match characters.next()? {
                'b' | 'B' => return None,
                'd' | 'w' => pieces.push((Piece::Class, false)),
                'p' | 'P' => {
                    if characters.peek() == Some(&'{') {
                        characters.by_ref().find(|c| *c == '}')?;
                    }
                    pieces.push((Piece::Class, false));
                }
                'S' | 's' | 'D' | 'W' => pieces.push((Piece::Anything, false)),
                _ => pieces.push((Piece::Literal, false)),
            },
            '[' => {
                let is_negated = characters.peek() == Some(&'^');
                loop {
                    match characters.next()? {
                        ']' => break,
                        '\\' => {
                            characters.next()?;
                        }
                        _ => {}
                    }
                }
                pieces.push((if is_negated { Piece::Anything } else { Piece::Class }, false));
            }
            '.' => pieces.push((Piece::Anything, false)),
            '(' => {
                if characters.peek() == Some(&'?') {
                    characters.next();
                    // Look-around asks about what is beside a match.
                    if characters.next()? != ':' {
                        return None;
                    }
                }
                pieces.push((Piece::Group, false));
            }
            ')' | '|' => pieces.push((Piece::Group, false)),
            '+' => count(&mut pieces),
            '{' => {
                characters.by_ref().find(|c| *c == '}')?;
                count(&mut pieces);
            }
            '*' | '?' => {}
            _ => pieces.push((Piece::Literal, false)),
        }
    }
    Some(pieces)
}

fn count(pieces: &mut [(Piece, bool)]) {
    if let Some((_, is_counted)) = pieces.last_mut() {
        *is_counted = true;
    }
}

#[cfg(test)]
mod tests {
    use super::looks_whole;

    #[test]
    fn what_only_asks_for_something_in_the_text_is_left_alone() {
        for whole in [
            "[A-Z]{3}-[0-9]{4}",
            r"\d{4}",
            "[a-z]+",
            r"\d+\.\d+",
            "u_[0-9a-z]{1,32}",
            "([0-9]{3})",
            "[a-z]{2}|[A-Z]{2}",
        ] {
            assert!(looks_whole(whole), "{whole}");
        }
        for part in [
            "^[A-Z]{3}$",
            "^[a-z]+",
            "foo",
            "@",
            "[A-Z]",
            r"\S",
            ".+",
            ".*",
            r"\.json$",
            "[^ ]+",
            r"\bfoo\b",
            "(?=.*[A-Z]).{8,}",
            "https://",
            r"\S+@\S+",
            "",
            "a|b",
            r"[^\s]+",
            "(?!x)[a-z]+",
            r"\.(png|jpg)",
        ] {
            assert!(!looks_whole(part), "{part}");
        }
    }
}
