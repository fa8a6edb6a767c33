//! `walnats export proto`

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use clap::Args;
use walnats_codegen::lower::OWN_PROTOS;

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::{output, root};

/// Write walnats/options.proto and buf/validate/validate.proto, which protoc and buf need to read the package's schemas
///
/// walnats knows the files; other tools look for them in their import paths: `protoc -I schemas -I proto ...`. The files of
/// google/protobuf/ come with protoc and buf.
#[derive(Args)]
pub struct Options {
    /// The folder for them, relative to the package
    #[arg(default_value = "proto")]
    dir: PathBuf,
}

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    for (name, text) in OWN_PROTOS {
        let path = root::folder(global)?.join(&options.dir).join(name);
        let shown = options.dir.join(name);
        let before = match fs::read_to_string(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            before => Some(before.map_err(|error| format!("cannot read `{}`: {error}", shown.display()))?),
        };
        if before.as_deref() == Some(text) {
            output::print(&format!("{} is up to date\n", shown.display()))?;
            continue;
        }
        let folder = path.parent().unwrap_or(&path);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("cannot write `{}`: {error}", shown.display()))?;
        output::print(&format!("wrote {}\n", shown.display()))?;
    }
    Ok(Outcome::Clean)
}
