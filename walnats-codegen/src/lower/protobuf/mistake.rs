//! What is wrong with a file, as diagnostics.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use prost_types::FileDescriptorProto;

use crate::diagnostic::{Diagnostic, Place, Report, SourceFile, did_you_mean};

use super::descriptor::{FILE_DEPENDENCY, Lines, Refused};
use super::edition::Edition;
use super::names::Hidden;
use super::text::Problem;
use super::token::MAX_DEPTH;
use super::{OWN_PROTOS, option, place};

/// What there is to say about the file `name`, one of `files`.
pub struct Mistakes<'m> {
    pub name: &'m str,
    pub files: &'m BTreeMap<String, Arc<SourceFile>>,
}

impl Mistakes<'_> {
    /// Adds everything that the compiler says in `error`; `back` leads from its offsets to those of the file.
    pub fn report(&self, error: &dyn miette::Diagnostic, back: &dyn Fn(usize) -> usize, report: &mut Report) {
        // What a compiler error is related to is further errors of the same file.
        let all = std::iter::once(error).chain(error.related().into_iter().flatten());
        let mut again: Vec<String> = Vec::new();
        for found in all.map(|error| self.diagnose(error, back)) {
            // Where a message is defined again, so is all that is in it.
            let name =
                found.message.strip_prefix("name `").and_then(|text| text.split_once("` is already defined in file"));
            if let Some((name, _)) = name {
                if again.iter().any(|outer| name.strip_prefix(outer.as_str()).is_some_and(|rest| rest.starts_with('.')))
                {
                    continue;
                }
                again.push(name.to_owned());
            }
            report.push(found);
        }
    }

    fn diagnose(&self, error: &dyn miette::Diagnostic, back: &dyn Fn(usize) -> usize) -> Diagnostic {
        let file = self.file();
        // Several labels say where things that clash were defined; the last one is the clash.
        let label = error.labels().into_iter().flatten().last();
        let span = label.as_ref().map_or(0..0, |label| back(label.offset())..back(label.offset() + label.len()));
        let place = Place { span: on_characters(&file.text, span), file };
        // Names have been looked up: they begin with a dot.
        let message = error.to_string().replace('\'', "`").replace("(.", "(").replace("`.", "`");
        let marked = &place.file.text[place.span.clone()];
        if marked.contains("walnats.") || message.contains("walnats.") {
            return option::diagnose(error, message, place);
        }
        let message = match error.diagnostic_source() {
            Some(detail) => format!("{message}: {}", detail.to_string().replace('\'', "`")),
            // prost-reflect leaves the name out where it follows from that of the field.
            None => message.replace("JSON name ``", &format!("the JSON name of `{marked}`")),
        };
        let help = error.help().map(|help| help.to_string().replace('\'', "`"));
        // The parser says of both that they are no names of groups.
        let message = match &help {
            Some(help) if help.starts_with("imports may") => {
                format!("`{}` is not the path of an import", marked.trim_matches(['"', '\'']))
            }
            _ => message,
        };
        let mut found = Diagnostic::error("WN0502", place, message);
        found.label = label.and_then(|label| label.label().map(str::to_owned)).unwrap_or_default();
        found.help = help;
        found
    }

    /// The import at `index` leads nowhere.
    pub fn unknown_import(&self, file: &FileDescriptorProto, index: usize) -> Diagnostic {
        let import = file.dependency.get(index).map(String::as_str).unwrap_or_default();
        let found =
            Diagnostic::error("WN0503", self.import(file, index), format!("there is no file `{import}` to import"));
        let of_package = || self.files.keys().map(String::as_str);
        let of_walnats = || OWN_PROTOS.iter().map(|(name, _)| *name);
        // An import from somewhere below the folder often lacks only the beginning of the path.
        let is_inner = |name: &&str| name.strip_suffix(import).is_some_and(|folder| folder.ends_with('/'));
        let near = || did_you_mean(import, of_package()).or_else(|| did_you_mean(import, of_walnats()));
        match of_package().chain(of_walnats()).find(is_inner).or_else(near) {
            Some(name) if self.files.contains_key(name) => {
                found.help(format!("did you mean `{name}`? imports start at the schema folder"))
            }
            Some(name) => found.help(format!("did you mean `{name}`? it comes with walnats")),
            None => found.help("imports start at the schema folder, and nothing outside of it is read"),
        }
    }

    /// The import at `index` repeats an earlier one.
    pub fn imported_twice(&self, file: &FileDescriptorProto, index: usize) -> Diagnostic {
        let import = file.dependency.get(index).map(String::as_str).unwrap_or_default();
        let place = self.import(file, index);
        Diagnostic::error("WN0502", place, format!("`{import}` is imported twice")).help("remove one of the imports")
    }

    /// The import at `index` leads back to the file; `cycle` has the files in order, the first one again at the end.
    pub fn import_cycle(&self, file: &FileDescriptorProto, index: usize, cycle: &[String]) -> Diagnostic {
        let names = cycle.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" -> ");
        Diagnostic::error("WN0514", self.import(file, index), format!("files import each other: {names}"))
            .label("closes the circle")
            .help("move what both need to a file of its own")
    }

    /// The brace or bracket at `span` is nested too deep.
    pub fn too_deep(&self, span: Range<usize>) -> Diagnostic {
        let message = format!("braces and brackets are nested deeper than {MAX_DEPTH}");
        Diagnostic::error("WN0523", Place { file: self.file(), span }, message)
    }

    /// A type that another file keeps for itself.
    pub fn hidden(&self, file: &FileDescriptorProto, hidden: &Hidden) -> Diagnostic {
        let source = self.file();
        let mut locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let span = locations.find(|location| location.path == hidden.path);
        let span = span
            .and_then(|location| place::span(&source.text, &Lines::new(&source.text), location))
            .unwrap_or_default();
        let Hidden { name, file, is_for_options, .. } = hidden;
        let name = name.trim_start_matches('.');
        let (message, help) = match is_for_options {
            true => (
                format!("`{name}` is declared in `{file}`, which is imported for options only"),
                format!("write `import \"{file}\";` without `option`"),
            ),
            false => (
                format!("`{name}` can only be used in `{file}`"),
                "write `export` in front of it there; what an edition from 2024 on declares within a message is `local`".to_owned(),
            ),
        };
        Diagnostic::error("WN0521", Place { file: source, span }, message).help(help)
    }

    /// What protoc refuses.
    pub fn refused(&self, file: &FileDescriptorProto, refused: Refused) -> Diagnostic {
        let source = self.file();
        let locations = || file.source_code_info.iter().flat_map(|info| &info.location);
        let mut found = refused.paths.iter().filter_map(|path| locations().find(|location| location.path == *path));
        let span = found.next().and_then(|location| place::span(&source.text, &Lines::new(&source.text), location));
        let place = Place { file: source, span: span.unwrap_or_default() };
        Diagnostic::error(refused.code, place, refused.message).help(refused.help)
    }

    /// What the parser would not see in a file of an edition.
    pub fn in_edition(&self, problem: &Problem) -> Diagnostic {
        let known = Edition::KNOWN.map(|edition| format!("`{}`", edition.name())).join(" and ");
        let at = |span: &Range<usize>| Place { file: self.file(), span: span.clone() };
        match problem {
            Problem::UnknownEdition { name, span } => {
                Diagnostic::error("WN0504", at(span), format!("there is no edition `{}` here", name.escape_debug()))
                    .label("an edition that is not known")
                    .help(format!("known are {known}"))
            }
            Problem::NotInEditions { word, span } => {
                let instead = match *word {
                    "optional" => "remove it: a field has presence, unless `features.field_presence` says otherwise",
                    "required" => "write `[features.field_presence = LEGACY_REQUIRED]` behind the field",
                    _ => "declare a message, and write `[features.message_encoding = DELIMITED]` behind the field",
                };
                Diagnostic::error("WN0520", at(span), format!("editions have no `{word}`")).help(instead)
            }
        }
    }

    /// The path in the import at `index`, with its quotes.
    fn import(&self, file: &FileDescriptorProto, index: usize) -> Place {
        let source = self.file();
        let import = file.dependency.get(index).map(String::as_str).unwrap_or_default();
        let path = [FILE_DEPENDENCY, i32::try_from(index).unwrap_or(i32::MAX)];
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let span = locations.into_iter().find(|location| location.path == path);
        let mut span = span
            .and_then(|location| place::span(&source.text, &Lines::new(&source.text), location))
            .unwrap_or_default();
        if let Some(offset) = source.text[span.clone()].find(['"', '\'']) {
            let start = span.start + offset;
            span = on_characters(&source.text, start..(start + import.len() + 2).min(span.end));
        }
        Place { file: source, span }
    }

    fn file(&self) -> Arc<SourceFile> {
        self.files.get(self.name).cloned().unwrap_or_default()
    }
}

/// The parser counts columns in bytes in one place and in characters in another, so a span may be off where a line has both.
fn on_characters(text: &str, span: Range<usize>) -> Range<usize> {
    let boundary = |offset: usize| (offset.min(text.len())..=text.len()).find(|offset| text.is_char_boundary(*offset));
    let start = boundary(span.start).unwrap_or_default();
    start..boundary(span.end).unwrap_or_default().max(start)
}
