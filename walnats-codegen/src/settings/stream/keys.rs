//! Where the keys of a section stand.

use std::collections::BTreeMap;
use std::ops::Range;

/// The keys of a section with their places, in bytes of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(BTreeMap<String, Range<usize>>);

impl Keys {
    /// Where `key` stands, if it is there.
    pub fn get(&self, key: &str) -> Option<Range<usize>> {
        self.0.get(key).cloned()
    }
}

impl FromIterator<(String, Range<usize>)> for Keys {
    fn from_iter<T: IntoIterator<Item = (String, Range<usize>)>>(keys: T) -> Self {
        Self(keys.into_iter().collect())
    }
}
