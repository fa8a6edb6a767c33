//! Holds what was laid out against the original.

use crate::refusal::Refusal;

/// A part of a file that has to stay: its text, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Part<T> {
    pub(crate) value: T,
    pub(crate) at: usize,
}

/// Whether both have the same parts in the same order.
///
/// # Errors
/// The first part of the original that is not in its place.
pub(crate) fn compare<T: PartialEq>(
    before: impl IntoIterator<Item = Part<T>>,
    after: impl IntoIterator<Item = Part<T>>,
) -> Result<(), Refusal> {
    let (mut before, mut after) = (before.into_iter(), after.into_iter());
    let mut end = 0;
    loop {
        match (before.next(), after.next()) {
            (None, None) => return Ok(()),
            (Some(old), Some(new)) if old.value == new.value => end = old.at,
            (Some(old), _) => return Err(changed(old.at)),
            (None, Some(_)) => return Err(changed(end)),
        }
    }
}

pub(crate) fn changed(at: usize) -> Refusal {
    Refusal::unsafe_at(at, "formatting would change more than white space here")
}
