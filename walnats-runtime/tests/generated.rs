//! The code that `walnats-codegen/fixtures/generate` shows, compiled: what it reads, writes and refuses.
//!
//! Each folder's `instances.json` lists, for each of its events, payloads that are valid, and invalid ones under the
//! JSON Pointer of a violation that has to be told.

#![deny(warnings, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use walnats_runtime::{Chain, DecodeError, Event, OnceKey, ReadMode, Tolerated, Unknown};

macro_rules! packages {
    ($($module:ident: $path:literal { $($event:ident)* })*) => {
        $(
            #[allow(missing_docs)]
            #[path = $path]
            pub mod $module;
        )*

        /// What each event of each folder does with a payload.
        fn events() -> BTreeMap<(String, String), RoundTrip> {
            [$($((
                (stringify!($module).to_owned(), <$module::$event as Event>::DESCRIPTOR.name.to_owned()),
                round_trip::<$module::$event> as RoundTrip,
            ),)*)*]
            .into()
        }

        /// What each event of each folder tolerates of a payload.
        fn tolerant_events() -> BTreeMap<(String, String), Tolerate> {
            [$($((
                (stringify!($module).to_owned(), <$module::$event as Event>::DESCRIPTOR.name.to_owned()),
                tolerate::<$module::$event> as Tolerate,
            ),)*)*]
            .into()
        }
    };
}

packages! {
    flat: "../../walnats-codegen/fixtures/generate/flat/expected/events.rs" { Charged }
    defaults: "../../walnats-codegen/fixtures/generate/defaults/expected/events.rs" { AlarmSet }
    readable: "../../walnats-codegen/fixtures/generate/readable/expected/events.rs" { LogEntry }
    recursive_lists: "../../walnats-codegen/fixtures/generate/recursive_lists/expected/events.rs" { ForestGrown OutlineMade }
    open_enums: "../../walnats-codegen/fixtures/generate/open_enums/expected/events.rs" { OrderMoved }
    integers: "../../walnats-codegen/fixtures/generate/integers/expected/events.rs" { DelaySet }
    aliases: "../../walnats-codegen/fixtures/generate/aliases/expected/events.rs" { UserNamed }
    all_of: "../../walnats-codegen/fixtures/generate/all_of/expected/events.rs" { IssueClosed }
    arrays: "../../walnats-codegen/fixtures/generate/arrays/expected/events.rs" { RoutePlanned }
    builders: "../../walnats-codegen/fixtures/generate/builders/expected/events.rs" { ProfileChanged }
    conditional: "../../walnats-codegen/fixtures/generate/conditional/expected/events.rs" { Paid PartyAdded }
    dates_chrono: "../../walnats-codegen/fixtures/generate/dates_chrono/expected/events.rs" { Booked }
    dates_string: "../../walnats-codegen/fixtures/generate/dates_string/expected/events.rs" { Booked }
    dates_time: "../../walnats-codegen/fixtures/generate/dates_time/expected/events.rs" { Booked }
    docs: "../../walnats-codegen/fixtures/generate/docs/expected/events.rs" { Told }
    enums: "../../walnats-codegen/fixtures/generate/enums/expected/events.rs" { SignShown }
    events: "../../walnats-codegen/fixtures/generate/events/expected/events.rs" { Cancellation IdsIssued OrderPlaced }
    extern_types: "../../walnats-codegen/fixtures/generate/extern_types/expected/events.rs" { OrderPlaced RefundRequested }
    foreign: "../../walnats-codegen/fixtures/generate/foreign/expected/events.rs" { ShopLinkClick ShopPageView }
    judged: "../../walnats-codegen/fixtures/generate/judged/expected/events.rs" { Decided }
    maps: "../../walnats-codegen/fixtures/generate/maps/expected/events.rs" { Labelled }
    names: "../../walnats-codegen/fixtures/generate/names/expected/events.rs" { Events2 For Named UsesFor }
    alike: "../../walnats-codegen/fixtures/generate/alike/expected/events.rs" { Checkout Read ReadAll }
    keys: "../../walnats-codegen/fixtures/generate/keys/expected/events.rs" { ABTestStarted }
    neighbours: "../../walnats-codegen/fixtures/generate/neighbours/expected/events.rs" { MeterRead OrderPlaced }
    versions: "../../walnats-codegen/fixtures/generate/versions/expected/events.rs" {
        InvoiceIssued InvoiceIssuedV2 InvoiceIssuedV3 OrderPlaced OrderPlacedV2 ParcelSent ParcelSentV2
    }
    tolerant: "../../walnats-codegen/fixtures/generate/tolerant/expected/events.rs" { ParcelBilled ParcelLost ParcelSeen ParcelSent }
    undeclared: "../../walnats-codegen/fixtures/generate/undeclared/expected/events.rs" { Moved }
    numbers: "../../walnats-codegen/fixtures/generate/numbers/expected/events.rs" { Measured }
    once: "../../walnats-codegen/fixtures/generate/once/expected/events.rs" { OrderPlaced OrderShipped SeatTaken }
    overrides: "../../walnats-codegen/fixtures/generate/overrides/expected/events.rs" { Reacted }
    readers: "../../walnats-codegen/fixtures/generate/readers/expected/events.rs" {
        BillingEvent Form InvoiceIssued OrderCancelled OrderPlaced PaymentReceived
    }
    recursion: "../../walnats-codegen/fixtures/generate/recursion/expected/events.rs" { TreeGrown }
    shared_types: "../../walnats-codegen/fixtures/generate/shared_types/expected/events.rs" {
        AddressEntered OrderPlaced UserMoved
    }
    schemars: "../../walnats-codegen/fixtures/generate/schemars/expected/events.rs" { Seen }
    strings: "../../walnats-codegen/fixtures/generate/strings/expected/events.rs" { Noted }
    structs: "../../walnats-codegen/fixtures/generate/structs/expected/events.rs" { UserCreated }
    union_subject: "../../walnats-codegen/fixtures/generate/union_subject/expected/events.rs" { TicketChanged }
    unions: "../../walnats-codegen/fixtures/generate/unions/expected/events.rs" { Paid ShapeDrawn }
}

/// Types that somebody wrote, as `[codegen] extern` of the package `extern_types` names them.
#[allow(missing_docs)]
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

/// Reads a payload and writes it again.
type RoundTrip = fn(&[u8]) -> Result<Vec<u8>, DecodeError>;

fn round_trip<E: Event>(payload: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let event = E::decode(payload)?;
    event.validate().expect("what was read is valid");
    Ok(event.encode().expect("what was read can be written"))
}

#[test]
fn payloads_are_read_and_written_or_refused_with_their_place() {
    let mut wrong = Vec::new();
    let events = events();
    let mut unused: BTreeSet<_> = events.keys().collect();
    for folder in folders() {
        let package = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let instances = fs::read_to_string(folder.join("instances.json")).unwrap();
        let instances: BTreeMap<String, Value> = serde_json::from_str(&instances).unwrap();
        for (event, instances) in &instances {
            let Some((key, round_trip)) = events.get_key_value(&(package.clone(), event.clone())) else {
                wrong.push(format!("{package}: `{event}` is not in the list above"));
                continue;
            };
            unused.remove(key);
            let mut check = |instance: &Value, pointer: Option<&str>| {
                wrong.extend(
                    fault(*round_trip, instance, pointer)
                        .map(|fault| format!("{package}, {event}: {fault}: {instance}")),
                );
            };
            for instance in instances["valid"].as_array().unwrap() {
                check(instance, None);
            }
            for (pointer, instances) in instances["invalid"].as_object().unwrap() {
                for instance in instances.as_array().unwrap() {
                    check(instance, Some(pointer));
                }
            }
        }
    }
    wrong.extend(unused.iter().map(|(package, event)| format!("{package}: `{event}` has no instances")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How an instance is treated otherwise than it should be.
fn fault(round_trip: RoundTrip, instance: &Value, invalid_at: Option<&str>) -> Option<String> {
    match (round_trip(instance.to_string().as_bytes()), invalid_at) {
        (Ok(written), None) => {
            let written: Value = serde_json::from_slice(&written).unwrap();
            (!walnats_schema::equal(&written, instance)).then(|| format!("became {written}"))
        }
        (Err(DecodeError::Invalid(error)), Some(pointer)) => {
            let reported = error.violations().iter().any(|violation| violation.pointer == pointer);
            (!reported).then(|| format!("nothing reported at `{pointer}`, but {error}"))
        }
        (Ok(_), Some(_)) => Some("accepted".to_owned()),
        (Err(error), None) => Some(format!("refused, {error}")),
        (Err(error), Some(_)) => Some(format!("refused for another reason, {error}")),
    }
}

/// Reads a payload tolerantly, and says what it did not know.
type Tolerate = fn(&[u8]) -> Result<Unknown, DecodeError>;

fn tolerate<E: Event>(payload: &[u8]) -> Result<Unknown, DecodeError> {
    let Tolerated { event, unknown, .. } = E::decode_tolerant(payload)?;
    let keeps = unknown.values + unknown.variants > 0;
    // A member that is kept among the further ones is refused, too.
    assert!(event.validate().is_err() || !keeps, "what is kept cannot be emitted");
    assert_eq!(event.encode().is_err(), keeps, "what is kept cannot be written, and only that");
    Ok(unknown)
}

#[test]
fn tolerant_readers_ignore_and_keep_what_is_new_and_nothing_else() {
    let (events, strict) = (tolerant_events(), events());
    let mut tolerated = 0;
    for folder in folders() {
        let package = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let instances = fs::read_to_string(folder.join("instances.json")).unwrap();
        let instances: BTreeMap<String, Value> = serde_json::from_str(&instances).unwrap();
        for (event, instances) in &instances {
            let key = (package.clone(), event.clone());
            let read = |payload: &Value| events[&key](payload.to_string().as_bytes());
            for valid in instances["valid"].as_array().unwrap() {
                assert!(read(valid).unwrap().is_empty(), "{key:?}: {valid}");
            }
            for case in instances.get("tolerated").and_then(Value::as_array).into_iter().flatten() {
                let payload = &case["payload"];
                assert!(strict[&key](payload.to_string().as_bytes()).is_err(), "{key:?}: {payload} is valid");
                let unknown = read(payload).unwrap_or_else(|error| panic!("{key:?}: {payload}: {}", Chain(&error)));
                let count = |kind: &str| case.get(kind).and_then(Value::as_u64).unwrap_or_default();
                let found = (unknown.members, unknown.values, unknown.variants);
                assert_eq!(found, (count("members"), count("values"), count("variants")), "{key:?}: {payload}");
                tolerated += 1;
            }
            for payload in instances.get("refused").and_then(Value::as_array).into_iter().flatten() {
                let error = read(payload).err().unwrap_or_else(|| panic!("{key:?}: {payload} is read"));
                assert!(matches!(error, DecodeError::Invalid(_)), "{key:?}: {payload}: {error}");
            }
        }
    }
    assert!(tolerated > 10, "{tolerated}");
}

#[test]
fn what_is_kept_is_there_and_says_that_it_cannot_be_emitted() {
    use tolerant::parcel_sent::{ParcelSent, ParcelSentCarrier, ParcelSentTo};
    let payload = r#"{"carrier":"sea","status":"packed","to":{"kind":"drone","height":7}}"#;
    let Tolerated { event, .. } = ParcelSent::decode_tolerant(payload).unwrap();
    assert_eq!(event.carrier, ParcelSentCarrier::Unlisted("sea".to_owned()), "`unknown` is listed");
    assert_eq!(event.to, ParcelSentTo::Unknown(serde_json::json!({"kind": "drone", "height": 7})));
    let error = event.validate().unwrap_err();
    let violations: Vec<String> = error.violations().iter().map(ToString::to_string).collect();
    let kept = "and not one that a tolerant reader kept";
    assert_eq!(
        violations,
        [
            format!("/carrier: expected a value that the schema lists, {kept} (enum)"),
            format!("/to: expected a variant that the schema knows, {kept} (oneOf)"),
        ]
    );
    assert_eq!(ParcelSent::READ, ReadMode::Tolerant);
    assert_eq!(tolerant::ParcelLost::READ, ReadMode::Strict);
    // As strictly as ever, also inside of a thread that reads tolerantly elsewhere.
    assert!(ParcelSent::decode(payload).is_err());
}

#[test]
fn values_of_every_kind_are_kept_with_their_json() {
    use tolerant::parcel_billed::{
        ParcelBilled, ParcelBilledPaid, ParcelBilledPriority, ParcelBilledRefund, ParcelBilledZone,
    };
    let payload = r#"{"priority":9,"zone":"abroad","rate":0.7,"paid":{"by":"coins","n":[1]},"refund":{"coins":1}}"#;
    let Tolerated { event, unknown, .. } = ParcelBilled::decode_tolerant(payload).unwrap();
    assert_eq!((unknown.members, unknown.values, unknown.variants), (0, 3, 2));
    assert_eq!((event.priority, event.rate), (ParcelBilledPriority::Unknown(9), Some(0.7)));
    assert_eq!((event.priority.get(), event.priority.to_string().as_str()), (9, "9"));
    assert_eq!(event.zone, Some(ParcelBilledZone::Unknown("abroad".into())));
    assert_eq!(event.paid, ParcelBilledPaid::Unknown(serde_json::json!({"by": "coins", "n": [1]})));
    assert_eq!(event.refund, ParcelBilledRefund::Unknown(serde_json::json!({"coins": 1})));
    let error = event.validate().unwrap_err();
    let places: Vec<&str> = error.violations().iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(places, ["/priority", "/rate", "/zone", "/paid", "/refund"]);
    assert!(event.encode().is_err());
    // Nothing that was kept is taken for what is listed.
    assert!(ParcelBilledPriority::try_from(9).is_err());
    let known = ParcelBilled { priority: ParcelBilledPriority::N1, ..event };
    assert!(known.encode().unwrap_err().to_string().contains("JSON"), "{:?}", known.encode());
}

/// The valid payloads of an event of the fixture with versions.
fn payloads_of_versions<E: Event>() -> Vec<E> {
    let text = include_str!("../../walnats-codegen/fixtures/generate/versions/instances.json");
    let instances: BTreeMap<String, Value> = serde_json::from_str(text).unwrap();
    let payloads = instances[E::DESCRIPTOR.name]["valid"].as_array().unwrap();
    payloads.iter().map(|payload| E::decode(payload.to_string().as_bytes()).unwrap()).collect()
}

/// Each event as another version, which is valid, with its JSON.
fn converted<A: Event + Clone, B: Event + From<A> + PartialEq + std::fmt::Debug>() -> Vec<(A, B, Value)> {
    let events = payloads_of_versions::<A>().into_iter().map(|event| {
        let other = B::from(event.clone());
        other.validate().unwrap();
        let payload = other.encode().unwrap();
        assert_eq!(B::decode(&payload).unwrap(), other);
        (event, other, serde_json::from_slice(&payload).unwrap())
    });
    events.collect()
}

#[test]
fn versions_of_an_event_are_made_of_each_other() {
    use versions::{InvoiceIssued, InvoiceIssuedV2, InvoiceIssuedV3, ParcelSent, ParcelSentV2};
    for (before, after, json) in converted::<InvoiceIssued, InvoiceIssuedV2>() {
        assert_eq!((json["currency"].as_str(), json.get("urgent")), (Some("EUR"), None), "by default, and absent");
        assert_eq!(json["language"], if before.language.is_some() { "de" } else { "en" });
        assert_eq!(before.additional.get("more"), after.additional.get("more"));
        assert!(!after.additional.contains_key("currency"), "it is a member of the newer version");
        // Back again, nothing is lost but what was taken from its default or dropped.
        let mut again = InvoiceIssued::from(after);
        again.language = before.language;
        let mut before = before;
        before.additional.remove("currency");
        assert_eq!(again, before);
    }
    for (_, _, json) in converted::<InvoiceIssuedV2, InvoiceIssued>() {
        assert_eq!((json.get("currency"), json.get("urgent")), (None, None), "the older version has no such members");
    }
    assert!(!converted::<InvoiceIssuedV2, InvoiceIssuedV3>().is_empty());
    assert!(!converted::<ParcelSent, ParcelSentV2>().is_empty());
}

#[test]
fn what_a_tolerant_reader_kept_stays_unknown_in_another_version() {
    use versions::parcel_sent_v2::{ParcelSentV2, ParcelSentV2Carrier, ParcelSentV2Payer, ParcelSentV2Priority};
    let payload = r#"{"carrier":"sea","priority":7,"payer":{"coins":1}}"#;
    let event = ParcelSentV2::from(versions::ParcelSent::decode_tolerant(payload).unwrap().event);
    // The newer version lists it, and yet nobody has said that it means the same.
    assert_eq!(event.carrier, ParcelSentV2Carrier::Unknown("sea".to_owned()));
    assert_eq!(event.priority, ParcelSentV2Priority::Unknown(7));
    assert_eq!(event.payer, ParcelSentV2Payer::Unknown(serde_json::json!({"coins": 1})));
    assert_eq!(event.validate().unwrap_err().violations().len(), 3);
}

/// Those with JSON instances.
fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../walnats-codegen/fixtures/generate");
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    folders.filter(|folder| folder.join("instances.json").exists()).collect()
}

#[test]
fn a_key_is_part_of_the_subject() {
    let placed = once::OrderPlaced::decode(r#"{"order_id":"o.1"}"#).unwrap();
    assert_eq!(
        (placed.subject().unwrap().as_str(), once::OrderPlaced::ONCE),
        ("order-placed.o=2E1", OnceKey::LastToken)
    );
    let seat = once::SeatTaken::decode(r#"{"flight":"LH1","seat":7}"#).unwrap();
    assert_eq!(seat.subject().unwrap(), "flights.LH1.LH1=2F7");
    assert_eq!(once::OrderShipped::ONCE, OnceKey::InSubject);
    assert_eq!(structs::UserCreated::ONCE, OnceKey::None);
}

#[test]
fn absent_is_not_null() {
    let user =
        structs::UserCreated::new("3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11".parse().unwrap(), "ada@example.com", None);
    assert_eq!(
        String::from_utf8(user.encode().unwrap()).unwrap(),
        r#"{"user_id":"3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11","email":"ada@example.com","nickname":null}"#
    );
    let user = structs::UserCreated { referrer: Some(None), ..user };
    assert!(String::from_utf8(user.encode().unwrap()).unwrap().contains(r#""referrer":null"#));
}

#[test]
fn optional_fields_have_setters() {
    use builders::profile_changed::{Phone, Post, ProfileChanged, ProfileChangedType};
    let profile = ProfileChanged::new("u")
        .with_name("Ada")
        .with_type(ProfileChangedType::Person)
        .with_born(jiff::civil::date(1815, 12, 10).into())
        .with_nickname(None)
        .with_contact(Phone::new("1"))
        .with_parent(ProfileChanged::new("v").with_contact(Post::new("Dorset Street")));
    assert_eq!(
        String::from_utf8(profile.encode().unwrap()).unwrap(),
        r#"{"user_id":"u","name":"Ada","type":"person","born":"1815-12-10","nickname":null,"contact":{"by":"phone","number":"1"},"parent":{"user_id":"v","contact":{"by":"post","street":"Dorset Street"}}}"#
    );
}

#[test]
fn defaults_are_given_and_not_written() {
    let user =
        structs::UserCreated::new("3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11".parse().unwrap(), "ada@example.com", None);
    assert_eq!(user.plan_or_default().as_str(), "free");
    assert_eq!(user.greeting_or_default(), "hello");
    assert_eq!(user.plan, None);
}

#[test]
fn what_breaks_the_schema_is_told_before_it_is_written() {
    let mut user = structs::UserCreated::new("3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11".parse().unwrap(), "ada", None);
    user.name = Some(String::new());
    user.additional.insert("plan".to_owned(), "free".into());
    let error = user.validate().unwrap_err();
    let violations: Vec<_> =
        error.violations().iter().map(|violation| (violation.pointer.as_str(), violation.keyword)).collect();
    assert_eq!(violations, [("/email", "format"), ("/name", "minLength"), ("/plan", "properties")]);
    assert!(!error.to_string().contains("ada"), "{error}");
}

#[test]
fn subjects_and_ids_are_made_of_fields() {
    let order = events::OrderPlaced::decode(
        r#"{"id":"3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11","region":"eu","express":true,"version":"v1","customer":{"number":7}}"#,
    )
    .unwrap();
    assert_eq!(order.subject().unwrap(), "v1.orders.eu.7.placed");
    assert_eq!(order.uid().unwrap(), "order-placed:3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11-true");
    assert_eq!(events::OrderPlaced::DESCRIPTOR.event_type, "com.example.order.placed");
    assert_eq!(events::STREAMS[1].replicas, Some(3));
}

#[test]
fn members_that_are_given_twice_count_once() {
    // The last one counts, as in most readers; and it need not be of the first one's type.
    let numbers = numbers::Measured::decode(r#"{"any":"x","any":1}"#).unwrap();
    assert_eq!(numbers.any, Some(1));
    assert!(numbers::Measured::decode(r#"{"any":1,"any":"x"}"#).is_err());
    // Nor is another number read on the way that finds this out.
    let numbers = numbers::Measured::decode(r#"{"any":null,"any":9007199254740991.0}"#).unwrap();
    assert_eq!(numbers.any, Some(9_007_199_254_740_991));
}

#[test]
fn what_is_valid_but_too_large_for_its_type_is_refused_and_not_changed() {
    let error = numbers::Measured::decode(r#"{"any":9223372036854775808}"#).unwrap_err();
    assert!(matches!(error, DecodeError::Unrepresentable { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("`/any`") && text.contains("i128") && !text.contains("9223372036854775808"), "{text}");

    let wide = "-170141183460469231731687303715884105728";
    let read = numbers::Measured::decode(format!(r#"{{"wide":{wide}}}"#)).unwrap();
    assert_eq!(read.wide, Some(i128::MIN));
    assert_eq!(String::from_utf8(read.encode().unwrap()).unwrap(), format!(r#"{{"wide":{wide}}}"#));
}

/// Nothing is rounded in silence, where no schema says that it is a float.
#[test]
fn members_of_any_value_keep_their_digits_or_are_refused() {
    let moved = |number: &str| {
        let payload = format!(r#"{{"user_id":"u","street":"a","note":1,"more":{{"x":[1,{number}]}}}}"#);
        undeclared::Moved::decode(&payload).map(|moved| String::from_utf8(moved.encode().unwrap()).unwrap())
    };
    for kept in ["18446744073709551615", "-9223372036854775808", "0.1", "1.7976931348623157e308", "5e-324", "-0.5"] {
        let written: Value = serde_json::from_str(&moved(kept).unwrap()).unwrap();
        assert_eq!(written["more"]["x"][1].as_f64(), kept.parse().ok(), "{kept}");
    }
    for same in ["1.0", "1e2", "100e-2", "123456789012345.0", "1e22", "0e999", "-0", "1234500000000000000000000"] {
        assert!(moved(same).is_ok(), "{same}");
    }
    for refused in [
        "123456789012345678901234567890",
        "1e400",
        "-1e400",
        "1e99999999999999999999",
        "1e-400",
        "0.1234567890123456789",
        "18446744073709551617",
        "0.30000000000000000004",
        "2.5e-324",
    ] {
        let error = moved(refused).unwrap_err();
        assert!(matches!(error, DecodeError::Unrepresentable { .. }), "{refused}: {error}");
        let told = error.to_string();
        assert!(told.contains("`/more/x/1`") && !told.contains(refused), "{told}");
    }
    // What is a `number` may be rounded, also next to what is refused, but not without end.
    let score = |number: &str, age: &str| {
        let payload = format!(r#"{{"id":"u","at":"2026-01-02T03:04:05Z","score":{number},"age":{age}}}"#);
        aliases::UserNamed::decode(payload)
    };
    assert_eq!(score("0.1234567890123456789", "1.0").unwrap().score, Some(0.123_456_789_012_345_68));
    let told = score("1e400", "1").unwrap_err().to_string();
    assert!(told.contains("at `/score`;"), "{told}");
    // The schema is asked first.
    let payload = r#"{"user_id":"u","street":7,"note":1e400}"#;
    assert!(matches!(undeclared::Moved::decode(payload), Err(DecodeError::Invalid(_))));
}

#[test]
fn digits_beyond_a_float_are_rounded() {
    let read = numbers::Measured::decode(r#"{"half":1700000000123456789}"#).unwrap();
    assert_eq!(read.half, Some(1_700_000_000_123_456_789_i64 as f64));
}

#[test]
fn depth_is_bounded() {
    for depth in [40, 200, 100_000] {
        let payload = "{\"value\":1,\"next\":".repeat(depth) + "{\"value\":1}" + &"}".repeat(depth);
        let decoded = recursion::TreeGrown::decode(&payload);
        assert_eq!(decoded.is_ok(), depth < 127, "{depth}");
        let payload = format!("{{\"value\":1,\"expression\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(recursion::TreeGrown::decode(&payload).is_ok(), depth < 127, "{depth}");
        let payload = format!("{{\"value\":1,\"expression\":{}1{}}}", "{\"not\":".repeat(depth), "}".repeat(depth));
        assert_eq!(recursion::TreeGrown::decode(&payload).is_ok(), depth < 127, "{depth}");
    }
}

#[test]
fn listed_integers_are_an_enum() {
    use integers::delay_set::{DelaySet, DelaySetDelay, DelaySetLevel, Side};
    assert_eq!(DelaySetDelay::ALL.iter().map(|delay| delay.get()).collect::<Vec<_>>(), [300, 1200, 2400]);
    assert_eq!(DelaySetDelay::try_from(300), Ok(DelaySetDelay::N300));
    assert!(DelaySetDelay::try_from(301).is_err());
    let set = DelaySet::new(DelaySetDelay::N1200).with_named(Side::Left);
    assert_eq!(String::from_utf8(set.encode().unwrap()).unwrap(), r#"{"delay":1200,"named":1}"#);
    assert_eq!((set.level_or_default(), i64::from(DelaySetLevel::Off)), (DelaySetLevel::Low, 0));
    assert_eq!(DelaySetDelay::N300.to_string(), "300");
}

#[test]
fn open_enums_know_their_values() {
    #![allow(deprecated)]
    use open_enums::order_moved::{OrderMoved, OrderMovedKind, OrderMovedStatus};
    assert_eq!(OrderMovedStatus::from("paid"), OrderMovedStatus::Paid);
    assert_eq!(OrderMovedStatus::from("sent".to_owned()), OrderMovedStatus::Other("sent".to_owned()));
    let moved = OrderMoved::decode(r#"{"status":"paid"}"#).unwrap();
    assert_eq!((moved.status, moved.kind), (OrderMovedStatus::Paid, None));
    let moved = OrderMoved::new("sent");
    assert_eq!((moved.status.as_str(), moved.status.to_string()), ("sent", "sent".to_owned()));
    assert_eq!(OrderMovedKind::from("other"), OrderMovedKind::OtherValue);
    assert_eq!(OrderMovedKind::from("more"), OrderMovedKind::Other("more".to_owned()));
}

#[test]
fn names_are_readable_and_have_no_numbers() {
    use readable::log_entry::{LogEntryPlatform, LogEntrySeverity, LogEntrySeverityString, LogEntryUnit};
    let platforms = [LogEntryPlatform::Ios, LogEntryPlatform::C, LogEntryPlatform::N3ds, LogEntryPlatform::ForIos];
    assert_eq!(platforms, LogEntryPlatform::ALL);
    assert_eq!([LogEntryUnit::Mhz, LogEntryUnit::MHz], LogEntryUnit::ALL);
    assert!(matches!(LogEntrySeverity::from(LogEntrySeverityString::Low), LogEntrySeverity::String(_)));
}

#[test]
fn defaults_of_lists_objects_and_dates_are_given() {
    use defaults::alarm_set::{AlarmSet, WindowDay};
    let alarm = AlarmSet::new();
    assert_eq!(alarm.tags_or_default(), ["a", "b"]);
    assert_eq!((alarm.none_or_default().len(), alarm.pair_or_default()), (0, [1, 2]));
    assert_eq!(alarm.labels_or_default()["x"], 1);
    assert_eq!(alarm.any_or_default(), serde_json::json!({"a": [null, true, 1.5, "b"], "c": {}}));
    let window = alarm.window_or_default();
    assert_eq!((window.from.as_str(), window.days), ("2026-01-01", Some(vec![WindowDay::Mon])));
    assert_eq!(window.additional["note"], Value::Null);
    assert_eq!(alarm.closed_or_default().a, None);
    assert_eq!(alarm.start_or_default().as_str(), "2026-01-02T03:04:05Z");
    assert_eq!((alarm.day_or_default().as_str(), alarm.bytes_or_default().as_str()), ("2026-01-02", "YQ=="));
    assert_eq!(alarm.id_or_default().to_string(), "3f2c8a52-6f0e-4b1d-9e58-0a4f2f6f1c11");
    assert_eq!((alarm.nick_or_default().as_deref(), alarm.nothing_or_default()), (Some("bob"), None));
    assert_eq!((alarm.mode_or_default().as_str(), alarm.tree_or_default().0.len()), ("slow", 1));
    assert_eq!(String::from_utf8(alarm.encode().unwrap()).unwrap(), "{}");
    assert!(AlarmSet::new().with_tags(Vec::new()).tags_or_default().is_empty());
}

#[test]
fn stacked_unions_are_one_enum() {
    use flat::charged::{Charged, ChargedCustomer, ChargedOutcome, ChargedPlace};
    let customer = |payload: &str| Charged::decode(payload).unwrap().customer;
    assert!(matches!(customer(r#"{"customer":"c"}"#), Some(Some(ChargedCustomer::String(id))) if id == "c"));
    assert!(matches!(customer(r#"{"customer":{"id":"c"}}"#), Some(Some(ChargedCustomer::Customer(_)))));
    let deleted = customer(r#"{"customer":{"id":"c","deleted":true}}"#);
    assert!(matches!(deleted, Some(Some(ChargedCustomer::DeletedCustomer(_)))));
    assert_eq!(customer(r#"{"customer":null}"#), Some(None));
    let charged = Charged::decode(r#"{"outcome":{"ok":false,"id":"a"},"place":{"at":{"kind":"web"}}}"#).unwrap();
    assert!(matches!(charged.outcome, Some(ChargedOutcome::NotOk(_))));
    assert!(matches!(charged.place, Some(ChargedPlace::Shop(_) | ChargedPlace::Web(_))));
}

#[test]
fn types_of_others_take_part_in_subjects_and_ids() {
    use by_hand::{Anything, Currency, CustomerId, Money};
    use extern_types::{OrderPlaced, RefundRequested};
    let money = |currency: &str| Money { amount: "1.00".to_owned(), currency: Currency(currency.to_owned()) };
    let order = OrderPlaced::new(CustomerId("c_a".to_owned()), money("EUR"), Anything(Value::Null), Value::Null);
    assert_eq!(order.subject().unwrap(), "orders.EUR.c_a");
    assert_eq!(order.uid().unwrap(), "order-placed:c_a-1.00");
    assert!(order.validate().is_ok());
    assert_eq!(RefundRequested::from(money("EUR")).uid().unwrap(), "refund-requested:1.00");
    // What no schema accepts is refused, whatever the type holds.
    let order = order.with_fee(money("GBP"));
    let pointers = |error: walnats_runtime::ValidateError| -> Vec<String> {
        error.violations().iter().map(|violation| violation.pointer.clone()).collect()
    };
    assert_eq!(pointers(order.validate().unwrap_err()), ["/fee/currency"]);
    assert_eq!(pointers(RefundRequested(money("")).validate().unwrap_err()), ["/currency"]);
}

/// A row of a user's table, say, that holds an event.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Row {
    id: u32,
    #[serde(flatten)]
    event: undeclared::Moved,
}

#[test]
fn a_struct_that_holds_an_event_keeps_its_unknown_members() {
    let row = serde_json::json!({
        "id": 7, "user_id": "u", "street": "a", "note": {}, "tags": {"kind": "x", "other": "y"},
        "unknown": {"a": [1, null, "b"], "c": -2.5}, "number": u64::MAX,
    });
    let read: Row = serde_json::from_value(row.clone()).unwrap();
    assert_eq!(read.event.additional.keys().collect::<Vec<_>>(), ["number", "unknown"]);
    assert_eq!(serde_json::to_value(&read).unwrap(), row);
    let read: Row = serde_json::from_str(&row.to_string()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), row);
    // An event alone keeps them, too, whatever reads it.
    let event: undeclared::Moved = serde_json::from_value(row.clone()).unwrap();
    assert_eq!(serde_json::to_value(&event).unwrap(), row);
}
