//! The line of every events crate, and a table of what came of it: `dispatch!(name, call)` calls `call!(emit method, type)`, all of
//! the crate being in scope.

use std::path::Path;
use std::{env, fs};

fn main() {
    walnats_codegen::configure().compile();

    let out = env::var("OUT_DIR").expect("set by Cargo");
    let events = fs::read_to_string(Path::new(&out).join("walnats/events.rs")).unwrap_or_default();
    // A signature may be broken over several lines; its words are the same.
    let words = events.split_whitespace().collect::<Vec<_>>().join(" ");
    let arms = words.split("pub fn emit_").skip(1).filter_map(|signature| {
        let (method, rest) = signature.split_once("<'a>")?;
        let (returned, _) = rest.split_once('{')?;
        // Those for many return `EmitAll`.
        let event_type = returned.split_once("::Emit<'a, ")?.1.split_once('>')?.0;
        Some(format!("{method:?} => $call!(emit_{method}, {event_type}),\n"))
    });
    let events_crate = env::var("CARGO_PKG_NAME").expect("set by Cargo").replace('-', "_");
    let dispatch = format!(
        "use {events_crate}::*;\nmacro_rules! dispatch {{ ($name:expr, $call:ident) => {{ match $name {{\n{}_ => $call!(),\n}} }} }}",
        arms.collect::<String>()
    );
    fs::write(Path::new(&out).join("dispatch.rs"), dispatch).expect("OUT_DIR is writable");
}
