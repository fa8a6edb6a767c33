//! Everything accepted and not ended, in order of acceptance.

use std::collections::VecDeque;

/// Values under consecutive sequence numbers. Values may be removed in any order; the numbers do not change.
///
/// A value that stays while later ones come and go costs a pointer for each of those.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    slots: VecDeque<Option<Box<T>>>,
    /// The sequence number of the first slot.
    base: u64,
    live: usize,
}

impl<T> Ring<T> {
    pub(crate) fn new() -> Self {
        Self { slots: VecDeque::new(), base: 0, live: 0 }
    }

    /// Adds a value at the end; returns its sequence number.
    pub(crate) fn push(&mut self, value: Box<T>) -> u64 {
        self.slots.push_back(Some(value));
        self.live += 1;
        self.end() - 1
    }

    /// The lowest sequence number in use; [`Ring::end`] if there is none.
    pub(crate) fn base(&self) -> u64 {
        self.base
    }

    /// The next sequence number.
    pub(crate) fn end(&self) -> u64 {
        self.base + self.slots.len() as u64
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.live == 0
    }

    pub(crate) fn get(&self, sequence: u64) -> Option<&T> {
        self.slots.get(self.index(sequence)?)?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, sequence: u64) -> Option<&mut T> {
        let index = self.index(sequence)?;
        self.slots.get_mut(index)?.as_deref_mut()
    }

    pub(crate) fn remove(&mut self, sequence: u64) -> Option<Box<T>> {
        let index = self.index(sequence)?;
        let value = self.slots.get_mut(index)?.take()?;
        self.live -= 1;
        while let Some(None) = self.slots.front() {
            self.slots.pop_front();
            self.base += 1;
        }
        Some(value)
    }

    /// Every value with its sequence number, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        (self.base..).zip(&self.slots).filter_map(|(sequence, slot)| Some((sequence, slot.as_deref()?)))
    }

    /// Every value with its sequence number, in order.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut T)> {
        (self.base..).zip(&mut self.slots).filter_map(|(sequence, slot)| Some((sequence, slot.as_deref_mut()?)))
    }

    fn index(&self, sequence: u64) -> Option<usize> {
        usize::try_from(sequence.checked_sub(self.base)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_leave_in_any_order_and_keep_their_numbers() {
        let mut ring = Ring::new();
        for value in 0..5 {
            assert_eq!(ring.push(Box::new(value)), value);
        }
        assert_eq!(ring.remove(1).as_deref(), Some(&1));
        assert_eq!(ring.remove(1), None);
        assert_eq!((ring.base(), ring.end()), (0, 5));
        assert_eq!(ring.remove(0).as_deref(), Some(&0));
        assert_eq!((ring.base(), ring.end()), (2, 5));
        assert_eq!(ring.get(0), None);
        assert_eq!(ring.get(7), None);
        assert_eq!(
            ring.iter().map(|(sequence, value)| (sequence, *value)).collect::<Vec<_>>(),
            [(2, 2), (3, 3), (4, 4)]
        );
        for sequence in [4, 3, 2] {
            assert!(ring.remove(sequence).is_some());
        }
        assert!(ring.is_empty());
        assert_eq!((ring.base(), ring.end()), (5, 5));
        assert_eq!(ring.push(Box::new(5)), 5);
    }
}
