//! Handles a row that was not sent: it is retried, or parked.

use std::time::{Duration, Instant, SystemTime};

use super::context::Context;
use super::options::{Parking, Tally};
use super::pause::back_off;
use super::step::Step;
use super::verdict::Blame;
use crate::database::Database;
use crate::row::Row;
use crate::settle::Mark;

/// The shortest and longest delay after a failure that is not the row's fault.
const TROUBLE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// A failed attempt.
pub(super) struct Failure {
    pub(super) blame: Blame,
    pub(super) error: String,
    /// Since when the row may be stored.
    pub(super) since: Option<i64>,
    pub(super) began: Instant,
}

/// Only rejections of the row itself are counted and park it.
pub(super) async fn settle<D: Database>(context: &Context<D>, row: &Row, failure: Failure) -> Step {
    let Failure { blame, error, since, began } = failure;
    let refusals = row.refusals.saturating_add(1);
    let (shortest, longest) = context.options.retry;
    let (id, event, stream) = (row.id, row.event.as_str(), row.stream.as_str());
    let trouble = || back_off(TROUBLE.0, TROUBLE.1, row.attempts);
    // One missing answer can be a coincidence: the server may have hung up because of another row.
    let limit = context.options.max_refusals.max(if blame == Blame::ConnectionOrRow { 2 } else { 1 });
    let mark = match find_out(context, row, blame, began).await {
        Blame::RowForGood => return park(context, row, Mark::parked(row, since, error).refused()),
        Blame::Row if refusals >= limit => {
            let error = recorded(blame, error, refusals);
            return park(context, row, Mark::parked(row, since, error).refused());
        }
        Blame::Row => {
            let error = recorded(blame, error, refusals);
            tracing::warn!(row = id, event, stream, error, "an outbox event was not sent");
            Mark::again(row, back_off(shortest, longest, refusals), since, error).refused()
        }
        Blame::Stream | Blame::StreamOrRow | Blame::WrongStream => {
            context.pauses.refused(stream, &error, false);
            Mark::again(row, trouble(), since, error)
        }
        Blame::Account => {
            context.pauses.refused(stream, &error, true);
            Mark::again(row, trouble(), since, error)
        }
        Blame::Connection | Blame::ConnectionOrRow => {
            if context.suspects.is_news(stream) {
                tracing::warn!(row = id, event, stream, error, "outbox events were not sent; they stay in the outbox");
            }
            Mark::again(row, trouble(), since, error)
        }
        Blame::Publisher => Mark::unsent(row, since),
    };
    let tally = Tally { failed: 1, ..Tally::default() };
    Step { mark, go_on: false, tally, publisher_closed: blame == Blame::Publisher }
}

/// Parks a row until an operator replays or discards it.
pub(super) fn park<D: Database>(context: &Context<D>, row: &Row, mark: Mark) -> Step {
    let error = mark.error.as_deref().unwrap_or_default();
    let (id, event, stream) = (row.id, row.event.as_str(), row.stream.as_str());
    tracing::error!(row = id, event, stream, error, "parked an outbox event; it is not sent until it is replayed");
    context.suspects.ended(row.id);
    let go_on = context.options.parking == Parking::PassesKey;
    Step { mark, go_on, tally: Tally { failed: 1, parked: 1, ..Tally::default() }, publisher_closed: false }
}

/// Decides whether the row itself is at fault.
async fn find_out<D: Database>(context: &Context<D>, row: &Row, blame: Blame, began: Instant) -> Blame {
    let is_suspect = match blame {
        Blame::StreamOrRow | Blame::ConnectionOrRow => context.suspects.others_passed(row, began),
        Blame::WrongStream => {
            context.suspects.others_passed(row, began) || stream_existed(context, &row.stream, began).await
        }
        _ => false,
    };
    if is_suspect { Blame::Row } else { blame }
}

/// Whether the stream is known to have existed when the attempt began. With credentials that may only publish, this is
/// unknown, and the row waits.
async fn stream_existed<D: Database>(context: &Context<D>, stream: &str, began: Instant) -> bool {
    const PATIENCE: Duration = Duration::from_secs(2);
    let created = match context.suspects.known(stream) {
        Some(known) => known,
        None => {
            let asked = tokio::time::timeout(PATIENCE, context.publisher.jetstream().get_stream(stream)).await;
            let created = asked.ok().and_then(Result::ok).map(|stream| stream.cached_info().created.into());
            context.suspects.learned(stream, created);
            created
        }
    };
    created.is_some_and(|created: SystemTime| created.elapsed().is_ok_and(|age| age > began.elapsed()))
}

/// The error recorded with a suspected row, which explains why it was parked.
fn recorded(blame: Blame, error: String, refusals: u32) -> String {
    match blame {
        Blame::ConnectionOrRow | Blame::StreamOrRow => {
            format!("{error}; its stream stored other events in the meantime ({refusals} times so far)")
        }
        _ => error,
    }
}
