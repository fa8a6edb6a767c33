//! What tests make events up from, beyond the schemas that generated code embeds anyway.

mod proto;

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use walnats_schema::SchemaId;

use crate::model::EventModel;

/// The file `samples.json`. It is part of a program only with the runtime's feature `testing`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SampleData {
    /// Values that schemas show, as examples and as defaults, by the position of the schema in `schemas.json`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<SchemaId, Vec<serde_json::Value>>,
    /// The protobuf files that events need, without comments and white space, by the name that an import says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub protos: BTreeMap<String, String>,
    /// The same of compiled descriptor sets, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub descriptor_sets: BTreeMap<String, String>,
}

impl SampleData {
    /// What there is of a package.
    pub fn of(model: &EventModel) -> Self {
        let values = |(id, note): (SchemaId, &crate::model::Annotations)| {
            let values: Vec<_> = note.examples.iter().chain(&note.default).cloned().collect();
            (!values.is_empty()).then_some((id, values))
        };
        let mut data =
            Self { examples: (0..).map(SchemaId).zip(&model.notes).filter_map(values).collect(), ..Self::default() };
        for (name, bytes) in model.protobuf.iter().flat_map(|protobuf| &protobuf.sources) {
            match std::str::from_utf8(bytes) {
                Ok(text) if name.ends_with(".proto") => data.protos.insert(name.clone(), proto::compact(text)),
                _ => data.descriptor_sets.insert(name.clone(), hexadecimal(bytes)),
            };
        }
        data
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // A string takes all that is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
