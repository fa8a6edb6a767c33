//! Credentials that change while a publisher runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_nats::ConnectOptions;
use nkeys::KeyPair;
use walnats_runtime::{ConfigError, ConnectError, Credentials, CredentialsError, Options, Publisher};
use walnats_server::{Claims, NatsServer, Operator, OperatorAccount};

use crate::note::{PLAIN, TestResult, note, whole};

type Any = Box<dyn std::error::Error>;

const PATIENCE: Duration = Duration::from_secs(60);

fn operated() -> Result<(NatsServer, OperatorAccount), Any> {
    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream())?;
    Ok((NatsServer::builder().operator(&operator).start()?, account))
}

/// Waits until there have been so many connections.
async fn connections(publisher: &Publisher, at_least: u64) -> TestResult {
    let statistics = publisher.client().statistics();
    let until = Instant::now() + PATIENCE;
    while statistics.connects.load(Ordering::Relaxed) < at_least {
        if Instant::now() > until {
            return Err("it does not come back".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Puts another file in the place of this one, as who rotates credentials does it.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let new = path.with_extension("new");
    fs::write(&new, text)?;
    fs::rename(new, path)
}

/// Changes a text of the server's configuration and lets it read that again.
fn reconfigure(server: &NatsServer, from: &str, to: &str) -> TestResult {
    let folder = server.log_path().parent().ok_or("a folder")?.to_owned();
    let path = folder.join("nats.conf");
    let text = fs::read_to_string(&path)?;
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to))?;
    let pid = server.pid().ok_or("it runs")?.to_string();
    assert!(Command::new("kill").args(["-HUP", &pid]).status()?.success());
    Ok(())
}

#[tokio::test]
async fn a_credentials_file_is_read_again_when_its_jwt_expires() -> TestResult {
    let (server, account) = operated()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("user.creds");
    fs::write(&file, account.user("first", Claims::default().expires_in(Duration::from_secs(4)))?)?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new().credentials_file(&file)).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("before")).await?;
    replace(&file, &account.user("second", Claims::default())?)?;
    connections(&publisher, 2).await?;
    publisher.emit(&note("after")).deadline(PATIENCE).await?;
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_gone_for_a_while_is_waited_for() -> TestResult {
    let (mut server, account) = operated()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("user.creds");
    fs::write(&file, account.user("first", Claims::default())?)?;
    let publisher = Publisher::connect(server.url(), PLAIN, Options::new().credentials_file(&file)).await?;
    publisher.register(PLAIN).await?;
    fs::remove_file(&file)?;
    server.restart()?;
    let pending = publisher.emit(&note("meanwhile")).buffered().await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!publisher.health().connected);
    fs::write(&file, account.user("second", Claims::default())?)?;
    tokio::time::timeout(PATIENCE, pending).await??;
    Ok(())
}

#[tokio::test]
async fn a_password_that_is_changed_on_the_server() -> TestResult {
    let authorization = "authorization { user: shop, password: \"first\" }";
    let server = NatsServer::builder().config(authorization).start()?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("password");
    fs::write(&file, "first\n")?;
    let asked = Arc::new(AtomicUsize::new(0));
    let (path, count) = (file.clone(), Arc::clone(&asked));
    let options = Options::new().credentials(move || {
        count.fetch_add(1, Ordering::Relaxed);
        let path: PathBuf = path.clone();
        async move { Ok(Credentials::user("shop", fs::read_to_string(path)?.trim())) }
    });
    let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("before")).await?;
    replace(&file, "second\n")?;
    reconfigure(&server, authorization, "authorization { user: shop, password: \"second\" }")?;
    connections(&publisher, 2).await?;
    publisher.emit(&note("after")).deadline(PATIENCE).await?;
    assert!(asked.load(Ordering::Relaxed) >= 2);
    Ok(())
}

#[tokio::test]
async fn every_kind_of_credentials_is_taken() -> TestResult {
    let emits = async |server: &NatsServer, options: Options| -> TestResult {
        let publisher = Publisher::connect(server.url(), PLAIN, options).await?;
        publisher.register(PLAIN).await?;
        publisher.emit(&note("x")).await?;
        Ok(())
    };
    let given = |credentials: Credentials| {
        Options::new().credentials(move || {
            let credentials = credentials.clone();
            async move { Ok(credentials) }
        })
    };
    let (server, account) = operated()?;
    emits(&server, given(Credentials::from_creds(&account.user("a", Claims::default())?)?)).await?;
    let bearer = account.user("b", Claims::default().with("bearer_token", true.into()))?;
    let jwt = bearer.lines().nth(1).ok_or("a JWT")?.to_owned();
    emits(&server, given(Credentials::bearer(jwt))).await?;

    let server = NatsServer::builder().config("authorization { token: \"t0ken\" }").start()?;
    emits(&server, given(Credentials::token("t0ken"))).await?;

    let user = KeyPair::new_user();
    let config = format!("authorization {{ users: [{{ nkey: {} }}] }}", user.public_key());
    let server = NatsServer::builder().config(&config).start()?;
    emits(&server, given(Credentials::nkey(user.seed()?))).await?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("user.nk");
    fs::write(&file, user.seed()?)?;
    emits(&server, Options::new().nkey_file(&file)).await?;
    // The rest of the connection can still be configured.
    emits(&server, Options::new().nkey_file(file).configure_nats(|nats| nats.name("shop"))).await
}

#[tokio::test]
async fn credentials_that_cannot_be_had_say_why() -> TestResult {
    let server = NatsServer::builder().config("authorization { user: shop, password: hunter2 }").start()?;
    let folder = tempfile::tempdir()?;
    let refused = async |options: Options| -> Result<CredentialsError, Any> {
        match Publisher::connect(server.url(), PLAIN, options).await.expect_err("no credentials") {
            ConnectError::Credentials { source, .. } => Ok(source),
            error => Err(whole(&error).into()),
        }
    };
    let file = folder.path().join("user.creds");
    let error = refused(Options::new().credentials_file(&file)).await?;
    assert!(matches!(error, CredentialsError::File { .. }), "{error:?}");
    assert!(error.to_string().contains("user.creds"), "{error}");
    fs::write(&file, "hunter2")?;
    let error = refused(Options::new().credentials_file(&file)).await?;
    assert!(matches!(error, CredentialsError::Content { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    let error = refused(Options::new().credentials(|| async { Err("the vault is sealed".into()) })).await?;
    assert!(whole(&error).contains("the vault is sealed"), "{error:?}");
    let error = refused(Options::new().credentials(|| async { panic!("a fault of the application's") })).await?;
    assert!(matches!(error, CredentialsError::Panicked), "{error:?}");
    let error = refused(Options::new().credentials(|| async { Ok(Credentials::nkey("SUnonsense")) })).await?;
    assert!(matches!(error, CredentialsError::Seed), "{error:?}");

    let both = Options::new().nats(ConnectOptions::new()).credentials_file(&file);
    let error = Publisher::connect(server.url(), PLAIN, both).await.expect_err("both");
    assert!(matches!(error, ConnectError::Options(ConfigError::NatsAndCredentials)), "{error:?}");
    let named = server.url().replace("nats://", "nats://shop:hunter2@");
    let error = Publisher::connect(named, PLAIN, Options::new().credentials_file(&file)).await.expect_err("both");
    assert!(matches!(error, ConnectError::Url(_)), "{error:?}");
    Ok(())
}
