//! Who no longer gets through to a stream, or hears from it, once subjects are removed from it.

use std::fmt;

use walnats_subject::{covers, overlap};

/// What an update removes from a stream's subjects, and whom that cuts off. Stored messages stay stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutOff {
    /// The subject filters that the stream no longer stores. Their publishers get "no responders".
    pub subjects: Vec<String>,
    /// Subjects of those filters on which messages are stored, with their number: somebody has published there. At most
    /// [`CutOff::LISTED`], those with the most messages first.
    pub published: Vec<(String, u64)>,
    /// Consumers with a filter that no longer matches any subject of the stream.
    pub consumers: Vec<CutConsumer>,
    /// Whether the consumers could not be read, because the user may not list them.
    pub unseen_consumers: bool,
}

/// A consumer that gets nothing new through one of its filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutConsumer {
    /// Its name.
    pub name: String,
    /// The filter.
    pub filter: String,
}

impl CutOff {
    /// The maximum number of listed subjects.
    pub const LISTED: usize = 10;

    /// Whether nobody is cut off, as far as can be seen.
    pub fn is_empty(&self) -> bool {
        self.subjects.is_empty()
    }
}

impl fmt::Display for CutConsumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "consumer `{}` filters on `{}`", self.name, self.filter)
    }
}

/// The present subject filters that none of the new ones covers.
pub(super) fn removed(present: &[String], new: &[String]) -> Vec<String> {
    present.iter().filter(|old| !new.iter().any(|new| covers(new, old))).cloned().collect()
}

/// The consumers with filters that matched a present subject and match no new one.
pub(super) fn cut<'a>(
    consumers: impl Iterator<Item = (&'a str, Vec<String>)>,
    present: &[String],
    new: &[String],
) -> Vec<CutConsumer> {
    let matches = |filters: &[String], wanted: &str| filters.iter().any(|filter| overlap(filter, wanted));
    let of_one = |(name, filters): (&str, Vec<String>)| {
        let lost = filters.into_iter().filter(|filter| matches(present, filter) && !matches(new, filter));
        lost.map(|filter| CutConsumer { name: name.to_owned(), filter }).collect::<Vec<_>>()
    };
    consumers.flat_map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn only_what_nothing_new_covers_is_removed() {
        for (present, new, expected) in [
            (&["a", "b"][..], &["a"][..], &["b"][..]),
            (&["a.x", "a.y"], &["a.*"], &[]),
            (&["a.*"], &["a.x"], &["a.*"]),
            (&["a"], &["a", "b"], &[]),
        ] {
            assert_eq!(removed(&list(present), &list(new)), list(expected));
        }
    }

    #[test]
    fn consumers_lose_filters_that_match_nothing_any_more() {
        let consumers =
            [("all", vec![]), ("wide", list(&["a.>"])), ("old", list(&["a.x", "b"])), ("off", list(&["z"]))];
        let found = cut(consumers.into_iter(), &list(&["a.x", "a.y", "b"]), &list(&["a.y", "b"]));
        assert_eq!(found, [CutConsumer { name: "old".into(), filter: "a.x".into() }]);
    }
}
