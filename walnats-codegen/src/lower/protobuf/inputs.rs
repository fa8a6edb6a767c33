//! The protobuf files as they were read.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{DescriptorPool, FileDescriptor};

use crate::load::ProtobufSource;

/// The protobuf files as they were read, by the names that imports say.
pub struct Inputs {
    texts: BTreeMap<String, Vec<u8>>,
    descriptor_sets: BTreeMap<String, Vec<u8>>,
}

impl Inputs {
    pub fn new(sources: &[ProtobufSource]) -> Self {
        let by_name = |source: &ProtobufSource| (source.name.clone(), source.bytes.clone());
        let (texts, sets): (Vec<_>, Vec<_>) = sources.iter().partition(|source| source.name.ends_with(".proto"));
        Self {
            texts: texts.into_iter().map(by_name).collect(),
            descriptor_sets: sets.into_iter().map(by_name).collect(),
        }
    }

    /// Those that the files `names` of `pool` are made of, and what they import. Of a descriptor set, all of it.
    pub fn needed<'n>(&self, pool: &DescriptorPool, names: impl Iterator<Item = &'n str>) -> BTreeMap<String, Vec<u8>> {
        let mut waiting: Vec<FileDescriptor> = names.filter_map(|name| pool.get_file_by_name(name)).collect();
        let (mut seen, mut needed, mut is_in_a_set) = (BTreeSet::new(), BTreeMap::new(), false);
        while let Some(file) = waiting.pop() {
            if !seen.insert(file.name().to_owned()) {
                continue;
            }
            waiting.extend(file.dependencies());
            match self.texts.get(file.name()) {
                Some(text) => drop(needed.insert(file.name().to_owned(), text.clone())),
                None => is_in_a_set |= !self.descriptor_sets.is_empty(),
            }
        }
        if is_in_a_set {
            needed.extend(self.descriptor_sets.clone());
        }
        needed
    }
}
