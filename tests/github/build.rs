//! The three lines of every events crate, and a table of what they gave: `dispatch!(name, call)` expands to one arm an event.

use std::path::Path;
use std::{env, fs};

fn main() {
    walnats_codegen::configure().compile();

    let out = env::var("OUT_DIR").expect("set by Cargo");
    let events = fs::read_to_string(Path::new(&out).join("walnats/events.rs")).unwrap_or_default();
    let arms = events.lines().filter_map(|line| {
        let signature = line.trim().strip_prefix("pub fn emit_")?;
        let (name, rest) = signature.split_once("<'a>(")?;
        let event_type = rest.rsplit_once("Emit<'a, ")?.1.split_once('>')?.0;
        let name = name.strip_prefix("github_").unwrap_or(name);
        (!name.ends_with("_all")).then(|| format!("{name:?} => $call!(emit_github_{name}, {event_type}),\n"))
    });
    let dispatch = format!(
        "macro_rules! dispatch {{ ($name:expr, $call:ident) => {{ match $name {{\n{}_ => Err(\"no such event\".into()),\n}} }} }}",
        arms.collect::<String>()
    );
    fs::write(Path::new(&out).join("dispatch.rs"), dispatch).expect("OUT_DIR is writable");
}
