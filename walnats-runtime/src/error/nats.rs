//! Errors of async-nats, without repeated causes.

use std::error::Error;
use std::fmt::{self, Debug, Display};

/// An error of async-nats. Its own `Display` also prints the cause; here, the cause is only in `source()`.
#[derive(Debug)]
pub struct NatsError<K: Clone + Debug + Display + PartialEq>(async_nats::error::Error<K>);

impl<K: Clone + Debug + Display + PartialEq> NatsError<K> {
    /// What failed.
    pub fn kind(&self) -> K {
        self.0.kind()
    }
}

impl<K: Clone + Debug + Display + PartialEq> From<async_nats::error::Error<K>> for NatsError<K> {
    fn from(error: async_nats::error::Error<K>) -> Self {
        Self(error)
    }
}

impl<K: Clone + Debug + Display + PartialEq> Display for NatsError<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.repeated() {
            Some(cause) => Display::fmt(cause, f),
            None => Display::fmt(&self.0.kind(), f),
        }
    }
}

impl<K: Clone + Debug + Display + PartialEq> NatsError<K> {
    /// The cause, unless its text repeats the kind, such as "authorization violation".
    fn repeated(&self) -> Option<&(dyn Error + 'static)> {
        let kind = self.0.kind().to_string().to_lowercase();
        self.cause().filter(|cause| cause.to_string().to_lowercase().contains(&kind))
    }

    fn cause(&self) -> Option<&(dyn Error + 'static)> {
        Error::source(&self.0)
    }
}

impl<K: Clone + Debug + Display + PartialEq> Error for NatsError<K> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.repeated() {
            Some(cause) => cause.source(),
            None => self.cause(),
        }
    }
}
