//! Events of a team.

pub mod events;
