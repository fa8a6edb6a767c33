//! Events whose payload is a protobuf message, as generated from `walnats-codegen/fixtures/generate/protobuf-shop`.
#![cfg(feature = "protobuf")]
#![deny(warnings, missing_docs)]

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-shop/expected/events.rs"]
pub mod events;

#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-once/expected/events.rs"]
pub mod once;

use events::proto::shop::common::Money;
use events::proto::shop::refunded;
use events::proto::shop::stock::stock_changed::{Cause, Kind, Place};
use events::proto::shop::v1::order_placed::{Card, Item, Payment, Status};
use events::proto::r#type::Match;
use events::{OrderPlaced, OrderRefunded, SearchMatched, StockChanged};
use walnats_runtime::{DecodeError, Event, OnceKey, SubjectError, SubjectProblem};

#[test]
fn a_key_is_part_of_the_subject() {
    let payment = once::PaymentReceived { bank: "a b".to_owned(), number: 7 };
    assert_eq!(payment.subject(), Ok("payments.a=20b-7".to_owned()));
    assert_eq!(once::PaymentReceived::ONCE, OnceKey::LastToken);
}

fn order() -> OrderPlaced {
    OrderPlaced {
        order_id: "o-1".to_owned(),
        r#type: "web".to_owned(),
        self_: "me".to_owned(),
        number: 7,
        note: Some(String::new()),
        prices: [("b".to_owned(), Money { cents: 5, currency: None }), ("a".to_owned(), Money::default())].into(),
        statuses: [(1, Status::New.into())].into(),
        payment: Some(Payment::Card(Card { number: "4711".to_owned() })),
        // A number that has no name yet: a newer writer may send it.
        status: 77,
        history: vec![Status::New.into(), Status::Self_.into()],
        items: vec![Item { sku: "bolt".to_owned(), count: 3 }],
        previous: Some(Box::default()),
        wrapped: Some("w".to_owned()),
        receipt: vec![0, 255],
        ..OrderPlaced::default()
    }
}

#[test]
fn an_event_is_read_back_as_it_was() {
    let payload = order().encode().unwrap();
    assert_eq!(OrderPlaced::decode(&payload).unwrap(), order());
    assert_eq!(<OrderPlaced as Event>::decode(&payload).unwrap(), order());
    assert_eq!(order().validate(), Ok(()));

    let matched = SearchMatched { query: "bolt".to_owned(), r#match: Some(Match {}) };
    assert_eq!(SearchMatched::decode(matched.encode().unwrap()).unwrap(), matched);
}

#[test]
fn equal_events_have_equal_payloads() {
    assert_eq!(order().encode().unwrap(), order().encode().unwrap());
}

#[test]
fn subjects_and_uids_are_made_of_fields() {
    assert_eq!(order().subject().as_deref(), Ok("orders.web.me.7.placed"));
    assert_eq!(order().uid().as_deref(), Some("order-placed:o-1"));
    let order = refunded::Order { id: "o-1".to_owned() };
    let refunded = OrderRefunded { order, ..OrderRefunded::default() };
    assert_eq!(refunded.subject().as_deref(), Ok("orders.o-1.refunded"));
    assert_eq!(refunded.uid(), None);
    // A field without presence is there with nothing in it, which no token of a subject can be.
    let empty = SubjectError { event: "order-placed", field: Some("type"), problem: SubjectProblem::Empty };
    assert_eq!(OrderPlaced::default().subject(), Err(empty));
}

#[test]
fn the_descriptor_names_the_message() {
    let descriptor = OrderPlaced::DESCRIPTOR;
    assert_eq!(descriptor.name, "order-placed");
    assert_eq!(descriptor.event_type, "com.example.shop.order.placed");
    assert_eq!(descriptor.stream, "orders");
    assert_eq!(descriptor.subject, "orders.{type}.{self}.{number}.placed");
    assert_eq!(descriptor.content_type, "application/protobuf");
    assert_eq!(descriptor.message_name, Some("shop.v1.OrderPlaced"));
    assert_eq!(OrderRefunded::DESCRIPTOR.message_name, Some("shop.Refunded"));
}

/// The bytes are those that protobuf's own Python library, version 7, writes: presence, packing and groups are what the
/// edition's features say.
#[test]
fn a_message_of_an_edition_is_encoded_as_elsewhere() {
    let stock = StockChanged {
        sku: "bolt".to_owned(),
        delta: -3,
        reason: Some(String::new()),
        counts: vec![1, 300],
        loose: vec![1, 2],
        place: Place { shelf: "A1".to_owned(), row: Some(0) },
        old_place: Some(Place { shelf: "B2".to_owned(), row: None }),
        others: [("x".to_owned(), Place { shelf: "C3".to_owned(), row: None })].into(),
        kind: Some(Kind::Sale.into()),
        cause: Some(Cause::Order("o-1".to_owned())),
    };
    let payload =
        b"\x0a\x04bolt\x10\xfd\xff\xff\xff\xff\xff\xff\xff\xff\x01\x1a\x00\x22\x03\x01\xac\x02(\x01(\x022\x06\
        \x0a\x02A1\x10\x00;\x0a\x02B2<B\x09\x0a\x01x\x12\x04\x0a\x02C3J\x03o-1X\x01";
    assert_eq!(stock.encode().unwrap(), payload);
    assert_eq!(StockChanged::decode(payload).unwrap(), stock);
    assert_eq!(stock.subject().as_deref(), Ok("stock.bolt.A1"));
}

#[test]
fn other_bytes_are_refused() {
    for payload in [b"{\"order_id\":\"o-1\"}".as_slice(), b"\x0a\xff", b"\x0a\x01\xff"] {
        assert!(matches!(OrderPlaced::decode(payload), Err(DecodeError::Protobuf(_))), "{payload:?}");
    }
}
