//! YAML 1.2 as a way to write JSON.

use std::sync::Arc;

use super::Document;
use crate::diagnostic::{Report, SourceFile};

/// Parses the text of `file`; `None` after a finding that leaves no tree.
pub fn parse_yaml(_file: Arc<SourceFile>, _name: &str, _report: &mut Report) -> Option<Document> {
    None
}
