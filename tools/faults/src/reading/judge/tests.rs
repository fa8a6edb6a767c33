use super::super::record::Call;
use super::*;

static SHARED: ReadRow = ReadRow { events: 3, ..ReadRow::DEFAULT };
static ORDERED: ReadRow = ReadRow { events: 23, ordered: true, ..ReadRow::DEFAULT };

/// Handlings of these numbers, attempts and times, each of which ends 5 µs later.
fn record(handlings: &[(usize, u64, u64, bool)]) -> Record {
    let mut record = Record::default();
    for (number, attempt, micros, is_done) in handlings {
        let call = Call { number: *number, attempt: *attempt, micros: *micros };
        record.handlings.push(Handling { instance: 0, call, end: Some((micros + 5, *is_done)) });
    }
    record
}

fn violations(row: &'static ReadRow, record: &Record, letters: &[(usize, usize)]) -> Vec<String> {
    let letters = letters.iter().copied().collect();
    judge(&Accounts { row, record, letters: &letters, left: 0, outstanding: 0, in_hand: 0, deleted: 0 })
}

#[test]
fn each_event_is_done_once_and_nothing_else_is_right() {
    let good = [(0, 1, 0, true), (1, 1, 10, true), (2, 1, 20, false), (2, 2, 40, true)];
    assert_eq!(violations(&SHARED, &record(&good), &[]), Vec::<String>::new());
    let found = |handlings: &[_], letters: &[_]| violations(&SHARED, &record(handlings), letters).join("; ");
    assert!(found(&good[..2], &[]).contains("event 2: done is false"));
    assert!(found(&good, &[(1, 1)]).contains("event 1: done is true, and it has 1 dead letters"));
    assert!(found(&[&good[..], &[(0, 2, 90, true)]].concat(), &[]).contains("1 handlings came again"));
    assert!(found(&[&good[..], &[(0, 2, 3, true)]].concat(), &[]).contains("twice at the same time"));
    assert!(found(&[(0, 1, 0, true), (1, 3, 10, true), (2, 1, 20, true)], &[]).contains("handling 1 is attempt 3"));
}

#[test]
fn an_inversion_is_seen() {
    // Events 0, 11 and 22 have one key.
    let rest = (0..23).filter(|number| number % KEYS != 0).map(|number| (number, 1, 1_000 + number as u64, true));
    let rest: Vec<_> = rest.collect();
    let found = |key: &[_]| violations(&ORDERED, &record(&[key, &rest].concat()), &[]);
    assert_eq!(found(&[(0, 1, 0, true), (11, 1, 10, true), (22, 1, 20, true)]), Vec::<String>::new());
    let failed = [(0, 1, 0, false), (11, 1, 10, true), (0, 2, 20, true), (22, 1, 30, true)];
    let violations = found(&failed);
    assert!(
        violations.contains(&"event 11 was handled before event 0 of its key was done".to_owned()),
        "{violations:?}"
    );
    assert!(violations.contains(&"event 0 was handled after event 11 of its key".to_owned()), "{violations:?}");
}
