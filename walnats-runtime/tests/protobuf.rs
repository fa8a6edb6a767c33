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

#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-editions/expected/events.rs"]
pub mod editions;

#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-modules/expected/events.rs"]
pub mod modules;

#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-required/expected/events.rs"]
pub mod required;

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

#[test]
fn what_a_rule_requires_is_part_of_the_subject() {
    use required::proto::billing::v1::{Account, Country, Customer};

    let account = Account { id: "a1".to_owned(), parent: None };
    let customer = Customer { account: Some(account), country: Some(Country::Norway.into()) };
    let mut invoice = required::InvoiceSent { customer: Some(customer), number: Some(7) };
    assert_eq!(invoice.subject(), Ok("invoices.COUNTRY_NORWAY.a1.7.sent".to_owned()));
    assert_eq!(invoice.uid().as_deref(), Some("invoice-sent:a1/7"));
    invoice.number = None;
    let absent = SubjectError { event: "invoice-sent", field: Some("number"), problem: SubjectProblem::Absent };
    assert_eq!(invoice.subject(), Err(absent));
    assert!(invoice.validate().is_err());
}

#[test]
fn rules_see_zero_where_a_field_of_an_edition_has_no_presence() {
    use required::proto::billing::v1::Level;

    let mut reminder = required::ReminderSent {
        number: "7".to_owned(),
        text: "Dear Ada".to_owned(),
        days: 1,
        level: Some(Level::Last.into()),
        note: None,
    };
    assert_eq!(reminder.subject(), Ok("reminders.LEVEL_LAST.7".to_owned()));
    assert!(reminder.validate().is_ok());
    (reminder.text, reminder.days) = (String::new(), 0);
    let error = reminder.validate().unwrap_err().to_string();
    assert_eq!(error, "text: begins with `Dear` (text.polite); days: value is required (required)");
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

#[test]
fn features_of_an_edition_are_what_goes_on_the_wire() {
    use editions::OrderPlaced;
    use editions::proto::shop::order_placed::Line;
    use editions::proto::shop::{Stock, stock::Key};

    let line = Line { sku: "a".to_owned(), amount: Some(0), unit: 0 };
    let stock = Stock { key: Key { sku: "k".to_owned() }, ..Stock::default() };
    let mut order = OrderPlaced { packed: vec![1, 2], expanded: vec![1, 2], stock, ..OrderPlaced::default() };
    order.line = Some(line.clone());
    order.plain = Some(line);
    let payload = order.encode().unwrap();
    assert_eq!(OrderPlaced::decode(&payload).unwrap(), order);
    let mut expected: Vec<u8> = Vec::new();
    // What is implicit and empty is not written, what is required is; then the packed list and the other.
    expected.extend([0x18, 0, 0x22, 2, 1, 2, 0x28, 1, 0x28, 2]);
    // A group begins and ends; a field with presence is written though it is 0.
    expected.extend([0x3b, 0x0a, 1, b'a', 0x10, 0, 0x3c]);
    expected.extend([0x4a, 5, 0x0a, 1, b'a', 0x10, 0]);
    expected.extend([0x9a, 0x01, 5, 0x0a, 3, 0x0a, 1, b'k']);
    assert_eq!(payload, expected);
    assert_eq!((order.raw(), order.fallback() as i32), (&b"a\x01"[..], 2));
}

#[test]
fn a_subject_names_the_value_of_an_enumeration() {
    use modules::ClusterChanged;
    use modules::proto::shop::v2::cluster::{Inner, Node, Status, inner};

    let node = Node { id: "n".to_owned(), deepest: Some(inner::Deepest::default()) };
    let deep = Inner { deep: Some(inner::Deep { id: "d".to_owned() }) };
    let mut changed = ClusterChanged { id: "c1".to_owned(), inner: Some(deep), node: Some(node), ..Default::default() };
    changed.set_status(Status::Up);
    assert_eq!(changed.subject(), Ok("clusters.STATUS_UP.c1".to_owned()));
    // A number that has no name yet.
    changed.status = 7;
    let error = SubjectError { event: "cluster.changed", field: Some("status"), problem: SubjectProblem::Unnamed };
    assert_eq!(error.to_string(), "field `status` has a number without a name");
    assert_eq!(changed.subject(), Err(error));
}
