//! Protobuf events between the real Python library walnats, with messages that Google's protoc generated, and Rust.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use async_nats::jetstream::consumer::pull;
use futures_util::StreamExt;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use walnats_harness::python::python_with;
use walnats_runtime::Event;
use walnats_server::NatsServer;

/// As `build.rs` would have written it.
#[rustfmt::skip]
#[allow(missing_docs, dead_code)]
#[path = "../walnats-codegen/fixtures/generate/protobuf-json/expected/events.rs"]
mod events;

use events::{DishWashed, Events};

type TestResult = Result<(), Box<dyn Error>>;

/// What protoc makes of the same files for Python, in `folder`.
async fn protoc(python: &Path, folder: &Path) -> TestResult {
    let codegen = Path::new(env!("CARGO_MANIFEST_DIR")).join("walnats-codegen");
    let schemas = codegen.join("fixtures/generate/protobuf-json/schemas");
    let mut command = Command::new(python);
    command.args(["-m", "grpc_tools.protoc", "--python_out"]).arg(folder);
    command.arg("-I").arg(&schemas).arg("-I").arg(codegen.join("proto"));
    let output =
        command.args(["kitchen/everything.proto", "kitchen/legacy.proto", "walnats/options.proto"]).output().await?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(())
}

#[tokio::test]
async fn python_reads_what_rust_emits_and_the_other_way_round() -> TestResult {
    let python: PathBuf = python_with(&["walnats==1.2.6", "grpcio-tools==1.85.1"])?;
    let folder = tempfile::tempdir()?;
    protoc(&python, folder.path()).await?;

    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().only(&[DishWashed::DESCRIPTOR]).await?;
    let stream = events.publisher().jetstream().get_stream("dish-washed").await?;
    let consumer = stream.create_consumer(pull::Config::default()).await?;

    let peer = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop/protobuf_peer.py");
    let mut actor = Command::new(&python)
        .env("TZ", "UTC")
        .arg(peer)
        .arg(server.url())
        .arg(folder.path())
        .arg("receive")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(actor.stdout.take().ok_or("piped")?).lines();
    let mut stderr = actor.stderr.take().ok_or("piped")?;
    let Some(ready) = lines.next_line().await? else {
        let mut said = String::new();
        stderr.read_to_string(&mut said).await?;
        return Err(said.into());
    };
    assert_eq!(ready, "ready");

    let washed = DishWashed { name: "Teekanne, für Öl".to_owned() };
    events.emit_dish_washed(&washed).uid("first").await?;
    let read: serde_json::Value = serde_json::from_str(&lines.next_line().await?.ok_or("the actor stopped")?)?;
    assert_eq!(read, serde_json::json!({ "name": washed.name }));
    assert!(actor.wait().await?.success());

    let mut messages = consumer.messages().await?;
    for expected in [washed.name.as_str(), "from Python: Öl"] {
        let message = messages.next().await.ok_or("a message")??;
        assert_eq!(DishWashed::decode(&message.payload)?.name, expected);
        message.ack().await.map_err(|error| error as Box<dyn Error>)?;
    }
    Ok(())
}
