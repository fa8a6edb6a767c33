//! Resolves references: `$id`, `$ref`, `$anchor`, `$dynamicRef` across files.
//!
//! A [`Registry`] knows every schema resource of the documents it was made from, by URI, and every anchor in them. It
//! reads neither disk nor network: what a reference may lead to is among the documents, or among the meta-schemas of
//! the five drafts, which are part of this crate.

mod dialect;
mod draft;
mod index;
mod keyword;
mod metaschema;
mod reference;
mod registry;
mod uri;

pub(crate) use dialect::Dialect;
pub use draft::Draft;
pub(crate) use draft::Vocabulary;
pub(crate) use index::Remote;
pub(crate) use keyword::{KEYWORDS, Keyword, Shape, TYPES, count};
pub use registry::{Cures, Registry};
pub(crate) use registry::{Location, ResourceId};
pub(crate) use uri::encode_fragment;
