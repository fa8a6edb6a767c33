//! Finds the package.

use std::path::{Path, PathBuf};

use crate::global_options::GlobalOptions;
use crate::outcome::Failure;
use crate::{manifest, output, paths};

/// A folder with one of these is a package.
const MARKS: [&str; 3] = ["walnats.toml", "schemas", "Cargo.toml"];

/// A folder with one of these has events.
const OWN_MARKS: [&str; 2] = ["walnats.toml", "schemas"];

/// The package's folder. Says which one, if it was chosen among those of a workspace.
pub fn folder(global: &GlobalOptions) -> Result<PathBuf, Failure> {
    if global.workspace {
        return Err("this command works on one package; name it with `--root` instead of `--workspace`".into());
    }
    find(global.root.as_deref(), output::note)
}

/// The folder that the paths of a run are relative to: that of the package, or of the workspace.
pub fn locate(global: &GlobalOptions) -> Result<PathBuf, Failure> {
    if global.workspace { workspace(global) } else { find(global.root.as_deref(), |_| ()) }
}

/// The folder of the workspace: what `--root` names, or else the root of the repository, or else the current folder.
pub fn workspace(global: &GlobalOptions) -> Result<PathBuf, Failure> {
    if global.root.is_some() {
        return find(global.root.as_deref(), |_| ());
    }
    let here = std::env::current_dir().map_err(|error| format!("cannot determine the current folder: {error}"))?;
    Ok(paths::repository(&here).unwrap_or(here))
}

/// Whether a folder has what a package with events has.
pub fn has_events(folder: &Path) -> bool {
    OWN_MARKS.iter().any(|mark| folder.join(mark).exists())
}

fn find(root: Option<&Path>, note: impl Fn(&str)) -> Result<PathBuf, Failure> {
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
            note(&format!("package `{}`\n", below(only, found).display()));
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
