//! Event schemas in, typed NATS JetStream emitters out.
//!
//! A `build.rs` of three lines turns the schemas of a package into Rust:
//!
//! ```no_run
//! walnats_codegen::configure().compile();
//! ```
//!
//! and `walnats_runtime::include_events!();` in `src/lib.rs` takes it in. JSON Schema (`.json`, `.yaml`) and protobuf
//! (`.proto`, `.binpb`, with the feature `protobuf`) are read from the folder `schemas/`; a file `walnats.toml` may say
//! more, see [`settings`].
//!
//! `load -> resolve -> lower -> EventModel -> check | rust -> write`: each stage takes data and gives data, imports only
//! from the stages before it, and puts what the user got wrong into a [`diagnostic::Report`].

mod build_script;
pub mod check;
pub mod diagnostic;
pub mod load;
pub mod lower;
pub mod model;
mod pipeline;
mod resolve;
pub mod rust;
pub mod settings;
pub mod write;

pub use diagnostic::{Diagnostic, Report, Severity, render};
pub use model::EventModel;
pub use pipeline::Config;
#[cfg(feature = "config-schema")]
pub use settings::config_schema;
pub use write::GeneratedFile;

/// Where everything is, with its defaults: `schemas/` and `walnats.toml` of the package that is built.
pub fn configure() -> Config {
    Config::new()
}
