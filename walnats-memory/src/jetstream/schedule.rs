//! Messages that a stream holds until they are due (`Nats-Schedule`, ADR-51), and times to live (`Nats-TTL`, ADR-43).

use super::config::Config;
use super::store::Stored;
use crate::error::ApiError;
use crate::headers::Headers;
use crate::time::{self, Nanos, SECOND};

const PATTERN: &str = "Nats-Schedule";
const TARGET: &str = "Nats-Schedule-Target";
const TTL: &str = "Nats-TTL";
const SCHEDULE_TTL: &str = "Nats-Schedule-TTL";
const ROLLUP: &str = "Nats-Rollup";

/// The subject of the schedule that made a message.
pub(crate) const SCHEDULER: &str = "Nats-Scheduler";
/// What becomes of the schedule that made a message.
pub(crate) const NEXT: &str = "Nats-Schedule-Next";
/// The schedule is deleted.
pub(crate) const PURGE: &str = "purge";

/// Checks the headers of a schedule, and returns when it is due; `None` if the message is none.
pub(crate) fn due(config: &Config, subject: &str, headers: &Headers) -> Result<Option<Nanos>, ApiError> {
    let Some(pattern) = headers.get(PATTERN) else { return Ok(None) };
    if !config.is_on("allow_msg_schedules") {
        return Err(ApiError::new(400, 10188, "message schedules is disabled"));
    }
    // Schedules that repeat are not here: no message of walnats is one.
    let due = pattern.strip_prefix("@at ").and_then(time::read);
    let due = due.ok_or_else(|| ApiError::new(400, 10189, "message schedules pattern is invalid"))?;
    if headers.get(SCHEDULE_TTL).is_some_and(|ttl| read_ttl(ttl).is_none()) {
        return Err(ApiError::new(400, 10191, "message schedules invalid per-message TTL"));
    }
    let target = headers.get(TARGET).unwrap_or_default();
    if target.is_empty() || target == subject || target.contains(['*', '>']) || !config.takes(target) {
        return Err(ApiError::new(400, 10190, "message schedules target is invalid"));
    }
    if headers.get(ROLLUP).is_some_and(|rollup| rollup != "sub") {
        return Err(ApiError::new(400, 10192, "message schedules invalid rollup"));
    }
    Ok(Some(due))
}

/// What a schedule publishes when it is due: the subject, and the headers.
pub(crate) fn fired(schedule: &Stored) -> Option<(String, Headers)> {
    let target = schedule.headers.get(TARGET)?.to_owned();
    let mut headers = schedule.headers.clone();
    let ttl = headers.get(SCHEDULE_TTL).map(str::to_owned);
    headers.retain(|name| {
        let of_schedule = name.starts_with("Nats-Schedule-") || name.starts_with("Nats-Expected-");
        !of_schedule && ![PATTERN, "Nats-Msg-Id", TTL, ROLLUP].contains(&name)
    });
    headers.push(SCHEDULER, schedule.subject.clone());
    headers.push(NEXT, PURGE);
    if let Some(ttl) = ttl {
        headers.push(TTL, ttl);
    }
    Some((target, headers))
}

/// When a message ends by its own time to live; `None` if it has none.
pub(crate) fn expires(config: &Config, headers: &Headers, now: Nanos) -> Result<Option<Nanos>, ApiError> {
    let Some(ttl) = headers.get(TTL) else { return Ok(None) };
    let ttl = read_ttl(ttl);
    if ttl != Some(0) && !config.is_on("allow_msg_ttl") {
        return Err(ApiError::new(400, 10166, "per-message TTL is disabled"));
    }
    match ttl {
        None => Err(ApiError::new(400, 10165, "invalid per-message TTL")),
        Some(0 | -1) => Ok(None),
        Some(ttl) => Ok(Some(now.saturating_add(ttl))),
    }
}

/// A time to live in whole seconds, as a number or a duration; -1 is without end.
fn read_ttl(text: &str) -> Option<Nanos> {
    if text == "never" {
        return Some(-1);
    }
    let ttl = match text.parse::<Nanos>() {
        Ok(seconds) => seconds.checked_mul(SECOND)?,
        Err(_) => time::read_duration(text)? / SECOND * SECOND,
    };
    (ttl >= SECOND || text == "0").then_some(ttl)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_to_live_have_whole_seconds() {
        assert_eq!(
            (read_ttl("5"), read_ttl("90s"), read_ttl("never")),
            (Some(5 * SECOND), Some(90 * SECOND), Some(-1))
        );
        assert_eq!((read_ttl("0"), read_ttl("500ms"), read_ttl("-1"), read_ttl("soon")), (Some(0), None, None, None));
    }
}
