//! Turns an event and its options into a finished message.

use std::borrow::Cow;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use walnats_subject::covers;

use crate::cloud_event::{CloudEvent, Defaults};
use crate::error::{EmitError, NotStored, OptionError, Reason};
use crate::event::{EventDescriptor, OnceKey};
use crate::headers::Headers;
use crate::message::{EXPECTED_SUBJECT_SEQUENCE, OutboundMessage};
use crate::publisher::Publisher;
use crate::stream::{Retention, StreamDescriptor};
use crate::subject::{Subject, SubjectError, check_message_id, schedule_subject, subject_problem};
use crate::trace;
use crate::untyped::Emittable;
use crate::warning::warnings;

/// JetStream's default duplicate window.
const DEFAULT_WINDOW: Duration = Duration::from_secs(120);

/// Practically unlimited, but still representable as milliseconds in a database.
const LONGEST: Duration = Duration::from_secs(30 * 365 * 86_400);

/// The options of an emit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) uid: Option<String>,
    pub(crate) once: Option<String>,
    pub(crate) delay: Option<Duration>,
    pub(crate) trace_id: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) ttl: Option<Duration>,
    /// Boxed because few emits have one, and every emit is moved several times.
    pub(crate) cloud_event: Option<Box<CloudEvent>>,
    pub(crate) deadline: Option<Duration>,
    /// The subject for the response of a handler.
    pub(crate) reply: Option<String>,
}

/// Validates, encodes and addresses an event.
///
/// # Errors
///
/// `NotStored`, with the reason.
pub(crate) fn compose(
    publisher: &Publisher,
    event: &dyn Emittable,
    details: Details,
) -> Result<OutboundMessage, EmitError> {
    let descriptor = event.described();
    let mut message_id = None;
    let span = trace::create(descriptor, &publisher.names().stream(descriptor.stream));
    let _inside = span.enter();
    build(publisher, event, descriptor, details, &mut message_id).map_err(|reason| {
        trace::refused(&span, &reason);
        EmitError::NotStored(NotStored { event: descriptor.name.to_owned(), message_id, reason })
    })
}

fn build(
    publisher: &Publisher,
    event: &dyn Emittable,
    descriptor: &'static EventDescriptor,
    details: Details,
    message_id: &mut Option<String>,
) -> Result<OutboundMessage, Reason> {
    if let Some(fault) = publisher.fault() {
        return Err(OptionError::from(fault.clone()).into());
    }
    event.checked()?;
    let stream = publisher.stream(descriptor.stream);
    if publisher.options().strict
        && !stream.name.is_empty()
        && let Some(warning) = warnings(stream).first()
    {
        return Err(OptionError::Strict { stream: stream.name.to_owned(), warning: *warning }.into());
    }
    let once_key = event.once_key();
    let once = details.once.is_some() || once_key != OnceKey::None;
    let names = publisher.names();
    let mut subject = names.subject(event.own_subject()?);
    if let Some(key) = details.once {
        subject = keyed(descriptor, once_key, &subject, &key, stream)?;
    }
    if let Some(problem) = subject_problem(&subject) {
        return Err(SubjectError { event: descriptor.name, field: None, problem }.into());
    }
    let given = details.uid.or_else(|| event.own_uid());
    let fresh_id = given.is_none();
    let id = given.unwrap_or_else(|| uuid::Uuid::now_v7().to_string());
    check_message_id(&id)?;
    *message_id = Some(id.clone());

    let mut headers = Headers::new();
    for (name, value) in details.headers {
        headers.insert(name, value)?;
    }
    if let Some(trace_id) = details.trace_id {
        headers.insert_own("Walnats-Trace", trace_id)?;
    }
    if let Some(reply) = details.reply {
        headers.insert_own("Walnats-Reply", reply)?;
    }
    let mut payload = event.encoded()?;
    let mut cloud_event = details.cloud_event.map(|own| *own).or_else(|| publisher.options().cloud_events.clone());
    trace::inject(&mut headers, cloud_event.as_mut())?;
    if let Some(cloud_event) = cloud_event {
        let (event_type, content_type) = (descriptor.event_type, descriptor.content_type);
        payload = cloud_event.apply(Defaults { id: &id, event_type, content_type }, &mut headers, payload)?;
    } else {
        headers.describe(descriptor.name, descriptor.content_type)?;
    }

    let mut message = OutboundMessage {
        event: Cow::Borrowed(descriptor.name),
        stream: if stream.name.is_empty() { names.stream(descriptor.stream) } else { Cow::Borrowed(stream.name) },
        subject,
        message_id: id,
        headers,
        payload: Bytes::from(payload),
        duplicate_window: DEFAULT_WINDOW,
        fresh_id,
        expect_stream: stream.expect_stream,
    };
    if once {
        // The subject has no message yet: https://docs.nats.io/nats-concepts/jetstream/headers
        message.headers.insert_own(EXPECTED_SUBJECT_SEQUENCE, "0".to_owned())?;
    }
    let scheduled = match details.delay {
        Some(delay) if !delay.is_zero() => hold_back(&mut message, publisher, stream, delay, once)?,
        _ => false,
    };
    message.duplicate_window = if once { kept(publisher, stream, details.ttl) } else { duplicate_window(stream) };
    if let Some(ttl) = details.ttl {
        limit_life(&mut message, stream, ttl, scheduled)?;
    }
    Ok(message)
}

/// The subject with the caller's key.
fn keyed(
    descriptor: &EventDescriptor,
    place: OnceKey,
    subject: &str,
    key: &str,
    stream: &StreamDescriptor,
) -> Result<String, Reason> {
    let before = match place {
        OnceKey::InSubject => return Err(OptionError::OnceInSubject(descriptor.name.to_owned()).into()),
        // A key's token contains no dot.
        OnceKey::LastToken => subject.rsplit_once('.').map_or(subject, |(before, _)| before),
        OnceKey::None => subject,
    };
    let keyed = Subject::new(descriptor.name).literal(before).literal(".").key(key).finish()?;
    if !stream.subjects.is_empty() && !stream.subjects.iter().any(|filter| covers(filter, &keyed)) {
        let (event, stream) = (descriptor.name.to_owned(), stream.name.to_owned());
        return Err(OptionError::OnceNotStored { event, stream }.into());
    }
    Ok(keyed)
}

/// How long a second message on a subject is rejected, so that a possibly stored message can be resent.
fn kept(publisher: &Publisher, stream: &StreamDescriptor, ttl: Option<Duration>) -> Duration {
    let ids = duplicate_window(stream);
    // Others may limit what the package does not set.
    let found = publisher.known_streams().get(stream.name).map(|known| known.keeps);
    let states_less = stream.retention.unwrap_or_default() != Retention::Limits || stream.drops_oldest();
    if stream.name.is_empty() || states_less || found.is_some_and(|keeps| keeps.is_zero()) {
        return ids;
    }
    let age = [stream.age_limit(), found, ttl, Some(LONGEST)].into_iter().flatten().min();
    age.map_or(ids, |age| age.max(ids))
}

/// How long JetStream remembers the stream's message ids.
pub(crate) fn duplicate_window(stream: &StreamDescriptor) -> Duration {
    let unset = stream.age_limit().map_or(DEFAULT_WINDOW, |age| age.min(DEFAULT_WINDOW));
    stream.duplicate_window.unwrap_or(unset)
}

/// Returns whether the server delays the message.
fn hold_back(
    message: &mut OutboundMessage,
    publisher: &Publisher,
    stream: &StreamDescriptor,
    delay: Duration,
    once: bool,
) -> Result<bool, Reason> {
    let due = publisher.options().now().checked_add(delay).ok_or(OptionError::DelayTooLong(delay))?;
    if let Some(max_age) = stream.age_limit().filter(|max_age| delay >= *max_age) {
        return Err(OptionError::DelayBeyondAge { delay, stream: message.stream.to_string(), max_age }.into());
    }
    let timestamp = jiff::Timestamp::try_from(due).map_err(|_| OptionError::DelayTooLong(delay))?;
    // A schedule on an interest stream without a consumer is acknowledged and never fires.
    if stream.schedules && stream.retention != Some(Retention::Interest) {
        if once {
            return Err(OptionError::OnceWithDelay(message.stream.to_string()).into());
        }
        let subject = publisher.names().subject(schedule_subject(&message.stream, &message.message_id));
        let target = std::mem::replace(&mut message.subject, subject);
        message.headers.insert_own("Nats-Schedule", format!("@at {timestamp}"))?;
        message.headers.insert_own("Nats-Schedule-Target", target)?;
        return Ok(true);
    }
    // Seconds as a decimal fraction, as the Python library writes and reads them.
    let since_epoch = due.duration_since(UNIX_EPOCH).unwrap_or_default();
    message.headers.insert_own("Walnats-Delay", format!("{:.6}", since_epoch.as_secs_f64()))?;
    Ok(false)
}

fn limit_life(
    message: &mut OutboundMessage,
    stream: &StreamDescriptor,
    ttl: Duration,
    scheduled: bool,
) -> Result<(), Reason> {
    if ttl.as_secs() == 0 || ttl.subsec_nanos() != 0 {
        return Err(OptionError::Ttl(ttl).into());
    }
    if !stream.message_ttl {
        return Err(OptionError::NoTtl(message.stream.to_string()).into());
    }
    let name = if scheduled { "Nats-Schedule-TTL" } else { "Nats-TTL" };
    message.headers.insert_own(name, format!("{}s", ttl.as_secs()))?;
    Ok(())
}
