//! Names that are in use, and those that are still free.

use std::collections::{HashMap, HashSet};

/// Names that are in use in one place.
#[derive(Clone, Default)]
pub struct UsedNames {
    pub(super) names: HashSet<String>,
    /// The number that a name gets next: lower ones are in use.
    next: HashMap<String, u64>,
}

impl UsedNames {
    /// `name`, or the first of `name2`, `name3`, ... that is free; it is in use from now on.
    pub fn give(&mut self, name: &str) -> String {
        if self.names.insert(name.to_owned()) {
            return name.to_owned();
        }
        let plain = name.trim_end_matches('_');
        let separator = if plain.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
        let next = self.next.entry(name.to_owned()).or_insert(2);
        loop {
            let numbered = format!("{plain}{separator}{next}");
            *next += 1;
            if self.names.insert(numbered.clone()) {
                return numbered;
            }
        }
    }

    pub fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

impl Extend<String> for UsedNames {
    fn extend<I: IntoIterator<Item = String>>(&mut self, names: I) {
        self.names.extend(names);
    }
}

impl FromIterator<String> for UsedNames {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self { names: names.into_iter().collect(), next: HashMap::new() }
    }
}
