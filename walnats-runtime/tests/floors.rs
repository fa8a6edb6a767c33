//! A module imports from lower floors only. This reads the sources to hold it.

use std::path::Path;

use walnats_floors::{Floors, faults};

/// From the bottom up.
const FLOORS: Floors<'static> = &[
    &["chain", "health", "jetstream", "media_type", "printable", "stream", "tolerated", "types"],
    &["cloud_event", "credentials", "headers", "subject", "uid", "warning"],
    &["message"],
    &["error"],
    &["event", "json", "metric", "placement", "stats"],
    &["response"],
    &["protobuf"],
    &["options", "tolerant", "trace", "untyped"],
    &["callback", "lost_report"],
    &["pending"],
    &["engine"],
    &["publisher"],
    &["compose", "register"],
    &["consume", "emit", "testing"],
    &["batch", "clock", "private"],
];

/// Of the engine.
const ENGINE: Floors<'static> = &[
    &["answer", "buffer", "clock", "link", "load", "pause", "probe", "ring", "stream_info", "trace"],
    &["ability", "hang_up", "inspection", "life", "lookup", "streams", "watch", "wire"],
    &["job", "lookups"],
    &["command", "window"],
    &["task"],
    &["engine"],
];

/// Of the engine's task: `task` holds the state, and the others what is done with it.
const TASK: Floors<'static> = &[
    &["task"],
    &[
        "close",
        "conflict",
        "denied",
        "expire",
        "hang_up",
        "inspect",
        "lifecycle",
        "observability",
        "probe",
        "refuse",
        "run",
        "send",
        "unseen",
    ],
    &["receive"],
];

/// Of connecting.
const PUBLISHER: Floors<'static> = &[&["probe", "settings"], &["connect", "context"], &["environment"], &["publisher"]];

/// Of registering streams.
const REGISTER: Floors<'static> = &[
    &["setting"],
    &["config"],
    &["change", "loss", "warning"],
    &["cut_off", "external", "rule", "weaker"],
    &["plan", "refusal"],
    &["report"],
    &["error", "permission"],
    &["api"],
    &["account", "consumers"],
    &["copies", "count", "limits"],
    &["planner"],
    &["apply"],
    &["register"],
];

#[test]
fn modules_import_downwards() {
    assert_eq!(faults(root(), "src", FLOORS, &[]), "");
    assert_eq!(faults(root(), "src/engine", ENGINE, &[]), "");
    assert_eq!(faults(root(), "src/engine/task", TASK, &[]), "");
    assert_eq!(faults(root(), "src/publisher", PUBLISHER, &[]), "");
    assert_eq!(faults(root(), "src/register", REGISTER, &[]), "");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
