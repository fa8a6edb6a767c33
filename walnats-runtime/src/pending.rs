//! An accepted event that has not ended.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::error::{Cause, EmitError, PossiblyStored};
use crate::lost_report::{Failure, LostReport};
use crate::message::Receipt;

/// How an emit ended.
pub(crate) type End = Result<Receipt, Box<Failure>>;

/// An event in the buffer or in flight. Await it for the result.
///
/// Dropping it changes nothing for the event: it is still sent, `flush` waits for it, and a failure goes to
/// [`Options::on_lost`](crate::Options::on_lost).
pub struct Pending {
    pub(crate) end: oneshot::Receiver<End>,
    pub(crate) lost: Arc<LostReport>,
    pub(crate) event: Cow<'static, str>,
    pub(crate) message_id: String,
}

impl Pending {
    /// The message's id, sent as `Nats-Msg-Id`.
    pub fn message_id(&self) -> &str {
        &self.message_id
    }
}

impl Future for Pending {
    type Output = Result<Receipt, EmitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.end).poll(cx).map(|end| match end {
            Ok(Ok(receipt)) => Ok(receipt),
            Ok(Err(failure)) => Err(failure.error),
            // A task that ends settles all its events. Only if it panicked, the channel closes without a result.
            Err(_) => Err(EmitError::PossiblyStored(PossiblyStored {
                event: self.event.to_string(),
                message_id: std::mem::take(&mut self.message_id),
                cause: Cause::Closed,
            })),
        })
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // A failure that arrived but was never read would otherwise be lost with the channel.
        self.end.close();
        if let Ok(Err(failure)) = self.end.try_recv() {
            self.lost.report(*failure);
        }
    }
}

impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("event", &self.event).finish_non_exhaustive()
    }
}
