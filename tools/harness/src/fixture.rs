//! Fixtures whose good case is written as what differs from the bad one.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Files, each by its path from the fixture on.
pub type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The files of `folder`, where those of `folder/good` take the place of those of the same path; an empty one takes the file away.
///
/// # Errors
///
/// If there is no folder `good`, if a file of it changes nothing, or if a file cannot be read.
pub fn good(folder: &Path) -> io::Result<Files> {
    let mut good = files(folder)?;
    good.retain(|path, _| !path.starts_with("good"));
    for (path, bytes) in files(&folder.join("good"))? {
        let wrong = |what| io::Error::other(format!("{}: {what}", folder.join("good").join(&path).display()));
        match (good.get(&path), bytes.is_empty()) {
            (Some(bad), _) if *bad == bytes => return Err(wrong("the same as the bad file: remove it")),
            (None, true) => return Err(wrong("there is no bad file to take away")),
            (Some(_), true) => drop(good.remove(&path)),
            (_, false) => drop(good.insert(path, bytes)),
        }
    }
    Ok(good)
}

/// Writes files into a new folder.
///
/// # Errors
///
/// If one cannot be written.
pub fn write(files: &Files) -> io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    for (path, bytes) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, bytes)?;
    }
    Ok(folder)
}

/// All files in `folder`, by their paths from there on; of a link, where it leads to.
///
/// # Errors
///
/// If there is no such folder, or a file cannot be read.
pub fn files(folder: &Path) -> io::Result<Files> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = PathBuf::from(path.file_name().unwrap_or_default());
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path)?.into_iter().map(|(path, bytes)| (name.join(path), bytes)));
        } else if path.is_symlink() {
            found.insert(name, fs::read_link(&path)?.to_string_lossy().into_owned().into_bytes());
        } else {
            found.insert(name, fs::read(&path)?);
        }
    }
    Ok(found)
}
