//! Resolved JSON Schema documents become a `SchemaSet`.
