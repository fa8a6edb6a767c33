//! The judge is the one part that nothing else checks: it has to find what is wrong.

use std::collections::BTreeMap;

use super::*;
use crate::ledger::Line;
use crate::read_back::Message;
use crate::row::Row;
use crate::workload::Shape;

static ROW: Row = Row {
    shape: Shape { emits: 3, writers: 1, kinds: &[Kind::Confirmed], repeats: 0, fresh: 0, ..Shape::DEFAULT },
    ..Row::DEFAULT
};

fn message(sequence: u64, number: usize) -> Message {
    let (id, subject) = (Some(format!("id-{number}")), "facts.0".to_owned());
    Message { sequence, id, subject, number, again: false }
}

fn possibly(number: usize) -> End {
    End::PossiblyStored { id: format!("id-{number}"), cause: "Deadline".to_owned() }
}

/// The verdict where these ends were told, and this was found.
fn verdict(ends: [End; 3], messages: Vec<Message>) -> Vec<String> {
    verdict_of(&ROW, ends.into(), messages)
}

fn verdict_of(row: &'static Row, ends: Vec<End>, messages: Vec<Message>) -> Vec<String> {
    verdict_with(row, ends, messages, &[], Effort::default())
}

fn verdict_with(
    row: &'static Row,
    ends: Vec<End>,
    messages: Vec<Message>,
    elsewhere: &[(&'static str, Snapshot)],
    effort: Effort,
) -> Vec<String> {
    let workload = Workload::new(&row.shape, 1);
    let mut ledger = Ledger::new(3);
    let mut note = |line: &Line| ledger.note(&serde_json::to_string(line).expect("a line is JSON"));
    note(&Line::Began { first: 0, count: 3 });
    for (number, end) in ends.into_iter().enumerate() {
        note(&Line::Ended { number, end, millis: 1 });
    }
    note(&Line::Flushed(Ok(0)));
    note(&Line::Done);
    let snapshot = Snapshot { first: 1, messages, strangers: 0 };
    let settled = BTreeMap::new();
    judge(&Accounts {
        row,
        workload: &workload,
        ledger: &ledger,
        before: &snapshot,
        settled: &settled,
        after: &snapshot,
        elsewhere,
        effort,
    })
}

#[test]
fn what_is_as_promised_passes() {
    let not_stored = End::NotStored("NoStream".to_owned());
    let none: [String; 0] = [];
    assert_eq!(verdict([End::Stored(1), not_stored, possibly(2)], vec![message(1, 0)]), none);
    let all = || vec![message(1, 0), message(2, 1), message(3, 2)];
    assert_eq!(verdict([End::Stored(1), End::Stored(2), possibly(2)], all()), none);
}

#[test]
fn what_is_not_as_promised_is_found() {
    let not_stored = || End::NotStored("NoStream".to_owned());
    for (ends, messages, expected) in [
        (
            [End::Stored(1), End::Stored(2), End::Stored(3)],
            vec![message(1, 0), message(2, 1)],
            "emit 2: reported `Stored(3)`",
        ),
        (
            [End::Stored(1), not_stored(), not_stored()],
            vec![message(1, 0), message(2, 2)],
            "emit 2: reported `NotStored`",
        ),
        ([End::Stored(1), End::Duplicate(1), not_stored()], vec![message(1, 0)], "emit 1: reported `Duplicate(1)`"),
        (
            [End::Stored(1), not_stored(), possibly(2)],
            vec![message(1, 0), message(2, 2), message(3, 2)],
            "emit 2 is stored 2",
        ),
        ([not_stored(), not_stored(), possibly(2)], vec![message(1, 2), message(2, 2)], "id `id-2` is stored 2"),
    ] {
        let found = verdict(ends, messages);
        assert!(found.iter().any(|violation| violation.contains(expected)), "{expected}: {found:?}");
    }
}

/// Stored once for each key: another id does not make it another key.
#[test]
fn a_key_that_is_there_twice_is_found() {
    static ONCE: Row = Row { shape: Shape { once: Some(100), ..ROW.shape }, ..ROW };
    let mut message = message(1, 0);
    message.subject = "facts.0.key-0".to_owned();
    let other = Message { sequence: 2, number: 1, id: None, ..message.clone() };
    let duplicate = || vec![End::Stored(1), End::Duplicate(1), possibly(2)];
    let none: [String; 0] = [];
    assert_eq!(verdict_of(&ONCE, duplicate(), vec![message.clone()]), none);
    let found = verdict_of(&ONCE, duplicate(), vec![message, other]);
    assert!(found.iter().any(|violation| violation.contains("is stored at 1 and 2")), "{found:?}");
}

/// Another account or domain stores it: then it is stored, whatever the stream of the package holds.
#[test]
fn what_is_stored_elsewhere_is_found() {
    let not_stored = || End::NotStored("WrongStream".to_owned());
    let archive = |messages| [("archive", Snapshot { first: 1, messages, strangers: 0 })];
    let judged = |ends: [End; 3], elsewhere: &[_]| {
        verdict_with(&ROW, ends.into(), vec![message(1, 0)], elsewhere, Effort::default())
    };
    let none: [String; 0] = [];
    let ends = || [End::Stored(1), not_stored(), possibly(2)];
    assert_eq!(judged(ends(), &archive(vec![message(1, 0), message(2, 2)])), none);
    for (messages, expected) in [
        (vec![message(1, 1)], "emit 1: reported `NotStored`, but it is in `archive`"),
        (vec![message(1, 2), message(2, 2)], "emit 2 is stored 2 times in `archive`"),
    ] {
        let found = judged(ends(), &archive(messages));
        assert!(found.iter().any(|violation| violation == expected), "{expected}: {found:?}");
    }
}

#[test]
fn a_publisher_that_wears_itself_out_is_found() {
    let ends = || vec![End::Stored(1), End::Stored(2), End::Stored(3)];
    let all = || vec![message(1, 0), message(2, 1), message(3, 2)];
    let judged = |reconnects_a_second, copies_a_second| {
        verdict_with(&ROW, ends(), all(), &[], Effort { reconnects_a_second, copies_a_second })
    };
    let none: [String; 0] = [];
    assert_eq!(judged(4.9, 9.9), none);
    assert_eq!(judged(400.0, 1.0), ["400 reconnects per second"]);
    assert_eq!(judged(1.0, 40.0), ["40 copies of one message per second"]);
}

/// What the fault is not about has to be confirmed, and what an outbox gives up is stored nowhere.
#[test]
fn only_odd_emits_may_fail() {
    const ODD: Shape = Shape { odd: Some(crate::workload::Odd { percent: 0, size: 9, tail: ("", 0) }), ..ROW.shape };
    static SPARES: Row = Row { shape: ODD, rules: Rules { spares: true, ..Rules::DEFAULT }, ..ROW };
    let too_large = || vec![End::Stored(1), End::NotStored("TooLarge".to_owned()), possibly(2)];
    let found = verdict_of(&SPARES, too_large(), vec![message(1, 0)]);
    assert!(found.iter().any(|violation| violation.contains("which is not odd, ended as `NotStored:TooLarge`")));

    const ALL: Shape = Shape { odd: Some(crate::workload::Odd { percent: 100, size: 9, tail: ("", 0) }), ..ROW.shape };
    static ALL_ODD: Row = Row { shape: ALL, ..SPARES };
    let none: [String; 0] = [];
    assert_eq!(verdict_of(&ALL_ODD, too_large(), vec![message(1, 0)]), none);
    static PARKS: Row = Row { rules: Rules { parks: true, ..Rules::DEFAULT }, ..ALL_ODD };
    let committed = || vec![End::Committed, End::Committed, End::Committed];
    assert_eq!(verdict_of(&PARKS, committed(), Vec::new()), none);
    let found = verdict_of(&PARKS, committed(), vec![message(1, 0)]);
    assert!(
        found.iter().any(|violation| violation.contains("emit 0: reported `NotStored`, but it is stored")),
        "{found:?}"
    );
}
