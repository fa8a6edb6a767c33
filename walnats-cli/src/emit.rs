//! `walnats emit`

mod finding;
mod halt;
mod input;
mod send;

use std::time::Duration;

use clap::Args;
use jiff::SignedDuration;
use walnats_codegen::Package;
use walnats_runtime::{CloudEvent, Emit, UntypedEvent};

use crate::global_options::GlobalOptions;
use crate::outcome::{Failure, Outcome};
use crate::payload::Payloads;
use crate::report::{Case, Format, Run};
use crate::server::{self, Connected, Server};
use crate::{finish, named, output, root};
use send::Says;

/// Publish events from a file, like generated code
///
/// Validates each payload against the event's schema first, and publishes it with the subject, stream, deduplication id and
/// headers that generated code gives it. A payload is JSON; of a protobuf event, it is in protobuf's JSON mapping.
///
/// Prints how each event ended: `stored`, `duplicate` (the stream has an event with this id already), `not stored`, or
/// `possibly stored` (the acknowledgement was lost; emit it again with the same id). Exits 1 if any event is not or only
/// possibly stored; the others are stored nevertheless. Once the server is gone or a stream stays silent, nothing more is sent:
/// exits 2, and says from which line to go on.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// The event's name: user-created
    event: String,
    /// A file with one payload, or with one in each line (JSON Lines); `-` is standard input
    file: String,
    /// Each line is a payload, even if there is only one; default for .jsonl and .ndjson
    #[arg(long)]
    lines: bool,
    /// The deduplication id of a single event; default: the schema's `uid` template, or a new UUID
    #[arg(long, value_name = "ID")]
    uid: Option<String>,
    /// Store at most one event with this key, for as long as the stream keeps it
    #[arg(long, value_name = "KEY")]
    once: Option<String>,
    /// Delay the event: `30s`, `5m`, `2h`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    delay: Option<Duration>,
    /// Delete the event after this time; the stream needs `message_ttl`
    #[arg(long, value_name = "TIME", value_parser = duration)]
    ttl: Option<Duration>,
    /// Add a header; may be repeated
    #[arg(long, value_name = "NAME:VALUE", value_parser = header)]
    header: Vec<(String, String)>,
    /// Set the header Walnats-Trace
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,
    /// Send CloudEvents of this source, a URI reference: with headers `ce-*`
    #[arg(long, value_name = "SOURCE")]
    cloud_event: Option<String>,
    /// How long an event may take to be acknowledged, with everything that is tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    deadline: u64,
    /// Validate and show subject and id, and publish nothing: needs no server
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    server: Server,
}

const EXAMPLES: &str = "\
Examples:
  walnats emit user-created user.json
  echo '{\"user_id\": \"u_42\"}' | walnats emit user-created - --context staging
  walnats emit stock-changed changes.jsonl --header X-Import:7";

pub fn run(global: &GlobalOptions, options: &Options) -> Result<Outcome, Failure> {
    let mut package = Package::load(&walnats_codegen::configure().root(root::folder(global)?));
    let Ok(model) = package.model() else {
        return finish::with(&Run::of("emit", &package.report).summary("nothing emitted"), global);
    };
    let writer = Payloads::new(&package, &model)?;
    let event = named::event(&model, &options.event)?;
    let writer = writer.writer(event)?;
    let input = input::open(&options.file, options.lines)?;
    let file = input.name.clone();
    if options.uid.is_some() || options.once.is_some() {
        input.check_single()?;
    }
    // Standard output has one document, or text for people.
    let is_text = global.outputs.iter().all(|output| output.file.is_some() || output.format == Format::Human);
    let says: Says = if is_text { output::print } else { aside };
    let ended = if options.dry_run {
        send::show(&writer, input, says)?
    } else {
        server::block_on(async {
            let Connected { publisher, .. } = options.server.connect(&model, |own| options.publisher(own)).await?;
            send::send(&publisher, &writer, &|emit| options.adjusted(emit), input, says).await
        })?
    };
    let mut run = Run::of("emit", &ended.report).summary(ended.summary());
    run.cases = vec![Case::of_file(&options.event, file)];
    if let Some(why) = ended.stopped {
        run.fail(why);
    }
    finish::with(&run, global)
}

impl Options {
    fn publisher(&self, own: walnats_runtime::Options) -> walnats_runtime::Options {
        let own = own.deadline(Duration::from_secs(self.deadline));
        match &self.cloud_event {
            Some(source) => own.cloud_events(CloudEvent::new(source)),
            None => own,
        }
    }

    /// The emit with what the options say.
    fn adjusted<'a>(&self, mut emit: Emit<'a, UntypedEvent>) -> Emit<'a, UntypedEvent> {
        if let Some(uid) = &self.uid {
            emit = emit.uid(uid);
        }
        if let Some(key) = &self.once {
            emit = emit.once(key);
        }
        if let Some(delay) = self.delay {
            emit = emit.delay(delay);
        }
        if let Some(ttl) = self.ttl {
            emit = emit.ttl(ttl);
        }
        if let Some(trace_id) = &self.trace_id {
            emit = emit.trace_id(trace_id);
        }
        self.header.iter().fold(emit, |emit, (name, value)| emit.header(name, value))
    }
}

/// Says something next to standard output.
fn aside(text: &str) -> Result<(), Failure> {
    output::note(text);
    Ok(())
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a time such as `30s`, `5m` or `2h`");
    let duration: SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(duration).map_err(|_| wrong())
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected NAME:VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
