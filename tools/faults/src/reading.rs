//! The part of the table about readers: real readers in processes of their own, while faults strike.
//!
//! A [`ReadRow`] describes what runs (servers, instances of one service, what its handlers do with each event), and which
//! fault strikes. [`read_trial`] stores most of the events, starts the instances, and lets the fault strike; the rest of the
//! events is stored afterwards, so that whoever stalled is noticed. Each instance reports through a pipe when a handler begins
//! and how it ends. When everything is settled, the instances are stopped in order, and a judge compares the reports with what
//! the server says of the consumer, and with the dead letters.

mod instance;
mod judge;
mod record;
mod row;
pub(crate) mod rows;
mod scene;
mod stage;
mod table;
mod trial;

pub use instance::run_instance;
pub use row::{Again, ReadRow, ReadRules, Work};
pub use scene::Scene;
pub use stage::Stage;
pub use table::{ReadTally, read_markdown};
pub use trial::{ReadTrial, read_trial};
