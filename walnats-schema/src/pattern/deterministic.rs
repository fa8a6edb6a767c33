//! Deterministic regular expressions: those in which the next character alone says where to go on. They are matched
//! by a loop for each set of characters, without a state machine and without going back.
//!
//! The term is that of Brüggemann-Klein and Wood, "One-Unambiguous Regular Languages" (1998). What people write into
//! schemas mostly is of this kind: `^[0-9a-f]{40}$`, `^[A-Z]{2}$`, `^(open|closed)$`, `^[a-z]+(-[a-z]+)*$`.

mod compile;

use super::characters::Characters;
use super::syntax::Node;

/// Longer expressions are left to a state machine, which is the smaller one then.
const MAX_LENGTH: usize = 300;

/// A deterministic expression.
#[derive(Clone, Debug)]
pub(super) struct Deterministic {
    /// One of these must match.
    alternatives: Vec<Anchored>,
}

/// An expression, and where in a text it has to stand.
#[derive(Clone, Debug)]
enum Anchored {
    /// From the start of the text; `whole`: to its end.
    Sequence { parts: Vec<Part>, whole: bool },
    /// So many characters of the set in a row, anywhere.
    Somewhere(Characters, usize),
}

/// What matches a stretch of text.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Literal(String),
    /// So many characters of a set.
    Run {
        set: Characters,
        min: usize,
        max: usize,
    },
    /// So many times one of some alternatives.
    Group {
        alternatives: Vec<Alternative>,
        min: usize,
        max: usize,
    },
}

/// A way to go on, taken where the next character is one of `first`.
#[derive(Clone, Debug, PartialEq)]
struct Alternative {
    first: Characters,
    parts: Vec<Part>,
}

impl Deterministic {
    /// The expression `pattern`, which reads as `node`, if it is deterministic.
    pub(super) fn new(pattern: &str, node: &Node) -> Option<Self> {
        if pattern.len() > MAX_LENGTH {
            return None;
        }
        Some(Self { alternatives: compile::alternatives(node)? })
    }

    /// Whether a part of `text` matches.
    pub(super) fn is_match(&self, text: &str) -> bool {
        self.alternatives.iter().any(|alternative| match alternative {
            Anchored::Sequence { parts, whole } => after_all(parts, text).is_some_and(|rest| rest.is_empty() || !whole),
            Anchored::Somewhere(set, count) => {
                let mut rest = text.chars();
                let mut in_a_row = 0;
                // Before the next character is looked at, for a count of none.
                while in_a_row < *count {
                    let Some(next) = rest.next() else { return false };
                    in_a_row = if set.contains(next) { in_a_row + 1 } else { 0 };
                }
                true
            }
        })
    }
}

/// What follows the parts; `None` if they do not match.
fn after_all<'t>(parts: &[Part], text: &'t str) -> Option<&'t str> {
    parts.iter().try_fold(text, |rest, part| part.after(rest))
}

impl Part {
    /// What follows this part; `None` if it does not match.
    fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Literal(literal) => text.strip_prefix(literal.as_str()),
            Self::Run { set, min, max } => {
                let (characters, length) = set.run(text, *max);
                (characters >= *min).then(|| &text[length..])
            }
            Self::Group { alternatives, min, max } => {
                let (mut rest, mut times) = (text, 0);
                while times < *max
                    && let Some(next) = rest.chars().next()
                    && let Some(chosen) = alternatives.iter().find(|alternative| alternative.first.contains(next))
                {
                    rest = after_all(&chosen.parts, rest)?;
                    times += 1;
                }
                (times >= *min).then_some(rest)
            }
        }
    }
}

#[cfg(test)]
mod tests;
