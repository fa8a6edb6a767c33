//! The command line.

use clap::{Parser, Subcommand};

use crate::global_options::GlobalOptions;
use crate::{accept, breaking, check, completions, dev, explain, export, fmt, generate, man, sample, test, validate};

/// Check event schemas, generate typed NATS JetStream publishers from them, and say what a change breaks
///
/// A package keeps its event schemas (JSON Schema as JSON or YAML, or protobuf) in the folder `schemas/`. The optional
/// file `walnats.toml` configures streams, events and services.
#[derive(Parser)]
#[command(name = "walnats", version, after_help = EPILOGUE)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalOptions,
    #[command(subcommand)]
    pub command: Command,
}

const EPILOGUE: &str = "\
Exit codes:
  0  no problems
  1  problems found and reported
  2  could not run: wrong usage, unreadable or unwritable files, no such revision, no nats-server

Examples:
  walnats check                          Check schemas, options and examples
  walnats check --format sarif --output-file walnats.sarif
                                         The same, and SARIF to a file
  walnats check --workspace              The same for all packages of the repository
  walnats fmt                            Format schemas and walnats.toml
  walnats test --coverage                Hold samples and schema tests against the schemas
  walnats breaking --against main        Check whether a change hurts a reader
  walnats generate --out src/events      Write the Rust code, for teams that commit it
  walnats generate --out src/events --check
                                         In CI: fail if the committed code is out of date
  walnats explain WN0801                 Say what a code means and what to do about it
  walnats validate order-placed a.json   Validate payloads; or a capture: walnats validate b.jsonl
  walnats sample order-placed -n 3       Make up payloads
  walnats export schema order-placed     Print the JSON Schema of an event
  walnats plan --server nats://127.0.0.1:4222
                                         Show what `register` would do to the streams there
  walnats tail order-placed --from 10m   Show the events of the last ten minutes, and new ones
  walnats dead list --service billing    List the events that a service could not handle
  walnats dev                            Run a nats-server with JetStream until Ctrl-C
  walnats config-schema > walnats.schema.json
                                         Write the schema that editors use for walnats.toml";

#[derive(Subcommand)]
pub enum Command {
    Check(check::Options),
    Fmt(fmt::Options),
    Test(test::Options),
    Breaking(breaking::Options),
    Accept(accept::Options),
    Generate(generate::Options),
    Explain(explain::Options),
    Validate(validate::Options),
    Sample(sample::Options),
    Export(export::Options),
    #[cfg(feature = "nats")]
    Plan(crate::plan::PlanOptions),
    #[cfg(feature = "nats")]
    Register(crate::plan::RegisterOptions),
    #[cfg(feature = "nats")]
    Emit(crate::emit::Options),
    #[cfg(feature = "nats")]
    Tail(crate::tail::Options),
    #[cfg(feature = "nats")]
    Dead(crate::dead::Options),
    #[cfg(feature = "outbox")]
    Outbox(crate::outbox::Options),
    Dev(dev::Options),
    /// Print the JSON Schema of walnats.toml
    ///
    /// Editors use it to complete and check the file: save it as walnats.schema.json, and put
    /// `#:schema ./walnats.schema.json` on the first line of walnats.toml.
    ConfigSchema,
    /// Print the JSON Schema of --format json
    ReportSchema,
    Completions(completions::Options),
    Man(man::Options),
}

impl Command {
    /// Whether an option of the command asks for JSON: what `--format json` does.
    pub fn is_json(&self) -> bool {
        match self {
            Self::Breaking(options) => options.json,
            Self::Check(options) => options.json,
            #[cfg(feature = "nats")]
            Self::Dead(options) => options.is_json(),
            _ => false,
        }
    }

    /// Whether it looks for something, so that its last line says how that ended.
    pub fn is_search(&self) -> bool {
        match self {
            Self::Accept(_)
            | Self::Breaking(_)
            | Self::Check(_)
            | Self::Fmt(_)
            | Self::Generate(_)
            | Self::Test(_)
            | Self::Validate(_) => true,
            #[cfg(feature = "nats")]
            Self::Plan(_) | Self::Register(_) | Self::Emit(_) => true,
            _ => false,
        }
    }
}
