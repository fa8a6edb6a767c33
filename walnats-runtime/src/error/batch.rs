//! The error of a batch that was not confirmed as a whole.

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
    /// One for each event of the batch, in order; `None` where it was not confirmed.
    pub fn receipts(&self) -> &[Option<Receipt>] {
        &self.receipts
    }

    /// What was not confirmed, by place in the batch. Where nothing was sent because events are invalid, the invalid ones
    /// alone are listed; where an atomic batch failed as a whole, that is one entry.
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
