//! How long GitHub's payloads take, as ratios: everything is measured in turns, in rounds of a millisecond, and of each
//! the fastest round counts. So it does not matter how busy the machine is, as long as it sometimes is not.
//!
//! `cargo run --release --manifest-path tools/bench/Cargo.toml -p payload`

mod clock;
mod protobuf;

use std::fs;
use std::hint::black_box;
use std::path::Path;

use clock::fastest;
use serde::de::DeserializeOwned;
use serde_json::Value;
use walnats_runtime::Event;

#[allow(dead_code, unused_imports)]
mod asserted {
    include!(concat!(env!("OUT_DIR"), "/asserted/walnats/events.rs"));
}

#[allow(dead_code, unused_imports)]
mod plain {
    include!(concat!(env!("OUT_DIR"), "/plain/walnats/events.rs"));
}

/// Where the examples are.
const GITHUB_WEBHOOKS: &str = env!("GITHUB_WEBHOOKS");

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The validator that the macro generated.
type Generated = for<'i> fn(&'i Value) -> std::result::Result<(), jsonschema::ValidationError<'i>>;

/// A goal, and by how much it is met: the columns of the report.
struct Row {
    name: &'static str,
    /// Whether the ratio is to be at most, or at least, the goal.
    at_most: bool,
    goal: f64,
    ratios: Vec<f64>,
}

fn main() -> Result<()> {
    let payloads =
        [payload("marketplace_purchase", "purchased")?, payload("push", "")?, payload("pull_request", "labeled")?];
    let [small, medium, large] = &payloads;
    let columns = [
        column::<asserted::MarketplacePurchaseEvent, plain::MarketplacePurchaseEvent>(
            small,
            macros::marketplace_purchase::SCHEMA,
            |value| macros::marketplace_purchase::validate(value),
        )?,
        column::<asserted::PushEvent, plain::PushEvent>(medium, macros::push::SCHEMA, |value| {
            macros::push::validate(value)
        })?,
        column::<asserted::PullRequestEvent, plain::PullRequestEvent>(large, macros::pull_request::SCHEMA, |value| {
            macros::pull_request::validate(value)
        })?,
    ];
    let mut rows: Vec<Row> = Vec::new();
    for column in columns {
        for (index, (name, at_most, goal, ratio)) in column.into_iter().enumerate() {
            if rows.len() == index {
                rows.push(Row { name, at_most, goal, ratios: Vec::new() });
            }
            rows[index].ratios.push(ratio);
        }
    }
    let (sizes, messages) = protobuf::rows()?;
    println!("The messages have {sizes:?} bytes of JSON.");
    rows.extend(messages);
    println!(
        "{:<58} {:>8}   small  medium   large   ({})",
        "",
        "goal",
        payloads.map(|payload| format!("{} B", payload.len())).join(", ")
    );
    for Row { name, at_most, goal, ratios } in rows {
        let cells: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:7.3}")).collect();
        let met = ratios.iter().all(|ratio| if at_most { *ratio <= goal } else { *ratio >= goal });
        let bound = if goal == 0.0 { String::new() } else { format!("{} {goal}", if at_most { "<=" } else { ">=" }) };
        println!("{name:<58} {bound:>8} {} {}", cells.join(" "), if met || goal == 0.0 { "" } else { "  missed" });
    }
    Ok(())
}

/// The longest example of an event, as compact JSON.
fn payload(event: &str, action: &str) -> Result<Vec<u8>> {
    let events: Value = serde_json::from_slice(&fs::read(Path::new(GITHUB_WEBHOOKS).join("examples.json"))?)?;
    let examples = events.as_array().into_iter().flatten().filter(|entry| entry["name"] == event);
    let examples = examples.flat_map(|entry| entry["examples"].as_array().into_iter().flatten());
    let examples = examples.filter(|example| example["action"].as_str().unwrap_or_default() == action);
    let texts = examples.map(Value::to_string).max_by_key(String::len);
    Ok(texts.ok_or_else(|| format!("no example of {event} {action}"))?.into_bytes())
}

/// One payload, measured in every way: name, whether at most, goal, ratio.
fn column<A, P>(payload: &[u8], schema: &str, generated: Generated) -> Result<Vec<(&'static str, bool, f64, f64)>>
where
    A: Event + DeserializeOwned + serde::Serialize,
    P: Event,
{
    let schema: Value = serde_json::from_str(schema)?;
    let validator =
        jsonschema::options().should_validate_formats(true).build(&schema).map_err(|error| error.to_string())?;
    let value: Value = serde_json::from_slice(payload)?;
    let event = A::decode(payload)?;
    let plain = P::decode(payload)?;
    assert_eq!(serde_json::from_slice::<Value>(&event.encode()?)?, value);
    assert!(validator.validate(&value).is_ok() && generated(&value).is_ok());

    let times = fastest([
        &mut || drop(black_box(black_box(&event).validate())),
        &mut || drop(black_box(black_box(&event).encode())),
        &mut || drop(black_box(black_box(&plain).validate())),
        &mut || drop(black_box(black_box(&plain).encode())),
        &mut || drop(black_box(validator.validate(black_box(&value)))),
        &mut || drop(black_box(generated(black_box(&value)))),
        &mut || drop(black_box(A::decode(black_box(payload)))),
        // Publishing, typed and by a Value.
        &mut || {
            let event = black_box(&event);
            let _ = black_box(event.validate());
            drop(black_box(event.encode()));
        },
        &mut || {
            let value = serde_json::to_value(black_box(&event)).expect("a valid event");
            let _ = black_box(validator.validate(&value));
            drop(black_box(serde_json::to_vec(&value)));
        },
        // Reading, by a Value that stays one, and by one that becomes typed.
        &mut || {
            let value: Value = serde_json::from_slice(black_box(payload)).expect("JSON");
            let _ = black_box(validator.validate(&value));
            drop(black_box(value));
        },
        &mut || {
            let value: Value = serde_json::from_slice(black_box(payload)).expect("JSON");
            let _ = black_box(validator.validate(&value));
            drop(black_box(serde_json::from_value::<A>(value)));
        },
    ]);
    let [
        validate,
        encode,
        plain_validate,
        plain_encode,
        judged,
        macro_judged,
        decode,
        publish,
        by_value,
        read,
        read_typed,
    ] = times;
    Ok(vec![
        ("typed validate / typed encode", true, 0.25, validate / encode),
        ("the same, without formats and patterns", true, 0.03, plain_validate / plain_encode),
        ("jsonschema validate(Value) / typed validate", false, 8.0, judged / validate),
        ("jsonschema's macro / typed validate", false, 2.0, macro_judged / validate),
        ("to_value + jsonschema + to_vec / validate + encode", false, 3.0, by_value / publish),
        ("from_slice + jsonschema / decode (which validates)", false, 2.0, read / decode),
        ("from_slice + jsonschema + from_value / decode", false, 2.0, read_typed / decode),
        ("typed validate, microseconds", true, 0.0, validate * 1e6),
        ("typed encode, microseconds", true, 0.0, encode * 1e6),
        ("typed decode, microseconds", true, 0.0, decode * 1e6),
    ])
}
