//! Files become a [`SourceSet`]. Nothing else in this crate reads from the disk, and nothing ever from the network.

mod beside;
mod buf;
mod file;
mod nodes;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

pub use beside::{below, is_among_tests, is_sample};
pub(crate) use buf::FILES as BUF_FILES;
pub use file::Files;
pub(crate) use file::slashed;
pub(crate) use nodes::Nodes;
pub use walnats_schema::read::{Document, DocumentId, Member, Node, NodeValue, parse_json, parse_yaml};
use walnats_schema::read::{parse_json_leniently, parse_yaml_leniently};

use crate::codes;
use crate::diagnostic::{Diagnostic, ForeignFiles, Place, Report, SourceFile};

/// Everything that was read, sorted by name.
#[derive(Clone, Debug, Default)]
pub struct SourceSet {
    /// JSON and YAML schemas.
    pub documents: Vec<Document>,
    /// `.proto` files and compiled descriptor sets.
    pub protobuf: Vec<ProtobufSource>,
    /// Schema tests, which are in folders `tests` and have their form. `walnats test` runs them.
    pub tests: Vec<Document>,
}

/// A `.proto` file, or a compiled descriptor set (`.binpb`).
#[derive(Clone, Debug)]
pub struct ProtobufSource {
    /// Its path as shown, and its text (empty for `.binpb`).
    pub file: Arc<SourceFile>,
    /// Relative to the schema folder: what an `import` says.
    pub name: String,
    /// The bytes as read.
    pub bytes: Vec<u8>,
}

/// Reads every schema under `folders`, which are relative to the package's folder.
///
/// Folders nest. Hidden files and files of other kinds are left alone, and so are samples ([`is_sample`]) and the payloads that
/// schema tests name. What cannot be read becomes a finding.
pub fn load(files: &Files<'_>, folders: &[PathBuf], report: &mut Report) -> SourceSet {
    let mut sources = SourceSet::default();
    for folder in folders {
        let (among_tests, schemas): (Vec<_>, Vec<_>) =
            files.walk(folder, report).into_iter().partition(|found| is_among_tests(&found.name));
        schemas.iter().for_each(|found| read(found, &mut sources, report));
        read_among_tests(&among_tests, &mut sources, report);
    }
    buf::apply(files, &shown_folders(folders), &mut sources, report);
    report_shadowed(&mut sources, report);
    sources.documents.sort_by(|a, b| a.name.cmp(&b.name));
    sources.protobuf.sort_by(|a, b| a.name.cmp(&b.name));
    sources.tests.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    sources
}

/// The schema files that others write, and what is forgiven there: `patterns` are names from the schema folders on, with one `*` in each for any text.
pub fn foreign_files(folders: &[PathBuf], patterns: &[String]) -> ForeignFiles {
    ForeignFiles { folders: shown_folders(folders), patterns: patterns.to_vec(), at_most: codes::foreign() }
}

/// Schema folders as they are shown: relative to the package, `/` between parts.
pub fn shown_folders(folders: &[PathBuf]) -> Vec<String> {
    folders.iter().map(|folder| file::slashed(folder)).collect()
}

/// `paths`, if they exist.
pub fn existing(paths: impl Iterator<Item = PathBuf>) -> Option<Vec<PathBuf>> {
    paths.map(|path| Some(path).filter(|path| path.exists())).collect()
}

fn read(found: &file::Found<'_>, sources: &mut SourceSet, report: &mut Report) {
    let name = found.name.as_str();
    match found.kind {
        file::Kind::Json => {
            let file = text(found, report);
            sources.documents.extend(
                file.and_then(|file| of_no_tests(&file, name).or_else(|| parse_json_leniently(file, name, report))),
            )
        }
        file::Kind::Yaml => {
            let file = text(found, report).filter(|file| !is_of_buf(name, &file.text));
            sources.documents.extend(
                file.and_then(|file| of_no_tests(&file, name).or_else(|| parse_yaml_leniently(file, name, report))),
            )
        }
        file::Kind::Proto => sources.protobuf.extend(text(found, report).map(|file| ProtobufSource {
            bytes: file.text.clone().into_bytes(),
            file,
            name: name.to_owned(),
        })),
        file::Kind::Descriptors => {
            let file = Arc::new(SourceFile { path: found.shown.clone(), text: String::new() });
            sources.protobuf.extend(found.bytes(report).map(|bytes| ProtobufSource {
                file,
                name: name.to_owned(),
                bytes,
            }));
        }
    }
}

/// An empty file in a folder `tests` as a list of no tests.
fn of_no_tests(file: &Arc<SourceFile>, name: &str) -> Option<Document> {
    let root = Node { span: 0..0, value: NodeValue::Array(Vec::new()) };
    (file.text.trim().is_empty() && is_among_tests(name)).then(|| Document {
        file: Arc::clone(file),
        name: name.to_owned(),
        root,
    })
}

/// Reads what is in folders `tests`: schema tests, their payloads, and schemas.
fn read_among_tests(found: &[file::Found<'_>], sources: &mut SourceSet, report: &mut Report) {
    let mut alone: Vec<(&str, SourceSet, Report)> = Vec::new();
    for found in found {
        let (mut content, mut findings) = (SourceSet::default(), Report::default());
        read(found, &mut content, &mut findings);
        alone.push((&found.name, content, findings));
    }
    let payloads: BTreeSet<String> = beside::payload_files(alone.iter().flat_map(|(_, content, _)| &content.documents));
    for (_, content, findings) in alone.into_iter().filter(|(name, ..)| !payloads.contains(*name)) {
        let (tests, schemas): (Vec<_>, Vec<_>) =
            content.documents.into_iter().partition(|document| beside::is_test(&document.root));
        sources.tests.extend(tests);
        sources.documents.extend(schemas);
        sources.protobuf.extend(content.protobuf);
        findings.diagnostics.into_iter().for_each(|finding| report.push(finding));
    }
}

/// Whether it is a file that buf keeps next to `.proto` files, with the version that no schema has.
fn is_of_buf(name: &str, text: &str) -> bool {
    let own = ["buf.yaml", "buf.gen.yaml", "buf.work.yaml", "buf.policy.yaml"];
    let versions = ["v1", "v2", "v1beta1"];
    let is_version = |line: &str| {
        let value = line.strip_prefix("version:").map(|value| value.split('#').next().unwrap_or_default());
        value.is_some_and(|value| versions.contains(&value.trim().trim_matches(['"', '\''])))
    };
    own.contains(&name.rsplit('/').next().unwrap_or_default()) && text.lines().any(is_version)
}

fn text(found: &file::Found<'_>, report: &mut Report) -> Option<Arc<SourceFile>> {
    let file = file::decode(&found.shown, found.bytes(report)?, report)?;
    let is_empty = file.text.trim().is_empty() && found.kind != file::Kind::Proto;
    // A schema test without tests, which keeps no other from running.
    if is_empty && !is_among_tests(&found.name) {
        report.push(
            Diagnostic::error("WN0106", Place { file, span: 0..0 }, "the file is empty")
                .help("write a schema, `{}` accepts every payload; or remove the file"),
        );
        return None;
    }
    Some(file)
}

/// Two folders may hold files of one name; a reference would be ambiguous.
fn report_shadowed(sources: &mut SourceSet, report: &mut Report) {
    let mut seen = std::collections::HashMap::new();
    sources.documents.retain(|document| {
        let Some(first) = seen.insert(document.name.clone(), Arc::clone(&document.file)) else { return true };
        let place = Place { file: Arc::clone(&document.file), span: 0..0 };
        report.push(
            Diagnostic::error("WN0113", place, format!("`{}` is in two schema folders", document.name))
                .related(Place { file: first, span: 0..0 }, "first here")
                .help("rename one: references to them would be ambiguous"),
        );
        false
    });
    let mut seen: std::collections::HashMap<String, (Arc<SourceFile>, Vec<u8>)> = std::collections::HashMap::new();
    sources.protobuf.retain(|source| {
        let Some((first, bytes)) = seen.get(&source.name) else {
            seen.insert(source.name.clone(), (Arc::clone(&source.file), source.bytes.clone()));
            return true;
        };
        // Copies of what others share are common, and harmless while they are alike.
        if *bytes != source.bytes {
            let place = Place { file: Arc::clone(&source.file), span: 0..0 };
            report.push(
                Diagnostic::error("WN0113", place, format!("`{}` is in two schema folders", source.name))
                    .related(Place { file: Arc::clone(first), span: 0..0 }, "first here")
                    .help("rename one: imports of them would be ambiguous"),
            );
        }
        false
    });
}
