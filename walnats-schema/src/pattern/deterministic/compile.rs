//! From syntax to parts, as long as every choice depends on the next character alone.

use super::{Alternative, Anchored, Part};
use crate::pattern::characters::Characters;
use crate::pattern::syntax::{Assertion, Node};

/// The alternatives of a whole expression; `None` if it is not deterministic.
pub(super) fn alternatives(node: &Node) -> Option<Vec<Anchored>> {
    match node {
        Node::Group(node) => alternatives(node),
        Node::Alternate(nodes) => {
            let all: Option<Vec<_>> = nodes.iter().map(alternatives).collect();
            Some(all?.into_iter().flatten().collect())
        }
        Node::Concat(nodes) => Some(vec![anchored(nodes)?]),
        node => Some(vec![anchored(std::slice::from_ref(node))?]),
    }
}

fn anchored(mut nodes: &[Node]) -> Option<Anchored> {
    let (mut starts, mut ends) = (false, false);
    if let [Node::Assertion(Assertion::Start), rest @ ..] = nodes {
        (nodes, starts) = (rest, true);
    }
    if let [rest @ .., Node::Assertion(Assertion::End)] = nodes {
        (nodes, ends) = (rest, true);
    }
    let mut parts = sequence(nodes)?;
    if !ends {
        shorten(&mut parts)?;
    }
    if !is_deterministic(&parts, &Characters::none()) {
        return None;
    }
    match parts.as_slice() {
        _ if starts => Some(Anchored::Sequence { parts: joined(parts), whole: ends }),
        // Nothing at all is found in every text.
        [] => Some(Anchored::Sequence { parts, whole: false }),
        // What may stand anywhere is found faster by an engine that searches, unless it is characters of one set.
        [Part::Run { set, min, .. }] if !ends => Some(Anchored::Somewhere(set.clone(), *min)),
        _ => None,
    }
}

fn sequence(nodes: &[Node]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    for node in nodes {
        parts.extend(repeated(node, 1, 1)?);
    }
    Some(parts)
}

/// The parts of a node that occurs so many times.
fn repeated(node: &Node, min: usize, max: usize) -> Option<Vec<Part>> {
    let set = match node {
        Node::Literal(code_point) => Characters::one(*code_point),
        Node::Dot => Characters::dot(),
        Node::Class(class) => Characters::of_class(class)?,
        Node::Empty => return Some(Vec::new()),
        Node::Group(node) => return repeated(node, min, max),
        Node::Concat(nodes) if (min, max) == (1, 1) => return sequence(nodes),
        Node::Concat(nodes) => return group(vec![sequence(nodes)?], min, max),
        Node::Alternate(nodes) => {
            let alternatives: Option<Vec<_>> = nodes.iter().map(|node| repeated(node, 1, 1)).collect();
            return group(factored(alternatives?), min, max);
        }
        Node::Repeat { node, min: least, max: most } if (min, max) == (1, 1) => {
            let most = most.map_or(usize::MAX, |most| most as usize);
            return repeated(node, *least as usize, most);
        }
        Node::Repeat { .. } => return group(vec![repeated(node, 1, 1)?], min, max),
        Node::Assertion(_) | Node::Flags(..) | Node::Look(_) | Node::Capture(..) | Node::BackReference(_) => {
            return None;
        }
    };
    Some(vec![Part::Run { set, min, max }])
}

fn group(mut alternatives: Vec<Vec<Part>>, mut min: usize, max: usize) -> Option<Vec<Part>> {
    if alternatives.iter().any(|parts| is_optional(parts)) {
        // What can match nothing, and again, has no one way to match.
        if max > 1 {
            return None;
        }
        min = 0;
    }
    alternatives.retain(|parts| !parts.is_empty());
    let alternatives: Vec<Alternative> =
        alternatives.into_iter().map(|parts| Alternative { first: first(&parts), parts }).collect();
    Some(if alternatives.is_empty() { Vec::new() } else { vec![Part::Group { alternatives, min, max }] })
}

/// `opened|open|closed` as `open(ed)?|closed`, so that the next character tells the alternatives apart.
fn factored(alternatives: Vec<Vec<Part>>) -> Vec<Vec<Part>> {
    let mut heads: Vec<(Option<Part>, Vec<Vec<Part>>)> = Vec::new();
    for mut parts in alternatives {
        let head = (!parts.is_empty()).then(|| parts.remove(0));
        let is_single = matches!(head, Some(Part::Run { min: 1, max: 1, .. }));
        match heads.iter_mut().find(|(other, _)| is_single && *other == head) {
            Some((_, rests)) => rests.push(parts),
            None => heads.push((head, vec![parts])),
        }
    }
    let with_head = |(head, mut rests): (Option<Part>, Vec<Vec<Part>>)| {
        let rest = match rests.len() {
            1 => rests.remove(0),
            // At most one time, so that there always is such a group.
            _ => group(factored(rests), 1, 1).unwrap_or_default(),
        };
        head.into_iter().chain(rest).collect()
    };
    heads.into_iter().map(with_head).collect()
}

/// Takes away what may follow but need not: where the text may go on in any way, it decides nothing.
fn shorten(parts: &mut Vec<Part>) -> Option<()> {
    while let Some(part) = parts.last_mut() {
        match part {
            Part::Run { min: 0, .. } | Part::Group { min: 0, .. } => {
                parts.pop();
                continue;
            }
            Part::Run { min, max, .. } => *max = *min,
            Part::Group { alternatives, min: 1, max } => {
                *max = 1;
                alternatives.iter_mut().try_for_each(|alternative| shorten(&mut alternative.parts))?;
            }
            Part::Group { .. } => return None,
            Part::Literal(_) => {}
        }
        break;
    }
    Some(())
}

/// Whether the next character always says how to go on, if `follow` is what may come after.
fn is_deterministic(parts: &[Part], follow: &Characters) -> bool {
    let mut follow = follow.clone();
    for part in parts.iter().rev() {
        let (first, min, max) = match part {
            Part::Literal(_) => continue,
            Part::Run { set, min, max } => (set.clone(), min, max),
            Part::Group { alternatives, min, max } => {
                let first = union(alternatives);
                let inner = if *max > 1 { follow.union(&first) } else { follow.clone() };
                if !are_apart(alternatives) || !alternatives.iter().all(|a| is_deterministic(&a.parts, &inner)) {
                    return false;
                }
                (first, min, max)
            }
        };
        if min < max && first.intersects(&follow) {
            return false;
        }
        follow = if *min == 0 { first.union(&follow) } else { first };
    }
    true
}

fn are_apart(alternatives: &[Alternative]) -> bool {
    alternatives
        .iter()
        .enumerate()
        .all(|(index, one)| alternatives[index + 1..].iter().all(|other| !one.first.intersects(&other.first)))
}

fn union(alternatives: &[Alternative]) -> Characters {
    alternatives.iter().fold(Characters::none(), |all, alternative| all.union(&alternative.first))
}

/// What the parts may begin with.
fn first(parts: &[Part]) -> Characters {
    let mut all = Characters::none();
    for part in parts {
        let (set, min) = match part {
            Part::Literal(_) => continue,
            Part::Run { set, min, .. } => (set.clone(), *min),
            Part::Group { alternatives, min, .. } => (union(alternatives), *min),
        };
        all = all.union(&set);
        if min > 0 {
            break;
        }
    }
    all
}

/// Whether the parts may match nothing.
fn is_optional(parts: &[Part]) -> bool {
    parts.iter().all(|part| matches!(part, Part::Run { min: 0, .. } | Part::Group { min: 0, .. }))
}

/// The same parts, with characters in a row as one literal.
fn joined(parts: Vec<Part>) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    for part in parts {
        match part {
            Part::Run { set, min: 1, max: 1 } if let Some(character) = set.single() => match all.last_mut() {
                Some(Part::Literal(literal)) => literal.push(character),
                _ => all.push(Part::Literal(character.into())),
            },
            Part::Group { mut alternatives, min, max } => {
                alternatives.iter_mut().for_each(|alternative| {
                    alternative.parts = joined(std::mem::take(&mut alternative.parts));
                });
                all.push(Part::Group { alternatives, min, max });
            }
            part => all.push(part),
        }
    }
    all
}
