//! Lists of themselves, and maps of themselves: newtypes, as other types that contain themselves have names too.

use super::Builder;
use crate::rust::conjunction::Conjunction;
use crate::rust::types::{Body, Type, Typed};

impl Builder<'_> {
    /// What `make` makes of a list or map; a newtype of it where `make` comes back to `conjunction`. Each list and map on
    /// the way round is a newtype, so that it does not matter where the circle was entered.
    pub(super) fn unless_recursive(
        &mut self,
        conjunction: &Conjunction,
        make: impl FnOnce(&mut Self) -> Typed,
    ) -> Typed {
        let key = conjunction.key();
        if let Some(item) = self.by_key.get(&key) {
            return Typed::exact(Type::Item(*item));
        }
        if let Some(position) = self.entered.iter().position(|(entered, _)| *entered == key) {
            let circle: Vec<Conjunction> =
                self.entered[position..].iter().map(|(_, entered)| entered.clone()).collect();
            for entered in &circle {
                self.item(entered, Body::Newtype(Typed::exact(Type::Value)));
            }
            return Typed::exact(Type::Item(self.item(conjunction, Body::Newtype(Typed::exact(Type::Value)))));
        }
        self.entered.push((key.clone(), conjunction.clone()));
        let typed = make(self);
        self.entered.pop();
        match self.by_key.get(&key).copied() {
            Some(item) => {
                self.types.items[item].body = Body::Newtype(typed);
                Typed::exact(Type::Item(item))
            }
            None => typed,
        }
    }
}
