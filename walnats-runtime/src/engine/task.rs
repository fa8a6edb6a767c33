//! The task: sends within the window, matches answers to what was sent, and ends everything it accepted.

mod close;
mod conflict;
mod denied;
mod expire;
mod hang_up;
mod inspect;
mod lifecycle;
mod observability;
mod probe;
mod receive;
mod refuse;
mod run;
mod send;
mod unseen;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, SubscribeError, Subscriber};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior};

use super::clock::Clock;
use super::command::{Closing, Command, Flush};
use super::hang_up::HangUps;
use super::inspection::Inspection;
use super::job::{Job, Partly};
use super::life::Life;
use super::link::{Change, Link, NO_CONNECTION};
use super::lookups::Lookups;
use super::pause::Pauses;
use super::probe::{Probe, Probes};
use super::ring::Ring;
use super::streams::{StreamId, Streams};
use super::trace::{Trace, Traces};
use super::watch::Watch;
use super::window::Window;
use crate::error::EmitError;
use crate::jetstream::KnownStreams;
use crate::lost_report::LostReport;
use crate::metric;
use crate::options::Options;
use crate::stats::Counters;

/// How often the connection and deadlines are checked while there is work.
const TICK: Duration = Duration::from_millis(10);
/// How often to check whether the connection is up again while nothing else happens.
const UP_SOON: Duration = Duration::from_millis(200);
/// How many items of one kind are handled before the others get their turn.
const TURN: usize = 128;

pub(super) struct Task {
    link: Link,
    clock: Clock,
    commands: mpsc::UnboundedReceiver<Command>,
    commands_open: bool,
    nats_events: Option<mpsc::UnboundedReceiver<async_nats::Event>>,
    lost: Arc<LostReport>,
    counters: Arc<Counters>,
    life: Arc<Life>,
    present: metric::Present,
    limits: Limits,
    /// Everything accepted and not ended. Acknowledgements go to `<inbox><sequence number>`.
    ring: Ring<Job>,
    inbox: String,
    inbox_open: bool,
    inbox_denied: bool,
    /// No job before it can be sent.
    cursor: u64,
    streams: Streams,
    /// Streams that left a message unanswered.
    probes: Probes,
    /// The last probe over this connection.
    probe: Option<Probe>,
    window: Window,
    hang_ups: HangUps,
    /// The first job that waits for resends to be answered.
    passed_over: Option<u64>,
    /// Since when a suspect has been waiting to be sent alone.
    suspect_since: Option<Instant>,
    /// The atomic batch being sent.
    partly: Option<Partly>,
    pauses: Pauses,
    inspections: JoinSet<(StreamId, u64, Inspection, Option<Trace>)>,
    /// Traces of streams that refused an event for good, with the number of the connection.
    traces: JoinSet<(StreamId, u64, Trace)>,
    tracing: Traces,
    next_inspection: u64,
    /// Whether some stream may not have been asked about over this connection.
    inspection_due: bool,
    lookups: Lookups,
    /// What `health` reports.
    watch: Watch,
    flushes: Vec<Flush>,
    /// Buffered messages that failed since the last `flush`, and the first failure.
    failed: usize,
    first_failure: Option<EmitError>,
    closing: Option<Closing>,
    /// The earliest deadline.
    next_due: Option<Instant>,
    /// The client is closed for good.
    client_lost: bool,
    /// The client is closed, and everything that needed it has ended.
    client_gone: bool,
    /// Connections reported by the client.
    connections: u64,
    /// Why there is no connection, if the client said.
    disconnected: &'static str,
    /// The task has ended regularly.
    ended: bool,
}

/// State shared with the publisher's handles.
pub(super) struct Shared {
    pub(super) known: KnownStreams,
    pub(super) lost: Arc<LostReport>,
    pub(super) counters: Arc<Counters>,
    pub(super) life: Arc<Life>,
}

struct Limits {
    ack_timeout: Duration,
    deadline: Duration,
}

type Opening = Pin<Box<dyn Future<Output = Result<Subscriber, SubscribeError>> + Send>>;

impl Task {
    pub(super) fn new(
        client: Client,
        options: &Options,
        commands: mpsc::UnboundedReceiver<Command>,
        nats_events: Option<mpsc::UnboundedReceiver<async_nats::Event>>,
        shared: Shared,
    ) -> Self {
        let Shared { known, lost, counters, life } = shared;
        let inbox = format!("{}.", client.new_inbox());
        Self {
            link: Link::new(client),
            clock: Clock::new(),
            commands,
            commands_open: true,
            nats_events,
            lost,
            counters,
            life,
            present: metric::Present::new(),
            limits: Limits { ack_timeout: options.ack_timeout, deadline: options.deadline },
            ring: Ring::new(),
            inbox,
            inbox_open: false,
            inbox_denied: false,
            cursor: 0,
            streams: Streams::new(known, options.api(), options.explicit()),
            probes: Probes::default(),
            probe: None,
            window: Window::new(options.window_messages, options.window_bytes),
            hang_ups: HangUps::default(),
            passed_over: None,
            suspect_since: None,
            partly: None,
            pauses: Pauses::default(),
            inspections: JoinSet::new(),
            traces: JoinSet::new(),
            tracing: Traces::default(),
            next_inspection: 0,
            inspection_due: false,
            lookups: Lookups::new(),
            watch: Watch::default(),
            flushes: Vec::new(),
            failed: 0,
            first_failure: None,
            closing: None,
            next_due: None,
            client_lost: false,
            client_gone: false,
            connections: 0,
            disconnected: NO_CONNECTION,
            ended: false,
        }
    }

    /// Runs until all handles are gone and everything has ended.
    async fn work(mut self) {
        let (client, filter) = (self.link.client().clone(), format!("{}*", self.inbox));
        // Subscribing waits if the client's queue is full; deadlines run meanwhile.
        let mut opening: Option<Opening> = Some(Box::pin(async move { client.subscribe(filter).await }));
        let mut inbox: Option<Subscriber> = None;
        let mut commands = Vec::with_capacity(TURN);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);

        loop {
            self.give_up_client().await;
            self.look();
            self.inspect_all();
            self.expire(Instant::now());
            self.settle();
            if self.is_finished() {
                break;
            }
            let busy = self.is_busy();
            self.show(busy);
            // A new connection is announced shortly before it is up, and nothing else may happen until it is used.
            let recheck = self.inspection_due.then(|| Instant::now() + UP_SOON);
            let again = self.watch.due().into_iter().chain(recheck).min();
            let sendable = self.find_next().is_some();
            tokio::select! {
                biased;
                opened = async { opening.as_mut().expect("checked by the condition").await }, if opening.is_some() => {
                    opening = None;
                    match opened {
                        Ok(subscriber) => (inbox, self.inbox_open) = (Some(subscriber), true),
                        Err(_) => self.lose_client(),
                    }
                }
                Some(event) = async { self.nats_events.as_mut()?.recv().await }, if self.nats_events.is_some() => {
                    self.on_nats_event(event);
                }
                answer = async { inbox.as_mut()?.next().await }, if inbox.is_some() => match answer {
                    Some(answer) => {
                        self.on_answer(&answer);
                        for _ in 1..TURN {
                            let Some(Some(answer)) = inbox.as_mut().and_then(|inbox| inbox.next().now_or_never()) else { break };
                            self.on_answer(&answer);
                        }
                    }
                    None => {
                        inbox = None;
                        self.lose_client();
                    }
                },
                received = self.commands.recv_many(&mut commands, TURN), if self.commands_open => {
                    if received == 0 {
                        self.close_unattended();
                    }
                    for command in commands.drain(..) {
                        self.on_command(command);
                    }
                }
                Some(Ok((id, number, inspection, trace))) = self.inspections.join_next(), if !self.inspections.is_empty() => {
                    self.on_inspected(id, number, inspection, trace);
                }
                Some(Ok((id, connection, trace))) = self.traces.join_next(), if !self.traces.is_empty() => {
                    self.on_traced(id, connection, trace);
                }
                Some((question, found)) = self.lookups.next(), if self.lookups.are_running() => {
                    self.on_found(&question, &found);
                }
                ready = poll_fn(|cx| self.link.poll_ready(cx)), if sendable => match ready {
                    Ok(()) => self.send_some(),
                    Err(_) => self.lose_client(),
                },
                _ = tick.tick(), if busy => {
                    self.count_unseen();
                    self.present.set(self.counters.buffered(), self.window.messages() as u64);
                    self.lost.sum_up(false);
                }
                () = async { tokio::time::sleep_until(again.unwrap_or_else(Instant::now)).await }, if again.is_some() => {
                    self.look_again();
                }
            }
        }
        self.refuse_the_late();
        self.ended = true;
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Send(job) => self.accept(job),
            Command::Flush { until, end } => self.flushes.push(Flush { before: self.ring.end(), until, end }),
            Command::Shutdown { until, end } => self.close(until, end),
        }
    }

    /// Detects a lost connection: what was sent over it and not answered is to be resent, in order.
    fn look(&mut self) {
        let Change::Lost(connection) = self.link.look() else { return };
        self.probes.start_anew();
        let mut under_way = Vec::new();
        for (sequence, job) in self.ring.iter_mut() {
            if job.is_sent() {
                job.attempt_unanswered();
                under_way.push(sequence);
            }
            if job.uncertain {
                self.probes.raise(&job.load.last().stream);
            }
        }
        if !under_way.is_empty() {
            tracing::info!(
                messages = self.window.messages(),
                "connection lost; unacknowledged messages will be sent again"
            );
        }
        self.note_lost(under_way, connection);
        self.window.clear();
        self.passed_over = None;
        self.partly = None;
        self.cursor = self.ring.base();
        self.pauses.forget();
        self.streams.start_anew();
        self.inspection_due = true;
        self.inbox_denied = false;
        self.watch.start_anew(Instant::now());
        // Each of them may be past its duplicate window now.
        self.next_due = Some(Instant::now());
    }

    /// Detects time that the clock did not count; called at every tick and before every resend.
    fn count_unseen(&mut self) {
        if let Some(unseen) = self.clock.unseen() {
            for (_, job) in self.ring.iter_mut().filter(|(_, job)| job.first_sent.is_some()) {
                job.unseen = job.unseen.saturating_add(unseen);
            }
            self.next_due = Some(Instant::now());
        }
    }

    fn is_busy(&self) -> bool {
        !self.ring.is_empty() || !self.flushes.is_empty() || self.closing.is_some() || self.lost.owes_summary()
    }
}
