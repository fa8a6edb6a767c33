//! Limits, permissions and windows that are changed between two attempts to send a message.

use std::time::Duration;

use async_nats::jetstream::{self, stream};
use walnats_runtime::{Options, Publisher};
use walnats_server::{Account, NatsServer};

use crate::line::{Line, Loses};
use crate::note::{PLAIN, TestResult, note};
use crate::owner::{as_user, config, count, honest, make, until_count};
use crate::proxy::Proxy;

const TIME: Duration = Duration::from_secs(100);

fn reload(server: &NatsServer, from: &str, to: &str) -> TestResult {
    let file = server.log_path().with_file_name("nats.conf");
    let text = std::fs::read_to_string(&file)?;
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replace(from, to))?;
    let pid = server.pid().ok_or("it runs")?.to_string();
    assert!(std::process::Command::new("kill").args(["-HUP", &pid]).status()?.success());
    std::thread::sleep(Duration::from_millis(500));
    Ok(())
}

/// The first attempt is stored and its acknowledgement lost; then the limit is lowered, and the server hangs up.
#[tokio::test]
async fn a_limit_that_is_lowered_between_two_attempts() -> TestResult {
    let account = Account::new("A").user("u", "p").jetstream().max_payload(8_192);
    let server = NatsServer::builder().account(account).start()?;
    let proxy = Proxy::start(&server).await?;
    let owner = as_user(&server, "u", "p").await?;
    make(&owner, config("notes", &["notes.*"])).await?;
    let nats = async_nats::ConnectOptions::with_user_and_password("u".into(), "p".into());
    let publisher = Publisher::connect(proxy.url(), PLAIN, Options::new().nats(nats)).await?;
    publisher.emit(&note("warm")).await?;
    proxy.lose_answers();
    let pending = publisher.emit(&note("x".repeat(5_000))).buffered().await?;
    let other = publisher.emit(&note("y".repeat(6_000))).buffered().await?;
    until_count(&owner, "notes", 3).await?;
    reload(&server, "max_payload: 8192", "max_payload: 2048")?;
    proxy.cut();
    for one in [pending, other] {
        let end = tokio::time::timeout(TIME, one).await?;
        honest(&end, 1);
    }
    publisher.emit(&note("after")).await?;
    assert_eq!(count(&owner, "notes").await?, 4);
    Ok(())
}

/// The first attempt is stored and its acknowledgement lost; then publishing is forbidden.
#[tokio::test]
async fn a_permission_that_is_revoked_between_two_attempts() -> TestResult {
    let lines = r#"permissions: { publish: { allow: [">"] } }"#;
    let account = Account::new("A").jetstream().user("admin", "a").user_with("u", "p", lines);
    let server = NatsServer::builder().account(account).start()?;
    let proxy = Proxy::start(&server).await?;
    let owner = as_user(&server, "admin", "a").await?;
    make(&owner, config("notes", &["notes.*"])).await?;
    let nats = async_nats::ConnectOptions::with_user_and_password("u".into(), "p".into());
    let publisher = Publisher::connect(proxy.url(), PLAIN, Options::new().nats(nats)).await?;
    publisher.emit(&note("warm")).await?;
    proxy.lose_answers();
    let pending = publisher.emit(&note("x")).buffered().await?;
    until_count(&owner, "notes", 2).await?;
    reload(&server, r#"allow: [">"]"#, r#"deny: ["notes.*"]"#)?;
    proxy.cut();
    let end = tokio::time::timeout(TIME, pending).await?;
    honest(&end, 1);
    Ok(())
}

/// The stream's window was shortened between two connections, and JetStream's API had been silent before.
#[tokio::test]
async fn a_window_that_is_shortened_between_two_connections() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    make(&owner, config("notes", &["notes.*"])).await?;
    let proxy = Proxy::start(&server).await?;
    let options = Options::new().ack_timeout(Duration::from_millis(700)).deadline(Duration::from_secs(30));
    let publisher = Publisher::connect(proxy.url(), PLAIN, options).await?;
    publisher.emit(&note("first")).await?;
    proxy.lose_answers();
    let pending = publisher.emit(&note("second")).buffered().await?;
    until_count(&owner, "notes", 2).await?;
    let window = Duration::from_secs(1);
    jetstream::new(owner.clone())
        .update_stream(stream::Config { duplicate_window: window, ..config("notes", &["notes.*"]) })
        .await?;
    tokio::time::sleep(Duration::from_secs(7)).await;
    proxy.cut();
    let end = tokio::time::timeout(TIME, pending).await?;
    honest(&end, count(&owner, "notes").await? - 1);
    Ok(())
}

/// The stream's window is shortened while a message is under way, over a connection that stands.
#[tokio::test]
async fn a_window_that_is_shortened_under_way() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    make(&owner, config("notes", &["notes.*"])).await?;
    let line = Line::to(server.address()).await?;
    let options = Options::new().ack_timeout(Duration::from_secs(4)).deadline(Duration::from_secs(30));
    let publisher = Publisher::connect(format!("nats://{}", line.address), PLAIN, options).await?;
    publisher.emit(&note("first")).await?;
    line.loses(Loses::Acknowledgements);
    let pending = publisher.emit(&note("second")).buffered().await?;
    until_count(&owner, "notes", 2).await?;
    jetstream::new(owner.clone())
        .update_stream(stream::Config { duplicate_window: Duration::from_secs(1), ..config("notes", &["notes.*"]) })
        .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    line.loses(Loses::Nothing);
    let end = tokio::time::timeout(TIME, pending).await?;
    honest(&end, count(&owner, "notes").await? - 1);
    Ok(())
}
