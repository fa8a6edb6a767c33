//! What the parts of a value have to satisfy, whatever becomes of the rest: most cuts break that, and need not be judged as a
//! whole.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use serde_json::{Map, Value};
use walnats_schema::pointer::escape;
use walnats_schema::{SchemaId, SchemaSet};

use super::Root;
use super::atom::{Kind, allows};

/// How many parts are looked at.
const MAX_PARTS: usize = 2_000;

/// The demands on the parts of one value that a schema accepts.
pub(super) struct Demands<'s> {
    set: &'s SchemaSet,
    /// By JSON Pointer.
    places: HashMap<String, Place>,
}

/// What has to satisfy these schemas, for the value around it to stay accepted.
struct Place {
    /// The part; outer schemas first.
    own: Rc<Vec<SchemaId>>,
    /// The object around the part, as long as no other member changes.
    around: Rc<Vec<SchemaId>>,
}

impl<'s> Demands<'s> {
    /// `None` where what a schema accepts depends on the way to it.
    pub(super) fn new(root: Root<'s>, value: &Value) -> Option<Self> {
        let set = root.set;
        if !set.resources.is_empty() {
            return None;
        }
        let own = Rc::new(set.conjuncts(&[root.id]));
        let mut places = HashMap::new();
        let mut waiting = VecDeque::from([(String::new(), value, own, Rc::default())]);
        while let Some((pointer, part, own, around)) = waiting.pop_front() {
            if places.len() + waiting.len() < MAX_PARTS {
                match part {
                    Value::Object(members) => {
                        let mut choices = Choices { set, members, refuted: HashMap::new() };
                        for (name, member) in members {
                            let around = choices.made(&own, name);
                            let below: Vec<_> = around.iter().flat_map(|id| of_member(set, *id, name)).collect();
                            let below = Rc::new(set.conjuncts(&below));
                            waiting.push_back((format!("{pointer}/{}", escape(name)), member, below, around));
                        }
                    }
                    Value::Array(items) => {
                        for (index, item) in items.iter().enumerate() {
                            let below: Vec<_> = own.iter().filter_map(|id| of_item(set, *id, index)).collect();
                            let below = Rc::new(set.conjuncts(&below));
                            waiting.push_back((format!("{pointer}/{index}"), item, below, Rc::default()));
                        }
                    }
                    _ => {}
                }
            }
            places.insert(pointer, Place { own, around });
        }
        Some(Self { set, places })
    }

    /// Whether the value is certainly refused with this part in the place of the one at `pointer`; it is the same but for the
    /// member `without`, if there is a name.
    pub(super) fn refuse(&self, pointer: &str, without: Option<&str>, part: &Value) -> bool {
        let found = match without {
            Some(name) => self.places.get(&format!("{pointer}/{}", escape(name))).map(|place| &place.around),
            None => self.places.get(pointer).map(|place| &place.own),
        };
        // What has alternatives takes as long as the whole, unless there is nothing in the part.
        let is_quick = |id: &&SchemaId| {
            let schema = self.set.get(**id);
            is_bare(part) || (schema.any_of.is_empty() && schema.one_of.is_empty())
        };
        let mut ids = found.into_iter().flat_map(|ids| ids.iter().rev()).filter(is_quick);
        ids.any(|id| !self.set.is_valid(*id, part))
    }
}

fn is_bare(part: &Value) -> bool {
    match part {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

/// What a schema asks of a member.
fn of_member(set: &SchemaSet, id: SchemaId, name: &str) -> Vec<SchemaId> {
    let rules = &set.get(id).object;
    let mut asked: Vec<SchemaId> =
        rules.properties.iter().filter(|(known, _)| known == name).map(|(_, id)| *id).collect();
    asked.extend(rules.pattern_properties.iter().filter(|(pattern, _)| set.matches(pattern, name)).map(|(_, id)| *id));
    if asked.is_empty() {
        asked.extend(rules.additional_properties);
    }
    asked
}

/// What a schema asks of an item.
fn of_item(set: &SchemaSet, id: SchemaId, index: usize) -> Option<SchemaId> {
    let rules = &set.get(id).array;
    rules.prefix_items.get(index).copied().or(rules.items)
}

/// Which alternatives are left for an object of which one member changes.
struct Choices<'s, 'v> {
    set: &'s SchemaSet,
    members: &'v Map<String, Value>,
    refuted: HashMap<SchemaId, Refuted<'v>>,
}

/// Whether an alternative refuses the object.
#[derive(Clone, Copy)]
enum Refuted<'v> {
    No,
    Yes,
    /// For what this member is.
    By(&'v str),
}

impl<'v> Choices<'_, 'v> {
    /// The schemas with those that the object has to satisfy because no other alternative is left, whatever the member
    /// `changed` is.
    fn made(&mut self, own: &Rc<Vec<SchemaId>>, changed: &str) -> Rc<Vec<SchemaId>> {
        let set = self.set;
        let mut made = Rc::clone(own);
        let mut next = 0;
        while let Some(id) = made.get(next).copied() {
            next += 1;
            for branches in [&set.get(id).any_of, &set.get(id).one_of] {
                let mut left = branches.iter().filter(|branch| !self.is_refuted(**branch, changed));
                if let (Some(only), None) = (left.next(), left.next()) {
                    let found: Vec<_> = set.conjuncts(&[*only]).into_iter().filter(|id| !made.contains(id)).collect();
                    Rc::make_mut(&mut made).extend(found);
                }
            }
        }
        made
    }

    fn is_refuted(&mut self, branch: SchemaId, changed: &str) -> bool {
        let (set, members) = (self.set, self.members);
        match self.refuted.entry(branch).or_insert_with(|| refuted(set, branch, members)) {
            Refuted::No => false,
            Refuted::Yes => true,
            Refuted::By(name) => *name != changed,
        }
    }
}

fn refuted<'v>(set: &SchemaSet, branch: SchemaId, members: &'v Map<String, Value>) -> Refuted<'v> {
    let ids = set.conjuncts(&[branch]);
    for schema in ids.iter().map(|id| set.get(*id)) {
        let lacks = |name: &String| !members.contains_key(name);
        if schema.never || !allows(schema, Kind::Object) || schema.object.required.iter().any(lacks) {
            return Refuted::Yes;
        }
    }
    // What is quickly judged comes first.
    for is_first in [true, false] {
        for (name, value) in members.iter().filter(|(_, value)| is_bare(value) == is_first) {
            let mut asked = ids.iter().flat_map(|id| of_member(set, *id, name));
            if asked.any(|id| !set.is_valid(id, value)) {
                return Refuted::By(name);
            }
        }
    }
    Refuted::No
}
