//! Compiles protobuf sources in memory: an import is looked up among the sources and what comes with walnats, nowhere else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorProto;
use protox_parse::ParseError;

use crate::diagnostic::{Report, SourceFile};
use crate::load::ProtobufSource;

use super::applied::{Written, without_editions};
use super::edition::Edition;
use super::feature;
use super::library::{CompiledFile, Content, DESCRIPTOR, Library};
use super::mistake::Mistakes;
use super::names::{Names, Visibility};
use super::taken;
use super::text::{self, Readable};
use super::token;

/// Descriptors of everything that compiles.
pub struct Compiled {
    /// With source info and options; files of editions as proto2 or proto3.
    pub pool: DescriptorPool,
    /// Full names of the fields without presence in files of the pool that are proto2.
    pub implicit: BTreeSet<String>,
    /// The files of editions among those of the pool.
    pub editions: BTreeSet<String>,
    /// Where the files of the package come from, by name; those that do not compile too.
    pub files: BTreeMap<String, Arc<SourceFile>>,
}

/// Compiles each of `sources`; a mistake in one does not hide those of another.
pub fn compile(sources: &[ProtobufSource], report: &mut Report) -> Compiled {
    let library = Library::new(sources, report);
    let mut compiler = Compiler {
        library: &library,
        pool: DescriptorPool::new(),
        names: Names::default(),
        state: BTreeMap::new(),
        rewritten: BTreeMap::new(),
        report,
    };
    for name in library.files.keys() {
        compiler.open(name);
    }
    let Compiler { pool, rewritten, .. } = compiler;
    let (pool, rewritten) = without_editions(pool, rewritten, &library.files, report);
    let editions = rewritten.keys().cloned().collect();
    let implicit = rewritten.into_values().flatten().collect();
    Compiled { pool, implicit, editions, files: library.files }
}

struct Compiler<'c> {
    library: &'c Library,
    pool: DescriptorPool,
    names: Names,
    state: BTreeMap<String, State>,
    /// The files of editions that are in the pool.
    rewritten: BTreeMap<String, Written>,
    report: &'c mut Report,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Open,
    Compiled,
    Broken,
}

/// A file whose imports are being compiled.
struct Opened<'c> {
    name: String,
    parsed: Parsed<'c>,
    next: usize,
    is_sound: bool,
}

#[derive(Default)]
struct Parsed<'c> {
    descriptor: FileDescriptorProto,
    text: Option<&'c str>,
    compiled: Option<&'c CompiledFile>,
    edition: Option<Edition>,
    visibility: Visibility,
}

impl<'c> Compiler<'c> {
    /// Compiles the file `name`, and first what it imports.
    fn open(&mut self, name: &str) {
        let mut stack: Vec<Opened<'c>> = Vec::new();
        self.push(name, &mut stack);
        while let Some(top) = stack.last_mut() {
            let Some(import) = top.parsed.descriptor.dependency.get(top.next).cloned() else {
                let Some(top) = stack.pop() else { return };
                let state = if top.is_sound && self.add(top.parsed) { State::Compiled } else { State::Broken };
                self.state.insert(top.name, state);
                continue;
            };
            let state = self.state.get(&import).copied();
            if state.is_none() && self.library.open(&import).is_some() {
                self.push(&import, &mut stack);
                continue;
            }
            let at = top.next;
            top.next += 1;
            let Some(top) = stack.last() else { return };
            let mistakes = Mistakes { name: &top.name, files: &self.library.files };
            let file = &top.parsed.descriptor;
            let mistake = match state {
                _ if file.dependency[..at].contains(&import) => Some(mistakes.imported_twice(file, at)),
                Some(State::Compiled) => continue,
                Some(State::Broken) => None,
                Some(State::Open) => Some(mistakes.import_cycle(file, at, &cycle(&stack, &import))),
                None => Some(mistakes.unknown_import(file, at)),
            };
            mistake.into_iter().for_each(|mistake| self.report.push(mistake));
            stack.last_mut().into_iter().for_each(|top| top.is_sound = false);
        }
    }

    /// Parses the file `name`, to be compiled after its imports.
    fn push(&mut self, name: &str, stack: &mut Vec<Opened<'c>>) {
        if self.state.contains_key(name) {
            return;
        }
        let parsed = self.library.open(name).and_then(|content| self.parse(name, content));
        match parsed {
            Some(parsed) => {
                self.state.insert(name.to_owned(), State::Open);
                stack.push(Opened { name: name.to_owned(), parsed, next: 0, is_sound: true });
            }
            None => {
                self.state.insert(name.to_owned(), State::Broken);
            }
        }
    }

    fn parse(&mut self, name: &str, content: Content<'c>) -> Option<Parsed<'c>> {
        match content {
            Content::WellKnown(descriptor) => Some(Parsed { descriptor: *descriptor, ..Parsed::default() }),
            Content::Compiled(compiled) => {
                let mut descriptor = compiled.descriptor.clone();
                descriptor.name = Some(name.to_owned());
                Some(Parsed { descriptor, compiled: Some(compiled), ..Parsed::default() })
            }
            Content::Text(text) => {
                if let Some(span) = token::too_deep(text) {
                    self.report.push(Mistakes { name, files: &self.library.files }.too_deep(span));
                    return None;
                }
                let edition = match text::without_edition(text) {
                    Some(Ok(edition)) => Some(edition),
                    Some(Err(problems)) => {
                        let mistakes = Mistakes { name, files: &self.library.files };
                        problems.iter().for_each(|problem| self.report.push(mistakes.in_edition(problem)));
                        return None;
                    }
                    None => None,
                };
                self.parse_text(name, text, edition.as_ref())
            }
        }
    }

    /// Parses `text`, or what is `readable` of it.
    fn parse_text(&mut self, name: &str, text: &'c str, readable: Option<&Readable>) -> Option<Parsed<'c>> {
        let parsed = protox_parse::parse(name, readable.map_or(text, |readable| &readable.edited.text));
        match (parsed, readable) {
            (Ok(mut descriptor), _) => {
                if !self.library.files.contains_key(name) {
                    descriptor.source_code_info = None;
                }
                if let Some(readable) = readable {
                    readable.edited.move_back(&mut descriptor, text);
                }
                let visibility = readable.map(|readable| readable.visibility.clone().of(&descriptor, readable.edition));
                let visibility = visibility.unwrap_or_default();
                let edition = readable.and_then(|readable| readable.edition);
                Some(Parsed { descriptor, text: Some(text), compiled: None, edition, visibility })
            }
            (Err(error), None) => match text::with_ranges(text) {
                Some(readable) => self.parse_text(name, text, Some(&readable)),
                None => self.refuse(name, &error, &|offset| offset),
            },
            (Err(error), Some(readable)) => self.refuse(name, &error, &|offset| readable.edited.original(offset)),
        }
    }

    fn refuse<T>(&mut self, name: &str, error: &ParseError, back: &dyn Fn(usize) -> usize) -> Option<T> {
        Mistakes { name, files: &self.library.files }.report(error, back, self.report);
        None
    }

    /// Adds a file whose imports are in the pool.
    fn add(&mut self, parsed: Parsed<'c>) -> bool {
        let Parsed { mut descriptor, text, compiled, edition, visibility } = parsed;
        let name = descriptor.name().to_owned();
        if edition.is_some() && self.pool.get_file_by_name(DESCRIPTOR).is_none() {
            // It has the features, of which the one that prost-reflect brings lacks some.
            self.open(DESCRIPTOR);
        }
        self.names.add(&descriptor, &visibility);
        let hidden = if text.is_some() { self.names.resolve(&mut descriptor) } else { Vec::new() };
        if !hidden.is_empty() {
            let mistakes = Mistakes { name: &name, files: &self.library.files };
            hidden.iter().for_each(|hidden| self.report.push(mistakes.hidden(&descriptor, hidden)));
            return false;
        }
        let added = match compiled {
            Some(compiled) => self.pool.decode_file_descriptor_proto(compiled.encoded.as_slice()),
            None => self.pool.add_file_descriptor_proto(descriptor),
        };
        if let Err(error) = added {
            let error = error.with_source_code(text.unwrap_or_default());
            Mistakes { name: &name, files: &self.library.files }.report(&error, &|offset| offset, self.report);
            return false;
        }
        let applied = compiled.and_then(|compiled| compiled.rewritten.as_ref());
        let written = applied.map(|rewritten| Written::Applied(rewritten.implicit.clone()));
        if let Some(written) = written.or(edition.map(Written::Text)) {
            self.rewritten.insert(name.clone(), written);
        }
        text.is_none_or(|text| self.is_accepted(&name, text))
    }

    /// Whether the file `name`, which is in the pool, says nothing that protoc refuses.
    fn is_accepted(&mut self, name: &str, text: &str) -> bool {
        let Some(file) = self.pool.get_file_by_name(name) else { return true };
        let editions = self.rewritten.keys().map(String::as_str).collect();
        let mut refused = feature::misplaced(&file, text, &editions);
        refused.extend(taken::taken(&file));
        let is_accepted = refused.is_empty();
        let mistakes = Mistakes { name, files: &self.library.files };
        let found = refused.into_iter().map(|refused| mistakes.refused(file.file_descriptor_proto(), refused));
        found.for_each(|found| self.report.push(found));
        is_accepted
    }
}

/// The files from `import` on, which the last one imports again.
fn cycle(stack: &[Opened<'_>], import: &str) -> Vec<String> {
    let names = stack.iter().map(|opened| opened.name.as_str());
    names.skip_while(|name| *name != import).chain([import]).map(str::to_owned).collect()
}
