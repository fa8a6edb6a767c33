//! Sends a batch of rows: those of one key one by one, all others concurrently.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::stream::{self, SelectAll, Stream, StreamExt};

use super::context::Context;
use super::failure::{self, Failure};
use super::options::{AfterWindow, Tally};
use super::pause::back_off;
use super::step::Step;
use super::verdict::{Verdict, text, verdict};
use crate::claim::Claim;
use crate::database::Database;
use crate::read;
use crate::row::{Row, milliseconds};
use crate::settle::{Mark, settle};

/// The maximum number of marks per statement.
const MARKS: usize = 128;
/// The time reserved for a message to reach the server before its stream forgets the id of an earlier attempt.
const MARGIN: Duration = Duration::from_secs(5);
/// The timeout for a row that got no answer before, while other rows of its stream did.
const SUSPECT_PATIENCE: Duration = Duration::from_secs(5);
/// The minimum timeout for writing marks.
const MARK_PATIENCE: Duration = Duration::from_secs(5);

/// The result of a batch.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) rows: usize,
    pub(super) tally: Tally,
    pub(super) publisher_closed: bool,
}

/// The time limits of a batch.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// Nothing is sent after this.
    send_until: Instant,
    /// The end of the lease.
    mark_until: Instant,
    began: Instant,
    now_ms: i64,
}

/// Sends the rows of a claim and records the results.
pub(super) async fn send<D: Database>(context: Arc<Context<D>>, claim: Claim) -> Report {
    let lease = context.options.lease;
    let times = Times {
        send_until: claim.began + lease * 2 / 3,
        mark_until: claim.began + lease,
        began: claim.began,
        now_ms: claim.now_ms,
    };
    let mut report = Report { rows: claim.rows.len() + claim.out_of_turn.len(), ..Report::default() };
    let given_back = claim.out_of_turn.iter().map(|row| times.unsent(row)).collect::<Vec<_>>();
    let lanes: SelectAll<_> = lanes(claim.rows).into_iter().map(|rows| steps(&context, times, rows).boxed()).collect();
    let mut steps = stream::iter(given_back).chain(lanes).ready_chunks(MARKS);
    while let Some(steps) = steps.next().await {
        for step in &steps {
            report.tally.add(&step.tally);
            report.publisher_closed |= step.publisher_closed;
        }
        let marks: Vec<Mark> = steps.into_iter().map(|step| step.mark).collect();
        write(&context, times, marks, &mut report.tally).await;
    }
    report
}

/// Groups rows by key, in order; rows without a key are groups of one.
fn lanes(rows: Vec<Row>) -> Vec<VecDeque<Row>> {
    let mut lanes: Vec<VecDeque<Row>> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for row in rows {
        match &row.ordering_key {
            Some(key) => {
                let lane = *by_key.entry(key.clone()).or_insert_with(|| {
                    lanes.push(VecDeque::new());
                    lanes.len() - 1
                });
                lanes[lane].push_back(row);
            }
            None => lanes.push(VecDeque::from([row])),
        }
    }
    lanes
}

/// Sends rows one by one; if one fails, those behind it are released unsent.
fn steps<D: Database>(
    context: &Arc<Context<D>>,
    times: Times,
    rows: VecDeque<Row>,
) -> impl Stream<Item = Step> + Send + use<D> {
    let context = Arc::clone(context);
    stream::unfold((context, rows, true), move |(context, mut rows, go_on)| async move {
        let row = rows.pop_front()?;
        let step = if go_on { attempt(&context, times, &row).await } else { times.unsent(&row) };
        let go_on = step.go_on;
        Some((step, (context, rows, go_on)))
    })
}

async fn attempt<D: Database>(context: &Context<D>, times: Times, row: &Row) -> Step {
    if !context.pauses.allows(&row.stream) {
        return times.unsent(row);
    }
    // Rows that may make the server hang up are sent one at a time with a short timeout, so that the others get through.
    let is_suspect = row.refusals > 0 && times.earlier(row).is_some();
    let step = if is_suspect {
        match tokio::time::timeout(times.left(), context.suspects.turn()).await {
            Ok(_turn) => try_to_send(context, times, row, times.left().min(SUSPECT_PATIENCE)).await,
            Err(_) => times.unsent(row),
        }
    } else {
        try_to_send(context, times, row, times.left()).await
    };
    context.pauses.ended(&row.stream);
    step
}

async fn try_to_send<D: Database>(context: &Context<D>, times: Times, row: &Row, patience: Duration) -> Step {
    let window = match times.window(row) {
        Window::Over if context.options.after_window == AfterWindow::Park => {
            let error = "possibly stored, and the stream no longer remembers its id".to_owned();
            return failure::park(context, row, Mark::parked(row, times.since(row), error));
        }
        Window::Over => {
            tracing::warn!(
                row = row.id,
                event = row.event,
                "possibly stored, but its id is no longer remembered; resending"
            );
            Window::New(times.now_ms())
        }
        window => window,
    };
    let (possibly_since, id_known_for, latest) = match window {
        Window::Left { since, left } => (since, left, Some(left.saturating_sub(margin(row)))),
        Window::New(now) => (now, row.duplicate_window, None),
        Window::Over => unreachable!("answered above"),
    };
    let deadline = latest.map_or(patience, |latest| latest.min(patience));
    if deadline.is_zero() {
        return times.unsent(row);
    }
    let message = match row.message_within(id_known_for) {
        Ok(message) => message,
        Err(error) => return failure::park(context, row, Mark::parked(row, times.earlier(row), text(&error))),
    };
    let began = Instant::now();
    let end = match context.publisher.submit_confirmed(message, Some(deadline)).await {
        Ok(pending) => pending.await,
        Err(error) => Err(error),
    };
    let (blame, error, since) = match verdict(end) {
        Verdict::Sent { sequence, duplicate } => {
            context.pauses.stored(&row.stream);
            context.suspects.stored(row);
            let tally = Tally { sent: 1, duplicates: duplicate.into(), ..Tally::default() };
            return Step { mark: Mark::sent(row, sequence), go_on: true, tally, publisher_closed: false };
        }
        Verdict::Failed { blame, possibly_stored, error } => {
            (blame, error, if possibly_stored { Some(possibly_since) } else { times.earlier(row) })
        }
    };
    failure::settle(context, row, Failure { blame, error, since, began }).await
}

/// What the stream knows about the row's id.
enum Window {
    /// Certainly not stored yet: the window begins now, in milliseconds since 1970.
    New(i64),
    /// Possibly stored since then; the stream remembers the id for the time left.
    Left { since: i64, left: Duration },
    /// Possibly stored, and the stream may have forgotten the id.
    Over,
}

fn margin(row: &Row) -> Duration {
    MARGIN.min(row.duplicate_window / 2)
}

impl Times {
    /// The time left for sending.
    fn left(&self) -> Duration {
        self.send_until.saturating_duration_since(Instant::now())
    }

    /// The database's clock.
    fn now_ms(&self) -> i64 {
        self.now_ms + milliseconds(self.began.elapsed())
    }

    fn since(&self, row: &Row) -> Option<i64> {
        row.first_attempt.map(read::since_epoch)
    }

    /// Since when the row may be stored because of an earlier lease; the beginning of this lease is recorded, too.
    fn earlier(&self, row: &Row) -> Option<i64> {
        self.since(row).filter(|since| *since != self.now_ms)
    }

    fn window(&self, row: &Row) -> Window {
        let Some(since) = self.earlier(row) else { return Window::New(self.now_ms) };
        let passed = Duration::from_millis(u64::try_from(self.now_ms() - since).unwrap_or(0));
        match row.duplicate_window.checked_sub(passed) {
            Some(left) if left > margin(row) => Window::Left { since, left },
            _ => Window::Over,
        }
    }

    fn unsent(&self, row: &Row) -> Step {
        let mark = Mark::unsent(row, self.earlier(row));
        Step { mark, go_on: false, tally: Tally::default(), publisher_closed: false }
    }
}

/// Writes marks, and retries until the lease ends. A late attempt is harmless, because the epoch protects it.
async fn write<D: Database>(context: &Context<D>, times: Times, marks: Vec<Mark>, tally: &mut Tally) {
    let mut failures = 0;
    loop {
        let patience = times.mark_until.saturating_duration_since(Instant::now()).max(MARK_PATIENCE);
        match settle(&context.outbox, patience, &marks).await {
            Ok(effective) => {
                // After a failure, the first attempt may have written the marks.
                let fenced = marks.iter().filter(|mark| !effective.contains(&mark.id)).count();
                if fenced > 0 && failures == 0 {
                    tracing::warn!(rows = fenced, "another relay took over rows; they may be sent twice");
                    tally.fenced += fenced as u64;
                }
                return;
            }
            Err(error) => {
                failures += 1;
                let pause = back_off(Duration::from_millis(50), Duration::from_secs(1), failures);
                if Instant::now() + pause >= times.mark_until {
                    let rows = marks.len();
                    tracing::error!(rows, error = %text(&error), "results could not be recorded; the rows are resent");
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }
    }
}
