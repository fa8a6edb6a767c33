use std::time::Duration;

use async_nats::Message;

use super::super::delivery::Position;
use super::*;

const LONG: Duration = Duration::from_secs(600);

fn held(sequence: u64, ack_wait: Duration) -> Arc<Held> {
    let reply = format!("$JS.ACK.s.c.1.{sequence}.{sequence}.0.0");
    let message = Message {
        subject: "s".into(),
        reply: None,
        payload: "".into(),
        headers: None,
        status: None,
        description: None,
        length: 0,
    };
    let position = Position::of(&reply, &"s".into()).expect("a position");
    Arc::new(Held::new(Arc::new(message), reply.into(), position, Instant::now(), ack_wait))
}

/// Adds messages of these keys, delivered one after the other.
fn add(line: &mut Line, messages: &[(u64, u64, &str)]) {
    for (delivery, sequence, key) in messages {
        assert!(line.delivered(*sequence, *delivery).is_none());
        line.add(held(*sequence, LONG), Key::Of((*key).to_owned()), None);
    }
}

/// What is recalled.
fn recalled(line: &mut Line, unsettled: u64, delivery: u64) -> Vec<u64> {
    line.compare(unsettled, delivery, LONG).iter().map(|held| held.position.sequence).collect()
}

/// The server delivers again what is in hand.
fn come_again(line: &mut Line, deliveries: &[(u64, u64)]) {
    for (delivery, sequence) in deliveries {
        line.delivered(*sequence, *delivery).expect("it is in hand").again("reply".into(), Instant::now());
    }
}

fn next(line: &mut Line) -> Vec<u64> {
    line.next(Instant::now()).iter().map(|held| held.position.sequence).collect()
}

#[test]
fn keys_are_handled_concurrently_and_each_in_order() {
    let mut line = Line::default();
    add(&mut line, &[(1, 1, "a"), (2, 2, "a"), (3, 3, "b")]);
    assert_eq!(next(&mut line), [0; 0], "what was delivered before is unknown");
    line.compare(3, 3, LONG);
    assert_eq!(next(&mut line), [1, 3]);
    assert_eq!(next(&mut line), [0; 0]);
    line.left(Left::Settled(3));
    assert_eq!(next(&mut line), [0; 0]);
    add(&mut line, &[(4, 4, "b")]);
    line.left(Left::Settled(1));
    assert_eq!(next(&mut line), [2, 4]);
}

#[test]
fn nothing_is_handled_while_an_earlier_one_can_be_elsewhere() {
    let mut line = Line::default();
    add(&mut line, &[(1, 1, "a")]);
    line.compare(1, 1, LONG);
    assert_eq!(next(&mut line), [1]);
    line.left(Left::Settled(1));
    // The second delivery, of message 2, went elsewhere.
    add(&mut line, &[(3, 3, "a")]);
    line.compare(2, 3, LONG);
    assert_eq!(next(&mut line), [0; 0]);
    line.compare(1, 2, LONG);
    assert_eq!(next(&mut line), [0; 0], "the answer is older than the last delivery");
    add(&mut line, &[(4, 2, "a")]);
    assert_eq!(recalled(&mut line, 2, 4), [2, 3]);
    come_again(&mut line, &[(5, 3)]);
    line.compare(2, 5, LONG);
    assert_eq!(next(&mut line), [0; 0], "message 2 was recalled, and has not come");
    come_again(&mut line, &[(6, 2)]);
    line.compare(2, 6, LONG);
    assert_eq!(next(&mut line), [2], "first, although it came last");
    line.left(Left::Settled(2));
    assert_eq!(next(&mut line), [3]);
}

#[test]
fn what_somebody_else_may_have_is_not_handled_until_it_comes_again() {
    let mut line = Line::default();
    assert!(line.delivered(1, 1).is_none());
    line.add(held(1, Duration::ZERO), Key::Of("a".to_owned()), None);
    add(&mut line, &[(2, 2, "a")]);
    line.due();
    assert_eq!(next(&mut line), [0; 0]);
    line.compare(2, 2, LONG);
    assert_eq!(next(&mut line), [0; 0], "message 1 is not certain to be here");
    // Whoever had it has settled it.
    assert_eq!(recalled(&mut line, 1, 2), [2]);
    come_again(&mut line, &[(3, 2)]);
    line.compare(1, 3, LONG);
    assert_eq!(next(&mut line), [2]);
}

#[test]
fn as_many_as_are_unsettled_need_not_be_those_that_are() {
    let mut line = Line::default();
    // Another instance settles message 1 now, and has message 2.
    add(&mut line, &[(2, 1, "a"), (4, 3, "a")]);
    assert_eq!(recalled(&mut line, 2, 4), [1, 3]);
    come_again(&mut line, &[(5, 3)]);
    line.compare(2, 5, LONG);
    assert_eq!(next(&mut line), [0; 0], "message 2 is elsewhere");
    add(&mut line, &[(6, 2, "a")]);
    line.compare(2, 6, LONG);
    assert_eq!(next(&mut line), [2]);
    line.left(Left::Settled(2));
    assert_eq!(next(&mut line), [3], "message 1 is gone");
}

#[test]
fn a_stop_leaves_what_cannot_be_handled_soon() {
    let mut line = Line::default();
    add(&mut line, &[(1, 1, "a"), (2, 2, "a"), (3, 3, "b")]);
    line.compare(3, 3, LONG);
    assert_eq!(next(&mut line), [1, 3]);
    line.left(Left::GivenBack(1));
    let leaves: Vec<u64> = line.leaves(false).iter().map(|held| held.position.sequence).collect();
    assert_eq!(leaves, [2], "it must not be handled before message 1");
    line.left(Left::Settled(3));
    assert!(line.is_empty());
}
