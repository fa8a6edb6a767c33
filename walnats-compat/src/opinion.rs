//! The independent validator: the crate `jsonschema`, over the schema files as they stand.

use std::collections::HashSet;

use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use walnats_codegen::load::Document;
use walnats_codegen::model::Annotations;
use walnats_codegen::settings::{DraftName, Formats, Settings};
use walnats_schema::{Format, read};

/// Schema files as JSON values, each with the base URI of its relative references.
#[derive(Clone, Debug)]
pub struct Files {
    documents: Vec<(String, Value)>,
    draft: Draft,
    asserts_formats: bool,
}

impl Files {
    /// The files `documents`, read with these settings.
    pub fn new<'d>(documents: impl IntoIterator<Item = &'d Document>, settings: &Settings) -> Self {
        Self {
            documents: documents.into_iter().map(|document| (uri(&document.name), document.root.to_json())).collect(),
            draft: draft(settings),
            asserts_formats: settings.schemas.formats.unwrap_or_default() == Formats::Assert,
        }
    }

    /// One schema that stands alone, as the file `name`.
    pub(crate) fn alone(name: &str, schema: Value, settings: &Settings) -> Self {
        Self { documents: vec![(uri(name), schema)], ..Self::new([], settings) }
    }

    /// The content of the file `name`.
    pub(crate) fn content(&mut self, name: &str) -> Option<&mut Value> {
        let wanted = uri(name);
        self.documents.iter_mut().find(|(uri, _)| *uri == wanted).map(|(_, content)| content)
    }

    /// Resolves the references between the files. Nothing is fetched: the crate is built without that.
    ///
    /// # Errors
    /// What `jsonschema` cannot use.
    pub fn opinion(&self) -> Result<Opinion<'_>, String> {
        let mut registry = Registry::new().draft(self.draft);
        for (uri, document) in &self.documents {
            registry = registry.add(uri.as_str(), document).map_err(|error| error.to_string())?;
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
        // Formats that jsonschema does not know in every draft, or not at all: the keywords around them are still its own.
        let formats = [Format::Uuid, Format::Duration, Format::IdnEmail, Format::IdnHostname];
        let options = formats.into_iter().fold(jsonschema::options(), |options, format| {
            options.with_format(format.name(), move |text: &str| format.check(text))
        });
        options
            .with_draft(self.files.draft)
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

/// The draft of files without `$schema`.
fn draft(settings: &Settings) -> Draft {
    match settings.schemas.draft.unwrap_or_default() {
        DraftName::Draft4 => Draft::Draft4,
        DraftName::Draft6 => Draft::Draft6,
        DraftName::Draft7 => Draft::Draft7,
        DraftName::Draft201909 => Draft::Draft201909,
        DraftName::Draft202012 => Draft::Draft202012,
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
