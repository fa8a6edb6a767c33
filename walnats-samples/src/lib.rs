#![doc = include_str!("../README.md")]

pub mod case;
pub mod comparable;
pub mod coverage;
pub mod embedded;
pub mod judge;
pub mod made;
pub mod payload;
pub mod protobuf;
pub mod run;
pub mod sample_folder;
pub mod schema_test;
pub mod simpler;
pub mod sources;
pub mod varied;

pub use case::{Case, Expected};
pub use coverage::{Coverage, coverage};
pub use embedded::Embedded;
pub use judge::{Judge, Verdict};
pub use made::make;
pub use run::{cases, run};
pub use sources::Sources;
pub use varied::Varied;
