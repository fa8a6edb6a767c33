//! Where imports start according to buf: `buf.yaml` (v2: `modules`; v1 and v1beta1: the file's folder or `build.roots`) and
//! `buf.work.yaml`. <https://buf.build/docs/configuration/v2/buf-yaml/>

use std::path::Path;
use std::sync::Arc;

use walnats_schema::read::{Document, Node, NodeValue, parse_yaml};

use super::{Files, SourceSet};
use crate::diagnostic::{Diagnostic, Place, Report};

/// What says where modules are.
pub const FILES: [&str; 2] = ["buf.yaml", "buf.work.yaml"];

/// A module: a folder of `.proto` files. Folders are relative to the package, with `/` between parts.
#[derive(Debug, PartialEq)]
struct Module {
    root: String,
    /// The folders that it consists of; all of it, where there are none.
    includes: Vec<String>,
    /// Folders that are left out of it.
    excludes: Vec<String>,
}

impl Module {
    /// The rest of `path` within the module, if it is there at all.
    fn name<'p>(&self, path: &'p str) -> Option<&'p str> {
        let is_in = |folder: &String| below(path, folder).is_some();
        let name = below(path, &self.root)?;
        let is_included = self.includes.is_empty() || self.includes.iter().any(is_in);
        (is_included && !self.excludes.iter().any(is_in)).then_some(name)
    }
}

/// Names the protobuf sources as imports in the modules of buf name them, and drops what the modules leave out. Files of buf
/// are looked for in the package's folder, in the schema `folders` and in those of a workspace; a module above or beside the
/// schema folders names nothing.
pub(super) fn apply(files: &Files<'_>, folders: &[String], sources: &mut SourceSet, report: &mut Report) {
    if sources.protobuf.is_empty() {
        return;
    }
    let mut reading = Reading { files, modules: Vec::new(), report };
    for folder in std::iter::once("").chain(folders.iter().map(String::as_str)) {
        reading.workspace(folder);
    }
    let modules = reading.modules;
    let is_within_schemas = |module: &&Module| folders.iter().any(|folder| below(&module.root, folder).is_some());
    sources.protobuf.retain_mut(|source| {
        let path = source.file.path.as_str();
        let around: Vec<&Module> = modules.iter().filter(|module| below(path, &module.root).is_some()).collect();
        let names = around.iter().filter(|module| is_within_schemas(module)).filter_map(|module| module.name(path));
        // The innermost module is the one that a file belongs to.
        let name = names.min_by_key(|name| name.len()).map(str::to_owned);
        let is_in_a_module = around.is_empty() || around.iter().any(|module| module.name(path).is_some());
        if let Some(name) = name {
            source.name = name;
        }
        is_in_a_module
    });
}

/// Reads files of buf.
struct Reading<'r, 'f> {
    files: &'r Files<'f>,
    modules: Vec<Module>,
    report: &'r mut Report,
}

impl Reading<'_, '_> {
    /// Adds what the files of buf in `folder` say.
    fn workspace(&mut self, folder: &str) {
        let first = self.modules.len();
        if let Some(file) = self.parsed(folder, FILES[1]) {
            for directory in self.paths(&file, folder, file.root.get("directories")) {
                if self.file(&directory).is_none() {
                    self.modules.push(Module { root: directory, includes: Vec::new(), excludes: Vec::new() });
                }
            }
        }
        let of_workspace = self.modules.len();
        let excludes = self.file(folder).unwrap_or_default();
        for module in &mut self.modules[first..of_workspace] {
            module.excludes.extend_from_slice(&excludes);
        }
    }

    /// Adds the modules of the `buf.yaml` in `folder`. Returns what v1 leaves out in all of them; `None` if there is no file.
    fn file(&mut self, folder: &str) -> Option<Vec<String>> {
        let file = self.parsed(folder, FILES[0])?;
        let build = file.root.get("build");
        let roots = self.paths(&file, folder, build.and_then(|build| build.get("roots")));
        let excludes = self.paths(&file, folder, build.and_then(|build| build.get("excludes")));
        let modules = file.root.get("modules");
        for module in items(modules) {
            let root = match module.get("path") {
                Some(path) => self.path(&file, folder, path),
                None => Some(folder.to_owned()),
            };
            let includes = self.paths(&file, folder, module.get("includes"));
            let excludes = self.paths(&file, folder, module.get("excludes"));
            self.modules.extend(root.map(|root| Module { root, includes, excludes }));
        }
        let own = if modules.is_none() && roots.is_empty() { vec![folder.to_owned()] } else { roots };
        let module = |root| Module { root, includes: Vec::new(), excludes: excludes.clone() };
        self.modules.extend(own.into_iter().map(module));
        Some(excludes)
    }

    /// A file of buf, if it is one; what else is wrong with it is for buf to say.
    fn parsed(&mut self, folder: &str, name: &str) -> Option<Document> {
        let path = join(folder, name)?;
        let file = self.files.text(Path::new(&path), &path, &mut Report::default())?;
        super::is_of_buf(name, &file.text).then_some(())?;
        parse_yaml(Arc::clone(&file), &path, &mut Report::default())
    }

    fn paths(&mut self, file: &Document, folder: &str, list: Option<&Node>) -> Vec<String> {
        items(list).iter().filter_map(|node| self.path(file, folder, node)).collect()
    }

    /// The folder that `node` names, seen from the package; nothing after a finding.
    fn path(&mut self, file: &Document, folder: &str, node: &Node) -> Option<String> {
        let path = node.as_str()?;
        let found = join(folder, path).filter(|_| !path.starts_with('/'));
        if found.is_none() {
            let message = format!("the folder `{path}` is outside of the package");
            let place = Place { file: Arc::clone(&file.file), span: node.span.clone() };
            self.report.push(Diagnostic::error("WN0111", place, message).help(
                "make the folder above both the root: `configure().root(\"..\")` in build.rs and `--root ..` for the program, \
                 with `walnats.toml` there; or take the folder out of the file",
            ));
        }
        found
    }
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(NodeValue::Array(items)) => items,
        _ => &[],
    }
}

/// `path` seen from `folder`, without `.` and `..`; `None` where it leads out of the package.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The rest of `path` within `folder`; all of it within the package's own folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    match path.strip_prefix(folder)? {
        rest if folder.is_empty() || rest.is_empty() => Some(rest),
        rest => rest.strip_prefix('/'),
    }
}
