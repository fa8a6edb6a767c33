//! `walnats tail`

pub mod api;
pub mod delivery;
pub mod feed;
mod live;
mod recognise;
pub mod show;
pub mod start;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use signal_hook::consts::TERM_SIGNALS;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use walnats_codegen::{EventModel, Package};
use walnats_runtime::async_nats::Event as Connection;
use walnats_subject::{filter_problem, overlap};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::payload::Payloads;
use crate::report::Run;
use crate::server::{self, Connected, Server};
use crate::{finish, named, output, root};
use delivery::Delivery;
use start::{Start, Until};

/// Show events as they arrive, decoded, with what is wrong with them
///
/// Reads through an ephemeral consumer without acknowledgements, which changes nothing for others and is deleted at the end. Streams that delete
/// consumed messages (`interest`, `workqueue`) are not read: their events are shown as they are published, without sequence.
///
/// Formats: `human`, with the payload over several lines; `concise`, a line for each event; `json`, JSON Lines with subject,
/// headers and payload, for `walnats validate`.
///
/// Ends on Ctrl-C. Exits 1 if an end was asked for (`--count`, `--until`) and an event before it was invalid.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// Only events of this name; default: all events of the package
    event: Option<String>,
    /// Only this stream
    #[arg(long, value_name = "NAME")]
    stream: Option<String>,
    /// Only subjects that match: `orders.eu.>`
    #[arg(long, value_name = "FILTER")]
    subject: Option<String>,
    /// Where to start: `first`, a time, how long ago (`10m`), or a sequence of a single stream; default: new events only
    #[arg(long, value_name = "START")]
    from: Option<Start>,
    /// Where to end: a time, or `now` for what is stored already
    #[arg(long, value_name = "TIME")]
    until: Option<Until>,
    /// End after this many events
    #[arg(long, short = 'n', value_name = "COUNT")]
    count: Option<u64>,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = "\
Examples:
  walnats tail                                   All events of the package, as they arrive
  walnats tail order-placed --from 10m           Those of the last ten minutes, and what follows
  walnats tail --from first --until now --format json > capture.jsonl
                                                 Everything that is stored";

/// How often it is checked whether a signal has come.
const SIGNALS: Duration = Duration::from_millis(50);
/// How long deleting the consumers may take. The server deletes those that are left after a minute.
const FAREWELL: Duration = Duration::from_secs(5);

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let format = show::Format::of(global)?;
    let mut package = Package::load(&walnats_codegen::configure().root(root::folder(global)?));
    let Ok(model) = package.model() else {
        return finish::with(&Run::of("tail", &package.report).summary("nothing shown"), global);
    };
    let payloads = Payloads::new(&package, &model)?;
    if options.count == Some(0) {
        return Ok(Outcome::Clean);
    }
    let filters = options.filters(&model)?;
    if matches!(options.from, Some(Start::Sequence(_))) && filters.len() > 1 {
        return Err("`--from` with a sequence needs a single stream: name an event, or a stream with `--stream`".into());
    }
    server::block_on(async {
        let (connections, connected) = watch::channel(0);
        let Connected { publisher, place } =
            options.server.connect(&model, |own| own.on_nats_event(move |event| observe(&event, &connections))).await?;
        let (sender, deliveries) = mpsc::channel(64);
        let (streams, mut failures) = (filters.len(), 0);
        let mut readings = JoinSet::new();
        // From here on, there are consumers to delete at the end; and who reads that it waits may end it.
        let stop = Arc::new(AtomicBool::new(false));
        for signal in TERM_SIGNALS {
            // The second one ends the program at once.
            signal_hook::flag::register_conditional_shutdown(*signal, 2, Arc::clone(&stop))?;
            signal_hook::flag::register(*signal, Arc::clone(&stop))?;
        }
        for (stream, filters) in filters {
            let feed = feed::Feed {
                publisher: publisher.clone(),
                stream: publisher.server_stream(&stream).into_owned(),
                filters: filters.into_iter().map(|filter| publisher.server_subject(filter)).collect(),
                timeout: options.server.timeout(),
                start: options.from.unwrap_or(Start::New),
                not_before: match options.from {
                    Some(Start::Time(time)) => Some(time),
                    _ => None,
                },
                until: options.until,
                connected: connected.clone(),
                sender: sender.clone(),
            };
            let name = feed.stream.clone();
            match feed.open().await {
                Ok(Some(reading)) => drop(readings.spawn(reading)),
                Ok(None) => {}
                // Others may be there: the package may have streams that are not registered yet.
                Err(error) if streams > 1 => {
                    output::note(&format!("stream `{name}` is not shown: {error}\n"));
                    failures += 1;
                }
                Err(error) => return Err(error),
            }
        }
        drop(sender);
        if failures == streams {
            return Err("no stream can be read".into());
        }
        if options.from.is_none() && options.until.is_none() {
            output::note(&format!("waiting for new events on {place}; Ctrl-C ends\n"));
        }
        let shower = show::Shower {
            format,
            model: &model,
            payloads: &payloads,
            publisher: &publisher,
            prefix: publisher.server_subject(String::new()),
            event: options.event.as_deref(),
        };
        let outcome = follow(options, deliveries, &shower, &stop).await;
        // Nobody takes deliveries any more, so that the feeds end and delete their consumers.
        if publisher.health().connected {
            let _ = tokio::time::timeout(FAREWELL, async { while readings.join_next().await.is_some() {} }).await;
        }
        outcome
    })
}

/// Shows what arrives, until the end.
async fn follow(
    options: &Options,
    mut deliveries: mpsc::Receiver<Delivery>,
    shower: &show::Shower<'_>,
    stop: &AtomicBool,
) -> Result<Outcome, Failure> {
    let mut clock = tokio::time::interval(SIGNALS);
    let mut end = options.until.and_then(Until::wait);
    let (mut shown, mut are_valid) = (0, true);
    while options.count.is_none_or(|count| shown < count) {
        tokio::select! {
            delivery = deliveries.recv() => {
                let Some(delivery) = delivery else { break };
                let Some((text, is_valid)) = shower.text(&delivery) else { continue };
                if !show::write(&text)? {
                    return Ok(Outcome::Clean);
                }
                are_valid &= is_valid;
                shown += 1;
            }
            _ = clock.tick() => {
                if stop.load(Ordering::Relaxed) {
                    return Ok(Outcome::Clean);
                }
                if end.is_some_and(|end| tokio::time::Instant::now() >= end) {
                    // What was stored before the end may still be on its way.
                    end = Some(tokio::time::Instant::now() + Duration::from_secs(3_600));
                    deliveries.close();
                }
            }
        }
    }
    Ok(if are_valid { Outcome::Clean } else { Outcome::Findings })
}

/// Tells the feeds that the connection is new, and the user what is wrong with it.
fn observe(event: &Connection, connections: &watch::Sender<u64>) {
    match event {
        Connection::Connected => connections.send_modify(|count| *count += 1),
        Connection::Disconnected => output::note("connection lost; reconnecting\n"),
        Connection::ServerError(error) => output::note(&format!("the server reports: {error}\n")),
        _ => {}
    }
}

impl Options {
    /// The subject filters by stream.
    fn filters(&self, model: &EventModel) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        let mut filters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        if let Some(filter) = &self.subject
            && let Some(problem) = filter_problem(filter)
        {
            return Err(format!("`--subject {filter}`: it {problem}").into());
        }
        if let Some(name) = &self.event {
            named::event(model, name)?;
        }
        if let Some(name) = &self.stream
            && !model.streams.iter().any(|stream| stream.name == *name)
        {
            return Err(named::no_stream(name, model.streams.iter().map(|stream| stream.name.as_str())).into());
        }
        for event in &model.events {
            let is_wanted = self.event.as_ref().is_none_or(|name| *name == event.name)
                && self.stream.as_ref().is_none_or(|name| *name == event.stream);
            let filter = event.filter();
            let filter = match &self.subject {
                None => Some(filter),
                Some(wanted) if walnats_subject::covers(wanted, &filter) => Some(filter),
                // Of two that overlap otherwise, the user's; what is not of the event is left out later.
                Some(wanted) if overlap(wanted, &filter) => Some(wanted.clone()),
                Some(_) => None,
            };
            if let Some(filter) = filter.filter(|_| is_wanted) {
                filters.entry(event.stream.clone()).or_default().push(filter);
            }
        }
        if filters.is_empty() {
            return Err("no event of the package matches".into());
        }
        for list in filters.values_mut() {
            *list = walnats_subject::without_covered(list.iter().map(String::as_str));
        }
        Ok(filters)
    }
}
