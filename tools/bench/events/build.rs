//! Generates GitHub's 66 events.

#[path = "../corpus.rs"]
mod corpus;

use std::path::PathBuf;
use std::{env, fs};

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo")).join("package");
    fs::create_dir_all(root.join("schemas"))?;
    fs::copy(corpus::github().join("schema.json"), root.join("schemas/github.json"))?;
    fs::write(root.join("walnats.toml"), include_str!("walnats.toml"))?;
    walnats_codegen::configure().root(root).compile();
    println!("cargo::rerun-if-changed=walnats.toml");
    Ok(())
}
