//! Generates types for GitHub's webhooks, as typify's README does it.

#[path = "../corpus.rs"]
mod corpus;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use typify::{TypeSpace, TypeSpaceSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let schema: schemars::schema::RootSchema =
        serde_json::from_str(&fs::read_to_string(corpus::github().join("schema.json"))?)?;
    let mut types = TypeSpace::new(&TypeSpaceSettings::default());
    types.add_root_schema(schema)?;
    let code = prettyplease::unparse(&syn::parse2(types.to_stream())?);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("set by Cargo")?);
    fs::write(out.join("types.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
