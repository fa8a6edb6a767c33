//! Any bytes as a payload of an event: generated code reads it exactly when the schema accepts it, and writes the same value again.

use std::sync::LazyLock;

use serde_json::Value;
use walnats_runtime::{DecodeError, Event};
use walnats_schema::SchemaSet;

macro_rules! packages {
    ($($module:ident: $code:literal, $schemas:literal { $($event:ident)* })*) => {
        $(
            #[allow(missing_docs, dead_code, clippy::all)]
            #[path = $code]
            mod $module;
        )*

        /// How each event is tried out.
        const EVENTS: &[fn(&[u8])] = &[$($(|payload| {
            static SCHEMAS: LazyLock<SchemaSet> =
                LazyLock::new(|| serde_json::from_str(include_str!($schemas)).expect("generated"));
            agree::<$module::$event>(payload, &SCHEMAS);
        },)*)*];
    };
}

packages! {
    all_of: "../../../walnats-codegen/fixtures/generate/all_of/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/all_of/expected/schemas.json" { IssueClosed }
    arrays: "../../../walnats-codegen/fixtures/generate/arrays/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/arrays/expected/schemas.json" { RoutePlanned }
    docs: "../../../walnats-codegen/fixtures/generate/docs/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/docs/expected/schemas.json" { Told }
    enums: "../../../walnats-codegen/fixtures/generate/enums/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/enums/expected/schemas.json" { SignShown }
    events: "../../../walnats-codegen/fixtures/generate/events/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/events/expected/schemas.json" { Cancellation IdsIssued OrderPlaced }
    judged: "../../../walnats-codegen/fixtures/generate/judged/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/judged/expected/schemas.json" { Decided }
    maps: "../../../walnats-codegen/fixtures/generate/maps/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/maps/expected/schemas.json" { Labelled }
    names: "../../../walnats-codegen/fixtures/generate/names/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/names/expected/schemas.json" { Events2 For Named UsesFor }
    numbers: "../../../walnats-codegen/fixtures/generate/numbers/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/numbers/expected/schemas.json" { Measured }
    once: "../../../walnats-codegen/fixtures/generate/once/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/once/expected/schemas.json" { OrderPlaced OrderShipped SeatTaken }
    recursion: "../../../walnats-codegen/fixtures/generate/recursion/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/recursion/expected/schemas.json" { TreeGrown }
    shared_types: "../../../walnats-codegen/fixtures/generate/shared_types/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/shared_types/expected/schemas.json" { AddressEntered OrderPlaced UserMoved }
    strings: "../../../walnats-codegen/fixtures/generate/strings/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/strings/expected/schemas.json" { Noted }
    structs: "../../../walnats-codegen/fixtures/generate/structs/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/structs/expected/schemas.json" { UserCreated }
    union_subject: "../../../walnats-codegen/fixtures/generate/union_subject/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/union_subject/expected/schemas.json" { TicketChanged }
    unions: "../../../walnats-codegen/fixtures/generate/unions/expected/events.rs",
        "../../../walnats-codegen/fixtures/generate/unions/expected/schemas.json" { Paid ShapeDrawn }
}

/// The first byte of `data` chooses the event, the rest is the payload.
pub fn try_out(data: &[u8]) {
    let Some((event, payload)) = data.split_first() else { return };
    EVENTS[usize::from(*event) % EVENTS.len()](payload);
}

fn agree<E: Event>(payload: &[u8], schemas: &SchemaSet) {
    let name = E::DESCRIPTOR.name;
    let root = schemas.roots[name];
    let value = serde_json::from_slice::<Value>(payload);
    let is_valid = value.as_ref().is_ok_and(|value| schemas.is_valid(root, value));
    match (E::decode(payload), value) {
        (Ok(event), Ok(value)) => {
            assert!(is_valid || is_rounded(payload), "{name} accepts {value}");
            event.validate().expect("what was read is valid");
            let written = event.encode().expect("what was read can be written");
            let written: Value = serde_json::from_slice(&written).expect("what is written is JSON");
            assert!(is_close(&written, &value), "{name} makes {written} of {value}");
        }
        (Ok(_), Err(error)) => panic!("{name} accepts what is no JSON: {error}"),
        (Err(DecodeError::Unrepresentable { .. }), Ok(_)) => {
            assert!(is_valid || is_rounded(payload), "{name}: a schema that refuses says why")
        }
        (Err(error), Ok(value)) => assert!(!is_valid || is_rounded(payload), "{name} refuses {value}: {error}"),
        (Err(_), Err(_)) => {}
    }
}

/// Whether a `Value` may hold another number than is written, as that has more digits than a float.
fn is_rounded(payload: &[u8]) -> bool {
    let digits = payload.split(|byte| !matches!(byte, b'0'..=b'9' | b'.'));
    digits.map(<[u8]>::len).max().is_some_and(|longest| longest > 15)
}

/// Equal, but for the last digit of a float, in which `serde_json` is not exact when it reads.
fn is_close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) if a.is_f64() || b.is_f64() => {
            let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) else { return false };
            (a - b).abs() <= a.abs() * 4.0 * f64::EPSILON
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_close(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| is_close(a, b)))
        }
        _ => a == b,
    }
}
