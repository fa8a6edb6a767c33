//! What dynamic references may lead to: anchors of every resource that can be in the dynamic scope.

use std::collections::{BTreeMap, BTreeSet};

use crate::read::resolve::ResourceId;
use crate::{Resource, SchemaId};

use super::Lowerer;

impl Lowerer<'_, '_> {
    /// Lowers the dynamic anchors that may be meant, and returns whether that met new schemas.
    pub(super) fn reach_dynamic_anchors(&mut self) -> bool {
        let before = self.set.schemas.len();
        let resources: BTreeSet<ResourceId> = self.resources.iter().copied().collect();
        for anchor in self.dynamic_names() {
            for &resource in &resources {
                if let Some(location) = self.registry.dynamic_anchor(resource, &anchor).cloned() {
                    self.id(location);
                }
            }
        }
        self.set.schemas.len() > before
    }

    /// Sets each schema's resource, where dynamic references depend on it.
    pub(super) fn set_resources(&mut self) {
        let names = self.dynamic_names();
        if names.is_empty() {
            return;
        }
        let mut dense: BTreeMap<ResourceId, u32> = BTreeMap::new();
        for (schema, resource) in self.set.schemas.iter_mut().zip(&self.resources) {
            let next = u32::try_from(dense.len()).unwrap_or(u32::MAX);
            schema.resource = Some(*dense.entry(*resource).or_insert(next));
        }
        let mut resources = vec![Resource::default(); dense.len()];
        for (resource, index) in dense {
            resources[index as usize].dynamic_anchors =
                names.iter().filter_map(|name| Some((name.clone(), self.anchor_id(resource, name)?))).collect();
        }
        self.set.resources = resources;
    }

    fn anchor_id(&self, resource: ResourceId, name: &str) -> Option<SchemaId> {
        let location = self.registry.dynamic_anchor(resource, name)?;
        self.ids.get(&std::ptr::from_ref(location.node)).copied()
    }

    fn dynamic_names(&self) -> BTreeSet<String> {
        let references = self.set.schemas.iter().filter_map(|schema| schema.dynamic_reference.as_ref());
        references.map(|reference| reference.anchor.clone()).collect()
    }
}
