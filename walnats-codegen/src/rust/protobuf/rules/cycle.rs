//! Messages that would have to hold themselves, so that prost puts them into boxes.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{ProtobufCardinality as Cardinality, ProtobufKind, ProtobufMember};

/// For each message the number of the cycle that it is in; messages of one cycle reach each other, not through lists or maps.
pub fn cycles(members: &BTreeMap<String, Vec<ProtobufMember>>) -> BTreeMap<&str, usize> {
    let mut holds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut held_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (message, members) in members {
        for inner in members.iter().filter_map(held) {
            holds.entry(message).or_default().push(inner);
            held_by.entry(inner).or_default().push(message);
        }
    }
    // Kosaraju: what is left last by the one search is where the search the other way round begins.
    let mut order = Vec::new();
    let mut seen = BTreeSet::new();
    for message in members.keys() {
        let mut open = vec![(message.as_str(), 0)];
        while let Some((name, next)) = open.pop() {
            if next == 0 && !seen.insert(name) {
                continue;
            }
            match holds.get(name).and_then(|inner| inner.get(next)) {
                Some(inner) => open.extend([(name, next + 1), (*inner, 0)]),
                None => order.push(name),
            }
        }
    }
    let mut cycles = BTreeMap::new();
    for (number, name) in order.into_iter().rev().enumerate() {
        let mut open = vec![name];
        while let Some(name) = open.pop() {
            if !cycles.contains_key(name) {
                cycles.insert(name, number);
                open.extend(held_by.get(name).into_iter().flatten());
            }
        }
    }
    cycles
}

fn held(member: &ProtobufMember) -> Option<&str> {
    match (&member.kind, member.cardinality) {
        (_, Cardinality::List | Cardinality::Map(_)) => None,
        (ProtobufKind::Message(name), _) => Some(name),
        _ => None,
    }
}
