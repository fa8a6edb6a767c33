//! What is asked of an array.

use std::collections::BTreeMap;
use std::rc::Rc;

use walnats_schema::SchemaId;

use crate::json::atom::{Atom, ItemRule, Literal, Position};

/// How many items that must be somewhere are placed.
const MAX_WANTED: u64 = 200;

/// What is asked of an array.
#[derive(Default)]
pub(super) struct Rules {
    pub(super) min: u64,
    pub(super) max: u64,
    pub(super) unique: bool,
    /// Two items are equal.
    pub(super) repeats: bool,
    items: Vec<Rc<ItemRule>>,
    /// Of every item.
    pub(super) everywhere: Vec<Literal>,
    pub(super) wanted: Vec<Wanted>,
    /// So many items satisfy a schema, at most; each schema once.
    pub(super) at_most: Vec<(SchemaId, u64)>,
    /// So many items satisfy a schema, at least, and these are too many to be placed one by one.
    pub(super) many: Vec<(SchemaId, u64)>,
    /// From this index on, all items are asked the same.
    pub(super) tail: usize,
}

/// An item that must be somewhere.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) at: Position,
    pub(super) literals: Vec<Literal>,
    /// Those of one group are different items, in the order of the list.
    pub(super) group: Option<SchemaId>,
}

/// What is asked of some items besides.
pub(super) type Extra = BTreeMap<usize, Vec<Literal>>;

impl Rules {
    pub(super) fn new(atoms: &[Atom]) -> Self {
        let mut rules = Self { max: u64::MAX, ..Self::default() };
        for atom in atoms {
            match atom {
                Atom::MinItems(min) => rules.min = rules.min.max(*min),
                Atom::MaxItems(max) => rules.max = rules.max.min(*max),
                Atom::Unique(true) => rules.unique = true,
                Atom::Unique(false) => rules.repeats = true,
                Atom::Items(rule) => {
                    rules.tail = rules.tail.max(rule.prefix.len());
                    rules.items.push(Rc::clone(rule));
                }
                Atom::Item { at, literals } => {
                    let (Position::At(index) | Position::From(index)) = *at;
                    rules.tail = rules.tail.max(index + usize::from(matches!(at, Position::At(_))));
                    rules.wanted.push(Wanted { at: *at, literals: literals.clone(), group: None });
                }
                Atom::Contains(id, count) if *count > MAX_WANTED => rules.many.push((*id, *count)),
                Atom::Contains(id, count) => {
                    let known = rules.wanted.iter().filter(|wanted| wanted.group == Some(*id)).count();
                    let more = usize::try_from(*count).unwrap_or(usize::MAX).saturating_sub(known);
                    let literals = vec![Literal::yes(*id)];
                    let wanted = Wanted { at: Position::From(0), literals, group: Some(*id) };
                    rules.wanted.extend(vec![wanted; more]);
                }
                Atom::ContainsAtMost(id, 0) => rules.everywhere.push(Literal::no(*id)),
                Atom::ContainsAtMost(id, count) => match rules.at_most.iter_mut().find(|(known, _)| known == id) {
                    Some((_, most)) => *most = (*most).min(*count),
                    None => rules.at_most.push((*id, *count)),
                },
                _ => {}
            }
        }
        rules.wanted.sort_by_key(|wanted| (matches!(wanted.at, Position::From(_)), wanted.group));
        rules
    }

    /// What is asked of the item at `index`.
    pub(super) fn literals(&self, index: usize) -> Vec<Literal> {
        let ruled = self.items.iter().filter_map(|rule| rule.prefix.get(index).copied().or(rule.rest));
        let mut literals: Vec<Literal> = ruled.map(Literal::yes).chain(self.everywhere.iter().copied()).collect();
        literals.sort_unstable();
        literals.dedup();
        literals
    }

    pub(super) fn with(&self, index: usize, extra: &Extra) -> Vec<Literal> {
        let mut literals = self.literals(index);
        literals.extend(extra.get(&index).into_iter().flatten());
        literals
    }

    /// How many different items have to satisfy each schema, at least.
    pub(super) fn at_least(&self) -> BTreeMap<SchemaId, u64> {
        let mut counts: BTreeMap<SchemaId, u64> = BTreeMap::new();
        for id in self.wanted.iter().filter_map(|wanted| wanted.group) {
            *counts.entry(id).or_default() += 1;
        }
        for (id, count) in &self.many {
            let known = counts.entry(*id).or_default();
            *known = (*known).max(*count);
        }
        counts
    }

    /// The same with every item satisfying what many have to satisfy: fewer arrays.
    pub(super) fn all_alike(mut self) -> Self {
        for (id, count) in std::mem::take(&mut self.many) {
            self.everywhere.push(Literal::yes(id));
            self.min = self.min.max(count);
        }
        self
    }
}
