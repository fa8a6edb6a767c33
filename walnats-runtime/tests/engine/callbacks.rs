//! Callbacks of the application that panic.

use std::time::Duration;

use async_nats::ConnectOptions;
use tracing::Level;
use walnats_runtime::Options;
use walnats_server::NatsServer;

use crate::executor::runtime;
use crate::note::{Note, PLAIN, TestResult, note, ready_with, stored, suspend};
use crate::recorded_log::RecordedLog;

#[tokio::test]
async fn a_panic_in_a_callback_ends_nothing_else() -> TestResult {
    let log = RecordedLog::from(Level::ERROR);
    let _guard = tracing::subscriber::set_default(log.clone());
    let permissions = "publish: { deny: [\"notes.secret\"] }";
    let server = NatsServer::builder()
        .config(&format!(
            "authorization {{ users: [{{ user: shop, password: pw, permissions: {{ {permissions} }} }}] }}"
        ))
        .start()?;
    let nats = ConnectOptions::new().user_and_password("shop".into(), "pw".into());
    let options = Options::new()
        .nats(nats)
        .on_lost(|_| panic!("a bug in `on_lost`"))
        .on_nats_event(|_| panic!("a bug in `on_nats_event`"));
    let publisher = ready_with(&server, PLAIN, options).await?;
    let denied = Note { topic: "secret".into(), text: "x".into() };
    for _ in 0..2 {
        drop(publisher.emit(&denied).buffered().await?);
        assert!(publisher.flush(Duration::from_secs(20)).await.is_err());
    }
    let stats = publisher.stats();
    assert_eq!(stats.lost, 2);
    // On being connected, and for two denials.
    assert!(stats.callback_panics >= 4, "{stats:?}");
    publisher.emit(&note("x")).await?;
    assert_eq!(stored(&publisher, "notes").await?.len(), 1);
    let lines = log.all().into_iter().filter(|text| text.contains("a callback panicked")).count();
    assert!((1..=2).contains(&lines), "{:?}", log.all());
    publisher.shutdown(Duration::from_secs(10)).await?;
    Ok(())
}

#[test]
fn a_panic_in_a_callback_at_the_end_of_the_runtime() -> TestResult {
    let mut server = NatsServer::start()?;
    let home = runtime(1)?;
    let options = Options::new().on_lost(|_| panic!("a bug in `on_lost`"));
    let publisher = home.block_on(ready_with(&server, PLAIN, options))?;
    home.block_on(suspend(&mut server));
    for text in ["a", "b", "c"] {
        drop(publisher.emit(&note(text)).try_buffered()?);
    }
    drop(home);
    let stats = publisher.stats();
    assert_eq!((stats.lost, stats.callback_panics, stats.buffered), (3, 3, 0));
    server.resume();
    Ok(())
}
