//! The independent validator: the crate `jsonschema`, over the schema files as they stand.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use walnats_codegen::load::Document;
use walnats_codegen::model::Annotations;
use walnats_codegen::settings::{DraftName, Formats, Settings};
use walnats_schema::{Format, read};

/// Formats that jsonschema does not know in every draft, or not at all: walnats checks them for it.
const OWN_FORMATS: [Format; 4] = [Format::Uuid, Format::Duration, Format::IdnEmail, Format::IdnHostname];

/// The other formats, each as jsonschema checks it in the newest draft: walnats checks a format in every draft, and in the
/// same way.
static FORMATS: LazyLock<HashMap<&str, Validator>> = LazyLock::new(|| {
    let names = [
        "date-time",
        "date",
        "time",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uri-reference",
        "iri",
        "iri-reference",
        "uri-template",
        "json-pointer",
        "relative-json-pointer",
        "regex",
    ];
    let validator = |name: &str| {
        let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
        options.build(&json!({ "format": name })).ok()
    };
    names.into_iter().filter_map(|name| Some((name, validator(name)?))).collect()
});

/// Schema files as JSON values, each with the base URI of its relative references and its draft.
#[derive(Clone, Debug)]
pub struct Files {
    documents: Vec<File>,
    asserts_formats: bool,
}

#[derive(Clone, Debug)]
struct File {
    uri: String,
    draft: Draft,
    content: Value,
}

impl Files {
    /// The files `documents`, read with these settings. Each is of the draft that `notes` have of its schemas.
    pub fn new<'d>(
        documents: impl IntoIterator<Item = &'d Document>,
        notes: &[Annotations],
        settings: &Settings,
    ) -> Self {
        let mut drafts: HashMap<&str, (usize, read::Draft)> = HashMap::new();
        for note in notes {
            let found = (note.path.len(), note.draft);
            let known = drafts.entry(&note.place.file.path).or_insert(found);
            // The outermost schema has the `$schema` of the file.
            if found.0 < known.0 {
                *known = found;
            }
        }
        let file = |document: &Document| {
            let content = document.root.to_json();
            let known = drafts.get(document.file.path.as_str()).map(|(_, draft)| of_draft(*draft));
            let draft = known.unwrap_or_else(|| detected(&content, settings));
            File { uri: uri(&document.name), draft, content }
        };
        Self {
            documents: documents.into_iter().map(file).collect(),
            asserts_formats: settings.schemas.formats.unwrap_or_default() == Formats::Assert,
        }
    }

    /// One schema that stands alone, as the file `name`.
    pub(crate) fn alone(name: &str, content: Value, settings: &Settings) -> Self {
        let file = File { uri: uri(name), draft: detected(&content, settings), content };
        Self { documents: vec![file], ..Self::new([], &[], settings) }
    }

    /// The content of the file `name`.
    pub(crate) fn content(&mut self, name: &str) -> Option<&mut Value> {
        let wanted = uri(name);
        self.documents.iter_mut().find(|file| file.uri == wanted).map(|file| &mut file.content)
    }

    /// Resolves the references between the files. Nothing is fetched: the crate is built without that.
    ///
    /// # Errors
    /// What `jsonschema` cannot use.
    pub fn opinion(&self) -> Result<Opinion<'_>, String> {
        let mut registry = Registry::new();
        for File { uri, draft, content } in &self.documents {
            let resource = draft.create_resource_ref(content);
            registry = registry.add(uri.as_str(), resource).map_err(|error| error.to_string())?;
        }
        let registry = registry.prepare().map_err(|error| error.to_string())?;
        Ok(Opinion { files: self, registry })
    }
}

/// Files whose schemas can be asked.
#[derive(Debug)]
pub struct Opinion<'f> {
    files: &'f Files,
    registry: Registry<'f>,
}

impl Opinion<'_> {
    /// The schema of the file `document` that these annotations are of.
    ///
    /// # Errors
    /// What `jsonschema` cannot use.
    pub fn validator(&self, document: &Document, note: &Annotations) -> Result<Validator, String> {
        self.validator_at(&document.name, &note.path)
    }

    pub(crate) fn validator_at(&self, name: &str, path: &[String]) -> Result<Validator, String> {
        let reference = json!({ "$ref": format!("{}#{}", uri(name), percent_encode(&pointer(path))) });
        let options = OWN_FORMATS.into_iter().fold(jsonschema::options(), |options, format| {
            options.with_format(format.name(), move |text: &str| format.check(text))
        });
        let options = FORMATS.iter().fold(options, |options, (name, validator)| {
            options.with_format(*name, move |text: &str| validator.is_valid(&Value::from(text)))
        });
        options
            // Of the reference; what it leads to is of the draft of its file.
            .with_draft(Draft::Draft202012)
            // Drafts 6 and 7 leave it open whether these assert, and walnats only annotates with them.
            .without_content_encoding_support("base64")
            .without_content_media_type_support("application/json")
            .with_registry(&self.registry)
            .should_validate_formats(self.files.asserts_formats)
            .build(&reference)
            .map_err(|error| error.to_string())
    }
}

/// Whether a file that one of the schemas is in breaks the meta-schema of its draft, such as by a name that `required` lists
/// twice: what another validator makes of such a file says nothing about walnats.
pub fn breaks_meta_schema(documents: &[Document], notes: &[Annotations]) -> bool {
    let mut seen = HashSet::new();
    let mut first = notes.iter().filter(|note| seen.insert(note.document));
    first.any(|note| {
        documents.get(note.document.0).is_some_and(|document| {
            let schema = document.root.to_json();
            !match note.draft {
                read::Draft::Draft4 => jsonschema::draft4::meta::is_valid(&schema),
                read::Draft::Draft6 => jsonschema::draft6::meta::is_valid(&schema),
                read::Draft::Draft7 => jsonschema::draft7::meta::is_valid(&schema),
                read::Draft::Draft201909 => jsonschema::draft201909::meta::is_valid(&schema),
                read::Draft::Draft202012 => jsonschema::draft202012::meta::is_valid(&schema),
            }
        })
    })
}

/// The draft of a file that no schema of the model is in.
fn detected(content: &Value, settings: &Settings) -> Draft {
    let default = match settings.schemas.draft.unwrap_or_default() {
        DraftName::Draft4 => Draft::Draft4,
        DraftName::Draft6 => Draft::Draft6,
        DraftName::Draft7 => Draft::Draft7,
        DraftName::Draft201909 => Draft::Draft201909,
        DraftName::Draft202012 => Draft::Draft202012,
    };
    match default.detect(content) {
        Draft::Unknown => default,
        draft => draft,
    }
}

fn of_draft(draft: read::Draft) -> Draft {
    match draft {
        read::Draft::Draft4 => Draft::Draft4,
        read::Draft::Draft6 => Draft::Draft6,
        read::Draft::Draft7 => Draft::Draft7,
        read::Draft::Draft201909 => Draft::Draft201909,
        read::Draft::Draft202012 => Draft::Draft202012,
    }
}

/// The base URI of the file's relative references, unless it has an `$id`.
fn uri(name: &str) -> String {
    format!("walnats:///{}", percent_encode(name))
}

/// A [JSON Pointer](https://www.rfc-editor.org/rfc/rfc6901) of its parts.
pub fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", walnats_schema::pointer::escape(name))).collect()
}

/// For the path or the fragment of a URI.
fn percent_encode(text: &str) -> String {
    /// All but the unreserved characters (RFC 3986, section 2.3) and `/`.
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
    utf8_percent_encode(text, ENCODED).to_string()
}
