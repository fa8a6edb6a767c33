//! Finds the package.

use std::path::{Path, PathBuf};

use walnats_codegen::Config;

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;
use crate::{manifest, output};

/// A folder with one of these is a package.
const MARKS: [&str; 3] = ["walnats.toml", "schemas", "Cargo.toml"];

/// A folder with one of these has events.
const OWN_MARKS: [&str; 2] = ["walnats.toml", "schemas"];

/// The build configuration of the package.
pub fn config(global: &GlobalOptions) -> Result<Config, Failure> {
    Ok(walnats_codegen::configure().root(folder(global)?))
}

/// The package's folder.
pub fn folder(global: &GlobalOptions) -> Result<PathBuf, Failure> {
    find(global.root.as_deref())
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
    let has_any = |folder: &Path, marks: &[&str]| marks.iter().any(|mark| folder.join(mark).exists());
    let Some(found) = here.ancestors().find(|folder| has_any(folder, &MARKS)) else {
        let here = here.display();
        return Err(format!("neither `{here}` nor a parent folder has walnats.toml, schemas/ or Cargo.toml; name the package with `--root`").into());
    };
    if has_any(found, &OWN_MARKS) {
        return Ok(found.to_owned());
    }
    // A crate without events, or the root of a workspace.
    let Some(workspace) = manifest::workspace(&found.join("Cargo.toml")) else { return Ok(found.to_owned()) };
    let members = workspace.packages.into_iter().map(|package| package.folder);
    let members: Vec<PathBuf> = members.filter(|folder| has_any(folder, &OWN_MARKS)).collect();
    let is_root = found.canonicalize().ok() == workspace.folder.canonicalize().ok();
    match &members[..] {
        [] => Ok(found.to_owned()),
        [only] if is_root => {
            output::note(&format!("package `{}`\n", below(only, found).display()));
            Ok(only.clone())
        }
        members => {
            let members = members.iter().map(|folder| format!("\n  --root {}", below(folder, &here).display()));
            let found = found.display();
            Err(format!(
                "`{found}` has no schemas, but these packages of its workspace do; name one:{}",
                members.collect::<String>()
            )
            .into())
        }
    }
}

/// The folder relative to `base`, if it is inside.
fn below<'a>(folder: &'a Path, base: &Path) -> &'a Path {
    folder.strip_prefix(base).unwrap_or(folder)
}
