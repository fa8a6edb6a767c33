//! Faults on demand.

use std::fmt;
use std::sync::Arc;

use crate::error::ApiError;
use crate::headers::Headers;
use crate::message::Inbound;

/// What goes wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is not stored, for this reason.
    Refused(ApiError),
    /// It is stored, and the acknowledgement is withheld.
    Withheld,
}

/// Whether a fault concerns a message, by its headers and payload.
pub type Matches = Arc<dyn Fn(&Headers, &[u8]) -> bool + Send + Sync>;

/// The faults to come, in the order in which they were planned.
#[derive(Default)]
pub(crate) struct Faults(Vec<Planned>);

struct Planned {
    fault: Fault,
    left: usize,
    matches: Matches,
}

impl Faults {
    pub(crate) fn plan(&mut self, fault: Fault, times: usize, matches: Matches) {
        self.0.push(Planned { fault, left: times, matches });
    }

    /// The fault of a message, if one is planned.
    pub(crate) fn take(&mut self, message: &Inbound) -> Option<Fault> {
        self.0.retain(|planned| planned.left > 0);
        let planned = self.0.iter_mut().find(|planned| (planned.matches)(&message.headers, &message.payload))?;
        planned.left -= 1;
        Some(planned.fault.clone())
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many are left.
    pub(crate) fn left(&self) -> usize {
        self.0.iter().map(|planned| planned.left).sum()
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("left", &self.left()).finish()
    }
}
