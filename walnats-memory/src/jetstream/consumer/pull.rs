//! Requests for messages (`CONSUMER.MSG.NEXT`), which wait at a consumer until they are served or over.

use serde_json::Value;

use super::Consumer;
use super::pinned::Group;
use crate::headers::Headers;
use crate::message::Outbound;
use crate::time::Nanos;

/// A request that waits for messages.
#[derive(Clone, Debug)]
pub(crate) struct Pull {
    pub(crate) reply: String,
    /// The priority group that it is of.
    pub(super) group: Group,
    /// How many messages it still gets.
    pub(crate) left: u64,
    /// How many bytes it still gets.
    pub(crate) bytes: Option<u64>,
    /// Clients wait by the clock of the machine.
    expires: Option<Nanos>,
    heartbeat: Option<Nanos>,
    next_heartbeat: Nanos,
}

impl Pull {
    /// Reads a request. `pending` is how many messages there are for it now.
    ///
    /// # Errors
    ///
    /// The status with which it is refused, or ends at once.
    pub(crate) fn read(
        body: &[u8],
        reply: &str,
        consumer: &Consumer,
        pending: u64,
        real: Nanos,
    ) -> Result<Self, String> {
        let config = &consumer.config;
        let text = String::from_utf8_lossy(body);
        let request = match text.trim() {
            "" => Value::Null,
            text if text.starts_with('{') => {
                serde_json::from_str(text).map_err(|_| "400 Bad Request - Invalid JSON".to_owned())?
            }
            number => number.parse::<u64>().map_err(|_| "400 Bad Request".to_owned())?.into(),
        };
        let number = |name: &str| request.get(name).and_then(Value::as_u64).filter(|number| *number > 0);
        let time = |name: &str| number(name).and_then(|nanos| Nanos::try_from(nanos).ok());
        let mut left = request.as_u64().or_else(|| number("batch")).filter(|batch| *batch > 0).unwrap_or(1);
        if let Some(limit) = config.limit("max_batch").filter(|limit| left > *limit) {
            return Err(format!("409 Exceeded MaxRequestBatch of {limit}"));
        }
        let expires = time("expires");
        if let Some(limit) = config.limit("max_expires")
            && expires.is_none_or(|expires| expires.unsigned_abs() > limit)
        {
            return Err(format!("409 Exceeded MaxRequestExpires of {}s", limit / 1_000_000_000));
        }
        let groups = config.pinning.as_ref().map(|pinning| pinning.groups.as_slice());
        let group = Group::read(&request, groups, consumer.pin.as_ref())?;
        if request.get("no_wait").and_then(Value::as_bool) == Some(true) && expires.is_none() {
            if pending == 0 {
                return Err("404 No Messages".to_owned());
            }
            left = left.min(pending);
        }
        let heartbeat = time("idle_heartbeat");
        if let (Some(heartbeat), Some(expires)) = (heartbeat, expires)
            && heartbeat.saturating_mul(2) > expires
        {
            return Err("400 Bad Request - heartbeat value too large".to_owned());
        }
        Ok(Self {
            reply: reply.to_owned(),
            group,
            left,
            bytes: number("max_bytes"),
            expires: expires.map(|expires| real.saturating_add(expires)),
            heartbeat,
            next_heartbeat: heartbeat.map_or(Nanos::MAX, |heartbeat| real.saturating_add(heartbeat)),
        })
    }

    pub(crate) fn is_over(&self, real: Nanos) -> bool {
        self.expires.is_some_and(|expires| expires <= real)
    }

    /// What its client hears, if it has heard nothing for a while.
    pub(crate) fn heartbeat(&mut self, real: Nanos) -> Option<Outbound> {
        let heartbeat = self.heartbeat.filter(|_| self.next_heartbeat <= real)?;
        self.next_heartbeat = real.saturating_add(heartbeat);
        Some(Outbound::status(&self.reply, "100 Idle Heartbeat", &Headers::default()))
    }

    /// Its client hears something else.
    pub(crate) fn served(&mut self, real: Nanos) {
        if let Some(heartbeat) = self.heartbeat {
            self.next_heartbeat = real.saturating_add(heartbeat);
        }
    }

    /// What its client hears at its end, with how much is left.
    pub(crate) fn end(&self, status: &str) -> Outbound {
        let mut headers = Headers::default();
        headers.push("Nats-Pending-Messages", self.left.to_string());
        headers.push("Nats-Pending-Bytes", self.bytes.unwrap_or_default().to_string());
        Outbound::status(&self.reply, status, &headers)
    }

    /// When it needs something, by the clock of the machine.
    pub(crate) fn due(&self) -> Nanos {
        self.expires.unwrap_or(Nanos::MAX).min(self.next_heartbeat)
    }
}
