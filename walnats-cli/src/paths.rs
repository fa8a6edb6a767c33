//! Where folders are, seen from others.

use std::path::{Component, Path, PathBuf};

/// What comes before the paths of files in `folder` for whoever stands in the current folder: `crates/shop/`, `../`, or the
/// whole path where the two have nothing in common.
pub fn from_here(folder: &Path) -> Option<String> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    let above = here.ancestors().position(|above| above.parent().is_some() && folder.starts_with(above));
    let Some((above, common)) = above.and_then(|above| Some((above, here.ancestors().nth(above)?))) else {
        return Some(slashed(&folder));
    };
    Some("../".repeat(above) + &slashed(folder.strip_prefix(common).ok()?))
}

/// What comes before the paths of files in `folder` from the root of their repository on; `None` outside of one.
pub fn in_repository(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let inside = folder.strip_prefix(repository(&folder)?).ok()?;
    Some(slashed(inside))
}

/// A path from `folder` on, with `/` between parts; the whole path if it is not inside.
pub fn relative(folder: &Path, path: &Path) -> String {
    let clean = |path: &Path| {
        let mut clean = PathBuf::new();
        for component in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
            match component {
                Component::ParentDir => {
                    clean.pop();
                }
                component => clean.push(component),
            }
        }
        clean
    };
    let (folder, path) = (clean(folder), clean(path));
    slashed(path.strip_prefix(&folder).unwrap_or(&path)).trim_end_matches('/').to_owned()
}

/// The root of the repository that a folder is in.
pub fn repository(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|above| above.join(".git").exists()).map(Path::to_owned)
}

/// A path without `.`, and without `..` where that leads out of a folder before it.
pub fn plain(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The root of the repository that the current folder is in, or that folder itself.
pub fn repository_here() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    Some(repository(&here).unwrap_or(here))
}

/// With `/` between parts and at the end; empty for no parts.
pub fn slashed(folder: &Path) -> String {
    let mut text = String::new();
    for component in folder.components() {
        match component {
            Component::RootDir => text.push('/'),
            Component::CurDir => {}
            part => {
                text += &part.as_os_str().to_string_lossy();
                text.push('/');
            }
        }
    }
    text
}
