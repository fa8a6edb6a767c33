//! Servers that die and come back while events are emitted: nothing is lost, and nothing is stored twice.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::FutureExt;
use walnats_runtime::{Options, Outcome, Publisher, StreamDescriptor};
use walnats_server::{NatsCluster, NatsServer};

use crate::note::{PLAIN, TestResult, leader, note, ready, ready_with, stored, suspend};

const EVENTS: usize = 20_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_twice_loses_and_doubles_nothing() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready(&server, PLAIN).await?;
    let emitter = tokio::spawn(emit_slowly(publisher.clone()));
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        server = tokio::task::spawn_blocking(move || {
            server.kill();
            std::thread::sleep(Duration::from_millis(150));
            server.restart().map(|()| server)
        })
        .await??;
    }
    let sequences = emitter.await??;
    publisher.flush(Duration::from_secs(20)).await?;

    let messages = stored(&publisher, "notes").await?;
    let texts: BTreeSet<_> = messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((texts.len(), messages.len()), (EVENTS, EVENTS));
    for (number, sequence) in sequences {
        assert_eq!(messages[usize::try_from(sequence)? - 1].text, number.to_string(), "what the receipt says is there");
    }
    Ok(())
}

/// Emits over some 1.5 s; gives sequence numbers by event. With space in the buffer no call waits for anything, whatever becomes
/// of the server: apart from the turns that it gives to others, each ends when it is first polled.
async fn emit_slowly(publisher: Publisher) -> Result<Vec<(usize, u64)>, String> {
    let mut pending = Vec::new();
    for number in 0..EVENTS {
        let event = note(number.to_string());
        let emit = tokio::task::unconstrained(publisher.emit(&event).buffered().into_future());
        let one = emit.now_or_never().ok_or("an emit with space in the buffer waits")?;
        let one = one.map_err(|error| error.to_string())?;
        pending.push((number, one));
        if number % 130 == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let mut sequences = Vec::new();
    for (number, one) in pending {
        let receipt = one.await.map_err(|error| format!("{number}: {error}"))?;
        let Outcome::Stored(sequence) = receipt.outcome else { return Err(format!("{number}: {receipt}")) };
        sequences.push((number, sequence));
    }
    Ok(sequences)
}

#[tokio::test]
async fn with_a_window_of_one_the_order_survives_a_kill() -> TestResult {
    let mut server = NatsServer::start()?;
    let publisher = ready_with(&server, PLAIN, Options::new().window_messages(1)).await?;
    for number in 0..600 {
        drop(publisher.emit(&note(number.to_string())).buffered().await?);
        if number == 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            server.kill();
            server.restart()?;
        }
    }
    publisher.flush(Duration::from_secs(20)).await?;
    let texts: Vec<_> = stored(&publisher, "notes").await?.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, (0..600).map(|number| number.to_string()).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn emits_made_while_the_server_is_away_arrive_when_it_is_back() -> TestResult {
    let mut server = NatsServer::start()?;
    // A client made by somebody else, with nothing of ours in its options.
    let client = async_nats::connect(server.url()).await?;
    let publisher = Publisher::new(client, PLAIN, Options::new().ack_timeout(Duration::from_secs(1)));
    publisher.register(PLAIN).await?;
    publisher.emit(&note("before")).await?;
    server.kill();
    let event = note("confirmed");
    let mut pending = Vec::new();
    for _ in 0..5_000 {
        pending.push(publisher.emit(&note("buffered")).buffered().await?);
    }
    let (confirmed, restarted) = tokio::join!(std::future::IntoFuture::into_future(publisher.emit(&event)), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.restart()
    });
    restarted?;
    confirmed?;
    for one in pending {
        one.await?;
    }
    assert_eq!(stored(&publisher, "notes").await?.len(), 5_002);
    Ok(())
}

#[tokio::test]
async fn a_server_that_stops_for_a_while_stores_once() -> TestResult {
    let mut server = NatsServer::start()?;
    let options = Options::new().ack_timeout(Duration::from_millis(200));
    let publisher = ready_with(&server, PLAIN, options).await?;
    suspend(&mut server).await;
    let mut pending = Vec::new();
    for number in 0..100 {
        pending.push(publisher.emit(&note(number.to_string())).uid(number.to_string()).buffered().await?);
    }
    tokio::time::sleep(Duration::from_millis(700)).await;
    server.resume();
    for one in pending {
        one.await?;
    }
    assert_eq!(stored(&publisher, "notes").await?.len(), 100);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_killed_loses_and_doubles_nothing() -> TestResult {
    static REPLICATED: &[StreamDescriptor] =
        &[StreamDescriptor { subjects: &["notes.*"], replicas: Some(3), ..StreamDescriptor::new("notes") }];
    let mut cluster = NatsCluster::start(3)?;
    let options = Options::new().deadline(Duration::from_secs(60));
    let publisher = Publisher::connect(cluster.urls().join(","), REPLICATED, options).await?;
    publisher.register(REPLICATED).await?;
    publisher.emit(&note("before")).await?;

    let mut pending = Vec::new();
    for number in 0..2_000 {
        pending.push(publisher.emit(&note(number.to_string())).buffered().await?);
        if number == 1_000 {
            let leader = leader(&publisher, "notes").await?;
            let node = cluster.nodes_mut().iter_mut().find(|node| node.name() == leader).ok_or("a node")?;
            tokio::task::block_in_place(|| node.kill());
        }
    }
    for one in pending {
        one.await?;
    }
    let messages = stored(&publisher, "notes").await?;
    let texts: BTreeSet<_> = messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!((texts.len(), messages.len()), (2_001, 2_001));
    Ok(())
}
