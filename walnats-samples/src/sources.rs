//! The package's folder, for what is no schema in it: payloads of tests, and samples.

use std::fs;
use std::path::{Path, PathBuf};

/// The largest payload that is read, in bytes.
pub const MAX_SIZE: u64 = 64 << 20;
/// The deepest folder that is looked into.
const MAX_FOLDERS: usize = 32;

/// The files of a package's folder. Nothing outside of it is read.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    root: &'a Path,
}

/// A file or folder, by its name and its path from the package's folder on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The last part of the path.
    pub name: String,
    /// With `/` between parts.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

impl<'a> Sources<'a> {
    /// The files below `root`.
    pub fn new(root: &'a Path) -> Self {
        Self { root }
    }

    /// The bytes of a file, by its path from the package's folder on, with `/` between parts.
    ///
    /// # Errors
    /// Why it cannot be read, as the end of a sentence.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let file = self.inside(path)?;
        let metadata = fs::metadata(&file).map_err(|error| error.to_string())?;
        // Opening a pipe would wait for somebody who writes to it.
        if !metadata.is_file() && !metadata.is_dir() {
            return Err("it is not a regular file".to_owned());
        }
        let size = metadata.len();
        if size > MAX_SIZE {
            return Err(format!("it has {size} bytes, more than 64 MiB"));
        }
        fs::read(&file).map_err(|error| error.to_string())
    }

    /// What is in a folder, sorted, without hidden files; nothing where there is no such folder, or it leads out of the package.
    pub fn list(&self, folder: &str) -> Vec<Entry> {
        let Ok(path) = self.inside(folder) else { return Vec::new() };
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let entry = |name: String| {
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let is_folder = self.inside(&path).is_ok_and(|real| real.is_dir());
            Entry { name, path, is_folder }
        };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut found: Vec<Entry> = names.filter(|name| !name.starts_with('.')).map(entry).collect();
        found.sort();
        found
    }

    /// The folders below `folder` that are called `name`, sorted; `folder` itself is none of them.
    pub fn folders_named(&self, folder: &str, name: &str) -> Vec<Entry> {
        let mut found = Vec::new();
        self.find(folder, 0, &mut |entry| {
            let is_one = entry.is_folder && entry.name == name;
            found.extend(is_one.then(|| entry.clone()));
            // What is in one belongs to it.
            !is_one
        });
        found
    }

    /// The files below `folder`, sorted.
    pub fn files(&self, folder: &str) -> Vec<Entry> {
        let mut found = Vec::new();
        self.find(folder, 0, &mut |entry| {
            found.extend((!entry.is_folder).then(|| entry.clone()));
            true
        });
        found
    }

    /// The names of the files in the same folder as `path`.
    pub fn names_beside(&self, path: &str) -> Vec<String> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.list(folder).into_iter().filter(|entry| !entry.is_folder).map(|entry| entry.name).collect()
    }

    /// Visits what is below `folder`, and goes into those folders for which `visit` returns true.
    fn find(&self, folder: &str, depth: usize, visit: &mut impl FnMut(&Entry) -> bool) {
        for entry in self.list(folder) {
            if visit(&entry) && entry.is_folder && depth < MAX_FOLDERS {
                self.find(&entry.path, depth + 1, visit);
            }
        }
    }

    fn inside(&self, path: &str) -> Result<PathBuf, String> {
        let root = fs::canonicalize(self.root).map_err(|error| error.to_string())?;
        let real = fs::canonicalize(self.root.join(path)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            _ => error.to_string(),
        })?;
        if real.starts_with(&root) { Ok(real) } else { Err("it leads out of the package".to_owned()) }
    }
}
