//! What rules look at, and what they return.

use std::collections::{BTreeMap, HashMap};

use prost_reflect::{
    EnumDescriptor, EnumValueDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, OneofDescriptor,
    ServiceDescriptor,
};

use super::rule::{Check, Rule};
use super::{Finding, Options, comment};
use crate::protobuf::deleted::{all_enums, all_extensions, all_messages};
use crate::protobuf::member::Member;
use crate::protobuf::place::as_span;
use crate::protobuf::{Dialect, Location, Package, Span};

/// The number of `google.protobuf.FileDescriptorProto.package`.
pub const PACKAGE: i32 = 2;
/// The numbers of the field `name` in the descriptors of all elements but files.
pub const NAME: i32 = 1;

/// What a rule found in a file.
pub struct Found {
    /// The path of the place in the file's descriptor; empty for the file as a whole.
    pub path: Vec<i32>,
    pub message: String,
}

impl Found {
    /// At the element with the path `element`, or a part of it.
    pub fn at(element: &[i32], tail: &[i32], message: String) -> Self {
        Self { path: [element, tail].concat(), message }
    }

    pub fn in_file(message: String) -> Self {
        Self { path: Vec::new(), message }
    }
}

/// The files that are checked, in their package.
pub struct Scope<'a> {
    pub package: &'a Package,
    pub files: Vec<File<'a>>,
    pub options: &'a Options,
}

/// A file with everything that it declares.
pub struct File<'a> {
    pub descriptor: &'a FileDescriptor,
    /// Whether it is written in an edition, whose delimited fields are not groups.
    pub is_edition: bool,
    pub messages: Vec<MessageDescriptor>,
    pub members: Vec<Member>,
    pub oneofs: Vec<OneofDescriptor>,
    pub enums: Vec<EnumDescriptor>,
    pub values: Vec<EnumValueDescriptor>,
    pub services: Vec<ServiceDescriptor>,
    pub methods: Vec<MethodDescriptor>,
    places: HashMap<&'a [i32], Place<'a>>,
}

/// Where something stands, and the comment above it.
#[derive(Default)]
pub struct Place<'a> {
    pub span: Option<Span>,
    pub comment: &'a str,
}

impl<'a> Scope<'a> {
    pub fn new(package: &'a Package, files: &'a [FileDescriptor], options: &'a Options) -> Self {
        Self { package, files: files.iter().map(|file| File::new(file, package)).collect(), options }
    }

    /// What `rule` finds.
    pub fn check(&self, rule: &'static Rule) -> Vec<Finding> {
        if let Check::All(check) = rule.check {
            let found = check(self).into_iter();
            return found.filter_map(|(file, found)| Some(self.files.get(file)?.finding(rule, found))).collect();
        }
        let found = |file: &File<'a>| {
            let found = file.check(&rule.check, self.options);
            found.into_iter().map(|found| file.finding(rule, found)).collect::<Vec<_>>()
        };
        self.files.iter().flat_map(found).collect()
    }

    /// The indices of the files by what `key` says of them.
    pub fn by<K: Ord>(&self, key: impl Fn(&FileDescriptor) -> K) -> BTreeMap<K, Vec<usize>> {
        let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
        for (index, file) in self.files.iter().enumerate() {
            groups.entry(key(file.descriptor)).or_default().push(index);
        }
        groups
    }
}

impl<'a> File<'a> {
    fn new(descriptor: &'a FileDescriptor, package: &Package) -> Self {
        let messages: Vec<_> = all_messages(descriptor).into_iter().filter(|message| !message.is_map_entry()).collect();
        let enums = all_enums(descriptor);
        let services: Vec<_> = descriptor.services().collect();
        let extensions = all_extensions(descriptor).into_iter().map(Member::Extension);
        Self {
            descriptor,
            is_edition: matches!(package.dialect(descriptor), Dialect::Edition(_)),
            members: messages.iter().flat_map(MessageDescriptor::fields).map(Member::Field).chain(extensions).collect(),
            oneofs: messages.iter().flat_map(MessageDescriptor::oneofs).filter(|oneof| !oneof.is_synthetic()).collect(),
            values: enums.iter().flat_map(EnumDescriptor::values).collect(),
            methods: services.iter().flat_map(ServiceDescriptor::methods).collect(),
            places: places(descriptor),
            messages,
            enums,
            services,
        }
    }

    pub fn place(&self, path: &[i32]) -> Option<&Place<'a>> {
        self.places.get(path)
    }

    fn check(&self, check: &Check, options: &Options) -> Vec<Found> {
        match check {
            Check::All(_) => Vec::new(),
            Check::File(check) => check(self),
            Check::Message(check) => self.messages.iter().filter_map(check).collect(),
            Check::Member(check) => self.members.iter().filter_map(check).collect(),
            Check::Oneof(check) => self.oneofs.iter().filter_map(check).collect(),
            Check::Enum(check) => self.enums.iter().filter_map(check).collect(),
            Check::Value(check) => self.values.iter().filter_map(|value| check(value, options)).collect(),
            Check::Service(check) => self.services.iter().filter_map(|service| check(service, options)).collect(),
            Check::Method(check) => self.methods.iter().filter_map(|method| check(method, options)).collect(),
            Check::Comment(commented) => comment::missing(self, *commented),
        }
    }

    fn finding(&self, rule: &'static Rule, Found { path, message }: Found) -> Finding {
        // Compilers note the empty path, too: from the first statement to the last.
        let place = Some(&path).filter(|path| !path.is_empty()).and_then(|path| self.place(path));
        let span = place.and_then(|place| place.span);
        let location = Location { file: self.descriptor.name().to_owned(), span };
        Finding { rule, location, message, is_ignored: self.is_ignored(rule.id, &path) }
    }

    /// Whether a comment above the place, or above what is around it, says so.
    fn is_ignored(&self, id: &str, path: &[i32]) -> bool {
        let mut outer = (1..=path.len()).filter_map(|end| self.place(path.get(..end)?));
        outer.any(|place| {
            let mut lines = place.comment.lines().map(str::trim);
            // As in buf, an id is not told from one that only begins like it.
            lines.any(|line| {
                line.strip_prefix(comment::IGNORE)
                    .and_then(|rest| rest.strip_prefix(' '))
                    .is_some_and(|rest| rest.starts_with(id))
            })
        })
    }
}

/// Whether a comment says to ignore what the rule `id` finds in the message or field whose place, of which `is_at` is asked,
/// it is at: for findings that have a place alone.
pub fn is_ignored(package: &Package, file: &FileDescriptor, id: &str, is_at: &dyn Fn(&Location) -> bool) -> bool {
    let file = File::new(file, package);
    let messages = file.messages.iter().map(|message| message.path());
    let mut paths = messages.chain(file.members.iter().map(Member::path)).filter(|path| {
        let span = file.place(path).and_then(|place| place.span);
        span.is_some() && is_at(&Location { file: file.descriptor.name().to_owned(), span })
    });
    paths.any(|path| file.is_ignored(id, path))
}

fn places(file: &FileDescriptor) -> HashMap<&[i32], Place<'_>> {
    let mut places: HashMap<&[i32], Place<'_>> = HashMap::new();
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    for location in info.into_iter().flat_map(|info| &info.location) {
        let place = places.entry(location.path.as_slice()).or_default();
        // Of an option with a value of its own, both have the path: the option stands around the value.
        let span = as_span(&location.span);
        if place.span.is_none_or(|known| span.is_some_and(|span| span < known)) {
            place.span = span;
        }
        if place.comment.is_empty() {
            place.comment = location.leading_comments();
        }
    }
    places
}
