//! The error of a batch of which not all events were confirmed.

use std::error::Error;
use std::fmt;

use super::EmitError;
use crate::message::Receipt;

/// Some events of a batch were not confirmed.
#[derive(Debug)]
pub struct EmitAllError {
    pub(crate) receipts: Vec<Option<Receipt>>,
    pub(crate) failures: Vec<(usize, EmitError)>,
}

impl EmitAllError {
    /// The receipt of each event of the batch, in order; `None` if it was not confirmed.
    pub fn receipts(&self) -> &[Option<Receipt>] {
        &self.receipts
    }

    /// The failures, with their index in the batch. If nothing was sent because events are invalid, only the invalid ones are
    /// listed. If an atomic batch failed as a whole, there is one entry.
    pub fn failures(&self) -> &[(usize, EmitError)] {
        &self.failures
    }
}

impl fmt::Display for EmitAllError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let confirmed = self.receipts.iter().flatten().count();
        write!(f, "{confirmed} of {} events were confirmed", self.receipts.len())?;
        match self.failures.first() {
            Some((index, error)) => write!(f, "; at {index}: {error}"),
            None => Ok(()),
        }
    }
}

impl Error for EmitAllError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.failures.first().and_then(|(_, error)| error.source())
    }
}
