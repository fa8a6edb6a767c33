//! Writes a regular expression in the syntax of the `regex` crate.

use std::fmt::Write as _;

use super::syntax::{Assertion, Class, ClassItem, Look, Node};

/// What a text must match, or must not.
pub(super) struct Condition {
    /// In the syntax of the `regex` crate.
    pub(super) regex: String,
    pub(super) wanted: bool,
}

/// How many branches an expression with look-around may have.
const MAX_BRANCHES: usize = 100;
/// How deep the groups around a look-around may nest.
const MAX_NESTING: usize = 50;
/// Nothing is in it.
const NEVER: &str = r"[^\x{0}-\x{10FFFF}]";
/// All but ECMA-262's line terminators.
const DOT: &str = r"[^\n\r\x{2028}\x{2029}]";

/// Returns alternatives, of which one must hold, each made of conditions that must all hold. `None` where the `regex` crate
/// cannot say it: with look-around that is not a condition on the whole text, and with back-references.
pub(super) fn translate(node: &Node) -> Option<Vec<Vec<Condition>>> {
    if !has_look(node) {
        return Some(vec![vec![Condition { regex: write(node)?, wanted: true }]]);
    }
    branches(node, MAX_NESTING)?.iter().map(|branch| conditions(branch)).collect()
}

fn has_look(node: &Node) -> bool {
    match node {
        Node::Look(_) => true,
        Node::Group(node) | Node::Flags(_, node) | Node::Repeat { node, .. } => has_look(node),
        Node::Concat(nodes) | Node::Alternate(nodes) => nodes.iter().any(has_look),
        _ => false,
    }
}

/// `^(a|b)$` as `^a$` and `^b$`: a text matches one of several exactly when it matches their alternation. Only groups
/// with look-around in them are opened.
fn branches(node: &Node, depth: usize) -> Option<Vec<Vec<Node>>> {
    let mut all = Vec::new();
    match node {
        _ if depth == 0 => return None,
        Node::Alternate(nodes) => {
            for node in nodes {
                all.extend(branches(node, depth - 1)?);
            }
        }
        Node::Group(node) => all = branches(node, depth - 1)?,
        Node::Concat(nodes) => match nodes.iter().position(|node| matches!(node, Node::Group(_)) && has_look(node)) {
            Some(index) => {
                for inner in branches(&nodes[index], depth - 1)? {
                    let opened = [&nodes[..index], &inner, &nodes[index + 1..]].concat();
                    all.extend(branches(&Node::Concat(opened), depth - 1)?);
                }
            }
            None => all.push(nodes.clone()),
        },
        node => all.push(vec![node.clone()]),
    }
    (all.len() <= MAX_BRANCHES).then_some(all)
}

/// Splits off look-ahead at the start of the text and look-behind at its end: both are conditions on the whole text.
fn conditions(nodes: &[Node]) -> Option<Vec<Condition>> {
    let start = Node::Assertion(Assertion::Start);
    let end = Node::Assertion(Assertion::End);
    let mut conditions = Vec::new();
    let mut rest = nodes.to_vec();
    if rest.first() == Some(&start) {
        while let Some(Node::Look(Look { ahead: true, wanted, node })) = rest.get(1) {
            conditions.push(Condition { regex: format!("^(?:{})", write(node)?), wanted: *wanted });
            rest.remove(1);
        }
    }
    if rest.last() == Some(&end) {
        while let Some(Node::Look(Look { ahead: false, wanted, node })) = rest.iter().rev().nth(1) {
            conditions.push(Condition { regex: format!("(?:{})$", write(node)?), wanted: *wanted });
            rest.remove(rest.len() - 2);
        }
    }
    conditions.push(Condition { regex: write(&Node::Concat(rest))?, wanted: true });
    Some(conditions)
}

/// In the syntax of the `regex` crate, if that has what it takes.
pub(super) fn write(node: &Node) -> Option<String> {
    let mut regex = String::new();
    append(&mut regex, node)?;
    Some(regex)
}

fn append(regex: &mut String, node: &Node) -> Option<()> {
    match node {
        Node::Empty => {}
        Node::Literal(code_point) => match char::from_u32(*code_point) {
            Some(character) => regex.push_str(&regex::escape(character.encode_utf8(&mut [0; 4]))),
            None => regex.push_str(NEVER),
        },
        Node::Dot => regex.push_str(DOT),
        Node::Class(class) => append_class(regex, class),
        Node::Assertion(assertion) => regex.push_str(match assertion {
            Assertion::Start => "^",
            Assertion::End => "$",
            Assertion::WordBoundary => r"(?-u:\b)",
            Assertion::NotWordBoundary => r"(?-u:\B)",
        }),
        Node::Group(node) | Node::Capture(_, node) => append_group(regex, "?:", node)?,
        Node::Flags(flags, node) => append_group(regex, &format!("?{flags}:"), node)?,
        Node::Look(_) | Node::BackReference(_) => return None,
        Node::Repeat { node, min, max } => {
            append_group(regex, "?:", node)?;
            let _ = match (min, max) {
                (0, None) => write!(regex, "*"),
                (1, None) => write!(regex, "+"),
                (min, None) => write!(regex, "{{{min},}}"),
                (min, Some(max)) => write!(regex, "{{{min},{max}}}"),
            };
        }
        Node::Concat(nodes) => nodes.iter().try_for_each(|node| append(regex, node))?,
        Node::Alternate(nodes) => {
            for (index, node) in nodes.iter().enumerate() {
                if index > 0 {
                    regex.push('|');
                }
                append(regex, node)?;
            }
        }
    }
    Some(())
}

fn append_group(regex: &mut String, kind: &str, node: &Node) -> Option<()> {
    regex.push('(');
    regex.push_str(kind);
    append(regex, node)?;
    regex.push(')');
    Some(())
}

fn append_class(regex: &mut String, class: &Class) {
    let mut items = String::new();
    for item in &class.items {
        let _ = match item {
            ClassItem::Range(from, to) => match scalars(*from, *to) {
                Some((from, to)) => write!(items, r"\x{{{from:X}}}-\x{{{to:X}}}"),
                None => Ok(()),
            },
            ClassItem::Set(set, negated) => {
                let negation = if *negated { "^" } else { "" };
                let ranges = set.ranges().iter().map(|(from, to)| format!(r"\x{{{from:X}}}-\x{{{to:X}}}"));
                write!(items, "[{negation}{}]", ranges.collect::<String>())
            }
            ClassItem::Property(name, negated) => {
                let letter = if *negated { 'P' } else { 'p' };
                write!(items, r"\{letter}{{{name}}}")
            }
        };
    }
    match (items.is_empty(), class.negated) {
        (true, true) => regex.push_str("(?s:.)"),
        (true, false) => regex.push_str(NEVER),
        (false, negated) => {
            let _ = write!(regex, "[{}{items}]", if negated { "^" } else { "" });
        }
    }
}

/// A range without the surrogates at its ends, which no string has; `None` if there are no others.
fn scalars(from: u32, to: u32) -> Option<(u32, u32)> {
    let surrogate = |code_point| (0xD800..=0xDFFF).contains(&code_point);
    let from = if surrogate(from) { 0xE000 } else { from };
    let to = if surrogate(to) { 0xD7FF } else { to };
    (from <= to).then_some((from, to))
}
