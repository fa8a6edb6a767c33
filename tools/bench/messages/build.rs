//! Generates a hundred protobuf events.

#[path = "../messages.rs"]
mod messages;

use std::path::PathBuf;
use std::{env, fs};

const IMPORT: &str = "import \"walnats/options.proto\";";
const OPTION: &str = "option (walnats.event) = { stream: \"orders\" };";

fn main() -> std::io::Result<()> {
    let root = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo")).join("package");
    fs::create_dir_all(root.join("schemas"))?;
    for index in 0..messages::FILES {
        fs::write(root.join("schemas").join(messages::name(index)), messages::file(index, IMPORT, OPTION))?;
    }
    fs::write(root.join("walnats.toml"), "")?;
    walnats_codegen::configure().root(root).compile();
    println!("cargo::rerun-if-changed=../messages.rs");
    Ok(())
}
