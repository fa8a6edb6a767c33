//! What the parts of a value have to satisfy, whatever becomes of the rest: most cuts break that, and need not be judged as a
//! whole.

use std::rc::Rc;

use foldhash::HashMap;
use serde_json::{Map, Value};
use walnats_schema::pointer::{escape, unescape};
use walnats_schema::{SchemaId, SchemaSet};

use super::Root;
use super::atom::{Kind, allows};

/// The demands on the parts of a value that a schema accepts.
pub(super) struct Demands<'s> {
    root: Root<'s>,
    /// What a part has to satisfy, for the value around it to stay accepted, by JSON Pointer; outer schemas first.
    own: HashMap<String, Schemas>,
    /// What the object around a member has to satisfy, as long as no other member changes, by the member's JSON Pointer.
    around: HashMap<String, Schemas>,
    /// Which alternatives refuse an object, by its JSON Pointer.
    refuted: HashMap<String, HashMap<SchemaId, Refuted>>,
}

type Schemas = Rc<Vec<SchemaId>>;

impl<'s> Demands<'s> {
    /// `None` where what a schema accepts depends on the way to it.
    pub(super) fn new(root: Root<'s>) -> Option<Self> {
        let (own, around, refuted) = Default::default();
        root.set.resources.is_empty().then_some(Self { root, own, around, refuted })
    }

    /// Forgets what was known of a value that has changed.
    pub(super) fn forget(&mut self) {
        self.own.clear();
        self.around.clear();
        self.refuted.clear();
    }

    /// Looks at all that is asked about the part at `pointer` of `value` when it is cut, or one of its `members` is taken away.
    pub(super) fn look<'n>(&mut self, value: &Value, pointer: &str, members: impl Iterator<Item = &'n str>) {
        self.own(value, pointer);
        members.for_each(|name| drop(self.around(value, pointer, name)));
    }

    fn own(&mut self, value: &Value, pointer: &str) -> Schemas {
        if let Some(known) = self.own.get(pointer) {
            return Rc::clone(known);
        }
        let set = self.root.set;
        let asked: Vec<SchemaId> = match pointer.rsplit_once('/') {
            None => vec![self.root.id],
            Some((outer, step)) => match part(value, outer) {
                Some(Value::Array(_)) => {
                    let index = step.parse().unwrap_or(usize::MAX);
                    self.own(value, outer).iter().filter_map(|id| of_item(set, *id, index)).collect()
                }
                _ => {
                    let name = unescape(step);
                    let around = self.around(value, outer, &name);
                    around.iter().flat_map(|id| of_member(set, *id, &name)).collect()
                }
            },
        };
        let own = Rc::new(set.conjuncts(&asked));
        self.own.insert(pointer.to_owned(), Rc::clone(&own));
        own
    }

    /// What the object at `pointer` has to satisfy while its member `name` changes.
    fn around(&mut self, value: &Value, pointer: &str, name: &str) -> Schemas {
        let key = format!("{pointer}/{}", escape(name));
        if let Some(known) = self.around.get(&key) {
            return Rc::clone(known);
        }
        let own = self.own(value, pointer);
        let made = match part(value, pointer) {
            Some(Value::Object(members)) => {
                let refuted = self.refuted.entry(pointer.to_owned()).or_default();
                Choices { set: self.root.set, members, refuted }.made(&own, name)
            }
            _ => own,
        };
        self.around.insert(key, Rc::clone(&made));
        made
    }

    /// Whether the value is certainly refused with this part in the place of the one at `pointer`, which was looked at; it is the
    /// same but for the member `without`, if there is a name.
    pub(super) fn refuse(&self, pointer: &str, without: Option<&str>, part: &Value) -> bool {
        let found = match without {
            Some(name) => self.around.get(&format!("{pointer}/{}", escape(name))),
            None => self.own.get(pointer),
        };
        let set = self.root.set;
        // What has alternatives takes as long as the whole, unless there is nothing in the part.
        let is_quick = |id: &&SchemaId| {
            let schema = set.get(**id);
            is_bare(part) || (schema.any_of.is_empty() && schema.one_of.is_empty())
        };
        let mut ids = found.into_iter().flat_map(|ids| ids.iter().rev()).filter(is_quick);
        ids.any(|id| !set.is_valid(*id, part))
    }
}

/// What a JSON Pointer leads to.
pub(super) fn part<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    pointer.split('/').skip(1).try_fold(value, |value, step| match value {
        Value::Object(members) => members.get(&*unescape(step)),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
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
struct Choices<'s, 'd> {
    set: &'s SchemaSet,
    members: &'d Map<String, Value>,
    refuted: &'d mut HashMap<SchemaId, Refuted>,
}

/// Whether an alternative refuses the object.
enum Refuted {
    No,
    Yes,
    /// For what this member is.
    By(String),
}

impl Choices<'_, '_> {
    /// The schemas with those that the object has to satisfy because no other alternative is left, whatever the member
    /// `changed` is.
    fn made(&mut self, own: &Schemas, changed: &str) -> Schemas {
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
            Refuted::By(name) => name != changed,
        }
    }
}

fn refuted(set: &SchemaSet, branch: SchemaId, members: &Map<String, Value>) -> Refuted {
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
                return Refuted::By(name.clone());
            }
        }
    }
    Refuted::No
}
