//! The rules of `buf.validate`, as generated from `walnats-codegen/fixtures/generate/protobuf-rules`.
#![cfg(feature = "protobuf")]

use walnats_runtime::private::prost_types::{Duration, Timestamp};
use walnats_runtime::{DecodeError, Event, ValidateError, Violation};

#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-rules/expected/events.rs"]
mod events;

/// An event that is called as the module of rules is.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-named/expected/events.rs"]
mod named;

use events::OrderPlaced;
use events::proto::shop::v1::order_placed::Payment;
use events::proto::shop::v1::{Currency, Gift, Line, Shelf, Transfer};

fn valid() -> OrderPlaced {
    OrderPlaced {
        order_id: "o_1".to_owned(),
        lines: vec![Line { sku: "a".to_owned(), quantity: 2, price: 10 }],
        total: 1,
        currency: Currency::Eur.into(),
        placed_at: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
        email: "a@example.com".to_owned(),
        payment: Some(Payment::Card("01234567-89ab-cdef-0123-456789abcdef".to_owned())),
        ..OrderPlaced::default()
    }
}

/// Field and rule id of each violation of `valid()`, once `change` has been made to it.
fn broken(change: impl FnOnce(&mut OrderPlaced)) -> Vec<(String, &'static str)> {
    let mut order = valid();
    change(&mut order);
    let Err(error) = order.validate() else { return Vec::new() };
    error.rule_violations().iter().map(|violation| (violation.field.clone(), violation.rule_id)).collect()
}

#[test]
fn what_holds_its_rules_is_valid() {
    assert_eq!(valid().validate(), Ok(()));
    let payload = valid().encode().unwrap();
    assert_eq!(OrderPlaced::decode(payload).unwrap(), valid());
}

/// Two variables that would be called alike in Rust, known lists, and a message among others.
#[test]
fn expressions_mean_in_rust_what_they_mean_in_cel() {
    let broken = |shelf: Shelf| broken(|order| order.shelf = Some(shelf));
    let gift = |text: &str| Gift { text: text.to_owned() };
    assert_eq!(broken(Shelf { labels: vec!["a".into(), "B".into()], ..Shelf::default() }), []);
    let one = |id: &'static str| vec![("shelf".to_owned(), id)];
    assert_eq!(broken(Shelf { labels: vec!["a".into(), "A".into()], ..Shelf::default() }), one("shelf.labels"));
    assert_eq!(broken(Shelf { codes: vec![b"a".into(), b"bc".into()], ..Shelf::default() }), []);
    assert_eq!(broken(Shelf { codes: vec![b"a".into()], ..Shelf::default() }), one("shelf.codes"));
    let gifts = vec![gift("a"), gift("b")];
    assert_eq!(broken(Shelf { gifts: gifts.clone(), best: Some(gift("b")), ..Shelf::default() }), []);
    assert_eq!(broken(Shelf { gifts, best: Some(gift("c")), ..Shelf::default() }), one("shelf.best"));
}

#[test]
fn each_kind_of_rule_is_checked() {
    let one = |field: &str, id: &'static str| vec![(field.to_owned(), id)];
    assert_eq!(broken(|order| order.order_id = "o_".to_owned() + &"ä".repeat(39)).len(), 2);
    assert_eq!(broken(|order| order.order_id = "o_A".to_owned()), one("order_id", "string.pattern"));
    assert_eq!(broken(|order| order.currency = 7), one("currency", "enum.defined_only"));
    assert_eq!(broken(|order| order.placed_at = None), one("placed_at", "required"));
    let later = Timestamp { seconds: 253_000_000_000, nanos: 0 };
    assert_eq!(broken(|order| order.placed_at = Some(later)), one("placed_at", "timestamp.lt_now"));
    assert_eq!(broken(|order| order.lines[0].sku.clear()), one("lines[0].sku", "required"));
    assert_eq!(broken(|order| order.lines[0].price = 3), one("lines[0].price", "price.even"));
    assert_eq!(broken(|order| order.phone = "+1".to_owned()), one("", "message.oneof"));
    assert_eq!(broken(|order| order.email.clear()), one("", "message.oneof"));
    assert_eq!(
        broken(|order| order.discounts = [("staff".to_owned(), 0.5)].into()),
        one("discounts[\"staff\"]", "string.in")
    );
    assert_eq!(
        broken(|order| order.discounts = [("member".to_owned(), 1.5)].into()),
        one("discounts[\"member\"]", "double.gt_lt")
    );
    assert_eq!(broken(|order| order.tags = vec!["a".to_owned(); 2]), one("tags", "repeated.unique"));
    assert_eq!(broken(|order| order.tags = vec![String::new()]), one("tags[0]", "string.min_len"));
    assert_eq!(broken(|order| order.floor = Some(100)), one("floor", "int32.lt"));
    assert_eq!(broken(|order| order.delay = Some(Duration { seconds: 3600, nanos: 1 })), one("delay", "duration.lte"));
    assert_eq!(broken(|order| order.signature = Some(vec![0; 63])), one("signature", "bytes.len"));
    assert_eq!(broken(|order| order.payment = None), one("payment", "required"));
    assert_eq!(broken(|order| order.payment = Some(Payment::Card("1".to_owned()))), one("card", "string.uuid"));
    let transfer = Transfer { iban: "DE".to_owned() };
    assert_eq!(
        broken(|order| order.payment = Some(Payment::Transfer(transfer))),
        one("transfer.iban", "string.min_len")
    );
    let replaced = OrderPlaced { total: -1, ..valid() };
    let found = broken(|order| order.replaces = Some(Box::new(replaced)));
    assert_eq!(found, [("replaces".to_owned(), "order.total"), ("replaces.total".to_owned(), "int64.gte")]);
    let gift = |order: &mut OrderPlaced| {
        order.gift = Some(Gift::default());
        order.currency = 0;
    };
    assert_eq!(broken(gift)[1], ("currency".to_owned(), "enum.not_in"));
}

#[test]
fn a_rule_that_cannot_be_evaluated_refuses() {
    let mut order = valid();
    order.lines[0].price = i64::MAX - 1;
    let error = order.validate().unwrap_err();
    let violation = &error.rule_violations()[0];
    assert!(violation.is_failure && violation.rule_id == "order.total" && violation.message() == "integer overflow");
    let mut order = valid();
    order.digest = vec![0xff];
    assert!(order.validate().unwrap_err().rule_violations()[0].is_failure);
}

#[test]
fn violations_are_shown_without_values() {
    let mut order = valid();
    order.lines[0].price = 4_711;
    order.discounts = [("a/b".to_owned(), 0.5)].into();
    let error = order.validate().unwrap_err();
    let text = format!("{error}\n{error:?}");
    assert!(!text.contains("4711"), "{text}");
    assert_eq!(
        error.to_string(),
        "lines[0].price: the rule does not hold (price.even); \
         discounts[\"a/b\"] (the key): must be in list [member, voucher] (string.in)"
    );
    // Whoever asks for it gets what the expression says.
    assert_eq!(error.rule_violations()[0].message(), "the price 4711 is odd");
    assert_eq!(error.rule_violations()[1].rule, "map.keys.string.in");
    let key = Violation {
        pointer: "/discounts/a~1b".to_owned(),
        keyword: "string.in",
        expected: "must be in list [member, voucher]".to_owned(),
    };
    assert_eq!(error.violations()[1], key);
}

#[test]
fn what_is_read_is_checked() {
    let payload = OrderPlaced { order_id: "secret".to_owned(), ..valid() }.encode().unwrap();
    let Err(DecodeError::Invalid(error)) = OrderPlaced::decode(payload) else { panic!("it breaks a rule") };
    assert_eq!(error.to_string(), "order_id: does not match regex pattern `^o_[0-9a-z]+$` (string.pattern)");
}

#[test]
fn a_list_of_violations_has_an_end() {
    let lines = vec![Line { sku: String::new(), quantity: 1, price: 0 }; 5_000];
    let error: ValidateError = OrderPlaced { lines, ..valid() }.validate().unwrap_err();
    assert_eq!((error.rule_violations().len(), error.violations().len()), (100, 100));
    assert!(error.cut().is_some() && error.to_string().ends_with("; and more"));
    // Keys are as long as whoever sends them makes them.
    let discounts = (0..9).map(|number| (format!("{number}{}", "k".repeat(30_000)), 1.0)).collect();
    let error: ValidateError = OrderPlaced { discounts, ..valid() }.validate().unwrap_err();
    assert_eq!((error.rule_violations().len(), error.violations().len()), (3, 3));
    assert!(error.cut().is_some() && error.to_string().len() < 70_000);
}

#[test]
fn a_tolerant_reader_asks_the_rules_too() {
    let read = named::Rules::decode_tolerant(r#"{"id": "a", "new": 1}"#).unwrap();
    assert_eq!((read.event.id.as_str(), read.unknown.members), ("a", 1));
    let DecodeError::Invalid(error) = named::Rules::decode_tolerant(r#"{"new": 1}"#).unwrap_err() else { panic!() };
    assert_eq!(error.rule_violations()[0].rule_id, "string.min_len");
}
