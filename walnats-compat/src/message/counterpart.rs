//! What a message of writers is for its readers.

use std::collections::BTreeSet;

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor, Value};
use walnats_cel::{Expr, Kind as Node, Piece};

/// How fields meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// In the binary encoding.
    ByNumber,
    /// In JSON.
    ByName,
}

impl Meeting {
    /// The field of writers that readers take for `read`.
    pub fn written_as(self, writer: &MessageDescriptor, read: &FieldDescriptor) -> Option<FieldDescriptor> {
        match self {
            Self::ByNumber => writer.get_field(read.number()),
            Self::ByName => {
                let known = |name: &str| writer.get_field_by_json_name(name);
                known(read.json_name()).or_else(|| known(read.name()))
            }
        }
    }

    /// Whether an expression over a message says the same of what writers mean and of what readers see: the fields that it names
    /// are the same, down to whether they can be unset.
    pub fn is_alike(self, written: &Kind, read: &Kind, expr: &Expr) -> bool {
        let mut names = BTreeSet::new();
        fields(expr, &mut names);
        let mut seen = BTreeSet::new();
        let mut open = vec![(written.clone(), read.clone())];
        while let Some(kinds) = open.pop() {
            let (written, read) = match kinds {
                (Kind::Message(written), Kind::Message(read)) => (written, read),
                (written, read) if is_same_scalar(&written, &read) => continue,
                _ => return false,
            };
            if read.package_name() == "google.protobuf" {
                if written.full_name() != read.full_name() {
                    return false;
                }
                continue;
            }
            if !seen.insert((written.full_name().to_owned(), read.full_name().to_owned())) {
                continue;
            }
            let is_entry = read.is_map_entry();
            for own in read.fields().filter(|field| is_entry || names.contains(field.name())) {
                let Some(other) = self.written_as(&written, &own) else { return false };
                let is_same = other.name() == own.name()
                    && (other.is_list(), other.is_map()) == (own.is_list(), own.is_map())
                    && other.supports_presence() == own.supports_presence()
                    && is_same_default(&other, &own);
                if !is_same {
                    return false;
                }
                open.push((other.kind(), own.kind()));
            }
        }
        true
    }
}

fn is_same_scalar(written: &Kind, read: &Kind) -> bool {
    match (written, read) {
        (Kind::Enum(_), Kind::Enum(_)) => true,
        _ => written == read,
    }
}

fn is_same_default(written: &FieldDescriptor, read: &FieldDescriptor) -> bool {
    let scalar = |field: &FieldDescriptor| match field.default_value() {
        Value::Message(_) | Value::List(_) | Value::Map(_) => None,
        scalar => Some(scalar),
    };
    scalar(written) == scalar(read)
}

/// The names of all fields that an expression uses.
fn fields<'e>(expr: &'e Expr, names: &mut BTreeSet<&'e str>) {
    match &expr.kind {
        Node::Constant(_) | Node::Variable(_) => {}
        Node::Field(operand, name) | Node::Has(operand, name) => {
            names.insert(name);
            fields(operand, names);
        }
        Node::Unwrap(operand) | Node::IsNull(operand) => fields(operand, names),
        Node::And(terms) | Node::Or(terms) | Node::List(terms) | Node::Call(_, terms) => {
            terms.iter().for_each(|term| fields(term, names));
        }
        Node::Conditional(parts) => parts.iter().for_each(|part| fields(part, names)),
        Node::Format(pieces) => {
            for piece in pieces {
                if let Piece::Value { value, .. } = piece {
                    fields(value, names);
                }
            }
        }
        Node::Loop(inner) => {
            fields(&inner.range, names);
            inner.condition.iter().for_each(|condition| fields(condition, names));
            fields(&inner.body, names);
        }
    }
}
