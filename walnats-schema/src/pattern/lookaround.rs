//! Look-around in linear time: whether an expression matches from a place on is found for every place of the text, from
//! the side where it ends. The bodies of look-around come first, so that they are known where they are asked for.

use super::program::{Body, Instruction, Program};
use super::syntax::Assertion;

/// Whether a part of `text` matches. Takes time in proportion to the lengths of text and program.
pub(super) fn is_match(program: &Program, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut known = Vec::with_capacity(program.bodies.len());
    for body in &program.bodies {
        let matches = matches(body, &text, &known);
        known.push(matches);
    }
    known.last().is_some_and(|places| places.contains(&true))
}

/// For each place whether the body matches from there on.
fn matches(body: &Body, text: &[char], known: &[Vec<bool>]) -> Vec<bool> {
    let mut places = vec![false; text.len() + 1];
    // The instructions from which on the body matches: at the place one character further on, and at this.
    let mut further = vec![false; body.instructions.len()];
    let mut here = further.clone();
    for step in 0..=text.len() {
        let at = if body.backwards { step } else { text.len() - step };
        let next = if body.backwards { at.checked_sub(1).map(|before| text[before]) } else { text.get(at).copied() };
        // Most instructions lead to later ones, so one round finds most, and each loop around may need one more.
        let mut changed = true;
        while changed {
            changed = false;
            for index in (0..body.instructions.len()).rev() {
                let holds = match &body.instructions[index] {
                    Instruction::Match => true,
                    Instruction::Character(set) => {
                        next.is_some_and(|character| set.contains(character)) && further[index + 1]
                    }
                    Instruction::Assert(assertion, lines) => here[index + 1] && holds(*assertion, *lines, text, at),
                    Instruction::Either(first, second) => here[*first] || here[*second],
                    Instruction::Jump(target) => here[*target],
                    Instruction::Look(body, wanted) => here[index + 1] && known[*body][at] == *wanted,
                    // Without back-references nobody asks what was remembered, and a round of a loop that matches
                    // nothing leads nowhere new.
                    Instruction::Remember(_) | Instruction::Forget(..) | Instruction::Moved(_) => here[index + 1],
                    Instruction::Reference(_) => false,
                };
                changed |= holds && !here[index];
                here[index] |= holds;
            }
        }
        places[at] = here[0];
        std::mem::swap(&mut here, &mut further);
        here.fill(false);
    }
    places
}

/// Whether an assertion holds between two characters (ECMA-262, section 22.2.2.4).
pub(super) fn holds(assertion: Assertion, lines: bool, text: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| text[before]);
    let after = text.get(at).copied();
    let is_word = |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    let ends_line =
        |character: Option<char>| character.is_none_or(|c| lines && matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}'));
    match assertion {
        Assertion::Start => ends_line(before),
        Assertion::End => ends_line(after),
        Assertion::WordBoundary => is_word(before) != is_word(after),
        Assertion::NotWordBoundary => is_word(before) == is_word(after),
    }
}
