//! Servers and streams of somebody else's that are set up against us, or changed while messages are under way.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use walnats_runtime::{Cause, EmitError, Options, Publisher, Receipt, StreamDescriptor};
use walnats_server::{Account, Import, NatsServer};

use crate::note::{Note, PLAIN, TestResult, note};
use crate::proxy::Proxy;

const TIME: Duration = Duration::from_secs(100);

type Failed = Box<dyn std::error::Error>;
type End = Result<Receipt, EmitError>;

/// Does not tell one event from those of other streams.
static UNNAMED: &[StreamDescriptor] = &[StreamDescriptor {
    subjects: &["notes.*"],
    expect_stream: false,
    atomic: true,
    ..StreamDescriptor::new("notes")
}];

async fn as_user(server: &NatsServer, user: &str, password: &str) -> Result<async_nats::Client, Failed> {
    let options = async_nats::ConnectOptions::with_user_and_password(user.into(), password.into());
    Ok(options.connect(server.url()).await?)
}

async fn make(client: &async_nats::Client, config: stream::Config) -> TestResult {
    jetstream::new(client.clone()).create_stream(config).await?;
    Ok(())
}

fn config(name: &str, subjects: &[&str]) -> stream::Config {
    let subjects = subjects.iter().map(|subject| (*subject).to_owned()).collect();
    stream::Config { name: name.to_owned(), subjects, ..Default::default() }
}

async fn count(client: &async_nats::Client, stream: &str) -> Result<u64, Failed> {
    let mut stream = jetstream::new(client.clone()).get_stream(stream).await?;
    Ok(stream.info().await?.state.messages)
}

async fn until_count(client: &async_nats::Client, stream: &str, messages: u64) -> TestResult {
    let until = Instant::now() + TIME;
    while count(client, stream).await? < messages {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// `NotStored` only where nothing was stored, and a receipt only where something was.
fn honest(end: &End, stored: u64) {
    let honest = match end {
        Ok(_) => stored == 1,
        Err(EmitError::NotStored(_)) => stored == 0,
        Err(EmitError::PossiblyStored(_)) => stored <= 1,
    };
    assert!(honest, "stored {stored} times: {end:?}");
}

fn connects(publisher: &Publisher) -> u64 {
    publisher.client().statistics().connects.load(Ordering::Relaxed)
}

/// A connection on which what is published, or acknowledgements, get lost for a while.
struct Line {
    address: SocketAddr,
    mute: Arc<AtomicBool>,
    lossy: Arc<AtomicBool>,
}

impl Line {
    async fn to(target: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (mute, lossy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (shared, loses) = (Arc::clone(&mute), Arc::clone(&lossy));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(target).await else { continue };
                let (mut client_read, mut client_write) = client.into_split();
                let (mut server_read, mut server_write) = server.into_split();
                let mute = Arc::clone(&shared);
                let lossy = Arc::clone(&loses);
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    while let Ok(length @ 1..) = server_read.read(&mut buffer).await {
                        let text = String::from_utf8_lossy(&buffer[..length]);
                        let acknowledges = text.contains("\"seq\":") && !text.contains("io.nats.jetstream.api");
                        let lost = lossy.load(Ordering::SeqCst) && acknowledges;
                        if !lost && client_write.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
                tokio::spawn(async move {
                    let mut buffer = vec![0; 65_536];
                    while let Ok(length @ 1..) = client_read.read(&mut buffer).await {
                        if mute.load(Ordering::SeqCst) {
                            continue;
                        }
                        if server_write.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Ok(Self { address, mute, lossy })
    }
}

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

/// One message that the account does not admit, first in a batch that is sent in several goes.
#[tokio::test]
async fn a_batch_with_one_message_too_large_for_the_account() -> TestResult {
    static ATOMIC: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], atomic: true, ..StreamDescriptor::new("notes") }];
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).start()?;
    for capacity in [16, 2_048] {
        let nats = async_nats::ConnectOptions::with_user_and_password("u".into(), "p".into()).client_capacity(capacity);
        let publisher = Publisher::connect(server.url(), ATOMIC, Options::new().nats(nats)).await?;
        publisher.register(ATOMIC).await?;
        for large in [0, 300, 599] {
            let (before, started) = (connects(&publisher), Instant::now());
            let text = |number| if number == large { "x".repeat(5_000) } else { "x".to_owned() };
            let batch: Vec<Note> = (0..600).map(|number| note(text(number))).collect();
            let end = publisher.emit_all(&batch).atomic().await;
            let (took, connections) = (started.elapsed(), connects(&publisher) - before);
            let first = end.as_ref().err().map(|error| error.failures()[0].1.clone());
            // The server's words get lost where it closes the connection while more arrives.
            let gave_up = |error: &EmitError| match error {
                EmitError::NotStored(_) => true,
                EmitError::PossiblyStored(error) => error.cause() == &Cause::HungUp,
            };
            assert!(first.as_ref().is_some_and(gave_up), "{first:?}");
            assert!(connections <= 3 + 5 * took.as_secs(), "{connections} connections in {took:?}");
            publisher.emit(&note("after")).await?;
        }
        assert!(count(publisher.client(), "notes").await? <= 6);
    }
    Ok(())
}

/// One at a time, and the first is too large for the account.
#[tokio::test]
async fn one_at_a_time_and_one_too_large_for_the_account() -> TestResult {
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).start()?;
    make(&as_user(&server, "u", "p").await?, config("notes", &["notes.*"])).await?;
    for foreign in [false, true] {
        let options = Options::new().window_messages(1);
        let publisher = match foreign {
            true => Publisher::new(as_user(&server, "u", "p").await?, PLAIN, options),
            false => Publisher::connect(server.url_as("u", "p"), PLAIN, options).await?,
        };
        let started = Instant::now();
        let mut pending = Vec::new();
        for number in 0..10 {
            let text = if number == 3 { "x".repeat(5_000) } else { "x".to_owned() };
            pending.push(publisher.emit(&note(text)).buffered().await?);
        }
        let mut last = 0;
        for (number, one) in pending.into_iter().enumerate() {
            let end = tokio::time::timeout(TIME, one).await?;
            match end {
                Ok(receipt) if number != 3 => {
                    assert!(receipt.outcome.sequence() > last);
                    last = receipt.outcome.sequence();
                }
                Err(_) if number == 3 => {}
                end => panic!("{number}: {end:?}"),
            }
        }
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    }
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

/// A batch that got lost on its way is asked about with its last message, which nobody may store by itself.
#[tokio::test]
async fn a_question_about_a_batch_that_names_no_stream() -> TestResult {
    let server = NatsServer::start()?;
    let line = Line::to(server.address()).await?;
    let options = Options::new().ack_timeout(Duration::from_secs(2));
    let publisher = Publisher::connect(format!("nats://{}", line.address), UNNAMED, options).await?;
    publisher.register(UNNAMED).await?;
    publisher.emit(&note("first")).await?;
    line.mute.store(true, Ordering::SeqCst);
    let batch = [note("1"), note("2"), note("3")];
    let emit = std::future::IntoFuture::into_future(publisher.emit_all(&batch).atomic());
    let (end, ()) = tokio::join!(emit, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        line.mute.store(false, Ordering::SeqCst);
    });
    let end = end.map(|receipts| receipts.len());
    assert_eq!((count(publisher.client(), "notes").await?, end?), (4, 3));
    Ok(())
}

/// Events do not say which stream they are for; theirs does not exist, and another one stores them.
#[tokio::test]
async fn another_stream_stores_events_that_name_no_stream() -> TestResult {
    let server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(500)).deadline(Duration::from_secs(10));
    let publisher = Publisher::connect(server.url(), UNNAMED, options).await?;
    make(publisher.client(), config("everything", &["notes.>"])).await?;
    for number in 1..3 {
        let end = publisher.emit(&note("x")).await;
        assert_eq!(count(publisher.client(), "everything").await?, number, "each is stored once");
        honest(&end, 1);
    }
    Ok(())
}

/// Two kinds of what the server hangs up over, in turn.
#[tokio::test]
async fn too_large_and_too_long_in_turn() -> TestResult {
    let account = Account::new("A").user("u", "p").jetstream().max_payload(2_048);
    let server = NatsServer::builder().account(account).config("max_control_line: 512").start()?;
    let publisher = Publisher::connect(server.url_as("u", "p"), PLAIN, Options::new()).await?;
    make(publisher.client(), config("notes", &["notes.*"])).await?;
    publisher.emit(&note("first")).await?;
    let before = connects(&publisher);
    for number in 0..20 {
        let large = note("x".repeat(5_000));
        let long = Note { topic: "t".repeat(700), text: "x".into() };
        let end = publisher.emit(if number % 2 == 0 { &large } else { &long }).await;
        assert!(matches!(end, Err(EmitError::NotStored(_))), "{end:?}");
        publisher.emit(&note("small")).await?;
    }
    assert!(connects(&publisher) - before <= 6, "{}", connects(&publisher) - before);
    Ok(())
}

/// The reply subject grows with the number of messages, and pushes the line over the edge.
#[tokio::test]
async fn a_subject_at_the_edge_of_the_control_line() -> TestResult {
    let server = NatsServer::builder().config("max_control_line: 512").start()?;
    for length in (428..446).step_by(2) {
        let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
        let _ = make(publisher.client(), config("notes", &["notes.*"])).await;
        let before = count(publisher.client(), "notes").await?;
        let (mut pending, mut stored) = (Vec::new(), 0);
        for _ in 0..12 {
            let edge = Note { topic: "t".repeat(length), text: "x".into() };
            pending.push(publisher.emit(&edge).buffered().await?);
            pending.push(publisher.emit(&note("small")).buffered().await?);
        }
        for (number, one) in pending.into_iter().enumerate() {
            let end = tokio::time::timeout(TIME, one).await?;
            assert!(end.is_ok() || number % 2 == 0, "{length}: {end:?}");
            if end.is_ok() {
                stored += 1;
            } else {
                assert!(matches!(end, Err(EmitError::NotStored(_))), "{length}: {end:?}");
            }
        }
        assert_eq!(count(publisher.client(), "notes").await? - before, stored);
    }
    Ok(())
}

/// Of two accounts that take the subject, one has nobody who listens.
#[tokio::test]
async fn three_accounts_of_which_one_is_empty() -> TestResult {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let old = Account::new("OLD").user("old", "o").exports_service("notes.*");
    let shop = Account::new("SHOP").user("shop", "s").jetstream();
    let shop = shop.imports(Import::service("OLD", "notes.*")).imports(Import::service("ORDERS", "notes.>"));
    let server = NatsServer::builder().account(orders).account(old).account(shop).start()?;
    let owner = as_user(&server, "orders", "o").await?;
    make(&owner, config("notes", &["notes.>"])).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, Options::new()).await?;
    for number in 0..10 {
        let end = publisher.emit(&note("x")).await;
        honest(&end, count(&owner, "notes").await? - number);
        end?;
    }
    Ok(())
}

/// Both accounts have a stream `notes`, and ours refuses.
#[tokio::test]
async fn streams_of_one_name_in_two_accounts() -> TestResult {
    let [orders, shop] = orders_and_shop();
    let server = NatsServer::builder().account(orders).account(shop).start()?;
    let (owner, ours) = (as_user(&server, "orders", "o").await?, as_user(&server, "shop", "s").await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    let publisher = Publisher::connect(server.url_as("shop", "s"), PLAIN, Options::new()).await?;
    for number in 0..20 {
        let before = count(&owner, "notes").await?;
        let end = publisher.emit(&note(format!("rather long {number}"))).await;
        tokio::time::sleep(Duration::from_millis(50)).await;
        honest(&end, count(&owner, "notes").await? - before);
    }
    Ok(())
}

/// As above, in two domains.
#[tokio::test]
async fn streams_of_one_name_in_two_domains() -> TestResult {
    let hub = NatsServer::builder().domain("hub").leafnodes().start()?;
    let leaf = NatsServer::builder().domain("leaf").leaf_of(&hub).start()?;
    leaf.wait_for_leafnodes(1)?;
    let (owner, ours) = (async_nats::connect(hub.url()).await?, async_nats::connect(leaf.url()).await?);
    make(&owner, config("notes", &["notes.>"])).await?;
    make(&ours, stream::Config { max_message_size: 10, ..config("notes", &["notes.>"]) }).await?;
    let publisher = Publisher::connect(leaf.url(), PLAIN, Options::new()).await?;
    for number in 0..20 {
        let before = count(&owner, "notes").await?;
        let end = publisher.emit(&note(format!("rather long {number}"))).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        honest(&end, count(&owner, "notes").await? - before);
    }
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
    line.lossy.store(true, Ordering::SeqCst);
    let pending = publisher.emit(&note("second")).buffered().await?;
    until_count(&owner, "notes", 2).await?;
    jetstream::new(owner.clone())
        .update_stream(stream::Config { duplicate_window: Duration::from_secs(1), ..config("notes", &["notes.*"]) })
        .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    line.lossy.store(false, Ordering::SeqCst);
    let end = tokio::time::timeout(TIME, pending).await?;
    honest(&end, count(&owner, "notes").await? - 1);
    Ok(())
}

fn orders_and_shop() -> [Account; 2] {
    let orders = Account::new("ORDERS").user("orders", "o").jetstream().exports_service("notes.>");
    let shop = Account::new("SHOP").user("shop", "s").jetstream().imports(Import::service("ORDERS", "notes.>"));
    [orders, shop]
}
