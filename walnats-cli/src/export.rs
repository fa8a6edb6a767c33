//! `walnats export`

mod model;
mod proto;
mod schema;
mod strip;

use clap::{Args, Subcommand};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};

/// Write what other tools read: schemas, the whole model, protobuf files
#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Schema(schema::Options),
    Model(model::Options),
    Proto(proto::Options),
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    match &options.what {
        What::Schema(options) => schema::run(global, options),
        What::Model(options) => model::run(global, options),
        What::Proto(options) => proto::run(global, options),
    }
}
