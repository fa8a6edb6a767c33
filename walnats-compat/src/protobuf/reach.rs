//! Which events contain which messages and enums, and by which fields.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use prost_reflect::{Kind, MessageDescriptor};

use super::Package;
use super::event::event;

/// Events, by what they contain; an event contains itself.
pub struct Reach {
    /// By the full names of messages and enums.
    events: BTreeMap<String, BTreeSet<String>>,
    /// For messages that both sides' events contain in the same place: the events, and the numbers of the fields on the way;
    /// the shortest ways first.
    paths: BTreeMap<String, Vec<Path>>,
}

/// From an event to a message in it.
#[derive(Clone, Debug)]
pub struct Path {
    pub old: MessageDescriptor,
    pub new: MessageDescriptor,
    pub numbers: Vec<u32>,
}

impl Reach {
    pub fn new(old: &Package, new: &Package) -> Self {
        let mut reach = Self { events: BTreeMap::new(), paths: BTreeMap::new() };
        for side in [old, new] {
            for root in side.own_messages().filter(|message| event(message).is_some()) {
                let other = new.pool().get_message_by_name(root.full_name());
                for (name, numbers) in contents(&root) {
                    reach.events.entry(name.clone()).or_default().insert(root.full_name().to_owned());
                    let Some(new) = other.as_ref().filter(|_| std::ptr::eq(side, old)) else { continue };
                    if leads_to(new, &numbers, &name) {
                        let path = Path { old: root.clone(), new: new.clone(), numbers };
                        reach.paths.entry(name).or_default().push(path);
                    }
                }
            }
        }
        reach.paths.values_mut().for_each(|paths| paths.sort_by_key(|path| path.numbers.len()));
        reach
    }

    /// The events that contain the message or enum `name`, or what the field or value `name` belongs to, sorted.
    pub fn events_with(&self, name: &str) -> Vec<String> {
        let mut scopes = std::iter::successors(Some(name), |name| Some(name.rsplit_once('.')?.0)).take(2);
        let events = scopes.find_map(|scope| self.events.get(scope));
        events.into_iter().flatten().cloned().collect()
    }

    /// The ways to the message `name` that are the same on both sides, one for each event, the shortest first.
    pub fn paths_to(&self, name: &str) -> &[Path] {
        self.paths.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Everything in `root`, by full name, with the numbers of the fields that lead there: the shortest way.
fn contents(root: &MessageDescriptor) -> BTreeMap<String, Vec<u32>> {
    let mut found = BTreeMap::from([(root.full_name().to_owned(), Vec::new())]);
    let mut open = VecDeque::from([root.clone()]);
    while let Some(message) = open.pop_front() {
        let path = found.get(message.full_name()).cloned().unwrap_or_default();
        for field in message.fields() {
            let kind = field.kind();
            let name = match &kind {
                Kind::Message(message) => message.full_name(),
                Kind::Enum(enumeration) => enumeration.full_name(),
                _ => continue,
            };
            if !found.contains_key(name) {
                found.insert(name.to_owned(), [path.as_slice(), &[field.number()]].concat());
                open.extend(kind.as_message().cloned());
            }
        }
    }
    found
}

fn leads_to(root: &MessageDescriptor, numbers: &[u32], name: &str) -> bool {
    let mut message = root.clone();
    for number in numbers {
        match message.get_field(*number).map(|field| field.kind()) {
            Some(Kind::Message(next)) => message = next,
            _ => return false,
        }
    }
    message.full_name() == name
}
