//! Streams and credentials that change while events are under way.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, stream};
use walnats_runtime::{EmitError, Options, Outcome, Publisher};
use walnats_server::{Claims, NatsServer, Operator};

use crate::note::{Note, PLAIN, TestResult, note};
use crate::owner::count;

const TIME: Duration = Duration::from_secs(100);

fn config() -> stream::Config {
    stream::Config { name: "notes".to_owned(), subjects: vec!["notes.>".to_owned()], ..Default::default() }
}

/// The stream is deleted and made anew while events are under way: what is not stored is not in the new one either.
#[tokio::test]
async fn a_stream_that_is_deleted_and_made_anew() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    let jetstream = jetstream::new(owner.clone());
    jetstream.create_stream(config()).await?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    for _ in 0..3 {
        let emitting = publisher.clone();
        let emits = tokio::spawn(async move {
            let mut pending = Vec::new();
            for number in 0..2_000 {
                let event = Note { topic: format!("n{number}"), text: "x".into() };
                pending.push(emitting.emit(&event).buffered().await.map_err(|error| error.to_string())?);
                if number % 50 == 0 {
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            }
            let mut ends = Vec::new();
            for one in pending {
                ends.push(tokio::time::timeout(TIME, one).await.map_err(|error| error.to_string())?);
            }
            Ok::<_, String>(ends)
        });
        tokio::time::sleep(Duration::from_millis(30)).await;
        jetstream.delete_stream("notes").await?;
        tokio::time::sleep(Duration::from_millis(300)).await;
        jetstream.create_stream(config()).await?;
        let ends = emits.await??;
        let stream = jetstream.get_stream("notes").await?;
        for (number, end) in ends.iter().enumerate() {
            match end {
                Ok(_) => {}
                // While there was none.
                Err(EmitError::NotStored(_)) => {
                    let found = stream.get_last_raw_message_by_subject(&format!("notes.n{number}")).await;
                    assert!(found.is_err(), "{number} is stored: {end:?}");
                }
                Err(EmitError::PossiblyStored(_)) => panic!("{end:?}"),
            }
        }
        publisher.emit(&note("after")).await?;
        stream.purge().await?;
    }
    Ok(())
}

/// A sealed stream refuses for good.
#[tokio::test]
async fn a_stream_that_is_sealed_under_way() -> TestResult {
    let server = NatsServer::start()?;
    let owner = async_nats::connect(server.url()).await?;
    let jetstream = jetstream::new(owner.clone());
    jetstream.create_stream(config()).await?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new()).await?;
    let mut pending = Vec::new();
    for number in 0..1_000 {
        if number == 500 {
            jetstream.update_stream(stream::Config { sealed: true, ..config() }).await?;
        }
        pending.push(publisher.emit(&note("x")).buffered().await?);
    }
    let (mut confirmed, mut refused) = (0, 0);
    for one in pending {
        match tokio::time::timeout(TIME, one).await? {
            Ok(_) => confirmed += 1,
            Err(EmitError::NotStored(_)) => refused += 1,
            Err(end) => panic!("{end:?}"),
        }
    }
    assert_eq!((count(&owner, "notes").await?, refused), (confirmed, 1_000 - confirmed));
    assert!(refused >= 500);
    Ok(())
}

/// A user with two limits, each of which the server has its own way to enforce.
#[tokio::test]
async fn a_user_with_a_limit_for_payloads_and_one_for_subscriptions() -> TestResult {
    // One is for acknowledgements, one for answers of JetStream's API.
    for subscriptions in [2, 3] {
        let mut operator = Operator::new()?;
        let account = operator.account("SHOP", Claims::default().jetstream())?;
        let server = NatsServer::builder().operator(&operator).start()?;
        let folder = tempfile::tempdir()?;
        let (owner, file) = (folder.path().join("owner.creds"), folder.path().join("clerk.creds"));
        fs::write(&owner, account.user("owner", Claims::default())?)?;
        fs::write(&file, account.user("clerk", Claims::default().payload(2_048).limit("subs", subscriptions))?)?;
        let owner = async_nats::ConnectOptions::with_credentials_file(&owner).await?.connect(server.url()).await?;
        jetstream::new(owner.clone()).create_stream(config()).await?;
        let options = Options::new().credentials_file(&file).deadline(Duration::from_secs(30));
        let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
        for number in 1..=3 {
            let receipt = publisher.emit(&note("small")).await?;
            assert_eq!(receipt.outcome, Outcome::Stored(number));
            let end = publisher.emit(&note("x".repeat(5_000))).await;
            assert!(matches!(end, Err(EmitError::NotStored(_))), "{subscriptions}: {end:?}");
        }
        assert_eq!(count(&owner, "notes").await?, 3);
    }
    Ok(())
}

/// The account revokes its users while one of them publishes; later it has new credentials.
#[tokio::test]
async fn credentials_that_are_revoked_under_way() -> TestResult {
    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream())?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("clerk.creds");
    fs::write(&file, account.user("clerk", Claims::default())?)?;
    let options = Options::new().credentials_file(&file).deadline(TIME).buffered_deadline(TIME);
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    jetstream::new(publisher.client().clone()).create_stream(config()).await?;
    publisher.emit(&note("before")).await?;

    revoke_all(&server, &mut operator, &account)?;
    let until = Instant::now() + TIME;
    while publisher.health().connected {
        assert!(Instant::now() < until);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut pending = Vec::new();
    for _ in 0..50 {
        pending.push(publisher.emit(&note("meanwhile")).buffered().await?);
    }
    let end = publisher.emit(&note("refused")).deadline(Duration::from_secs(2)).await;
    assert!(matches!(end, Err(EmitError::NotStored(_))), "{end:?}");
    // Seconds are what a revocation counts in.
    tokio::time::sleep(Duration::from_secs(2)).await;
    fs::write(&file, account.user("clerk again", Claims::default())?)?;
    for one in pending {
        tokio::time::timeout(TIME, one).await??;
    }
    assert_eq!(count(publisher.client(), "notes").await?, 51);
    Ok(())
}

/// Every user that was signed until now is revoked, and the server reads that.
fn revoke_all(server: &NatsServer, operator: &mut Operator, account: &walnats_server::OperatorAccount) -> TestResult {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let claims = Claims::default().jetstream().with("revocations", serde_json::json!({ "*": now }));
    let (before, after) = operator.renew(account, "SHOP", claims)?;
    let path = server.log_path().with_file_name("nats.conf");
    let text = fs::read_to_string(&path)?;
    assert!(text.contains(&before), "{text}");
    fs::write(&path, text.replace(&before, &after))?;
    let pid = server.pid().ok_or("it runs")?.to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status()?.success());
    Ok(())
}
