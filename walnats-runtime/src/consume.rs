//! Reading: handlers for the events that a service consumes, by durable pull consumers (feature `consume`).

mod acknowledgement;
mod around;
mod backoff;
mod batched;
mod consumer;
mod dead_letter;
mod delivery;
mod dispatch;
mod ending;
mod error;
mod handler;
mod held;
mod in_hand;
mod in_order;
mod incoming;
mod job;
mod key;
#[cfg(feature = "tower")]
pub(crate) mod layers;
mod line;
mod monitor;
mod options;
mod ordered;
mod pause;
mod position;
mod pull_loop;
mod reader;
mod refusals;
mod registration;
mod replayed;
mod respond;
mod served;
mod settle;
mod settling;
mod source;
mod status;
mod supervision;
mod workers;

pub use backoff::Backoff;
pub use batched::{Batched, Batches, IntoSettles, batched};
pub use consumer::{ConsumerAction, ConsumerChange, ConsumerPlan, ConsumerRefusal, RefusedConsumer};
pub use delivery::Delivery;
pub use error::ReadError;
pub use handler::{Borrowing, BorrowingFn, Handled, Handler, Handling, IsHandled, Missing, Owning};
pub use incoming::{ConsumedEvent, Incoming, ReadMessageError, incoming};
#[cfg(feature = "tower")]
pub use layers::{Delivered, Next};
pub use monitor::{ReaderHealth, ReaderMonitor, StreamProgress};
pub use options::{ReaderOptions, Start};
pub use pause::{PauseError, ReaderControl};
pub use reader::Reader;
pub use served::Served;
pub use settle::{HandlerError, IntoSettle, Settle};
