//! Back-references, by trying: no engine does it in linear time, so the effort is bounded.

use super::lookaround::holds;
use super::program::{Instruction, Program};

/// How many steps are tried; a text that needs more does not match.
const MAX_STEPS: usize = 1_000_000;

/// Whether a part of `text` matches, as far as that is found within [`MAX_STEPS`].
pub(super) fn is_match(program: &Program, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut search = Search { program, text: &text, steps: 0 };
    let Some(whole) = program.bodies.len().checked_sub(1) else { return false };
    (0..=text.len()).any(|at| search.run(whole, at, &mut vec![None; program.places]))
}

/// What is remembered: places in the text.
type Memory = Vec<Option<usize>>;

struct Search<'p> {
    program: &'p Program,
    text: &'p [char],
    steps: usize,
}

impl Search<'_> {
    /// Whether a body matches at a place; what it remembers is kept if so. Recursion is bounded by the nesting of groups.
    fn run(&mut self, body: usize, at: usize, memory: &mut Memory) -> bool {
        let (program, text) = (self.program, self.text);
        let body = &program.bodies[body];
        let mut alternatives = vec![(0, at, memory.clone())];
        while let Some((mut index, mut at, mut remembered)) = alternatives.pop() {
            let matched = loop {
                self.steps += 1;
                if self.steps > MAX_STEPS {
                    return false;
                }
                let goes_on = match &body.instructions[index] {
                    Instruction::Match => break true,
                    Instruction::Character(set) => step(text, at, body.backwards)
                        .filter(|(character, _)| set.contains(*character))
                        .map(|(_, next)| at = next)
                        .is_some(),
                    Instruction::Assert(assertion, lines) => holds(*assertion, *lines, text, at),
                    Instruction::Either(first, second) => {
                        alternatives.push((*second, at, remembered.clone()));
                        index = *first;
                        continue;
                    }
                    Instruction::Jump(target) => {
                        index = *target;
                        continue;
                    }
                    Instruction::Look(inner, wanted) => {
                        let mut inside = remembered.clone();
                        let found = self.run(*inner, at, &mut inside);
                        if found && *wanted {
                            remembered = inside;
                        }
                        found == *wanted
                    }
                    Instruction::Remember(place) => {
                        remembered[*place] = Some(at);
                        true
                    }
                    Instruction::Forget(first, last) => {
                        remembered[2 * first..2 * last + 2].fill(None);
                        true
                    }
                    Instruction::Moved(place) => remembered[*place] != Some(at),
                    Instruction::Reference(group) => match repeated(text, at, *group, &remembered, body.backwards) {
                        Some(next) => {
                            at = next;
                            true
                        }
                        None => false,
                    },
                };
                if !goes_on {
                    break false;
                }
                index += 1;
            };
            if matched {
                *memory = remembered;
                return true;
            }
        }
        false
    }
}

/// The character on the way, and the place beyond it.
fn step(text: &[char], at: usize, backwards: bool) -> Option<(char, usize)> {
    if backwards {
        let before = at.checked_sub(1)?;
        Some((text[before], before))
    } else {
        Some((*text.get(at)?, at + 1))
    }
}

/// The place beyond what a group has matched, if that stands here again. A group that has not matched is the empty text.
fn repeated(text: &[char], at: usize, group: usize, remembered: &Memory, backwards: bool) -> Option<usize> {
    let (Some(start), Some(end)) = (remembered[2 * group], remembered[2 * group + 1]) else { return Some(at) };
    let group = text.get(start..end).unwrap_or_default();
    if backwards {
        text[..at].ends_with(group).then(|| at - group.len())
    } else {
        text[at..].starts_with(group).then(|| at + group.len())
    }
}
