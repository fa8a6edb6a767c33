//! Messages that would have to hold themselves, so that prost puts them into boxes.

use std::collections::BTreeMap;

use crate::model::{ProtobufCardinality as Cardinality, ProtobufKind, ProtobufMember};
use crate::rust::protobuf::graph::components;

/// For each message the number of the cycle that it is in; messages of one cycle reach each other, not through lists or maps.
pub fn cycles(members: &BTreeMap<String, Vec<ProtobufMember>>) -> BTreeMap<&str, usize> {
    let numbers: BTreeMap<&str, usize> = members.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    let number = |name: &str| numbers.get(name).copied();
    let edges: Vec<Vec<usize>> =
        members.values().map(|members| members.iter().filter_map(held).filter_map(number).collect()).collect();
    members.keys().map(String::as_str).zip(components(&edges)).collect()
}

fn held(member: &ProtobufMember) -> Option<&str> {
    match (&member.kind, member.cardinality) {
        (_, Cardinality::List | Cardinality::Map(_)) => None,
        (ProtobufKind::Message(name), _) => Some(name),
        _ => None,
    }
}
