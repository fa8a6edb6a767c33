//! What users of one server get.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, Context, stream};
use walnats_server::{NatsServer, StartError};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

async fn jetstream(server: &NatsServer) -> Result<Context> {
    Ok(jetstream::new(async_nats::connect(server.url()).await?))
}

async fn store(server: &NatsServer, payload: &'static str) -> Result {
    let jetstream = jetstream(server).await?;
    let config = stream::Config { name: "s".into(), subjects: vec!["s".into()], ..Default::default() };
    jetstream.get_or_create_stream(config).await?;
    jetstream.publish("s", payload.into()).await?.await?;
    Ok(())
}

async fn stored(server: &NatsServer) -> Result<u64> {
    Ok(jetstream(server).await?.get_stream("s").await?.cached_info().state.messages)
}

fn is_running(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !state.is_empty() && !state.contains(") Z ")
}

fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(10));
    }
}

#[tokio::test]
async fn a_server_stores_and_leaves_nothing_behind() -> Result {
    let server = NatsServer::start()?;
    store(&server, "1").await?;
    assert_eq!(stored(&server).await?, 1);
    assert!(server.address().ip().is_loopback());

    let (pid, log, store) = (server.pid().unwrap(), server.log_path(), server.store_dir().to_owned());
    assert!(is_running(pid) && log.exists() && store.exists());
    drop(server);
    assert!(!is_running(pid), "the process is still there");
    assert!(!log.exists() && !store.exists(), "files are still there");
    Ok(())
}

#[tokio::test]
async fn a_restart_keeps_port_and_messages() -> Result {
    let mut server = NatsServer::start()?;
    let url = server.url();
    store(&server, "1").await?;
    server.kill();
    assert!(!server.is_running() && server.pid().is_none());
    assert!(async_nats::connect(&url).await.is_err(), "somebody still answers");
    server.restart()?;
    assert_eq!(server.url(), url);
    assert_eq!(stored(&server).await?, 1);

    store(&server, "2").await?;
    server.stop();
    assert!(server.log().contains("Server Exiting"), "it did not end in order:\n{}", server.log());
    server.restart()?;
    assert_eq!(stored(&server).await?, 2);

    server.restart()?;
    assert_eq!(stored(&server).await?, 2, "a running server restarts too");
    Ok(())
}

#[tokio::test]
async fn a_store_directory_of_the_user_is_kept() -> Result {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(r#"not "there" \ yet"#);
    let server = NatsServer::builder().store_dir(&path).start()?;
    assert_eq!(server.store_dir(), path);
    store(&server, "1").await?;
    drop(server);
    let server = NatsServer::builder().store_dir(&path).start()?;
    assert_eq!(stored(&server).await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_suspended_server_is_silent_until_it_goes_on() -> Result {
    let mut server = NatsServer::start()?;
    let client = async_nats::connect(server.url()).await?;
    let request = async |timeout| {
        let request = async_nats::Request::new().timeout(Some(Duration::from_millis(timeout)));
        client.send_request("$JS.API.INFO", request).await
    };
    request(5000).await?;
    server.suspend();
    assert!(request(300).await.is_err(), "a suspended server answered");
    server.resume();
    request(5000).await?;
    server.suspend();
    server.restart()?;
    store(&server, "1").await
}

#[tokio::test]
async fn configuration_reaches_the_server() -> Result {
    let server = NatsServer::builder()
        .name("shop")
        .config(r#"authorization { token: "t" }"#)
        .config("max_payload: 2000")
        .jetstream_config("max_file_store: 3MB")
        .start()?;
    assert!(async_nats::connect(server.url()).await.is_err(), "no token was needed");
    let client = async_nats::ConnectOptions::with_token("t".into()).connect(server.url()).await?;
    assert_eq!(client.server_info().server_name, "shop");
    assert_eq!(client.server_info().max_payload, 2000);
    let large = stream::Config { name: "s".into(), max_bytes: 4 << 20, ..Default::default() };
    assert!(jetstream::new(client).create_stream(large).await.is_err(), "the store is larger than configured");
    assert!(!format!("{server:?}").contains("token"));

    // More than the free disk space of most machines.
    let server = NatsServer::start()?;
    let large = stream::Config { name: "s".into(), max_bytes: 900 << 30, ..Default::default() };
    jetstream::new(async_nats::connect(server.url()).await?).create_stream(large).await?;

    let server = NatsServer::builder().jetstream(false).start()?;
    assert!(store(&server, "1").await.is_err(), "JetStream is on");
    Ok(())
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let bad = NatsServer::builder().config("max_payloda: 3").start().unwrap_err();
    assert!(matches!(bad, StartError::Exited { .. }));
    assert!(bad.to_string().contains("unknown field \"max_payloda\""), "{bad}");

    let taken = NatsServer::start().unwrap();
    let bad = NatsServer::builder().port(taken.address().port()).start().unwrap_err();
    assert!(bad.to_string().contains("address already in use"), "{bad}");

    let bad = NatsServer::builder().program("/no/nats-server").start().unwrap_err();
    assert!(bad.to_string().contains("/no/nats-server"), "{bad}");
    assert!(std::error::Error::source(&bad).unwrap().to_string().contains("No such file"));

    let bad = NatsServer::builder().store_dir("/dev/null/store").start().unwrap_err();
    assert!(bad.to_string().contains("/dev/null/store"), "{bad}");

    let bad = NatsServer::builder().deadline(Duration::ZERO).start().unwrap_err();
    assert!(bad.to_string().contains("no answer for clients"), "{bad}");
}

#[test]
fn servers_that_start_together_do_not_disturb_each_other() {
    let started = |_| std::thread::spawn(NatsServer::start);
    let threads: Vec<_> = (0..4).map(started).collect();
    let servers: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
    let mut urls: Vec<_> = servers.iter().map(NatsServer::url).collect();
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), 4);
}

/// The parent of the server in the next test: this same program, told so by a variable.
#[test]
fn parent_that_is_killed() {
    let Ok(file) = std::env::var("WALNATS_TEST_PARENT") else { return };
    let server = NatsServer::start().unwrap();
    std::fs::write(&file, format!("{}\n{}\n", server.pid().unwrap(), server.log_path().display())).unwrap();
    sleep(Duration::from_secs(60));
}

#[test]
fn a_server_does_not_outlive_a_killed_parent() -> Result {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("server");
    let mut parent = Command::new(std::env::current_exe()?)
        .args(["--exact", "parent_that_is_killed"])
        .env("WALNATS_TEST_PARENT", &file)
        .stdout(Stdio::null())
        .spawn()?;
    let read = |file: &Path| std::fs::read_to_string(file).unwrap_or_default();
    wait_until("the parent started no server", || read(&file).ends_with('\n'));
    let text = read(&file);
    let mut lines = text.lines();
    let (pid, log) = (lines.next().unwrap().parse()?, PathBuf::from(lines.next().unwrap()));
    assert!(is_running(pid) && log.exists());
    parent.kill()?;
    parent.wait()?;
    wait_until("the server still runs", || !is_running(pid));
    wait_until("its files are still there", || !log.exists());
    Ok(())
}
