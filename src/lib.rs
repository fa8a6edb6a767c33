//! The events of an imaginary shop: every schema in `schemas/` is a type here and a method of [`Events`].

walnats_runtime::include_events!();
