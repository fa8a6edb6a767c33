//! What becomes of a row that was not sent: it waits, or it is parked.

use std::time::{Duration, Instant, SystemTime};

use super::context::Context;
use super::options::{Parking, Tally};
use super::pause::back_off;
use super::step::Step;
use super::verdict::Blame;
use crate::database::Database;
use crate::row::Row;
use crate::settle::Mark;

/// The waits after trouble that is not the row's.
const TROUBLE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// An attempt that failed.
pub(super) struct Failure {
    pub(super) blame: Blame,
    pub(super) error: String,
    /// Since when it is possibly stored.
    pub(super) since: Option<i64>,
    pub(super) began: Instant,
}

/// Only what is the row's own fault is counted, and parks it.
pub(super) async fn settle<D: Database>(context: &Context<D>, row: &Row, failure: Failure) -> Step {
    let Failure { blame, error, since, began } = failure;
    let refusals = row.refusals.saturating_add(1);
    let (shortest, longest) = context.options.retry;
    let (id, event, stream) = (row.id, row.event.as_str(), row.stream.as_str());
    let trouble = || back_off(TROUBLE.0, TROUBLE.1, row.attempts);
    // One time without an answer can be bad luck: another row may have been what the server hung up on.
    let limit = context.options.max_refusals.max(if blame == Blame::ConnectionOrRow { 2 } else { 1 });
    let mark = match find_out(context, row, blame, began).await {
        Blame::RowForGood => return park(context, row, Mark::parked(row, since, error).refused()),
        Blame::Row if refusals >= limit => {
            let error = told(blame, error, refusals);
            return park(context, row, Mark::parked(row, since, error).refused());
        }
        Blame::Row => {
            let error = told(blame, error, refusals);
            tracing::warn!(row = id, event, stream, error, "an event of the outbox was not sent");
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
                tracing::warn!(row = id, event, stream, error, "events of the outbox were not sent; they stay in it");
            }
            Mark::again(row, trouble(), since, error)
        }
        Blame::Publisher => Mark::unsent(row, since),
    };
    let tally = Tally { failed: 1, ..Tally::default() };
    Step { mark, go_on: false, tally, publisher_closed: blame == Blame::Publisher }
}

/// Gives a row up until somebody looks at it.
pub(super) fn park<D: Database>(context: &Context<D>, row: &Row, mark: Mark) -> Step {
    let error = mark.error.as_deref().unwrap_or_default();
    let (id, event, stream) = (row.id, row.event.as_str(), row.stream.as_str());
    tracing::error!(
        row = id,
        event,
        stream,
        error,
        "an event of the outbox is parked: it is not sent until it is replayed"
    );
    context.suspects.ended(row.id);
    let go_on = context.options.parking == Parking::PassesKey;
    Step { mark, go_on, tally: Tally { failed: 1, parked: 1, ..Tally::default() }, publisher_closed: false }
}

/// Whether it is the row after all.
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

/// Whether the stream was there when the attempt began, as far as the server says so: credentials that may only publish learn
/// nothing, and the row waits.
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

/// What is noted with a row that is suspected, so that whoever finds it parked sees why.
fn told(blame: Blame, error: String, refusals: u32) -> String {
    match blame {
        Blame::ConnectionOrRow | Blame::StreamOrRow => {
            format!("{error}; its stream stored other events meanwhile ({refusals} times so far)")
        }
        _ => error,
    }
}
