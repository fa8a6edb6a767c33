//! The Bidi rule (RFC 5893, section 2).

use super::code_points::{is_letter_or_digit, is_nonspacing_mark, is_right_to_left_letter};

/// The directions of characters that the rule distinguishes.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Left,
    Right,
    EuropeanNumber,
    ArabicNumber,
    NonspacingMark,
    Neutral,
}

/// Whether a label has characters that run from right to left.
pub(in crate::format) fn is_right_to_left(label: &str) -> bool {
    !label.is_ascii()
        && label.chars().any(|character| matches!(direction(character), Direction::Right | Direction::ArabicNumber))
}

/// Whether a label may stand in a name with right-to-left labels.
pub(in crate::format) fn obeys_bidi_rule(label: &str) -> bool {
    let directions: Vec<Direction> = label.chars().map(direction).collect();
    let Some(first) = directions.first() else { return true };
    let last = directions.iter().rev().find(|direction| **direction != Direction::NonspacingMark);
    let has = |wanted| directions.contains(&wanted);
    match first {
        Direction::Right => {
            let ends = last != Some(&Direction::Neutral);
            ends && !has(Direction::Left) && !(has(Direction::EuropeanNumber) && has(Direction::ArabicNumber))
        }
        Direction::Left => {
            let ends = matches!(last, Some(Direction::Left | Direction::EuropeanNumber));
            ends && !has(Direction::Right) && !has(Direction::ArabicNumber)
        }
        _ => false,
    }
}

fn direction(character: char) -> Direction {
    match character {
        '0'..='9' | '\u{6F0}'..='\u{6F9}' => Direction::EuropeanNumber,
        '\u{660}'..='\u{669}' | '\u{66B}' | '\u{66C}' | '\u{6DD}' => Direction::ArabicNumber,
        'a'..='z' | 'A'..='Z' => Direction::Left,
        character if character.is_ascii() => Direction::Neutral,
        character if is_nonspacing_mark(character) => Direction::NonspacingMark,
        character if is_right_to_left_letter(character) => Direction::Right,
        character if is_letter_or_digit(character) => Direction::Left,
        _ => Direction::Neutral,
    }
}
