//! The real Python library walnats, 1.2.6 from PyPI, on the other end of the wire.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shop_events::{Events, NewsletterRequested};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use walnats_runtime::{ConsumedEvent, Delivery, Event, Json, Reader};
use walnats_server::NatsServer;

type TestResult = Result<(), Box<dyn Error>>;

const PAYLOAD: &str = r#"{"email":"ada@example.com","topics":["tea","Öl & Essig"],"weekly":true}"#;

#[tokio::test]
async fn a_python_actor_receives_what_rust_emits() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[NewsletterRequested::DESCRIPTOR]).await?;

    let mut actor = python(&["receive", "2"], server.url()).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(actor.stdout.take().ok_or("piped")?).lines();
    assert_eq!(lines.next_line().await?.as_deref(), Some("ready"));

    let event = NewsletterRequested::decode(PAYLOAD)?;
    let emitted_at = now();
    events.emit_newsletter_requested(&event).uid("first").trace_id("trace-1").await?;
    events.emit_newsletter_requested(&event).uid("first").await?;
    events.emit_newsletter_requested(&event).uid("later").delay(Duration::from_millis(1_500)).buffered().await?.await?;

    let first: Value = serde_json::from_str(&lines.next_line().await?.ok_or("the actor stopped")?)?;
    assert_eq!(first["message"], serde_json::from_str::<Value>(PAYLOAD)?);
    assert_eq!((first["uid"].as_str(), first["trace_id"].as_str()), (Some("first"), Some("trace-1")));

    let later: Value = serde_json::from_str(&lines.next_line().await?.ok_or("the actor stopped")?)?;
    assert_eq!((later["uid"].as_str(), later["trace_id"].as_str()), (Some("later"), None));
    let waited = later["time"].as_f64().ok_or("a number")? - emitted_at;
    assert!((1.4..10.0).contains(&waited), "held until the delay was over, not {waited} s");
    assert!(actor.wait().await?.success());
    Ok(())
}

#[tokio::test]
async fn rust_decodes_what_python_emits() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[NewsletterRequested::DESCRIPTOR]).await?;
    let stream = events.publisher().jetstream().get_stream("newsletter-requested").await?;
    let consumer = stream.create_consumer(pull::Config::default()).await?;

    let emitted_at = now();
    succeeded(python(&["emit", PAYLOAD], server.url()).output().await?)?;

    let messages = consumer.fetch().max_messages(10).messages().await?.collect::<Vec<_>>().await;
    assert_eq!(messages.len(), 1, "the second one has the same uid");
    let message = messages.into_iter().next().ok_or("one")?.map_err(|error| error as Box<dyn Error>)?;
    assert_eq!(NewsletterRequested::decode(&message.payload)?, NewsletterRequested::decode(PAYLOAD)?);
    let headers = message.headers.as_ref().ok_or("headers")?;
    assert_eq!(headers.get("Nats-Msg-Id").map(|value| value.as_str()), Some("from-python"));
    assert_eq!(headers.get("Walnats-Trace").map(|value| value.as_str()), Some("trace-2"));
    let until: f64 = headers.get("Walnats-Delay").ok_or("a delay")?.as_str().parse()?;
    assert!((1.0..20.0).contains(&(until - emitted_at)));
    Ok(())
}

#[tokio::test]
async fn both_register_the_same_stream() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    // Python first, then Rust, then Python, then Rust again: each finds what the other left and agrees with it.
    for _ in 0..2 {
        succeeded(python(&["register"], server.url()).output().await?)?;
        events.register().only(&[NewsletterRequested::DESCRIPTOR]).await?;
    }
    let mut stream = events.publisher().jetstream().get_stream("newsletter-requested").await?;
    let config = &stream.info().await?.config;
    assert_eq!(config.subjects, ["newsletter-requested"]);
    assert_eq!(config.retention, async_nats::jetstream::stream::RetentionPolicy::Interest);
    Ok(())
}

/// What a Rust handler returns to Python, and a Python handler to Rust.
#[derive(Debug, Serialize, Deserialize, PartialEq, Eq)]
struct Subscribed {
    email: String,
    topics: usize,
}

#[tokio::test]
async fn a_python_caller_gets_the_response_of_a_rust_handler() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[NewsletterRequested::DESCRIPTOR]).await?;
    const CONSUMED: &[ConsumedEvent] =
        &[ConsumedEvent { descriptor: NewsletterRequested::DESCRIPTOR, filter: "newsletter-requested" }];
    let reader = Reader::new(events.publisher().clone(), "newsletter", CONSUMED).on(subscribe);
    reader.register().await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let reading = tokio::spawn(reader.run(async { drop(stopped.await) }));

    let output = python(&["request", PAYLOAD], server.url()).output().await?;
    let response: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    succeeded(output)?;
    assert_eq!(response, serde_json::json!({"email": "ada@example.com", "topics": 2}));
    drop(stop);
    assert_eq!(reading.await??.done, 1);
    Ok(())
}

async fn subscribe(event: NewsletterRequested, about: &Delivery) -> Result<Json<Subscribed>, String> {
    if about.trace_id() != Some("trace-3") {
        return Err("the trace id of the caller is missing".to_owned());
    }
    let payload: Value =
        serde_json::from_slice(&event.encode().map_err(|error| error.to_string())?).unwrap_or_default();
    let topics = payload["topics"].as_array().map_or(0, Vec::len);
    Ok(Json(Subscribed { email: payload["email"].as_str().unwrap_or_default().to_owned(), topics }))
}

#[tokio::test]
async fn a_rust_caller_gets_the_response_of_a_python_actor() -> TestResult {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[NewsletterRequested::DESCRIPTOR]).await?;
    let mut actor = python(&["respond"], server.url()).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(actor.stdout.take().ok_or("piped")?).lines();
    assert_eq!(lines.next_line().await?.as_deref(), Some("ready"));
    let event = NewsletterRequested::decode(PAYLOAD)?;
    let request = events.emit_newsletter_requested(&event).request().timeout(Duration::from_secs(60));
    let Json(response): Json<Subscribed> = request.await?;
    assert_eq!(response, Subscribed { email: "ada@example.com".to_owned(), topics: 2 });
    assert!(actor.wait().await?.success());
    Ok(())
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}

fn python(arguments: &[&str], url: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(environment());
    // The library computes delays from `datetime.utcnow().timestamp()`, which is right in this time zone alone.
    command.env("TZ", "UTC").kill_on_drop(true);
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/peer.py")).arg(url).args(arguments);
    command
}

fn succeeded(output: Output) -> TestResult {
    if output.status.success() {
        return Ok(());
    }
    Err(format!("the Python side failed:\n{}", String::from_utf8_lossy(&output.stderr)).into())
}

/// The interpreter of a virtual environment with walnats in it, made once.
fn environment() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        walnats_harness::python::python_environment()
            .unwrap_or_else(|error| panic!("no Python with walnats 1.2.6: {error}"))
    })
}
