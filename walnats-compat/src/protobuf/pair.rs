//! What is compared with what, and what a check returns.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use prost_reflect::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor, MethodDescriptor, ServiceDescriptor,
};

use super::member::Member;
use super::place::Location;
use super::reach::Reach;
use super::rule::{Check, Rule};
use super::witness::{self, Probe, Witness};
use super::{Package, file};

/// The two packages.
pub struct Sides<'a> {
    pub old: &'a Package,
    pub new: &'a Package,
    /// Whether readers of JSON refuse members that they do not know.
    pub strict_json: bool,
    reach: OnceCell<Reach>,
    enum_fields: OnceCell<BTreeMap<String, Vec<EnumField>>>,
}

/// A field whose type is the same enum on both sides: the messages that have it, and its number.
pub type EnumField = (MessageDescriptor, MessageDescriptor, u32);

/// Two elements that are each other's counterparts.
pub struct Pair<'a, T> {
    pub old: T,
    pub new: T,
    pub sides: &'a Sides<'a>,
}

/// A change, as a check finds it.
pub struct Found {
    pub subject: String,
    pub old: Option<Location>,
    pub new: Option<Location>,
    pub message: String,
    probes: Vec<Probe>,
}

impl Found {
    pub fn new(subject: &str, message: String) -> Self {
        Self { subject: subject.to_owned(), old: None, new: None, message, probes: Vec::new() }
    }

    pub fn at(mut self, old: impl Into<Option<Location>>, new: impl Into<Option<Location>>) -> Self {
        self.old = old.into();
        self.new = new.into();
        self
    }

    /// What to try, to see whether readers are hurt.
    pub fn probed(mut self, probes: impl IntoIterator<Item = Probe>) -> Self {
        self.probes = probes.into_iter().collect();
        self
    }

    pub(super) fn witnesses(&self, sides: &Sides<'_>) -> Vec<Witness> {
        witness::find(&self.probes, sides)
    }

    /// Whether it is in a package with a version that may still change.
    pub(super) fn is_unstable(&self, sides: &Sides<'_>) -> bool {
        let unstable = |location: &Option<Location>, side: &Package| {
            let file = location.as_ref().and_then(|location| side.pool.get_file_by_name(&location.file));
            file.is_some_and(|file| is_unstable_version(file.package_name().rsplit('.').next().unwrap_or_default()))
        };
        unstable(&self.old, sides.old) || unstable(&self.new, sides.new)
    }
}

/// `v1alpha`, `v1beta2`, `v1p2beta3`, `v1test`, `v1testfoo`.
fn is_unstable_version(component: &str) -> bool {
    let Some(rest) = component.strip_prefix('v') else { return false };
    let without_digits = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = match rest.len() - without_digits(rest) {
        0 => return false,
        digits => &rest[digits..],
    };
    if rest.starts_with("test") {
        return true;
    }
    let rest = match rest.strip_prefix('p') {
        Some(patch) => &patch[patch.len() - without_digits(patch)..],
        None => rest,
    };
    let number = rest.strip_prefix("alpha").or_else(|| rest.strip_prefix("beta"));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Everything that has a counterpart, found once for all rules.
pub struct Pairs<'a> {
    sides: &'a Sides<'a>,
    files: Vec<Pair<'a, FileDescriptor>>,
    messages: Vec<Pair<'a, MessageDescriptor>>,
    members: Vec<Pair<'a, Member>>,
    enums: Vec<Pair<'a, EnumDescriptor>>,
    services: Vec<Pair<'a, ServiceDescriptor>>,
    methods: Vec<Pair<'a, MethodDescriptor>>,
}

impl<'a> Pairs<'a> {
    pub fn new(sides: &'a Sides<'a>) -> Self {
        Self {
            sides,
            files: sides.files(),
            messages: sides.messages(),
            members: sides.members(),
            enums: sides.enums(),
            services: sides.services(),
            methods: sides.methods(),
        }
    }

    /// Runs the check of `rule` on everything that it is about.
    pub fn check(&self, rule: &Rule) -> Vec<Found> {
        match rule.check {
            Check::All(check) => check(self.sides),
            Check::File(check) => self.files.iter().flat_map(check).collect(),
            Check::FileOption(name) => {
                self.files.iter().filter_map(|files| file::option_changed(files, name)).collect()
            }
            Check::Message(check) => self.messages.iter().flat_map(check).collect(),
            Check::Field(check) => self.members.iter().filter_map(check).collect(),
            Check::Enum(check) => self.enums.iter().flat_map(check).collect(),
            Check::Service(check) => self.services.iter().flat_map(check).collect(),
            Check::Method(check) => self.methods.iter().filter_map(check).collect(),
        }
    }
}

impl Package {
    /// The files that are compared: not those that come with compilers.
    pub(super) fn own_files(&self) -> impl Iterator<Item = FileDescriptor> {
        self.pool.files().filter(is_own)
    }

    pub(super) fn own_messages(&self) -> impl Iterator<Item = MessageDescriptor> {
        self.pool.all_messages().filter(|message| is_own(&message.parent_file()))
    }
}

fn is_own(file: &FileDescriptor) -> bool {
    !file.name().starts_with("google/protobuf/") && file.name() != "walnats/options.proto"
}

/// The full name of the enum that a field has, or a map as its values.
fn enum_of(field: &FieldDescriptor) -> Option<String> {
    match field.kind() {
        Kind::Enum(kind) => Some(kind.full_name().to_owned()),
        Kind::Message(entry) if field.is_map() => {
            entry.map_entry_value_field().kind().as_enum().map(|kind| kind.full_name().to_owned())
        }
        _ => None,
    }
}

impl<'a> Sides<'a> {
    pub fn new(old: &'a Package, new: &'a Package, strict_json: bool) -> Self {
        Self { old, new, strict_json, reach: OnceCell::new(), enum_fields: OnceCell::new() }
    }

    /// Which events contain what.
    pub fn reach(&self) -> &Reach {
        self.reach.get_or_init(|| Reach::new(self.old, self.new))
    }

    /// The fields of messages that have the enum `name` on both sides, as it is or as values of a map.
    pub fn enum_fields(&self, name: &str) -> &[EnumField] {
        let fields = self.enum_fields.get_or_init(|| {
            let mut fields: BTreeMap<String, Vec<EnumField>> = BTreeMap::new();
            for messages in self.messages().iter().filter(|messages| !messages.old.is_map_entry()) {
                for old in messages.old.fields() {
                    let new = messages.new.get_field(old.number()).and_then(|new| enum_of(&new));
                    if let Some(name) = enum_of(&old).filter(|_| new == enum_of(&old)) {
                        let field = (messages.old.clone(), messages.new.clone(), old.number());
                        fields.entry(name).or_default().push(field);
                    }
                }
            }
            fields
        });
        fields.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn files(&'a self) -> Vec<Pair<'a, FileDescriptor>> {
        let files = self.old.own_files();
        files.filter_map(|old| Some(self.pair(self.new.pool.get_file_by_name(old.name())?, old))).collect()
    }

    pub(super) fn messages(&'a self) -> Vec<Pair<'a, MessageDescriptor>> {
        let messages = self.old.own_messages();
        messages.filter_map(|old| Some(self.pair(self.new.pool.get_message_by_name(old.full_name())?, old))).collect()
    }

    fn enums(&'a self) -> Vec<Pair<'a, EnumDescriptor>> {
        let enums = self.old.pool.all_enums().filter(|old| is_own(&old.parent_file()));
        enums.filter_map(|old| Some(self.pair(self.new.pool.get_enum_by_name(old.full_name())?, old))).collect()
    }

    fn services(&'a self) -> Vec<Pair<'a, ServiceDescriptor>> {
        let services = self.old.pool.services().filter(|old| is_own(&old.parent_file()));
        services.filter_map(|old| Some(self.pair(self.new.pool.get_service_by_name(old.full_name())?, old))).collect()
    }

    fn methods(&'a self) -> Vec<Pair<'a, MethodDescriptor>> {
        let mut methods = Vec::new();
        for services in self.services() {
            let new: BTreeMap<_, _> = services.new.methods().map(|new| (new.name().to_owned(), new)).collect();
            let old = services.old.methods();
            methods.extend(old.filter_map(|old| Some(self.pair(new.get(old.name())?.clone(), old))));
        }
        methods
    }

    fn members(&'a self) -> Vec<Pair<'a, Member>> {
        let fields = self.messages().into_iter().flat_map(|messages| {
            let fields: Vec<_> = messages.old.fields().collect();
            fields.into_iter().filter_map(move |old| {
                let new = Member::Field(messages.new.get_field(old.number())?);
                Some(self.pair(new, Member::Field(old)))
            })
        });
        let extensions = |side: &Package| -> BTreeMap<_, _> {
            let extensions = side.pool.all_extensions().filter(|extension| is_own(&extension.parent_file()));
            let key = |extension: &prost_reflect::ExtensionDescriptor| {
                (extension.containing_message().full_name().to_owned(), extension.number())
            };
            extensions.map(|extension| (key(&extension), Member::Extension(extension))).collect()
        };
        let new = extensions(self.new);
        let extensions = extensions(self.old).into_iter();
        let extensions = extensions.filter_map(move |(key, old)| Some(self.pair(new.get(&key)?.clone(), old)));
        fields.chain(extensions).collect()
    }

    fn pair<T>(&'a self, new: T, old: T) -> Pair<'a, T> {
        Pair { old, new, sides: self }
    }
}

#[cfg(test)]
mod tests {
    use super::is_unstable_version;

    #[test]
    fn versions_that_may_still_change() {
        for version in ["v1alpha", "v1alpha1", "v1beta1", "v2p3beta4", "v1test", "v11testfoo"] {
            assert!(is_unstable_version(version), "{version}");
        }
        for version in ["v1", "v1p1", "beta", "vbeta1", "v1beta1x", "shop", ""] {
            assert!(!is_unstable_version(version), "{version}");
        }
    }
}
