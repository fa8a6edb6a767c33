//! What is said about streams, how often, and in which words: warnings, and errors with their causes.

use std::error::Error;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use tracing::Level;
use walnats_runtime::{
    MessageParts, Options, OutboundMessage, Outcome, Publisher, Register, RegisterError, Storage, StreamDescriptor,
};
use walnats_server::{NatsCluster, NatsServer, Release};

#[allow(dead_code, reason = "each test uses a part")]
#[path = "engine/recorded_log.rs"]
mod recorded_log;
mod register_support;
use recorded_log::RecordedLog;
use register_support::Js;

type TestResult = Result<(), Box<dyn Error>>;

const fn streams<const N: usize>(names: [&'static str; N], base: StreamDescriptor) -> [StreamDescriptor; N] {
    let mut streams = [base; N];
    let mut at = 0;
    while at < N {
        streams[at].name = names[at];
        at += 1;
    }
    streams
}

#[tokio::test]
async fn a_development_server_is_not_told_that_it_has_one_replica() -> TestResult {
    static STREAMS: &[StreamDescriptor] = &streams(
        ["quiet-1", "quiet-2", "quiet-3"],
        StreamDescriptor { replicas: Some(1), ..StreamDescriptor::new("") },
    );
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let server = NatsServer::start()?;
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await?;
    publisher.register(STREAMS).await?;
    let about: Vec<_> = log.all().into_iter().filter(|text| text.contains("quiet-")).collect();
    assert_eq!(about, [""; 0]);
    // That it is not said makes nothing less strict.
    assert!(publisher.register(STREAMS).strict().await.is_err());
    Ok(())
}

#[tokio::test]
async fn one_line_names_all_streams_of_a_kind() -> TestResult {
    static STREAMS: &[StreamDescriptor] = &streams(
        ["lines-1", "lines-2", "lines-3", "lines-4", "lines-5", "lines-6", "lines-7"],
        StreamDescriptor { replicas: Some(1), ..StreamDescriptor::new("") },
    );
    static MEMORY: &[StreamDescriptor] = &streams(
        ["kept-1", "kept-2"],
        StreamDescriptor { storage: Some(Storage::Memory), ..StreamDescriptor::new("") },
    );
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let cluster = NatsCluster::start(3)?;
    let urls = cluster.urls().join(",");
    for _ in 0..2 {
        let publisher = Publisher::connect(&urls, STREAMS, Options::new()).await?;
        publisher.register(STREAMS).await?;
        Publisher::connect(&urls, MEMORY, Options::new()).await?.register(MEMORY).await?;
    }
    let about = |name: &str| log.all().into_iter().filter(|text| text.contains(name)).collect::<Vec<_>>();
    let lines = about("lines-");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("lines-1, lines-2, lines-3, lines-4, lines-5, lines-6, lines-7"), "{lines:?}");
    assert!(lines[0].contains("one replica"), "{lines:?}");
    assert_eq!(about("kept-").len(), 1, "{:?}", about("kept-"));
    Ok(())
}

#[tokio::test]
async fn replicas_that_somebody_else_decides_are_not_guessed() -> TestResult {
    static STREAMS: &[StreamDescriptor] = &[StreamDescriptor::new("replicated")];
    let log = RecordedLog::from(Level::WARN);
    let _guard = tracing::subscriber::set_default(log.clone());
    let cluster = NatsCluster::start(3)?;
    let publisher = Publisher::connect(cluster.urls().join(","), STREAMS, Options::new()).await?;
    let js = Js { client: publisher.client().clone() };
    js.create("replicated", json!({"name": "replicated", "num_replicas": 3})).await;
    publisher.register(STREAMS).strict().await?;
    assert_eq!(log.all().into_iter().filter(|text| text.contains("replicated")).count(), 0);
    Ok(())
}

#[tokio::test]
async fn no_text_is_printed_twice_along_the_chain() -> TestResult {
    let mut errors: Vec<RegisterError> = Vec::new();
    let wrong: [StreamDescriptor; 4] = [
        StreamDescriptor::new("a.b"),
        StreamDescriptor { max_bytes: Some(1 << 50), ..StreamDescriptor::new("large") },
        StreamDescriptor { external: true, ..StreamDescriptor::new("theirs") },
        StreamDescriptor { subjects: &["large"], ..StreamDescriptor::new("twin") },
    ];
    let server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    errors.push(Register::new(&client, &wrong).strict().await.expect_err("refused"));
    errors.push(Register::new(&client, &wrong).await.expect_err("refused"));
    let silent = NatsServer::builder().jetstream(false).start()?;
    let client = async_nats::connect(silent.url()).await?;
    errors.push(Register::new(&client, &wrong[1..2]).await.expect_err("no JetStream"));
    // Somebody who answers in the place of JetStream.
    for answer in ["no JSON", "{}", r#"{"config": 7}"#, r#"{"error": {"err_code": 10100, "description": "odd"}}"#] {
        let mut requests = client.subscribe("$JS.API.>").await?;
        let liar = client.clone();
        let task = tokio::spawn(async move {
            while let Some(request) = futures_util::StreamExt::next(&mut requests).await {
                if let Some(reply) = request.reply {
                    let _ = liar.publish(reply, answer.into()).await;
                }
            }
        });
        errors.extend(Register::new(&client, &wrong[1..2]).timeout(Duration::from_secs(10)).await.err());
        task.abort();
        let _ = task.await;
    }
    assert!(errors.len() >= 6, "{errors:?}");
    for error in &errors {
        let mut levels: Vec<String> = Vec::new();
        let mut level: Option<&dyn Error> = Some(error);
        while let Some(error) = level {
            levels.push(error.to_string());
            level = error.source();
        }
        for (index, text) in levels.iter().enumerate() {
            let repeated = levels[..index].iter().any(|above| above.contains(text.as_str()));
            assert!(!repeated, "`{text}` is printed twice: {levels:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn without_the_expected_stream_mirrors_on_older_servers_are_filled() -> TestResult {
    const NOTES: StreamDescriptor = StreamDescriptor { subjects: &["notes.*"], ..StreamDescriptor::new("notes") };
    static WITH: &[StreamDescriptor] = &[NOTES];
    static WITHOUT: &[StreamDescriptor] = &[StreamDescriptor { expect_stream: false, ..NOTES }];
    for (streams, copied) in [(WITH, 0), (WITHOUT, 1)] {
        let server = NatsServer::builder().release(Release::V2_10).start()?;
        let js = Js::connect(&server).await;
        let publisher = Publisher::connect(server.url(), streams, Options::new()).await?;
        publisher.register(streams).await?;
        js.create("copy", json!({"name": "copy", "mirror": {"name": "notes"}})).await;
        let message = OutboundMessage::from_parts(MessageParts {
            event: "note-taken".into(),
            stream: "notes".into(),
            subject: "notes.home".into(),
            message_id: "one".into(),
            payload: Bytes::from_static(b"{}"),
            duplicate_window: Duration::from_secs(120),
            ..MessageParts::default()
        })?;
        let receipt = publisher.submit_confirmed(message, None).await?.await?;
        assert_eq!(receipt.outcome, Outcome::Stored(1));
        // A message without headers comes after it, so that an empty mirror has had its time.
        js.client.request("notes.end", "".into()).await?;
        let mut waited = 0;
        while js.messages("copy").await < copied && waited < 600 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            waited += 1;
        }
        if copied == 0 {
            tokio::time::sleep(Duration::from_secs(1)).await;
            assert_eq!(js.messages("copy").await, 0, "this server copies it after all");
        } else {
            assert!(js.messages("copy").await >= 1);
        }
    }
    Ok(())
}
