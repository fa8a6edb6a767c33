//! Sets of numbers, as lists in order.

use std::rc::Rc;

pub(super) type List = Option<Rc<[u32]>>;

/// What two lists share, of which one that is missing has everything.
pub(super) fn both_lists(one: &List, other: &List) -> List {
    match (one, other) {
        (Some(own), Some(others)) if !Rc::ptr_eq(own, others) => Some(in_both(own, others).collect()),
        (one, other) => one.clone().or_else(|| other.clone()),
    }
}

/// What two lists have together.
pub(super) fn either_list(one: &List, other: &List) -> List {
    let (Some(own), Some(others)) = (one, other) else { return None };
    if Rc::ptr_eq(own, others) {
        return one.clone();
    }
    let mut all = [&own[..], others].concat();
    all.sort_unstable();
    all.dedup();
    Some(all.into())
}

/// What is in both of two lists that are in order.
pub(super) fn in_both<'l>(one: &'l [u32], other: &'l [u32]) -> impl Iterator<Item = u32> + 'l {
    let (few, many) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let mut rest = many;
    few.iter().copied().filter(move |number| {
        rest = &rest[rest.partition_point(|other| other < number)..];
        rest.first() == Some(number)
    })
}
