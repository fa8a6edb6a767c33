//! The options of every command.

use std::path::PathBuf;

use clap::{Args, ColorChoice};

/// What holds for every command.
#[derive(Args)]
pub struct GlobalOptions {
    /// The package; default: the nearest folder upwards with walnats.toml, schemas/ or Cargo.toml
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// When to use colors
    #[arg(long, value_name = "WHEN", global = true, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}
