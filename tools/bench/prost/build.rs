//! Generates a hundred protobuf messages, as the README of prost-build does it, with protox in place of protoc.

#[path = "../messages.rs"]
mod messages;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var_os("OUT_DIR").ok_or("set by Cargo")?).join("protos");
    fs::create_dir_all(&root)?;
    let names: Vec<String> = (0..messages::FILES).map(messages::name).collect();
    for (index, name) in names.iter().enumerate() {
        fs::write(root.join(name), messages::file(index, "", ""))?;
    }
    let files = protox::compile(&names, [&root])?;
    prost_build::Config::new().btree_map(["."]).compile_fds(files)?;
    println!("cargo::rerun-if-changed=../messages.rs");
    Ok(())
}
