//! Versions of an event that are in the package together: which of them every value of another can be made into, and how.
//!
//! A conversion is made where it is proven that what comes out is valid and holds what went in, as far as the target has a
//! member for it. Otherwise it is noted what stands in the way.

mod change;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

pub use self::change::Change;
pub use self::shape::{Arm, Filling, Further, Shape};

use super::layout::EventForm;
use super::types::{ItemId, Types};
use crate::model::{EventId, EventModel};

/// All conversions between versions of events.
#[derive(Debug, Default)]
pub struct Conversions {
    /// In order.
    pub all: Vec<Conversion>,
    /// Why there is none, by the type of the newer version; with that of the older.
    pub obstacles: BTreeMap<ItemId, Vec<(Direction, ItemId, Obstacle)>>,
}

/// How values of one type become values of another.
#[derive(Clone, Debug)]
pub struct Conversion {
    pub source: ItemId,
    pub target: ItemId,
    /// The newer version, whose module it is written in.
    pub newer: EventId,
    /// Where the types are those of the events.
    pub of_events: Option<Direction>,
    pub shape: Shape,
    /// The members of the source that the target has no place for.
    pub dropped: Vec<String>,
    /// Those of the target that are their defaults, because the source may lack them.
    pub by_default: Vec<String>,
}

/// From which version to which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the older to the newer.
    Upgrade,
    /// From the newer to the older.
    Downgrade,
}

/// A member that stands in the way of a conversion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The names that lead to it; none for the event itself.
    pub path: Vec<String>,
    /// What is the matter with it.
    pub reason: String,
}

/// Finds the conversions between each version of an event and the next one.
pub fn conversions(model: &EventModel, types: &Types, forms: &[EventForm]) -> Conversions {
    let mut found = Conversions::default();
    let mut known = BTreeSet::new();
    for versions in model.versions() {
        for pair in versions.windows(2) {
            let [(_, older), (_, newer)] = *pair else { continue };
            let (EventForm::Item(old), EventForm::Item(new)) = (forms[older.0], forms[newer.0]) else { continue };
            for (direction, source, target) in [(Direction::Upgrade, old, new), (Direction::Downgrade, new, old)] {
                let mut prover = Prover { model, types, known: &known, newer, path: Vec::new(), made: Vec::new() };
                match prover.items(source, target) {
                    Ok(()) => {
                        prover.made.first_mut().into_iter().for_each(|made| made.of_events = Some(direction));
                        let made = std::mem::take(&mut prover.made);
                        known.extend(made.iter().map(|made| (made.source, made.target)));
                        found.all.extend(made);
                    }
                    Err(obstacle) => found.obstacles.entry(new).or_default().push((direction, old, obstacle)),
                }
            }
        }
    }
    found
}

type Proven<T> = Result<T, Obstacle>;

struct Prover<'t> {
    model: &'t EventModel,
    types: &'t Types,
    /// Conversions that are there already.
    known: &'t BTreeSet<(ItemId, ItemId)>,
    newer: EventId,
    /// Where the prover is.
    path: Vec<String>,
    made: Vec<Conversion>,
}

impl Prover<'_> {
    /// Proves that values of `source` become values of `target`, and notes how. What contains itself is proven with all that
    /// it contains, or not at all.
    fn items(&mut self, source: ItemId, target: ItemId) -> Proven<()> {
        let is_made = |made: &Conversion| (made.source, made.target) == (source, target);
        if self.known.contains(&(source, target)) || self.made.iter().any(is_made) {
            return Ok(());
        }
        let index = self.made.len();
        self.made.push(Conversion {
            source,
            target,
            newer: self.newer,
            of_events: None,
            shape: Shape::Enum { arms: Vec::new() },
            dropped: Vec::new(),
            by_default: Vec::new(),
        });
        let (shape, dropped, by_default) = self.shape(source, target)?;
        let made = &mut self.made[index];
        (made.shape, made.dropped, made.by_default) = (shape, dropped, by_default);
        Ok(())
    }

    /// Proves something of a part.
    fn at<T>(&mut self, name: &str, prove: impl FnOnce(&mut Self) -> Proven<T>) -> Proven<T> {
        self.path.push(name.to_owned());
        let proven = prove(self)?;
        self.path.pop();
        Ok(proven)
    }

    fn obstacle(&self, reason: impl Into<String>) -> Obstacle {
        Obstacle { path: self.path.clone(), reason: reason.into() }
    }
}
