//! Which file holds what. A type lives in the module of the schema file that it stands in, whoever uses it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Index, IndexMut};

use super::names;
use super::schema_location::SchemaLocation;
use super::types::{ItemId, Type, Types};
use crate::model::{DocumentId, EventId, EventModel, Payload};

/// A module with more types than this gets a file for each definition: rust-analyzer does not bear huge files.
const MAX_TYPES: usize = 40;

/// Modules that are there in any case: the root, and protobuf's.
const RESERVED: [&str; 3] = ["events", "proto", "rules"];

/// The files of a package, and where in them everything is.
#[derive(Debug, Default)]
pub struct Layout {
    pub files: Vec<File>,
    /// The modules of the root, with whether they hold types: those are public.
    pub modules: Vec<(String, bool)>,
    /// The file of each item.
    pub item_files: Vec<FileId>,
    pub events: Vec<EventPlace>,
}

/// One of [`Layout::files`], by its index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileId(usize);

impl Index<FileId> for Vec<File> {
    type Output = File;

    fn index(&self, id: FileId) -> &File {
        &self[id.0]
    }
}

impl IndexMut<FileId> for Vec<File> {
    fn index_mut(&mut self, id: FileId) -> &mut File {
        &mut self[id.0]
    }
}

/// A file of types and events.
#[derive(Debug, Default)]
pub struct File {
    /// Without extension: `user_created`, `github/check_run`.
    pub path: String,
    /// The module of the root that it is, or is part of.
    pub module: String,
    /// Whether it is a part: a private module whose types its parent shows as its own.
    pub is_part: bool,
    pub items: Vec<ItemId>,
    pub events: Vec<EventId>,
    pub parts: Vec<String>,
}

/// How an event has its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventForm {
    /// The item is the event's type.
    Item(ItemId),
    /// A newtype: the schema refers to a type that is not the event's own, or not an item.
    Newtype,
    /// A protobuf message.
    Message,
}

/// Where an event is.
#[derive(Debug)]
pub struct EventPlace {
    pub form: EventForm,
    pub file: FileId,
    /// The event's name as a part of identifiers: `user_created`.
    pub ident: String,
    /// What follows `emit_` in the name of the method for many events: `user_created_all`.
    pub many: String,
}

impl Index<EventId> for Vec<EventPlace> {
    type Output = EventPlace;

    fn index(&self, id: EventId) -> &EventPlace {
        &self[id.0]
    }
}

/// Decides how each event has its type.
pub fn event_forms(model: &EventModel, types: &Types) -> Vec<EventForm> {
    let mut claimed = BTreeSet::new();
    let mut forms = Vec::new();
    for (event, typed) in model.events.iter().zip(&types.payloads) {
        forms.push(match (&event.payload, typed) {
            (Payload::Json(id), Some(typed)) => match typed.ty {
                // A type of another file keeps its name, and may be the payload of several events.
                Type::Item(item)
                    if typed.is_exact()
                        && types.items[item].location.source == SchemaLocation::of(&model.notes, *id).source
                        && claimed.insert(item) =>
                {
                    EventForm::Item(item)
                }
                _ => EventForm::Newtype,
            },
            _ => EventForm::Message,
        });
    }
    forms
}

/// Distributes types and events over files.
pub fn layout(model: &EventModel, types: &Types, forms: &[EventForm]) -> Layout {
    let idents = names::distinct(&model.events, |event| &event.name, names::method_part, &[]);
    let mut layout = Layout { item_files: vec![FileId::default(); types.items.len()], ..Layout::default() };

    let mut by_source: BTreeMap<DocumentId, Vec<ItemId>> = BTreeMap::new();
    for id in types.ids() {
        by_source.entry(types.items[id].location.source).or_default().push(id);
    }
    // All files of shared types are named first, used or not, so that another event moves nothing.
    let mut taken: names::UsedNames = RESERVED.map(str::to_owned).into_iter().collect();
    let sources = (0..model.sources.len()).map(DocumentId).filter(|source| own_event(model, *source).is_none());
    let shared: BTreeMap<DocumentId, String> =
        sources.map(|source| (source, shared_module(model, source, &mut taken))).collect();
    let modules = event_modules(&idents, &shared);
    let mut event_files: BTreeMap<EventId, FileId> = BTreeMap::new();
    for (source, items) in by_source {
        let event = own_event(model, source);
        let module = match event {
            Some(event) => modules[event.0].clone(),
            None => shared.get(&source).cloned().unwrap_or_else(|| shared_module(model, source, &mut taken)),
        };
        let file = layout.add_module(module, items, types);
        event_files.extend(event.map(|event| (event, file)));
    }
    let many = methods_for_many(&idents);
    for (event, ((form, ident), many)) in model.event_ids().zip(forms.iter().zip(idents).zip(many)) {
        let file =
            *event_files.entry(event).or_insert_with(|| layout.add_module(modules[event.0].clone(), Vec::new(), types));
        layout.files[file].events.push(event);
        if !matches!(form, EventForm::Item(_)) {
            let module = layout.files[file].module.clone();
            layout.modules.iter_mut().filter(|(name, _)| *name == module).for_each(|(_, public)| *public = true);
        }
        layout.events.push(EventPlace { form: *form, file, ident, many });
    }
    layout.modules.sort();
    layout
}

impl Layout {
    fn add_module(&mut self, module: String, items: Vec<ItemId>, types: &Types) -> FileId {
        self.modules.push((module.clone(), !items.is_empty()));
        let file = self.next_file();
        self.files.push(File { path: module.clone(), module: module.clone(), ..File::default() });
        let split = items.len() > MAX_TYPES;
        let mut parts: BTreeMap<&str, Vec<ItemId>> = BTreeMap::new();
        for item in items {
            match types.items[item].location.definition().filter(|_| split) {
                Some(definition) => parts.entry(definition).or_default().push(item),
                None => {
                    self.item_files[item.0] = file;
                    self.files[file].items.push(item);
                }
            }
        }
        let keys: Vec<&str> = parts.keys().copied().collect();
        let idents = names::distinct(&keys, |key| key, names::module_name, &["rt"]);
        for (part, items) in idents.iter().zip(parts.into_values()) {
            let next = self.next_file();
            items.iter().for_each(|item| self.item_files[item.0] = next);
            let path = format!("{module}/{part}");
            self.files.push(File { path, module: module.clone(), is_part: true, items, ..File::default() });
        }
        self.files[file].parts = idents;
        file
    }

    fn next_file(&self) -> FileId {
        FileId(self.files.len())
    }

    /// All files, in order.
    pub fn file_ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len()).map(FileId)
    }

    /// What leads from a file to the root module: `super::super::`.
    pub fn to_root(&self, file: FileId) -> &'static str {
        if self.files[file].is_part { "super::super::" } else { "super::" }
    }

    /// The path of an item of the name `name`, seen from `file`.
    pub fn item_path(&self, item: ItemId, name: &str, file: FileId) -> String {
        let (from, to) = (&self.files[file], &self.files[self.item_files[item.0]]);
        if self.item_files[item.0] == file || (from.module == to.module && !from.is_part) {
            name.to_owned()
        } else if from.module == to.module {
            format!("super::{name}")
        } else {
            format!("{}{}::{name}", self.to_root(file), to.module)
        }
    }
}

/// The events `read` and `read-all` both ask for `emit_read_all`: it goes to the second, which has no other name.
fn methods_for_many(idents: &[String]) -> Vec<String> {
    let mut taken: names::UsedNames = idents.iter().cloned().collect();
    let mut name = |ident: &String| {
        let usual = usual_for_many(ident);
        taken.give(&if taken.contains(&usual) { format!("{ident}_batch") } else { usual })
    };
    idents.iter().map(&mut name).collect()
}

fn usual_for_many(ident: &str) -> String {
    format!("{ident}_all")
}

impl EventPlace {
    /// Whether another event has the method that would be the one for many.
    pub fn is_renamed(&self) -> bool {
        self.many != usual_for_many(&self.ident)
    }
}

/// The event whose schema a whole file is.
pub fn own_event(model: &EventModel, source: DocumentId) -> Option<EventId> {
    let name = model.source(source)?.event.as_ref()?;
    model.event_ids().find(|event| model.events[*event].name == *name)
}

/// The modules of events: one that is called as shared types are says what it is.
fn event_modules(idents: &[String], shared: &BTreeMap<DocumentId, String>) -> Vec<String> {
    let is_shared = |name: &str| shared.values().any(|module| module == name);
    let text = |ident: &String| match is_shared(&names::module_name(ident)) {
        true => format!("{ident}_event"),
        false => ident.clone(),
    };
    let texts: Vec<String> = idents.iter().map(text).collect();
    let taken: Vec<&str> = RESERVED.into_iter().chain(shared.values().map(String::as_str)).collect();
    names::distinct(&texts, |text| text, names::module_name, &taken)
}

fn shared_module(model: &EventModel, source: DocumentId, taken: &mut names::UsedNames) -> String {
    let mut module = usual_shared_module(model, source);
    if taken.contains(&module) {
        module = names::module_name(&format!("{module} types"));
    }
    taken.give(&module)
}

/// The module of a file of shared types, unless an event has it.
pub fn usual_shared_module(model: &EventModel, source: DocumentId) -> String {
    let name = model.source(source).map_or("types", |source| source.name.as_str());
    let parts: Vec<&str> = name.split('/').map(|part| part.trim_start_matches('_')).collect();
    names::module_name(&parts.join(" "))
}
