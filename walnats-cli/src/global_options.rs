//! The options of every command.

use std::path::PathBuf;

use clap::{Args, ColorChoice};

/// Options of every command.
#[derive(Args)]
pub struct GlobalOptions {
    /// The package's folder; default: the nearest parent folder with walnats.toml, schemas/ or Cargo.toml
    #[arg(long, value_name = "DIR", global = true)]
    pub root: Option<PathBuf>,
    /// When to use color
    #[arg(long, value_name = "WHEN", global = true, default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}
