//! Every event of `walnats-codegen/fixtures/generate`, made up: valid and varied. With `--nocapture` it prints how long each takes.

#![allow(missing_docs)]

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use walnats_proptest::sample;
use walnats_runtime::WithSchema;

macro_rules! packages {
    ($($module:ident: $path:literal { $($event:ident)* })*) => {
        $(
            #[rustfmt::skip]
            #[path = $path]
            pub mod $module;
        )*

        /// The folder, the event, and what comes of making it.
        const EVENTS: &[(&str, &str, fn() -> Outcome)] = &[$($(
            ($path, stringify!($event), outcome::<$module::$event> as fn() -> Outcome),
        )*)*];
    };
}

packages! {
    aliases: "../../walnats-codegen/fixtures/generate/aliases/expected/events.rs" { UserNamed }
    alike: "../../walnats-codegen/fixtures/generate/alike/expected/events.rs" { Checkout Read ReadAll }
    all_of: "../../walnats-codegen/fixtures/generate/all_of/expected/events.rs" { IssueClosed }
    arrays: "../../walnats-codegen/fixtures/generate/arrays/expected/events.rs" { RoutePlanned }
    builders: "../../walnats-codegen/fixtures/generate/builders/expected/events.rs" { ProfileChanged }
    conditional: "../../walnats-codegen/fixtures/generate/conditional/expected/events.rs" { Paid PartyAdded }
    dates_chrono: "../../walnats-codegen/fixtures/generate/dates_chrono/expected/events.rs" { Booked }
    dates_string: "../../walnats-codegen/fixtures/generate/dates_string/expected/events.rs" { Booked }
    dates_time: "../../walnats-codegen/fixtures/generate/dates_time/expected/events.rs" { Booked }
    defaults: "../../walnats-codegen/fixtures/generate/defaults/expected/events.rs" { AlarmSet }
    docs: "../../walnats-codegen/fixtures/generate/docs/expected/events.rs" { Told }
    enums: "../../walnats-codegen/fixtures/generate/enums/expected/events.rs" { SignShown }
    events: "../../walnats-codegen/fixtures/generate/events/expected/events.rs" { Cancellation IdsIssued OrderPlaced }
    extern_types: "../../walnats-codegen/fixtures/generate/extern_types/expected/events.rs" { OrderPlaced RefundRequested }
    flat: "../../walnats-codegen/fixtures/generate/flat/expected/events.rs" { Charged }
    foreign: "../../walnats-codegen/fixtures/generate/foreign/expected/events.rs" { ShopLinkClick ShopPageView }
    integers: "../../walnats-codegen/fixtures/generate/integers/expected/events.rs" { DelaySet }
    judged: "../../walnats-codegen/fixtures/generate/judged/expected/events.rs" { Decided }
    keys: "../../walnats-codegen/fixtures/generate/keys/expected/events.rs" { ABTestStarted }
    maps: "../../walnats-codegen/fixtures/generate/maps/expected/events.rs" { Labelled }
    names: "../../walnats-codegen/fixtures/generate/names/expected/events.rs" { Events2 For Named UsesFor }
    neighbours: "../../walnats-codegen/fixtures/generate/neighbours/expected/events.rs" { MeterRead OrderPlaced }
    numbers: "../../walnats-codegen/fixtures/generate/numbers/expected/events.rs" { Measured }
    once: "../../walnats-codegen/fixtures/generate/once/expected/events.rs" { OrderPlaced OrderShipped SeatTaken }
    open_enums: "../../walnats-codegen/fixtures/generate/open_enums/expected/events.rs" { OrderMoved }
    overrides: "../../walnats-codegen/fixtures/generate/overrides/expected/events.rs" { Reacted }
    paths: "../../walnats-codegen/fixtures/generate/paths/expected/events.rs" { Created Removed VendorDisksCreated }
    protobuf_any: "../../walnats-codegen/fixtures/generate/protobuf-any/expected/events.rs" { ApiChanged NoteRead NoteWritten }
    protobuf_editions: "../../walnats-codegen/fixtures/generate/protobuf-editions/expected/events.rs" { OrderPlaced StockChanged }
    protobuf_json: "../../walnats-codegen/fixtures/generate/protobuf-json/expected/events.rs" { DishOrdered DishServed DishWashed }
    protobuf_modules: "../../walnats-codegen/fixtures/generate/protobuf-modules/expected/events.rs" { ClusterChanged ListenerChanged }
    protobuf_named: "../../walnats-codegen/fixtures/generate/protobuf-named/expected/events.rs" { Proto Rules }
    protobuf_once: "../../walnats-codegen/fixtures/generate/protobuf-once/expected/events.rs" { PaymentReceived }
    protobuf_options: "../../walnats-codegen/fixtures/generate/protobuf-options/expected/events.rs" { GoogleCloudAuditLogV1Removed GoogleCloudAuditLogV1Written Moved }
    protobuf_paths: "../../walnats-codegen/fixtures/generate/protobuf-paths/expected/events.rs" { ShopDisksV1Created ShopRemoved ShopUsersV1Created }
    protobuf_required: "../../walnats-codegen/fixtures/generate/protobuf-required/expected/events.rs" { InvoiceSent ReminderSent }
    protobuf_rules: "../../walnats-codegen/fixtures/generate/protobuf-rules/expected/events.rs" { OrderPlaced }
    protobuf_shop: "../../walnats-codegen/fixtures/generate/protobuf-shop/expected/events.rs" { OrderPlaced OrderRefunded SearchMatched StockChanged }
    readable: "../../walnats-codegen/fixtures/generate/readable/expected/events.rs" { LogEntry }
    readers: "../../walnats-codegen/fixtures/generate/readers/expected/events.rs" { BillingEvent Form InvoiceIssued OrderCancelled OrderPlaced PaymentReceived }
    recursion: "../../walnats-codegen/fixtures/generate/recursion/expected/events.rs" { TreeGrown }
    recursive_lists: "../../walnats-codegen/fixtures/generate/recursive_lists/expected/events.rs" { ForestGrown OutlineMade }
    schemars: "../../walnats-codegen/fixtures/generate/schemars/expected/events.rs" { Seen }
    shared_types: "../../walnats-codegen/fixtures/generate/shared_types/expected/events.rs" { AddressEntered OrderPlaced UserMoved }
    strings: "../../walnats-codegen/fixtures/generate/strings/expected/events.rs" { Noted }
    structs: "../../walnats-codegen/fixtures/generate/structs/expected/events.rs" { UserCreated }
    tolerant: "../../walnats-codegen/fixtures/generate/tolerant/expected/events.rs" { ParcelLost ParcelSeen ParcelSent }
    undeclared: "../../walnats-codegen/fixtures/generate/undeclared/expected/events.rs" { Moved }
    union_subject: "../../walnats-codegen/fixtures/generate/union_subject/expected/events.rs" { TicketChanged }
    unions: "../../walnats-codegen/fixtures/generate/unions/expected/events.rs" { Paid ShapeDrawn }
    versions: "../../walnats-codegen/fixtures/generate/versions/expected/events.rs" { InvoiceIssued InvoiceIssuedV2 InvoiceIssuedV3 OrderPlaced OrderPlacedV2 ParcelSent ParcelSentV2 }
}

/// Types that somebody wrote, as `[codegen] extern` of the package `extern_types` names them.
pub mod by_hand {
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Money {
        pub amount: String,
        pub currency: Currency,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Currency(pub String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct CustomerId(pub String);

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Card {
        pub kind: String,
        pub digits: String,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Anything(pub serde_json::Value);
}

/// How many events of each type are made.
const SEEDS: u64 = 60;

/// How many of those differ at least.
const DIFFERENT: usize = 10;

/// Events of an enumeration or two, which have no more values.
const FEW: &[(&str, usize)] = &[("names: Events2", 4), ("tolerant: ParcelLost", 6)];

struct Outcome {
    different: usize,
    /// Until the first event.
    first: Duration,
    /// Each of the others, on average.
    each: Duration,
    wrong: Vec<String>,
}

fn outcome<E: WithSchema + Debug + 'static>() -> Outcome {
    let begin = Instant::now();
    drop(sample::<E>(0));
    let first = begin.elapsed();
    let begin = Instant::now();
    let events: Vec<E> = (0..SEEDS).map(sample).collect();
    let each = begin.elapsed() / SEEDS as u32;
    let mut wrong = Vec::new();
    let mut texts = BTreeSet::new();
    for (seed, event) in events.iter().enumerate() {
        if let Err(error) = event.validate() {
            wrong.push(format!("seed {seed}: {error}"));
        }
        match event.encode() {
            Ok(payload) if E::decode(&payload).is_err() => wrong.push(format!("seed {seed}: cannot be decoded again")),
            Ok(_) => {}
            Err(error) => wrong.push(format!("seed {seed}: {error}")),
        }
        texts.insert(format!("{event:?}"));
    }
    Outcome { different: texts.len(), first, each, wrong }
}

#[test]
fn all_fixtures_are_listed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../walnats-codegen/fixtures/generate");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_listed = EVENTS.iter().any(|(path, _, _)| path.contains(&format!("/generate/{name}/")));
        assert!(is_listed, "the fixture `{name}` is not in the list above");
    }
}

#[test]
fn every_event_of_every_fixture_is_made_valid_and_varied() {
    let mut wrong = Vec::new();
    for (path, event, outcome) in EVENTS {
        let name = format!("{}: {event}", path.split('/').rev().nth(2).unwrap());
        let Outcome { different, first, each, wrong: own } = outcome();
        println!("{name:40} {different:3} different, first after {first:?}, {each:?} each");
        wrong.extend(own.into_iter().map(|problem| format!("{name}: {problem}")));
        let wanted = FEW.iter().find(|(few, _)| *few == name).map_or(DIFFERENT, |(_, number)| *number);
        if different < wanted {
            wrong.push(format!("{name}: {different} different ones of {SEEDS}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
