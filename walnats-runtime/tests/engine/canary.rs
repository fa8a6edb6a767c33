//! No payload and no secret reaches a log line, a `Debug` or an error, whatever happens to an emit.

use std::error::Error;
use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::ConnectOptions;
use tracing::Level;
use walnats_runtime::{CloudEvent, Full, Options, Publisher};
use walnats_server::NatsServer;

use crate::note::{STREAMS, TestResult, note, suspend, whole};
use crate::recorded_log::RecordedLog;

/// In every payload, header, id and password.
const CANARY: &str = "c4n4ry";

/// What was printed of values, and what was said of errors.
#[derive(Default)]
struct Outputs(Vec<String>);

impl Outputs {
    fn value(&mut self, value: &impl Debug) {
        self.0.push(format!("{value:?} {value:#?}"));
    }

    fn end<T: Debug, E: Error>(&mut self, end: &Result<T, E>) {
        match end {
            Ok(value) => self.value(value),
            Err(error) => {
                self.value(error);
                self.0.push(whole(error));
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_is_said_shows_a_payload_or_a_secret() -> TestResult {
    // At `trace`, async-nats shows the headers that it writes; we say nothing there.
    let log = RecordedLog::from(Level::DEBUG);
    let _guard = tracing::subscriber::set_default(log.clone());
    let mut outputs = Outputs::default();
    let users = format!(r#"authorization {{ users: [ {{ user: "shop", password: "{CANARY}" }} ] }}"#);
    let mut server = NatsServer::builder().config(&users).start()?;
    let lost: Arc<Mutex<Vec<String>>> = Arc::default();
    let options = || {
        let lost = Arc::clone(&lost);
        Options::new()
            .buffer_messages(4)
            .full(Full::Refuse)
            .cloud_events(CloudEvent::new(format!("/{CANARY}")))
            .on_lost(move |message| {
                lost.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{message:?}"));
            })
    };
    outputs.value(&options());

    let url = format!("nats://shop:{CANARY}@{}", server.address());
    let wrong = format!("nats://shop:{CANARY}-wrong@{}", server.address());
    outputs.end(&Publisher::connect(wrong, STREAMS, options()).await);
    let nats = ConnectOptions::new().user_and_password("shop".into(), format!("{CANARY}-wrong"));
    outputs.end(&Publisher::connect(server.url(), STREAMS, options().nats(nats)).await);
    outputs.end(&Publisher::connect(format!("nats://shop:{CANARY}@127.0.0.1:9"), STREAMS, options()).await);
    outputs.end(&Publisher::connect(format!("nats://shop:{CANARY}@"), STREAMS, options()).await);

    let publisher = Publisher::connect(url, STREAMS, options()).await?;
    outputs.value(&publisher);
    outputs.end(&publisher.register(STREAMS).await);
    let secret = note(CANARY);
    outputs.value(&publisher.emit(&secret).into_message()?);
    outputs.end(&publisher.emit(&secret).header("X-Token", CANARY).await.map(|receipt| receipt.outcome));
    outputs.end(&publisher.emit(&secret).header("X-Token", format!("{CANARY}\r\n")).await);
    outputs.end(&publisher.emit(&secret).header("Nats-Msg-Id", CANARY).await);
    outputs.end(&publisher.emit(&secret).trace_id(format!("{CANARY}\n")).await);
    outputs.end(&publisher.emit(&secret).uid(format!("{CANARY}\n")).await);
    outputs.end(&publisher.emit(&secret).uid(CANARY.repeat(1_000)).await);
    outputs.end(&publisher.emit(&secret).cloud_event(CloudEvent::new(format!("{CANARY} {CANARY}"))).await);
    outputs.end(&publisher.emit(&note("invalid")).await);
    outputs.end(&publisher.emit(&note(CANARY.repeat(500_000))).await);
    outputs.end(&publisher.emit(&note(CANARY)).ttl(Duration::from_millis(1)).await);
    let wild = crate::note::Note { topic: format!("{CANARY}.*"), text: CANARY.into() };
    outputs.end(&publisher.emit(&wild).await);

    suspend(&mut server).await;
    let mut pending = Vec::new();
    for _ in 0..6 {
        let accepted = publisher.emit(&secret).deadline(Duration::from_millis(200)).buffered().await;
        outputs.end(&accepted);
        pending.extend(accepted);
    }
    drop(pending.pop());
    for pending in pending {
        // The id is the caller's to see.
        outputs.end(&pending.await.map(|receipt| receipt.outcome));
    }
    outputs.end(&publisher.flush(Duration::from_millis(100)).await);
    outputs.end(&publisher.shutdown(Duration::from_millis(100)).await);
    server.resume();

    let logged = log.all();
    assert!(!logged.is_empty(), "connections that are lost and made are outputs of");
    outputs.0.extend(logged);
    outputs.0.extend(lost.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    assert!(outputs.0.len() > 40, "so much is said: {:?}", outputs.0);
    let shown: Vec<&String> = outputs.0.iter().filter(|text| text.contains(CANARY)).collect();
    assert!(shown.is_empty(), "{shown:#?}");
    Ok(())
}
