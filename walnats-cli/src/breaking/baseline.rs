//! What the package is compared with: a revision, a folder, or a file.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use walnats_codegen::{Diagnostic, Package};
use walnats_compat::{About, Comparison, Side};

use super::git::{Git, split};
use super::{moved, tree};
use crate::outcome::Failure;
use crate::{paths, report};

/// A revision of the package.
pub struct Baseline {
    /// As it was asked for.
    pub name: String,
    /// What comes before its paths.
    pub prefix: String,
    /// The commit, if it is one.
    pub commit: Option<String>,
    /// The package; `None` if the revision has none yet.
    pub side: Option<Side>,
    /// Events that are in another package of the workspace now, and not in `side`.
    pub left: Vec<Left>,
}

/// An event that is in another package now.
pub struct Left {
    /// Its name.
    pub event: String,
    /// The protobuf message that it carries.
    pub message: Option<String>,
    /// The package that it is in, relative to the workspace.
    pub to: String,
}

impl Baseline {
    /// What there is to report of it.
    pub fn compared(self, comparison: Comparison) -> report::Baseline {
        let Self { name, prefix, commit, side, left } = self;
        let moved = left.iter().map(|left| format!("note: event `{}` is in package `{}` now", left.event, left.to));
        // What is wrong there cannot be corrected any more, and may be why an event is not compared.
        let mut notes: Vec<String> = match side {
            None => vec![format!("`{name}` has no schemas: every event is new")],
            Some(side) => side.errors.iter().map(|error| format!("note: {prefix}{error}")).collect(),
        };
        notes.extend(moved);
        report::Baseline { name, prefix, commit, notes, comparison, heading: String::new() }
    }
}

impl Baseline {
    /// Whether this is a message, or something in it, that went with its event.
    pub fn has_left(&self, about: &About) -> bool {
        let About::Definition(name) = about else { return false };
        let messages = self.left.iter().filter_map(|left| left.message.as_deref());
        let mut rests = messages.filter_map(|message| name.strip_prefix(message));
        rests.any(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Reads what `--against` names, for the package in the folder `root`. Of a workspace, the package is the `member`, and a folder
/// that is named is that of the whole.
pub fn read(against: &str, root: &Path, member: Option<&Path>) -> Result<Baseline, Failure> {
    let path = Path::new(against);
    if against.ends_with(".json") && path.is_file() {
        return file(against);
    }
    // A path that only a path can be; other words are revisions first.
    let is_path = path.is_absolute()
        || ["./", "../"].iter().any(|start| against.starts_with(start))
        || matches!(against, "." | "..");
    if is_path {
        return if path.is_dir() { folder(against, member) } else { Err(no_baseline(against, path).into()) };
    }
    let git = Git::new(root);
    if !git.is_repository()? {
        if path.is_dir() {
            return folder(against, member);
        }
        if path.is_file() {
            return Err(no_baseline(against, path).into());
        }
        let root = root.display();
        return Err(format!("`{against}` is not a folder, and `{root}` is not in a git repository").into());
    }
    match revision(&git, root, against, member) {
        Err(_) if path.is_dir() => folder(against, member),
        Err(_) if path.is_file() => Err(no_baseline(against, path).into()),
        Err(error) if git.commit(split(against).0).is_err() => {
            Err(format!("{error}; there is no folder or file `{against}` either").into())
        }
        read => read,
    }
}

/// Why a path, which no revision is named like, is not a baseline.
fn no_baseline(against: &str, path: &Path) -> String {
    let found = match path.exists() {
        true => format!("`{against}` is a file, but not a package"),
        false => format!("there is neither a folder, a file nor a revision `{against}`"),
    };
    format!(
        "{found}: name a git revision, such as `main` or `HEAD~1`, the folder of a package, or a file ending in `.json` that \
         holds the package's files by path"
    )
}

fn revision(git: &Git, root: &Path, against: &str, member: Option<&Path>) -> Result<Baseline, Failure> {
    let (name, folder) = split(against);
    let commit = git.commit(name)?;
    let is_named = folder.is_some();
    let folder = match folder {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder.to_owned(),
        Some(folder) => format!("{folder}/"),
        None => git.prefix()?,
    };
    let read = tree::package(git, &commit, &folder).map_err(|error| format!("cannot read `{against}`: {error}"))?;
    let Some(files) = read else {
        if is_named {
            let folder = folder.trim_end_matches('/');
            return Err(format!("`{name}` has no package in `{folder}`: no such folder, or no schemas in it").into());
        }
        // A package that is still there is another one.
        let mut others = tree::elsewhere(git, &commit)?;
        if let Ok(root) = git.top() {
            others.retain(|other| !["walnats.toml", "schemas"].iter().any(|name| root.join(other).join(name).exists()));
        }
        if let Some(origin) = moved::origin(git, &commit, &others, root)? {
            return revision(git, root, &format!("{name}:{origin}"), member);
        }
        // Of a workspace, events that were elsewhere are found there.
        if others.is_empty() || member.is_some() {
            return Ok(Baseline {
                name: name.to_owned(),
                prefix: format!("{name}:{folder}"),
                commit: Some(commit),
                side: None,
                left: Vec::new(),
            });
        }
        let place = if folder.is_empty() { "its root".to_owned() } else { format!("`{folder}`") };
        let root = root.display();
        let others: String = others.iter().map(|other| format!("\n  --root {root} --against {name}:{other}")).collect();
        return Err(format!(
            "`{name}` has no schemas in {place}; if the package was elsewhere then, compare it alone and name the folder:{others}"
        )
        .into());
    };
    let side = side(against, Package::from_sources(&walnats_codegen::configure(), &files))?;
    Ok(Baseline {
        name: name.to_owned(),
        prefix: format!("{name}:{folder}"),
        commit: Some(commit),
        side: Some(side),
        left: Vec::new(),
    })
}

fn folder(against: &str, member: Option<&Path>) -> Result<Baseline, Failure> {
    let member = member.unwrap_or(Path::new(""));
    let root = Path::new(against).join(member);
    if !member.as_os_str().is_empty() && !root.exists() {
        let (name, prefix) = (against.to_owned(), String::new());
        return Ok(Baseline { name, prefix, commit: None, side: None, left: Vec::new() });
    }
    let side = side(against, Package::load(&walnats_codegen::configure().root(&root)))?;
    let prefix = format!("{}/{}", against.trim_end_matches('/'), paths::slashed(member));
    Ok(Baseline { name: against.to_owned(), prefix, commit: None, side: Some(side), left: Vec::new() })
}

/// `{"walnats.toml": "...", "schemas/user_created.json": {...}}`: a package in one file. A JSON schema may be there as it is;
/// everything else is a text.
fn file(against: &str) -> Result<Baseline, Failure> {
    let text = std::fs::read_to_string(against).map_err(|error| format!("cannot read `{against}`: {error}"))?;
    let wrong = |why: &str| -> Failure {
        let help = "it has to be one object that holds the package's files by path: \
                    {\"walnats.toml\": \"...\", \"schemas/user_created.json\": {...}}";
        format!("`{against}` is not a package: {why}; {help}").into()
    };
    let content: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    if let Some(other) = content.keys().find(|path| *path != "walnats.toml" && !path.contains('/')) {
        return Err(wrong(&format!("`{other}` is not the path of a file in a schema folder")));
    }
    let files = content.into_iter().map(|(path, content)| {
        let bytes = match content {
            Value::String(text) => text.into_bytes(),
            schema => serde_json::to_vec_pretty(&schema).unwrap_or_default(),
        };
        (path, bytes)
    });
    let side = side(against, Package::from_sources(&walnats_codegen::configure(), &files.collect()))?;
    Ok(Baseline {
        name: against.to_owned(),
        prefix: format!("{against}:"),
        commit: None,
        side: Some(side),
        left: Vec::new(),
    })
}

/// Findings that say that files could not be read at all, rather than what is wrong in one of them.
const UNREADABLE: [&str; 3] = ["WN0101", "WN0111", "WN0401"];

fn side(against: &str, package: Package) -> Result<Side, Failure> {
    let side = Side::new(package);
    let unreadable = |error: &&Diagnostic| UNREADABLE.contains(&error.code);
    match side.errors.iter().find(unreadable) {
        Some(error) => Err(format!("cannot read `{against}`: {error}").into()),
        None => Ok(side),
    }
}
