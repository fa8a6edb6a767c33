//! What the user can say.

use clap::{Parser, Subcommand};

use crate::global_options::GlobalOptions;
use crate::{check, dev, generate};

/// Event schemas in, typed NATS JetStream emitters out.
///
/// A package keeps its event schemas (JSON Schema in JSON or YAML, and protobuf) in the folder `schemas/`. An optional
/// file `walnats.toml` says more about streams, events and services.
#[derive(Parser)]
#[command(name = "walnats", version, after_help = EPILOGUE, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalOptions,
    #[command(subcommand)]
    pub command: Command,
}

const EPILOGUE: &str = "\
Exit codes:
  0  clean
  1  something to mend, and it has been said
  2  could not run: wrong usage, files that cannot be read or written, no nats-server

Examples:
  walnats check                          Are all schemas, options and examples sound?
  walnats check --json                   The same, for a program to read
  walnats generate --out src/events      The Rust code, for teams that commit it
  walnats generate --out src/events --check
                                         In CI: is the committed code what the schemas say?
  walnats config-schema > walnats.schema.json
                                         For editors to complete walnats.toml
  walnats dev                            A nats-server with JetStream, until Ctrl-C";

#[derive(Subcommand)]
pub enum Command {
    Check(check::Options),
    Generate(generate::Options),
    /// Print the JSON Schema of walnats.toml
    ///
    /// Editors that know it complete and check the file: save it, and put `#:schema ./walnats.schema.json` on the first
    /// line of walnats.toml.
    ConfigSchema,
    Dev(dev::Options),
    #[cfg(feature = "outbox")]
    Outbox(crate::outbox::Options),
}
