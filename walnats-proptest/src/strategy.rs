//! The strategy that makes events.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use walnats_runtime::WithSchema;

use crate::known::known;
use crate::tree::EventTree;

/// Arbitrary valid events; [`arbitrary`](crate::arbitrary) returns it.
pub struct Arbitrary<E>(PhantomData<fn() -> E>);

impl<E> Arbitrary<E> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E> Clone for Arbitrary<E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Arbitrary<E> {}

impl<E: WithSchema> Debug for Arbitrary<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Arbitrary").field(&E::DESCRIPTOR.name).finish()
    }
}

impl<E: WithSchema + Debug + 'static> Strategy for Arbitrary<E> {
    type Tree = EventTree<E>;
    type Value = E;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let known = known::<E>()?;
        let seed = proptest::num::u64::ANY.new_tree(runner)?.current();
        Ok(EventTree::new(known, known.payload(seed)))
    }
}
