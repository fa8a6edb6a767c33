//! Events that tests make up: what they cover, the same for the same seed, shrunk to the smallest, and what is said where there are none.

#![allow(missing_docs)]

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use walnats_proptest::{arbitrary, sample};
use walnats_runtime::{Event as _, WithSchema};

#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/structs/expected/events.rs"]
pub mod structs;

#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/arrays/expected/events.rs"]
pub mod arrays;

#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/tolerant/expected/events.rs"]
pub mod tolerant;

#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-rules/expected/events.rs"]
pub mod rules;

use structs::UserCreated;

const MANY: u64 = 200;

fn many<E: WithSchema + 'static>() -> Vec<E> {
    (0..MANY).map(sample).collect()
}

#[test]
fn the_same_seed_gives_the_same_event() {
    for seed in [0, 1, 42, u64::MAX] {
        assert_eq!(sample::<UserCreated>(seed), sample::<UserCreated>(seed));
        assert_eq!(sample::<tolerant::ParcelSent>(seed), sample::<tolerant::ParcelSent>(seed));
    }
    let backwards: Vec<UserCreated> = (0..50).rev().map(sample).collect();
    assert!(backwards.iter().rev().eq(&(0..50).map(sample::<UserCreated>).collect::<Vec<_>>()));
}

#[test]
fn members_come_and_go_and_values_reach_their_bounds() {
    let users = many::<UserCreated>();
    let any = |holds: fn(&UserCreated) -> bool| users.iter().any(holds);
    assert!(any(|user| user.name.is_none()) && any(|user| user.name.is_some()));
    assert!(any(|user| user.nickname.is_none()) && any(|user| user.nickname.is_some()));
    assert!(any(|user| user.logins == Some(0)) && any(|user| user.logins > Some(1 << 31)));
    assert!(any(|user| user.name.as_deref().is_some_and(|name| name.chars().count() == 1)));
    assert!(any(|user| user.name.as_deref().is_some_and(|name| name.chars().count() > 40)));
    assert!(any(|user| user.greeting.as_deref().is_some_and(|greeting| !greeting.is_ascii())));
    let plans: std::collections::BTreeSet<String> =
        users.iter().flat_map(|user| &user.plan).map(ToString::to_string).collect();
    assert_eq!(plans.into_iter().collect::<Vec<_>>(), ["free", "team"]);
}

#[test]
fn what_only_tolerant_readers_keep_is_never_made() {
    for event in many::<tolerant::ParcelSent>() {
        assert!(!format!("{event:?}").contains("Unknown("), "{event:?}");
    }
}

#[test]
fn messages_whose_rules_concern_all_of_their_fields_differ() {
    let orders: Vec<rules::OrderPlaced> = (0..80).map(sample).collect();
    let any = |holds: fn(&rules::OrderPlaced) -> bool| orders.iter().any(holds);
    assert!(any(|order| order.lines.len() > 1) && any(|order| order.lines.len() == 1));
    assert!(any(|order| order.gift.is_some()) && any(|order| order.gift.is_none()));
    assert!(any(|order| !order.email.is_empty()) && any(|order| !order.phone.is_empty()));
    assert!(any(|order| order.tags.len() > 1) && any(|order| !order.discounts.is_empty()));
}

/// The event that is left of a failure of `holds`.
fn smallest<E: WithSchema + Debug + 'static>(holds: impl Fn(&E) -> bool) -> E {
    let config = Config { failure_persistence: None, cases: 5_000, max_shrink_iters: 10_000, ..Config::default() };
    let outcome = TestRunner::new(config).run(&arbitrary::<E>(), |event| {
        prop_assert!(holds(&event));
        Ok(())
    });
    match outcome {
        Err(TestError::Fail(_, event)) => {
            assert!(!holds(&event) && event.validate().is_ok(), "{event:?}");
            event
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn failures_shrink_to_the_smallest_valid_event() {
    let user = smallest::<UserCreated>(|user| user.logins < Some(1_000));
    assert_eq!(user.logins, Some(1_000));
    assert_eq!((&user.name, &user.nickname, &user.referrer), (&None, &None, &None));
    assert_eq!(user.user_id.to_string(), "00000000-0000-0000-0000-000000000000");
    let user = smallest::<UserCreated>(|user| user.name.as_ref().is_none_or(|name| name.chars().count() < 5));
    assert_eq!(user.name.as_deref(), Some("aaaaa"));
}

#[test]
fn messages_shrink_and_keep_their_rules() {
    let order = smallest::<rules::OrderPlaced>(|order| order.lines.len() < 2);
    assert_eq!(order.lines.len(), 2);
    assert!(
        order.tags.is_empty() && order.gift.is_none() && order.discounts.is_empty() && order.replaces.is_none(),
        "{order:?}"
    );
    assert_eq!(order.order_id.len(), 3);
}

#[test]
fn events_shrink_among_other_values() {
    let config = Config { failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(arbitrary::<UserCreated>(), 0..1_000_u32), |(user, number)| {
        prop_assert!(user.name.is_none() || number < 100);
        Ok(())
    });
    let Err(TestError::Fail(_, (user, number))) = outcome else { panic!("{outcome:?}") };
    assert_eq!((user.name.as_deref(), number), (Some("a"), 100));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 50, ..Config::default() })]

    #[test]
    fn a_property_holds(route in arbitrary::<arrays::RoutePlanned>()) {
        prop_assert!(route.validate().is_ok());
    }
}
