//! A condition on a value of a known type, as plain data: where it holds, a schema accepts the value.

use serde_json::Value;

use crate::model::Constraint;

/// A condition on a value of a known type.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    True,
    False,
    All(Vec<Proof>),
    Any(Vec<Proof>),
    /// Exactly one of these.
    One(Vec<Proof>),
    Not(Box<Proof>),
    /// The member is there.
    Has(String),
    /// The member, if it is there, satisfies this.
    Member(String, Box<Proof>),
    /// The member is there and satisfies this.
    With(String, Box<Proof>),
    /// Null, if `null` says so, or a value that satisfies this.
    Nullable {
        null: bool,
        proof: Box<Proof>,
    },
    /// The value breaks none of these.
    Passes(Vec<Constraint>),
    /// The value is one of these.
    OneOf(Vec<Value>),
    /// So many items satisfy this.
    Items {
        proof: Box<Proof>,
        min: u64,
        max: Option<u64>,
    },
    /// The names of the members without a field break none of these.
    Names(Vec<Constraint>),
}

/// All of `parts`.
pub fn all(parts: Vec<Proof>) -> Proof {
    let mut needed = Vec::new();
    for part in parts {
        match part {
            Proof::True => {}
            Proof::False => return Proof::False,
            Proof::All(parts) => needed.extend(parts),
            part => needed.push(part),
        }
    }
    for at in 0..needed.len() {
        if let Proof::Member(name, proof) = &needed[at]
            && needed.contains(&Proof::Has(name.clone()))
        {
            needed[at] = Proof::With(name.clone(), proof.clone());
        }
    }
    let with: Vec<Proof> = needed
        .iter()
        .filter_map(|proof| if let Proof::With(name, _) = proof { Some(Proof::Has(name.clone())) } else { None })
        .collect();
    needed.retain(|proof| !with.contains(proof));
    match needed.len() {
        0 => Proof::True,
        1 => needed.remove(0),
        _ => Proof::All(needed),
    }
}

/// At least one of `parts`.
pub fn any(parts: Vec<Proof>) -> Proof {
    let mut possible = Vec::new();
    for part in parts {
        match part {
            Proof::False => {}
            Proof::True => return Proof::True,
            Proof::Any(parts) => possible.extend(parts),
            part => possible.push(part),
        }
    }
    match possible.len() {
        0 => Proof::False,
        1 => possible.remove(0),
        _ => Proof::Any(possible),
    }
}

/// Exactly one of `parts`.
pub fn one(mut parts: Vec<Proof>) -> Proof {
    parts.retain(|part| *part != Proof::False);
    let certain = parts.iter().filter(|part| **part == Proof::True).count();
    match (certain, parts.len()) {
        (_, 0) => Proof::False,
        (_, 1) => parts.remove(0),
        (0, _) => Proof::One(parts),
        (1, _) => {
            parts.retain(|part| *part != Proof::True);
            not(any(parts))
        }
        _ => Proof::False,
    }
}

/// The opposite of `proof`.
pub fn not(proof: Proof) -> Proof {
    match proof {
        Proof::True => Proof::False,
        Proof::False => Proof::True,
        Proof::Not(proof) => *proof,
        proof => Proof::Not(Box::new(proof)),
    }
}
