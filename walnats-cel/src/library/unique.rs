//! Whether a list has an item twice.

use std::collections::HashSet;
use std::hash::Hash;

/// Up to here, comparing each with each is quicker, and takes no memory.
const FEW: usize = 16;

/// Whether no item is in the list twice.
pub fn is_unique<T: Eq + Hash>(items: &[T]) -> bool {
    if items.len() <= FEW {
        return items.iter().enumerate().all(|(index, item)| !items[..index].contains(item));
    }
    let mut seen = HashSet::with_capacity(items.len());
    items.iter().all(|item| seen.insert(item))
}

/// Whether no number is in the list twice; each that is not a number is one of its own.
pub fn is_unique_double<T: Copy + Into<f64>>(items: &[T]) -> bool {
    let mut sorted: Vec<f64> = items.iter().map(|item| (*item).into()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}
