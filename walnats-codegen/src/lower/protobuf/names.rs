//! Names of types as protoc looks them up: from the innermost scope outwards, among the file itself, what it imports, and
//! what those import publicly. <https://protobuf.dev/reference/protobuf/proto3-spec/#fields>

use std::collections::{HashMap, HashSet};

use prost_types::uninterpreted_option::NamePart;
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto, UninterpretedOption,
};

use super::descriptor::{
    FIELD_EXTENDEE, FIELD_TYPE_NAME, FILE_EXTENSION, FILE_MESSAGE, FILE_SERVICE, MESSAGE_EXTENSION, MESSAGE_FIELD,
    MESSAGE_NESTED, METHOD_INPUT, METHOD_OUTPUT, SERVICE_METHOD,
};
use super::edition::Edition;
use crate::model::ProtobufFile;

/// What the files of a package declare.
#[derive(Default)]
pub struct Names {
    files: Vec<File>,
    by_name: HashMap<String, usize>,
    /// By full name: the files that declare it.
    symbols: HashMap<String, Vec<Symbol>>,
}

/// What the text of an edition says about names, besides the descriptor.
#[derive(Clone, Debug, Default)]
pub struct Visibility {
    /// The imports that only options need.
    pub option_imports: Vec<String>,
    /// What is marked with `export` or `local`: the name without the package, and whether it is exported.
    pub marked: Vec<(String, bool)>,
    /// Whether the edition hides what nobody marked, by how deep it is declared; 0 is the top.
    pub hides: Option<fn(usize) -> bool>,
}

impl Visibility {
    /// What other files may name of `file`, which is of `edition` and has the marks and imports of `self`.
    pub fn of(self, file: &FileDescriptorProto, edition: Option<Edition>) -> Self {
        let options = file.options.iter().flat_map(|options| &options.uninterpreted_option);
        let mut said = options.filter(|option| {
            let name: Vec<&str> = option.name.iter().map(|part| part.name_part.as_str()).collect();
            name == ["features", "default_symbol_visibility"]
        });
        let hides: fn(usize) -> bool = match said.next_back().map(|option| option.identifier_value()) {
            Some("EXPORT_ALL") => |_| false,
            Some("LOCAL_ALL" | "STRICT") => |_| true,
            _ => |depth| depth > 0,
        };
        Self { hides: edition.is_some_and(Edition::has_visibility).then_some(hides), ..self }
    }
}

/// A name that another file has for itself.
pub struct Hidden {
    /// Where the file says it, as a path of its descriptor.
    pub path: Vec<i32>,
    /// In full, with a leading dot.
    pub name: String,
    /// The file that declares it.
    pub file: String,
    /// Whether it is an import for options; otherwise the name is `local`.
    pub is_for_options: bool,
}

struct File {
    name: String,
    /// The package and those that it is in.
    packages: Vec<String>,
    imports: Vec<usize>,
    public: Vec<usize>,
    option_imports: Vec<usize>,
}

/// A declaration of a name.
#[derive(Clone, Copy)]
struct Symbol {
    file: usize,
    kind: Kind,
    is_local: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Message,
    Enum,
    Service,
    Extension,
}

impl Names {
    /// Adds `file`, whose imports have been added before.
    pub fn add(&mut self, file: &FileDescriptorProto, visibility: &Visibility) {
        let index = self.files.len();
        let known = |name: &String| self.by_name.get(name).copied();
        let public = file.public_dependency.iter().filter_map(|at| file.dependency.get(usize::try_from(*at).ok()?));
        let ends = file.package().match_indices('.').map(|(end, _)| end).chain([file.package().len()]);
        self.files.push(File {
            name: file.name().to_owned(),
            packages: ends.filter(|end| *end > 0).map(|end| file.package()[..end].to_owned()).collect(),
            imports: file.dependency.iter().filter_map(known).collect(),
            public: public.filter_map(known).collect(),
            option_imports: visibility.option_imports.iter().filter_map(known).collect(),
        });
        self.by_name.insert(file.name().to_owned(), index);
        let mut adding = Adding { symbols: &mut self.symbols, package: file.package(), file: index, visibility };
        file.message_type.iter().for_each(|message| adding.message("", message, 0));
        file.enum_type.iter().for_each(|inner| adding.symbol("", inner.name(), Kind::Enum, 0));
        file.extension.iter().for_each(|inner| adding.symbol("", inner.name(), Kind::Extension, 0));
        file.service.iter().for_each(|inner| adding.symbol("", inner.name(), Kind::Service, 0));
    }

    /// Writes full names, with a leading dot, in the place of those in `file`, which has been added. A name that leads nowhere
    /// stays as it is.
    pub fn resolve(&self, file: &mut FileDescriptorProto) -> Vec<Hidden> {
        let Some(&index) = self.by_name.get(file.name()) else { return Vec::new() };
        let visible = self.visible(index);
        let packages = visible.iter().flat_map(|file| &self.files[*file].packages).map(String::as_str).collect();
        let mut resolving = Resolving { names: self, file: index, visible, packages, hidden: Vec::new() };
        resolving.file(file);
        resolving.hidden
    }

    /// The file, its imports, and their public ones.
    fn visible(&self, file: usize) -> HashSet<usize> {
        let mut visible = HashSet::from([file]);
        let mut waiting = self.files[file].imports.clone();
        while let Some(import) = waiting.pop() {
            if visible.insert(import) {
                waiting.extend(&self.files[import].public);
            }
        }
        visible
    }
}

/// Adds the names of a file.
struct Adding<'a> {
    symbols: &'a mut HashMap<String, Vec<Symbol>>,
    package: &'a str,
    file: usize,
    visibility: &'a Visibility,
}

impl Adding<'_> {
    /// `scope` is that of the message without the package.
    fn message(&mut self, scope: &str, message: &DescriptorProto, depth: usize) {
        self.symbol(scope, message.name(), Kind::Message, depth);
        let scope = ProtobufFile::full_name(scope, message.name());
        message.nested_type.iter().for_each(|nested| self.message(&scope, nested, depth + 1));
        message.enum_type.iter().for_each(|inner| self.symbol(&scope, inner.name(), Kind::Enum, depth + 1));
        message.extension.iter().for_each(|inner| self.symbol(&scope, inner.name(), Kind::Extension, depth + 1));
    }

    fn symbol(&mut self, scope: &str, name: &str, kind: Kind, depth: usize) {
        let name = ProtobufFile::full_name(scope, name);
        let marked = self.visibility.marked.iter().find(|(marked, _)| *marked == name);
        let is_local = match (marked, kind) {
            (Some((_, is_exported)), _) => !is_exported,
            (None, Kind::Message | Kind::Enum) => self.visibility.hides.is_some_and(|hides| hides(depth)),
            (None, Kind::Service | Kind::Extension) => false,
        };
        self.symbols.entry(ProtobufFile::full_name(self.package, &name)).or_default().push(Symbol {
            file: self.file,
            kind,
            is_local,
        });
    }
}

struct Resolving<'n> {
    names: &'n Names,
    file: usize,
    visible: HashSet<usize>,
    packages: HashSet<&'n str>,
    hidden: Vec<Hidden>,
}

impl Resolving<'_> {
    fn file(&mut self, file: &mut FileDescriptorProto) {
        let scope = file.package().to_owned();
        for (message, path) in numbered(&mut file.message_type, &[FILE_MESSAGE]) {
            self.message(message, &scope, &path);
        }
        for (extension, path) in numbered(&mut file.extension, &[FILE_EXTENSION]) {
            self.field(extension, &scope, &path);
        }
        file.enum_type.iter_mut().for_each(|inner| self.enumeration(inner, &scope));
        self.options(file.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
        for (service, path) in numbered(&mut file.service, &[FILE_SERVICE]) {
            let scope = ProtobufFile::full_name(&scope, service.name());
            self.options(service.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
            for (method, path) in numbered(&mut service.method, &[&path[..], &[SERVICE_METHOD]].concat()) {
                self.name(&mut method.input_type, &scope, is_message, &[&path[..], &[METHOD_INPUT]].concat());
                self.name(&mut method.output_type, &scope, is_message, &[&path[..], &[METHOD_OUTPUT]].concat());
                self.options(method.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
            }
        }
    }

    fn message(&mut self, message: &mut DescriptorProto, scope: &str, path: &[i32]) {
        let scope = ProtobufFile::full_name(scope, message.name());
        for (nested, path) in numbered(&mut message.nested_type, &[path, &[MESSAGE_NESTED]].concat()) {
            self.message(nested, &scope, &path);
        }
        for (field, path) in numbered(&mut message.field, &[path, &[MESSAGE_FIELD]].concat()) {
            self.field(field, &scope, &path);
        }
        for (extension, path) in numbered(&mut message.extension, &[path, &[MESSAGE_EXTENSION]].concat()) {
            self.field(extension, &scope, &path);
        }
        message.enum_type.iter_mut().for_each(|inner| self.enumeration(inner, &scope));
        for oneof in &mut message.oneof_decl {
            self.options(oneof.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
        }
        for range in &mut message.extension_range {
            self.options(range.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
        }
        self.options(message.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
    }

    fn field(&mut self, field: &mut FieldDescriptorProto, scope: &str, path: &[i32]) {
        self.name(&mut field.type_name, scope, is_type, &[path, &[FIELD_TYPE_NAME]].concat());
        self.name(&mut field.extendee, scope, is_message, &[path, &[FIELD_EXTENDEE]].concat());
        self.options(field.options.as_mut().map(|options| &mut options.uninterpreted_option), scope);
    }

    fn enumeration(&self, enumeration: &mut EnumDescriptorProto, scope: &str) {
        let scope = ProtobufFile::full_name(scope, enumeration.name());
        self.options(enumeration.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
        for value in &mut enumeration.value {
            self.options(value.options.as_mut().map(|options| &mut options.uninterpreted_option), &scope);
        }
    }

    fn options(&self, options: Option<&mut Vec<UninterpretedOption>>, scope: &str) {
        for NamePart { name_part, is_extension } in options.into_iter().flatten().flat_map(|option| &mut option.name) {
            if *is_extension && let Some(found) = self.find(scope, name_part, |kind| kind == Kind::Extension) {
                *name_part = found;
            }
        }
    }

    fn name(&mut self, name: &mut Option<String>, scope: &str, wanted: fn(Kind) -> bool, path: &[i32]) {
        let Some(written) = name else { return };
        if let Some(found) = self.find(scope, written, wanted) {
            *written = found;
        }
        let symbols = self.names.symbols.get(written.strip_prefix('.').unwrap_or_default());
        let Some(symbol) = symbols.into_iter().flatten().find(|symbol| self.visible.contains(&symbol.file)) else {
            return;
        };
        let is_for_options = self.names.files[self.file].option_imports.contains(&symbol.file);
        if symbol.file != self.file && (symbol.is_local || is_for_options) {
            let file = self.names.files[symbol.file].name.clone();
            self.hidden.push(Hidden { path: path.to_vec(), name: written.clone(), file, is_for_options });
        }
    }

    /// The first part of a name decides where it is looked for: in the innermost scope that has something of that name to hold
    /// others.
    fn find(&self, scope: &str, name: &str, wanted: fn(Kind) -> bool) -> Option<String> {
        if name.starts_with('.') {
            return None;
        }
        let first = name.split('.').next().filter(|first| first.len() < name.len());
        let outer = scope.rmatch_indices('.').map(|(end, _)| &scope[..end]);
        let scopes = [scope].into_iter().filter(|scope| !scope.is_empty()).chain(outer).chain([""]);
        for scope in scopes {
            let full_name = || ProtobufFile::full_name(scope, name);
            match first {
                Some(first) if self.holds_names(&ProtobufFile::full_name(scope, first)) => {
                    return Some(full_name()).filter(|found| self.is(found, wanted)).map(|found| format!(".{found}"));
                }
                None if self.is(&full_name(), wanted) => return Some(format!(".{}", full_name())),
                _ => {}
            }
        }
        None
    }

    fn holds_names(&self, name: &str) -> bool {
        self.packages.contains(name) || self.is(name, |kind| kind != Kind::Extension)
    }

    fn is(&self, name: &str, wanted: fn(Kind) -> bool) -> bool {
        let found = self.names.symbols.get(name).into_iter().flatten();
        found.into_iter().any(|symbol| self.visible.contains(&symbol.file) && wanted(symbol.kind))
    }
}

/// The items of a list, with their paths.
fn numbered<'i, T>(items: &'i mut [T], list: &[i32]) -> impl Iterator<Item = (&'i mut T, Vec<i32>)> + use<'i, T> {
    let list = list.to_vec();
    (0..).zip(items).map(move |(index, item)| (item, [&list[..], &[index]].concat()))
}

fn is_message(kind: Kind) -> bool {
    kind == Kind::Message
}

fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Message | Kind::Enum)
}
