//! The meta-schemas of the drafts, for schemas that refer to them: what they constrain, without their prose.

use std::sync::{Arc, LazyLock};

use super::draft::Draft;
use crate::read::diagnostic::SourceFile;
use crate::read::document::{Document, Member, Node, NodeValue};

static DOCUMENTS: LazyLock<Vec<Document>> = LazyLock::new(|| {
    let texts = [
        ("json-schema.org/draft-04/schema", include_str!("metaschemas/draft4.json")),
        ("json-schema.org/draft-06/schema", include_str!("metaschemas/draft6.json")),
        ("json-schema.org/draft-07/schema", include_str!("metaschemas/draft7.json")),
        ("json-schema.org/draft/2019-09/schema", include_str!("metaschemas/draft2019-09.json")),
        ("json-schema.org/draft/2020-12/schema", include_str!("metaschemas/draft2020-12.json")),
    ];
    texts.into_iter().filter_map(|(name, text)| read(name, text)).collect()
});

/// One for each draft; the vocabularies' own are embedded.
pub(super) fn documents() -> &'static [Document] {
    &DOCUMENTS
}

/// Whether a URI is that of a meta-schema, or of a vocabulary's.
pub(super) fn is_known(uri: &str) -> bool {
    Draft::from_uri(uri).is_some()
        || ["https://json-schema.org/draft/2019-09/meta/", "https://json-schema.org/draft/2020-12/meta/"]
            .iter()
            .any(|prefix| uri.starts_with(prefix))
}

fn read(name: &str, text: &str) -> Option<Document> {
    let value = serde_json::from_str(text).ok()?;
    let file = Arc::new(SourceFile { path: name.to_owned(), text: text.to_owned() });
    Some(Document { file, name: name.to_owned(), root: node(value) })
}

/// A value as a tree without places.
fn node(value: serde_json::Value) -> Node {
    let value = match value {
        serde_json::Value::Null => NodeValue::Null,
        serde_json::Value::Bool(value) => NodeValue::Bool(value),
        serde_json::Value::Number(value) => NodeValue::Number(value),
        serde_json::Value::String(value) => NodeValue::String(value),
        serde_json::Value::Array(items) => NodeValue::Array(items.into_iter().map(node).collect()),
        serde_json::Value::Object(members) => {
            let member = |(name, value)| Member { name, name_span: 0..0, value: node(value) };
            NodeValue::Object(members.into_iter().map(member).collect())
        }
    };
    Node { span: 0..0, value }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_metaschema_is_read() {
        assert_eq!(super::documents().len(), 5);
    }
}
