//! Connections that are secured, each against a server that is configured so.

use std::fs;
use std::path::{Path, PathBuf};

use async_nats::ConnectOptions;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair as CertificateKey};
use walnats_runtime::{ConnectError, Options, Publisher};
use walnats_server::NatsServer;

use crate::note::{PLAIN, TestResult, note};

type Any = Box<dyn std::error::Error>;

async fn emits(url: &str, nats: ConnectOptions) -> TestResult {
    let publisher = Publisher::connect(url, PLAIN, Options::new().nats(nats)).await?;
    publisher.register(PLAIN).await?;
    publisher.emit(&note("x")).await?;
    Ok(())
}

async fn refused(url: &str, nats: ConnectOptions) -> Result<ConnectError, Any> {
    match Publisher::connect(url, PLAIN, Options::new().nats(nats)).await {
        Ok(_) => Err("it was let in".into()),
        Err(error) => Ok(error),
    }
}

/// An authority of its own, with a certificate for a server on loopback and one for a client.
pub struct Authority {
    folder: tempfile::TempDir,
}

impl Authority {
    pub fn new() -> Result<Self, Any> {
        let folder = tempfile::tempdir()?;
        let key = CertificateKey::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        fs::write(folder.path().join("ca.pem"), params.self_signed(&key)?.pem())?;
        let issuer = Issuer::new(params, key);
        for (name, usage) in
            [("server", ExtendedKeyUsagePurpose::ServerAuth), ("client", ExtendedKeyUsagePurpose::ClientAuth)]
        {
            let key = CertificateKey::generate()?;
            let mut params = CertificateParams::new(vec!["127.0.0.1".into(), "localhost".into()])?;
            params.extended_key_usages = vec![usage];
            fs::write(folder.path().join(format!("{name}.pem")), params.signed_by(&key, &issuer)?.pem())?;
            fs::write(folder.path().join(format!("{name}.key")), key.serialize_pem())?;
        }
        Ok(Self { folder })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn server(&self, more: &str) -> Result<NatsServer, Any> {
        let file = |name: &str| self.file(name).display().to_string();
        let (cert, key, ca) = (file("server.pem"), file("server.key"), file("ca.pem"));
        let tls = format!(r#"tls {{ cert_file: "{cert}", key_file: "{key}", ca_file: "{ca}" {more} }}"#);
        Ok(NatsServer::builder().config(&tls).start()?)
    }
}

#[tokio::test]
async fn tls_with_a_private_authority() -> TestResult {
    let authority = Authority::new()?;
    let server = authority.server("")?;
    let trusting = ConnectOptions::new().add_root_certificates(authority.file("ca.pem"));
    emits(&server.url(), trusting.clone()).await?;
    // A name that the certificate does not have, and an authority that nobody knows.
    let other = Authority::new()?;
    let stranger = ConnectOptions::new().add_root_certificates(other.file("ca.pem"));
    for nats in [stranger, ConnectOptions::new().require_tls(true)] {
        let error = refused(&server.url(), nats).await?;
        assert!(matches!(error, ConnectError::Tls { .. }), "{error:?}");
    }
    // A server without TLS is not spoken to in the clear.
    let plain = NatsServer::start()?;
    let error = refused(&plain.url().replace("nats://", "tls://"), trusting).await?;
    assert!(matches!(error, ConnectError::Tls { .. } | ConnectError::Unreachable { .. }), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn mutual_tls() -> TestResult {
    let authority = Authority::new()?;
    let server = authority.server(", verify: true")?;
    let trusting = ConnectOptions::new().add_root_certificates(authority.file("ca.pem"));
    let known = trusting.clone().add_client_certificate(authority.file("client.pem"), authority.file("client.key"));
    emits(&server.url(), known).await?;
    let other = Authority::new()?;
    let unknown = trusting.clone().add_client_certificate(other.file("client.pem"), other.file("client.key"));
    for nats in [trusting, unknown] {
        let error = refused(&server.url(), nats).await?;
        assert!(!matches!(error, ConnectError::TimedOut { .. }), "{error:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_and_a_password() -> TestResult {
    let server = NatsServer::builder().config("authorization { token: \"s3cr:et/%\" }").start()?;
    emits(&server.url(), ConnectOptions::new().token("s3cr:et/%".into())).await?;
    emits(&server.url().replace("nats://", "nats://s3cr%3Aet%2F%25@"), ConnectOptions::new()).await?;
    let error = refused(&server.url(), ConnectOptions::new().token("wr0ng".into())).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("wr0ng"), "{error:?}");

    let server = NatsServer::builder().config("authorization { user: shop, password: \"p@ss\" }").start()?;
    emits(&server.url().replace("nats://", "nats://shop:p%40ss@"), ConnectOptions::new()).await?;
    let error = refused(&server.url().replace("nats://", "nats://shop:wr0ng@"), ConnectOptions::new()).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("wr0ng"), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn an_nkey() -> TestResult {
    let (user, other) = (KeyPair::new_user(), KeyPair::new_user());
    let config = format!("authorization {{ users: [{{ nkey: {} }}] }}", user.public_key());
    let server = NatsServer::builder().config(&config).start()?;
    emits(&server.url(), ConnectOptions::new().nkey(user.seed()?)).await?;
    let error = refused(&server.url(), ConnectOptions::new().nkey(other.seed()?)).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains(&other.seed()?), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn a_credentials_file() -> TestResult {
    let (operator, account, system) = (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
    let limits = r#""subs":-1,"data":-1,"payload":-1"#;
    let account_limits = r#""imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1"#;
    let storage = r#""mem_storage":-1,"disk_storage":-1,"streams":-1,"consumer":-1"#;
    let of_account = format!(r#""type":"account","limits":{{{limits},{account_limits},{storage}}}"#);
    let of_system = format!(r#""type":"account","limits":{{{limits},{account_limits}}}"#);
    let config = format!(
        "operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: {}, {}: {} }}",
        token(&operator, &operator, r#""type":"operator""#)?,
        system.public_key(),
        account.public_key(),
        token(&operator, &account, &of_account)?,
        system.public_key(),
        token(&operator, &system, &of_system)?,
    );
    let server = NatsServer::builder().config(&config).start()?;
    let folder = tempfile::tempdir()?;
    let credentials = |issuer: &KeyPair, name: &str| -> Result<PathBuf, Any> {
        let user = KeyPair::new_user();
        let user_token = token(issuer, &user, &format!(r#""type":"user",{limits}"#))?;
        write_credentials(&folder.path().join(name), &user_token, &user.seed()?)
    };
    let known = credentials(&account, "known.creds")?;
    emits(&server.url(), ConnectOptions::new().credentials_file(known).await?).await?;
    let forged = credentials(&KeyPair::new_account(), "forged.creds")?;
    let error = refused(&server.url(), ConnectOptions::new().credentials_file(forged).await?).await?;
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    Ok(())
}

/// A JSON web token as NATS signs them: `issuer` says `claims` of `subject`.
fn token(issuer: &KeyPair, subject: &KeyPair, claims: &str) -> Result<String, Any> {
    let (issuer_key, subject_key) = (issuer.public_key(), subject.public_key());
    let body = format!(
        r#"{{"jti":"{subject_key}","iat":1700000000,"iss":"{issuer_key}","name":"test","sub":"{subject_key}","nats":{{{claims},"version":2}}}}"#
    );
    let encode = |text: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(text);
    let text = format!("{}.{}", encode(br#"{"typ":"JWT","alg":"ed25519-nkey"}"#), encode(body.as_bytes()));
    let signature = issuer.sign(text.as_bytes())?;
    Ok(format!("{text}.{}", encode(&signature)))
}

fn write_credentials(path: &Path, user_token: &str, seed: &str) -> Result<PathBuf, Any> {
    let text = format!(
        "-----BEGIN NATS USER JWT-----\n{user_token}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
    );
    fs::write(path, text)?;
    Ok(path.to_owned())
}
