//! The subject filters of a consumer: a server refuses filters that overlap.

use walnats_subject::{overlap, without_covered};

/// Filters that match everything that `filters` match, sorted, and do not overlap. Two that overlap become a wider one; the reader
/// knows the events of the service among what it matches.
pub(in crate::consume) fn disjoint<'a>(filters: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut filters = without_covered(filters);
    while let Some((left, right)) = overlapping(&filters) {
        let wide = wider(&filters[left], &filters[right]);
        filters = without_covered(filters.iter().map(String::as_str).chain([wide.as_str()]));
    }
    filters.sort_unstable();
    filters
}

fn overlapping(filters: &[String]) -> Option<(usize, usize)> {
    let pairs = (0..filters.len()).flat_map(|left| (left + 1..filters.len()).map(move |right| (left, right)));
    let mut pairs = pairs.filter(|(left, right)| overlap(&filters[*left], &filters[*right]));
    pairs.next()
}

/// A filter that covers both, and is wider than each of them.
fn wider(left: &str, right: &str) -> String {
    let (left, right): (Vec<&str>, Vec<&str>) = (left.split('.').collect(), right.split('.').collect());
    let mut tokens = Vec::new();
    for (one, other) in left.iter().zip(&right) {
        // Filters of different lengths overlap only where one of them has it.
        if *one == ">" || *other == ">" {
            tokens.push(">");
            break;
        }
        tokens.push(if one == other { one } else { "*" });
    }
    tokens.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_that_overlap_become_one() {
        for (filters, expected) in [
            (vec!["b", "a"], vec!["a", "b"]),
            (vec!["a.*", "a.b"], vec!["a.*"]),
            (vec!["orders.*.placed", "orders.eu.*"], vec!["orders.*.*"]),
            (vec!["a.*.c", "a.b.>"], vec!["a.*.>"]),
            (vec!["*.b.c", "a.*.c", "a.b.*"], vec!["*.*.*"]),
            (vec!["*.x", "a.>"], vec!["*.>"]),
        ] {
            assert_eq!(disjoint(filters.iter().copied()), expected, "{filters:?}");
        }
    }
}
