//! One error type per operation. None contains a payload, a header value or a secret. `Display` prints only its own level, and the
//! cause is in `source()`, so that [`Chain`] prints nothing twice.

mod batch;
mod config;
mod connect;
mod emit;
mod environment;
mod flush;
mod kind;
mod nats;
mod not_stored;
mod option;
mod payload;
mod possibly_stored;
#[cfg(feature = "protobuf")]
mod rule;
mod scope;

pub use batch::EmitAllError;
pub use config::ConfigError;
pub use connect::ConnectError;
pub use emit::EmitError;
pub use environment::EnvironmentError;
pub use flush::{FlushError, ShutdownError};
pub use nats::NatsError;
pub use not_stored::{NotStored, Reason};
pub use option::OptionError;
pub use payload::{Cut, DecodeError, EncodeError, ValidateError, Violation, Violations};
pub use possibly_stored::{Cause, PossiblyStored};
#[cfg(feature = "protobuf")]
pub use rule::RuleViolation;

pub use crate::chain::Chain;
pub use crate::cloud_event::CloudEventError;
pub use crate::credentials::CredentialsError;
pub use crate::headers::HeaderError;
pub use crate::subject::{MessageIdError, SubjectError, SubjectProblem};

#[cfg(test)]
mod tests;
