//! Finds the package.

use std::path::{Path, PathBuf};

use walnats_codegen::Config;

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;

/// A folder with one of these is a package.
const MARKS: [&str; 3] = ["walnats.toml", "schemas", "Cargo.toml"];

/// The build configuration of the package.
pub fn config(global: &GlobalOptions) -> Result<Config, Failure> {
    Ok(walnats_codegen::configure().root(find(global.root.as_deref())?))
}

fn find(root: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(root) = root {
        let is_folder = root.metadata().map_err(|error| format!("cannot read `{}`: {error}", root.display()))?.is_dir();
        return if is_folder {
            Ok(root.to_owned())
        } else {
            Err(format!("`{}` is not a folder", root.display()).into())
        };
    }
    let here = std::env::current_dir().map_err(|error| format!("cannot determine the current folder: {error}"))?;
    let is_package = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
    let found = here.ancestors().find(is_package).map(Path::to_owned);
    found.ok_or_else(|| {
        let here = here.display();
        format!("neither `{here}` nor a parent folder has walnats.toml, schemas/ or Cargo.toml; name the package with `--root`").into()
    })
}
