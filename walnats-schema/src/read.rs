//! Schema files as people write them: read with places, references followed, and lowered to a [`SchemaSet`](crate::SchemaSet).
//!
//! Any draft from 4 to 2020-12 is read, from JSON or YAML. Nothing is fetched from the network: references lead to the
//! documents given and to the drafts' own meta-schemas. What is wrong with a schema becomes a [`Diagnostic`] with a place.
//!
//! ```
//! use std::sync::Arc;
//! use walnats_schema::read::{LowerOptions, Report, SchemaRoot, SourceFile, lower, parse_json};
//!
//! let mut report = Report::default();
//! let text = r#"{"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}"#.to_owned();
//! let file = Arc::new(SourceFile { path: "user.json".to_owned(), text });
//! let documents: Vec<_> = parse_json(file, "user.json", &mut report).into_iter().collect();
//! let root = SchemaRoot { document: "user.json".to_owned(), ..SchemaRoot::default() };
//! let lowered = lower(&documents, &[root], &LowerOptions::default(), &mut report);
//! assert!(!report.has_errors());
//!
//! let user = lowered.roots[0].expect("a schema that was found");
//! assert!(lowered.schemas.is_valid(user, &serde_json::json!({"id": "u_42"})));
//! let violations = lowered.schemas.validate(user, &serde_json::json!({"id": 42}));
//! assert_eq!(violations.list[0].pointer, "/id");
//! ```

mod bundle;
mod diagnostic;
mod document;
pub mod edit;
pub mod glob;
mod lower;
mod resolve;
mod suggestion;
pub mod wildcard;

pub use bundle::Bundler;
pub use diagnostic::{
    Applicability, Diagnostic, Edit, Fix, ForeignFiles, Ignore, Level, Levels, Located, Place, Report, Scope, Severity,
    SourceFile, Stopped, Suppression, names_file,
};
pub use document::{
    Document, DocumentId, Member, Node, NodeValue, parse_json, parse_json_leniently, parse_yaml, parse_yaml_leniently,
};
pub use lower::{
    Annotations, Contradiction, Contradictions, LowerOptions, Lowered, SchemaRoot, UnknownKeywords, lower, lower_in,
    registry,
};
pub use resolve::{Cures, Draft, Registry};
pub use suggestion::{did_you_mean, nearest};
