//! Where imports start according to buf: `buf.yaml` (v2: `modules`; v1 and v1beta1: the file's folder or `build.roots`) and
//! `buf.work.yaml`. <https://buf.build/docs/configuration/v2/buf-yaml/>

use std::path::Path;
use std::sync::Arc;

use walnats_schema::read::{Node, NodeValue, parse_yaml};

use super::{Files, SourceSet};
use crate::diagnostic::Report;

/// What says where modules are.
pub const FILES: [&str; 2] = ["buf.yaml", "buf.work.yaml"];

/// The folders of modules and what is left out of them, relative to the package, `/` between parts.
#[derive(Debug, Default, PartialEq)]
struct Modules {
    roots: Vec<String>,
    excludes: Vec<String>,
}

/// Names the protobuf sources as imports in the modules of buf name them, and drops what the modules leave out. Files of buf
/// are looked for in the package's folder and in the schema `folders`; a module outside of those changes nothing.
pub(super) fn apply(files: &Files<'_>, folders: &[String], sources: &mut SourceSet) {
    if sources.protobuf.is_empty() {
        return;
    }
    let mut modules = Modules::default();
    for folder in std::iter::once("").chain(folders.iter().map(String::as_str)) {
        modules.read(files, folder);
    }
    let is_within_schemas = |root: &str| folders.iter().any(|folder| below(root, folder).is_some());
    modules.roots.retain(|root| is_within_schemas(root));
    modules.excludes.retain(|exclude| is_within_schemas(exclude));
    sources.protobuf.retain_mut(|source| {
        let path = source.file.path.as_str();
        let roots = modules.roots.iter().filter_map(|root| below(path, root));
        // The innermost module is the one that a file belongs to.
        if let Some(name) = roots.min_by_key(|name| name.len()) {
            source.name = name.to_owned();
        }
        !modules.excludes.iter().any(|exclude| below(path, exclude).is_some())
    });
}

impl Modules {
    /// Adds what the files of buf in `folder` say.
    fn read(&mut self, files: &Files<'_>, folder: &str) {
        if let Some(file) = parsed(files, folder, FILES[1]) {
            self.roots.extend(texts(file.get("directories")).map(|path| join(folder, path)));
        }
        let Some(file) = parsed(files, folder, FILES[0]) else { return };
        let path = |module: &Node| join(folder, module.get("path").and_then(Node::as_str).unwrap_or("."));
        let modules = items(file.get("modules")).iter();
        self.roots.extend(modules.clone().map(path));
        let of_modules = modules.flat_map(|module| texts(module.get("excludes")));
        self.excludes.extend(of_modules.map(|exclude| join(folder, exclude)));
        let build = file.get("build");
        let roots: Vec<&str> = texts(build.and_then(|build| build.get("roots"))).collect();
        if file.get("modules").is_none() && roots.is_empty() {
            self.roots.push(join(folder, "."));
        }
        self.roots.extend(roots.into_iter().map(|root| join(folder, root)));
        self.excludes.extend(texts(build.and_then(|build| build.get("excludes"))).map(|path| join(folder, path)));
    }
}

/// A file of buf, if it is one; what is wrong with it is for buf to say.
fn parsed(files: &Files<'_>, folder: &str, name: &str) -> Option<Node> {
    let path = join(folder, name);
    let file = files.text(Path::new(&path), &path, &mut Report::default())?;
    super::is_of_buf(name, &file.text).then_some(())?;
    parse_yaml(Arc::clone(&file), &path, &mut Report::default()).map(|document| document.root)
}

fn items(node: Option<&Node>) -> &[Node] {
    match node.map(|node| &node.value) {
        Some(NodeValue::Array(items)) => items,
        _ => &[],
    }
}

fn texts(node: Option<&Node>) -> impl Iterator<Item = &str> {
    items(node).iter().filter_map(Node::as_str)
}

/// `path` seen from `folder`, without `.` and `..`.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The rest of `path` within `folder`; all of it within the package's own folder.
fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    match path.strip_prefix(folder)? {
        rest if folder.is_empty() || rest.is_empty() => Some(rest),
        rest => rest.strip_prefix('/'),
    }
}
