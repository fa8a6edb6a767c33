//! For tests: the modules of a crate stand on floors, and import from lower ones only.
//!
//! It reads the sources, so it sees every path that is written out, whether `use` imports it or not. Comments and the modules
//! `tests` at the end of files do not count.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Floors from the bottom up. Modules on one floor do not know each other.
pub type Floors<'a> = &'a [&'a [&'a str]];

/// What is wrong with the modules in `folder`, such as `src` or `src/relay`, of the crate in `root`: a line for each import that
/// does not lead downwards, and for each module that is on no floor. Empty if nothing is wrong.
///
/// The file that declares the modules of an inner folder counts as a module of its name: `relay` in `src/relay`. In `src`,
/// `lib.rs` and `main.rs` are above all floors. The modules in `apart` are left out: who imports them and what they import.
///
/// # Panics
///
/// The sources cannot be read.
pub fn faults(root: &Path, folder: &str, floors: Floors<'_>, apart: &[&str]) -> String {
    let mut level = Level::new(root, folder);
    level.modules.retain(|module| !apart.contains(&module.as_str()));
    let floor = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let mut faults = String::new();
    for module in level.modules.iter().filter(|module| floor(module).is_none()) {
        let _ = writeln!(faults, "{folder}: `{module}` is on no floor");
    }
    for module in floors.iter().copied().flatten().filter(|module| !level.modules.contains(**module)) {
        let _ = writeln!(faults, "{folder}: there is no module `{module}`");
    }
    for (module, path) in level.files().into_iter().filter(|(module, _)| level.modules.contains(module)) {
        let text = code(&fs::read_to_string(&path).expect("a source file can be read"));
        for import in level.imports(&module, &path, &text) {
            if import != module && floor(&import) >= floor(&module) {
                let _ = writeln!(faults, "{}: `{module}` imports `{import}`", path.display());
            }
        }
    }
    faults
}

/// The modules of one folder.
struct Level {
    folder: PathBuf,
    /// How other files name the folder: `crate::`, or `crate::relay::`.
    prefix: String,
    /// The file that declares the modules, as a module; none for `src`.
    own: Option<String>,
    modules: BTreeSet<String>,
}

impl Level {
    fn new(root: &Path, folder: &str) -> Self {
        let parts: Vec<&str> = folder.split('/').skip(1).collect();
        let prefix = parts.iter().fold("crate::".to_owned(), |prefix, part| prefix + part + "::");
        let own = parts.last().map(|part| (*part).to_owned());
        let folder = root.join(folder);
        let mut modules: BTreeSet<String> = own.iter().cloned().collect();
        for path in entries(&folder) {
            let name = stem(&path);
            if path.is_dir() || (path.extension().is_some_and(|it| it == "rs") && !is_root(&name)) {
                modules.insert(name);
            }
        }
        Self { folder, prefix, own, modules }
    }

    /// Every file with the module that it is part of.
    fn files(&self) -> Vec<(String, PathBuf)> {
        let mut files = Vec::new();
        for path in entries(&self.folder) {
            let module = stem(&path);
            let inner = if path.is_dir() { sources(&path) } else { vec![path] };
            files.extend(inner.into_iter().map(|path| (module.clone(), path)));
        }
        files.retain(|(module, _)| !is_root(module));
        files.extend(self.own.iter().map(|own| (own.clone(), self.folder.with_extension("rs"))));
        files
    }

    /// The modules of this level that the file names.
    fn imports(&self, module: &str, path: &Path, text: &str) -> BTreeSet<String> {
        let mut prefixes = vec![self.prefix.clone()];
        let is_own = self.own.as_deref() == Some(module);
        let depth = path.strip_prefix(&self.folder).map_or(0, |inside| inside.components().count());
        prefixes.push(if is_own { "self::".to_owned() } else { "super::".repeat(depth) });
        let mut found: BTreeSet<String> = prefixes.iter().flat_map(|prefix| after(text, prefix)).collect();
        if is_own {
            found.retain(|name| self.modules.contains(name));
            let named = |name: &&String| !after(text, &format!("{name}::")).is_empty();
            found.extend(self.modules.iter().filter(named).cloned());
        } else if let Some(own) = &self.own {
            // A name that is none of the modules is something in the file that declares them.
            let is_elsewhere = |name: &String| !self.modules.contains(name) && name != "*";
            if found.iter().any(is_elsewhere) {
                found.insert(own.clone());
            }
        }
        found.retain(|name| self.modules.contains(name));
        found
    }
}

/// The names that follow `prefix` in paths, those in braces, too.
fn after(text: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (start, _) in text.match_indices(prefix) {
        // `super::a` is not part of `super::super::a`, nor `read::` of `already_read::`; `$crate` is for other crates.
        let before = text[..start].chars().next_back();
        if before.is_some_and(|c| c == ':' || c == '_' || c == '$' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &text[start + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => names.extend(group_names(group)),
            None => names.extend(name(rest)),
        }
    }
    names
}

/// The first names of the paths in braces.
fn group_names(group: &str) -> Vec<String> {
    let (mut names, mut depth, mut expects) = (Vec::new(), 0, true);
    for (index, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects = true,
            c if expects && depth == 0 && !c.is_whitespace() => {
                names.extend(name(&group[index..]));
                expects = false;
            }
            _ => {}
        }
    }
    names
}

fn name(text: &str) -> Option<String> {
    if text.starts_with('*') {
        return Some("*".to_owned());
    }
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty() && name != "super").then_some(name)
}

/// The text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |code, line| code + line + "\n")
}

fn is_root(module: &str) -> bool {
    module == "lib" || module == "main"
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources can be read");
    entries.map(|entry| entry.expect("a folder of sources can be read").path()).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<_>, Vec<_>) = entries(folder).into_iter().partition(|path| path.is_dir());
    files.retain(|path| path.extension().is_some_and(|it| it == "rs") && stem(path) != "tests");
    files.extend(folders.iter().flat_map(|folder| sources(folder)));
    files
}
