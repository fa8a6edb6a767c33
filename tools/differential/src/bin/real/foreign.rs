//! The schemas in folders, with their samples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// A schema of somebody else.
pub struct Foreign {
    /// The name of its event, which no other has.
    pub event: String,
    pub path: PathBuf,
    pub text: String,
    /// Values that it accepts.
    pub positive: Vec<PathBuf>,
    /// Values that it refuses.
    pub negative: Vec<PathBuf>,
}

impl Foreign {
    /// The file's name in the folder of schemas.
    pub fn file_name(&self) -> String {
        let extension = self.path.extension().unwrap_or_default();
        format!("{}.{}", self.event, extension.display())
    }

    /// The entry of `walnats.toml` that makes an event of it, even where it has nothing but definitions.
    pub fn config(&self) -> String {
        let Self { event, .. } = self;
        format!("[events.\"{event}\"]\nschema = \"{}#\"\nstream = \"foreign\"\n\n", self.file_name())
    }
}

/// What stands above the entries of events.
pub const CONFIG: &str = "[schemas]\nforeign = [\"*\"]\n\n";

/// Every schema below `folders`.
pub fn schemas(folders: &[PathBuf]) -> Result<Vec<Foreign>> {
    let mut schemas = Vec::new();
    let mut used = BTreeSet::new();
    for folder in folders {
        let mut paths = Vec::new();
        walk(folder, &mut paths)?;
        for path in paths {
            // One that is not UTF-8 is refused as any other that cannot be read.
            let text = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
            let event = name(path.strip_prefix(folder)?, &mut used);
            let (positive, negative) = (samples(folder, &path, "test"), samples(folder, &path, "negative_test"));
            schemas.push(Foreign { event, path, text, positive, negative });
        }
    }
    Ok(schemas)
}

/// Files in the order of their names, without samples.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.ends_with("test") && !path.ends_with("negative_test") {
                walk(&path, found)?;
            }
        } else if path.extension().is_some_and(|extension| ["json", "yaml", "yml"].iter().any(|one| extension == *one))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The samples of kind `kind` next to the schema, or in a folder above it.
fn samples(root: &Path, schema: &Path, kind: &str) -> Vec<PathBuf> {
    let stem = schema.file_stem().unwrap_or_default();
    let folders = schema.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    let folders = folders.map(|folder| folder.join(kind).join(stem)).filter(|folder| folder.is_dir());
    let mut samples = Vec::new();
    for folder in folders {
        // A folder that cannot be read has no samples.
        let _ = walk(&folder, &mut samples);
    }
    samples.retain(|sample| sample.extension().is_some_and(|extension| extension == "json"));
    samples
}

fn name(path: &Path, used: &mut BTreeSet<String>) -> String {
    let words = path.with_extension("").to_string_lossy().to_lowercase();
    let words: Vec<&str> =
        words.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = format!("e-{}", words.join("-"));
    let names = (1..).map(|count| if count == 1 { name.clone() } else { format!("{name}-{count}") });
    names.into_iter().find(|name| used.insert(name.clone())).unwrap_or_default()
}
