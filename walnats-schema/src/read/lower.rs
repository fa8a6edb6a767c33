//! Resolved JSON Schema documents become a [`SchemaSet`], whatever their draft.
//!
//! Every schema that the roots reach gets one id, however often it is referred to. Schemas are taken from a queue, so
//! that neither recursion nor depth in them is recursion or depth here.

mod annotations;
mod array;
mod combine;
mod cure;
mod cycle;
mod doubtful;
mod dynamic;
mod never;
mod nullable;
mod number;
mod object;
mod reference;
mod required;
mod schema_object;
mod shape;
mod shorten;
mod string;
mod unknown;
mod untyped;
mod value;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

pub use self::annotations::Annotations;
pub use self::never::{Contradiction, Contradictions};
use self::schema_object::SchemaObject;
use crate::read::diagnostic::{Diagnostic, Place, Report};
use crate::read::document::{Document, DocumentId, Node, NodeValue};
use crate::read::resolve::{Cures, Draft, Location, Registry, Remote, ResourceId};
use crate::{Schema, SchemaId, SchemaSet};

/// How many schemas are lowered at most: more are hostile input.
const MAX_SCHEMAS: usize = 1_000_000;

/// For how many schemas there is room before the first is read.
const MAX_EXPECTED: usize = 4_096;

/// A schema that is asked for.
#[derive(Clone, Debug, Default)]
pub struct SchemaRoot {
    /// The name of a document.
    pub document: String,
    /// A JSON Pointer (RFC 6901) into it; `""` is the whole document.
    pub pointer: String,
    /// Who asks, for the case that there is no such schema.
    pub place: Place,
}

/// How schemas are read.
#[derive(Clone, Debug)]
pub struct LowerOptions {
    /// The draft of documents without `$schema`.
    pub default_draft: Draft,
    /// Whether `format` asserts, even where its draft has it annotate.
    pub assert_formats: bool,
    /// Where schemas of other hosts are kept: prefixes of URIs, each with the prefix of document names that stands for
    /// it (`("https://example.com/schemas/", "vendor/example/")`).
    pub remotes: Vec<(String, String)>,
    /// What happens to keywords that no draft has.
    pub unknown_keywords: UnknownKeywords,
    /// What findings say about these options.
    pub cures: Cures,
}

impl Default for LowerOptions {
    fn default() -> Self {
        Self {
            default_draft: Draft::default(),
            assert_formats: true,
            remotes: Vec::new(),
            unknown_keywords: UnknownKeywords::default(),
            cures: Cures::default(),
        }
    }
}

/// What happens to keywords that mean nothing in the draft of their schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownKeywords {
    /// What looks like a misspelt keyword is an error. The rest are annotations, as the specification wants, and listed
    /// in a warning for each file, except for names that begin with `x-`.
    #[default]
    Judge,
    /// All are annotations, none is mentioned.
    Ignore,
}

/// What comes out.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// The schemas; [`SchemaSet::roots`] is left empty.
    pub schemas: SchemaSet,
    /// One for each schema, in the same order.
    pub annotations: Vec<Annotations>,
    /// The names of the documents, in the same order, then those of the meta-schemas that are referred to; without
    /// extensions.
    pub sources: Vec<String>,
    /// The ids of the roots, in the order asked for; `None` for those that are not there.
    pub roots: Vec<Option<SchemaId>>,
    /// Why no value at all is valid for a root, where that is certain and has no finding; in the same order.
    pub never: Vec<Option<String>>,
}

/// Lowers the schemas at `roots` with all that they reach. What is wrong in them becomes findings; what comes out is only
/// worth using when there are no errors.
pub fn lower(documents: &[Document], roots: &[SchemaRoot], options: &LowerOptions, report: &mut Report) -> Lowered {
    lower_in(&mut registry(documents, options, report), roots, options, report)
}

/// The schemas of `documents`, where they are found with these options.
pub fn registry<'a>(documents: &'a [Document], options: &LowerOptions, report: &mut Report) -> Registry<'a> {
    let remotes: Vec<_> = options
        .remotes
        .iter()
        .map(|(uri, name)| Remote { uri_prefix: uri.clone(), name_prefix: name.clone() })
        .collect();
    let mut registry = Registry::new(documents, options.default_draft, &remotes, report);
    registry.cures = options.cures;
    registry
}

/// [`lower`] with the schemas of a registry, which was made with the same options.
pub fn lower_in(
    registry: &mut Registry<'_>,
    roots: &[SchemaRoot],
    options: &LowerOptions,
    report: &mut Report,
) -> Lowered {
    let mut lowerer = Lowerer::new(registry, options, report);
    let roots = roots.iter().map(|root| lowerer.root(root)).collect();
    lowerer.run();
    lowerer.finish(roots)
}

struct Lowerer<'a, 'r> {
    registry: &'r mut Registry<'a>,
    options: &'r LowerOptions,
    report: &'r mut Report,
    set: SchemaSet,
    annotations: Vec<Annotations>,
    /// By address: a schema is the same wherever it is reached from.
    ids: HashMap<*const Node, SchemaId>,
    /// The registry's resource of each schema.
    resources: Vec<ResourceId>,
    queue: VecDeque<(SchemaId, Location<'a>)>,
    /// The places of `$ref`s, by the schemas that they stand in.
    references: HashMap<SchemaId, Place>,
    /// Patterns that are known to compile.
    patterns: HashSet<String>,
    /// Annotations by document, each with its first place.
    unknown: BTreeMap<DocumentId, BTreeMap<String, Place>>,
    /// Keywords that mean nothing next to a `$ref`, by document, with the first one's place.
    overruled: BTreeMap<DocumentId, unknown::Overruled<'a>>,
}

impl<'a, 'r> Lowerer<'a, 'r> {
    fn new(registry: &'r mut Registry<'a>, options: &'r LowerOptions, report: &'r mut Report) -> Self {
        let expected = registry.schema_count.min(MAX_EXPECTED);
        Self {
            registry,
            options,
            report,
            set: SchemaSet { schemas: Vec::with_capacity(expected), ..SchemaSet::default() },
            annotations: Vec::with_capacity(expected),
            ids: HashMap::new(),
            resources: Vec::new(),
            queue: VecDeque::new(),
            references: HashMap::new(),
            patterns: HashSet::new(),
            unknown: BTreeMap::new(),
            overruled: BTreeMap::new(),
        }
    }

    fn root(&mut self, root: &SchemaRoot) -> Option<SchemaId> {
        let Some(location) = self.registry.locate(&root.document, &root.pointer) else {
            let message = format!("there is no schema `{}#{}`", root.document, root.pointer);
            self.report.push(Diagnostic::error("WN0202", root.place.clone(), message));
            return None;
        };
        Some(self.id(location))
    }

    /// The id of a schema, which is lowered later if it is met for the first time.
    fn id(&mut self, location: Location<'a>) -> SchemaId {
        // Ids are 32 bits wide, which the bound on their number keeps.
        let next = SchemaId(u32::try_from(self.set.schemas.len()).unwrap_or(u32::MAX));
        let id = *self.ids.entry(std::ptr::from_ref(location.node)).or_insert(next);
        if id == next {
            self.set.schemas.push(Schema::default());
            self.annotations.push(Annotations::default());
            self.resources.push(location.resource);
            self.queue.push_back((id, location));
        }
        id
    }

    fn run(&mut self) {
        loop {
            while let Some((id, location)) = self.queue.pop_front() {
                if self.set.schemas.len() > MAX_SCHEMAS {
                    let message = format!("more than {MAX_SCHEMAS} schemas are reached");
                    self.report.push(Diagnostic::error("WN0107", self.registry.place(&location), message));
                    return;
                }
                let schema = self.schema(id, &location);
                self.set.schemas[id.0 as usize] = schema;
                self.annotations[id.0 as usize].path = location.path;
            }
            if !self.reach_dynamic_anchors() {
                return;
            }
        }
    }

    fn schema(&mut self, id: SchemaId, location: &Location<'a>) -> Schema {
        self.annotations[id.0 as usize] = {
            let draft = self.registry.dialect(location).draft;
            annotations::read(location, self.registry.document(location.document), draft)
        };
        match &location.node.value {
            NodeValue::Bool(accepts) => {
                self.note_boolean(location);
                Schema { never: !accepts, ..Schema::default() }
            }
            NodeValue::Object(_) => self.keywords(id, location),
            _ => {
                let message = "a schema must be an object, `true` or `false`";
                self.report.push(Diagnostic::error("WN0301", self.registry.place(location), message));
                Schema::default()
            }
        }
    }

    fn keywords(&mut self, id: SchemaId, location: &Location<'a>) -> Schema {
        let object = SchemaObject::read(location, self.registry, self.report);
        self.note_unknown(&object);
        self.note_doubtful(&object);
        let mut schema = Schema::default();
        self.references(id, &object, &mut schema);
        if object.is_reference_alone() {
            return schema;
        }
        self.values(&object, &mut schema);
        self.number(&object, &mut schema.number);
        self.string(&object, &mut schema.string);
        self.array(&object, &mut schema.array);
        self.object(&object, &mut schema.object);
        self.combine(&object, &mut schema);
        schema
    }

    fn finish(mut self, roots: Vec<Option<SchemaId>>) -> Lowered {
        self.report_unknown();
        self.report_overruled();
        self.set_resources();
        cycle::cut(&mut self.set, &mut self.annotations, &self.references, self.report);
        shorten::chains(&mut self.set);
        self.note_untyped(&roots);
        let reported = required::report(&self.set, &self.annotations, self.registry, self.report);
        let mut finder = never::Finder::new(&self.set);
        let never = roots.iter().map(|root| {
            // What a required member is the reason for has its finding already.
            let why = if reported.is_empty() { finder.never(&[(*root)?]) } else { None };
            why.map(|why| why.text())
        });
        let never = never.collect();
        let reached = self.annotations.iter().map(|schema| schema.document.0 + 1).max().unwrap_or(0);
        let last = reached.max(self.registry.document_count);
        let source = |position| {
            let name = self.registry.document(DocumentId(position)).name.as_str();
            match name.rsplit_once('.') {
                Some((stem, extension)) if !extension.contains('/') => stem,
                _ => name,
            }
        };
        let sources = (0..last).map(|position| source(position).to_owned()).collect();
        Lowered { schemas: self.set, annotations: self.annotations, sources, roots, never }
    }
}
