//! Variables and contexts, from a map and a folder; nothing of this process is set.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use walnats_server::{Claims, NatsServer, Operator};

use super::*;
use crate::Publisher;
use crate::credentials::{Credentials, Source};
use crate::stream::StreamDescriptor;

type Any = Box<dyn std::error::Error>;

/// A home folder with contexts.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Result<Self, Any> {
        let home = tempfile::tempdir()?;
        fs::create_dir_all(home.path().join(".config/nats/context"))?;
        Ok(Self(home))
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    fn context(&self, name: &str, members: Value) -> Result<(), Any> {
        let path = self.folder().join(format!(".config/nats/context/{name}.json"));
        Ok(fs::write(path, members.to_string())?)
    }

    fn select(&self, name: &str) -> Result<(), Any> {
        Ok(fs::write(self.folder().join(".config/nats/context.txt"), format!("{name}\n"))?)
    }

    fn read(&self, variables: &[(&str, &str)]) -> Result<Environment, EnvironmentError> {
        let home = self.folder().display().to_string();
        let all: BTreeMap<_, _> = variables.iter().copied().chain([("HOME", home.as_str())]).collect();
        Environment::read(&|name| all.get(name).map(|value| (*value).to_owned()))
    }

    fn error(&self, variables: &[(&str, &str)]) -> String {
        self.read(variables).expect_err("it cannot be used").to_string()
    }
}

fn seen(environment: &Environment) -> (String, String) {
    (environment.urls.clone(), format!("{:?}", environment.settings.credentials))
}

#[test]
fn variables_say_where_and_who() -> Result<(), Any> {
    let home = Home::new()?;
    let local = "nats://127.0.0.1:4222";
    for (variables, urls, credentials) in [
        (&[][..], local, "None"),
        (&[("NATS_URL", "")], local, "None"),
        (&[("NATS_URL", "nats://a:1,nats://b:2")], "nats://a:1,nats://b:2", "None"),
        (&[("NATS_SERVER", "nats://a:1")], "nats://a:1", "None"),
        (&[("NATS_SERVER", "nats://a:1"), ("NATS_URL", "nats://b:2")], "nats://b:2", "None"),
        (&[("NATS_USER", "u"), ("NATS_PASSWORD", "p")], local, "Some(Credentials(\"user\"))"),
        (&[("NATS_USER", "u")], local, "Some(Credentials(\"token\"))"),
        (&[("NATS_TOKEN", "t")], local, "Some(Credentials(\"token\"))"),
        (&[("NATS_CREDS", "/x.creds")], local, "Some(Creds(\"/x.creds\"))"),
        (&[("NATS_NKEY", "/x.nk")], local, "Some(Nkey(\"/x.nk\"))"),
    ] {
        let found = home.read(variables)?;
        assert_eq!(seen(&found), (urls.to_owned(), credentials.to_owned()), "{variables:?}");
    }
    let tls = home.read(&[("NATS_CERT", "/c.pem"), ("NATS_KEY", "/k.pem"), ("NATS_CA", "/ca.pem")])?;
    assert_eq!(tls.settings.certificate, Some(("/c.pem".into(), "/k.pem".into())));
    assert_eq!(tls.settings.authority, Some("/ca.pem".into()));
    Ok(())
}

#[test]
fn what_variables_leave_open_is_in_a_context() -> Result<(), Any> {
    let home = Home::new()?;
    let members = json!({
        "description": "the shop", "url": "nats://shop:1", "token": "", "user": "", "password": "",
        "creds": "~/shop.creds", "nkey": "", "cert": "$HOME/c.pem", "key": "/k.pem", "ca": "file:///ca.pem", "nsc": "",
        "jetstream_domain": "hub", "jetstream_api_prefix": "", "jetstream_event_prefix": "x", "inbox_prefix": "_INBOX.shop",
        "user_jwt": "", "user_seed": "", "color_scheme": "x", "tls_first": true, "socks_proxy": "",
        "windows_cert_store": "", "windows_ca_certs_match": null, "something_new": 7,
    });
    home.context("shop", members)?;
    home.context("other", json!({"url": "nats://other:1"}))?;
    assert_eq!(home.read(&[])?.urls, "nats://127.0.0.1:4222", "none is selected");
    home.select("shop")?;
    let found = home.read(&[])?;
    let creds = home.folder().join("shop.creds");
    assert_eq!(seen(&found), ("nats://shop:1".to_owned(), format!("Some(Creds({creds:?}))")));
    let settings = found.settings;
    assert_eq!(settings.certificate, Some((home.folder().join("c.pem"), "/k.pem".into())));
    assert_eq!(settings.authority, Some("/ca.pem".into()));
    assert_eq!((settings.domain.as_deref(), settings.api_prefix), (Some("hub"), None));
    assert_eq!((settings.inbox_prefix.as_deref(), settings.tls_first), (Some("_INBOX.shop"), true));

    // Variables count more; credentials are not put together from two places.
    assert_eq!(home.read(&[("NATS_CONTEXT", "other")])?.urls, "nats://other:1");
    assert_eq!(home.read(&[("NATS_URL", "nats://x:1")])?.urls, "nats://x:1");
    let named = home.read(&[("NATS_URL", "nats://u:p@x:1")])?;
    assert!(named.settings.credentials.is_none());
    let token = home.read(&[("NATS_TOKEN", "t")])?;
    assert_eq!(seen(&token).1, "Some(Credentials(\"token\"))");
    let elsewhere = home.folder().join("config").display().to_string();
    assert_eq!(home.read(&[("XDG_CONFIG_HOME", &elsewhere)])?.urls, "nats://127.0.0.1:4222");

    home.context("jwt", json!({"user_jwt": "a.b.c", "user_seed": "SU"}))?;
    assert_eq!(seen(&home.read(&[("NATS_CONTEXT", "jwt")])?).1, "Some(Credentials(\"jwt\"))");
    home.context("env", json!({"password": "env://SHOP_PASSWORD", "user": "shop"}))?;
    let found = home.read(&[("NATS_CONTEXT", "env"), ("SHOP_PASSWORD", "p")])?;
    assert!(matches!(found.settings.credentials, Some(Source::Fixed(it)) if it == Credentials::user("shop", "p")));
    Ok(())
}

#[test]
fn what_cannot_be_used_is_said_and_not_shown() -> Result<(), Any> {
    let home = Home::new()?;
    let secret = "hunter2";
    let mut texts = vec![
        (home.error(&[("NATS_CONTEXT", "gone")]), "cannot read the context `gone` at "),
        (home.error(&[("NATS_CONTEXT", "../x")]), "\"../x\" is not the name of a context"),
        (home.error(&[("NATS_USER", secret), ("NATS_CREDS", "x")]), "`NATS_USER` and `NATS_CREDS` are both set"),
        (home.error(&[("NATS_CERT", "x")]), "only `NATS_CERT` is set"),
        (home.error(&[("NATS_SOCKS_PROXY", secret)]), "the variable `NATS_SOCKS_PROXY` is set, but proxies"),
    ];
    for (members, expected) in [
        (json!(["hunter2"]), "is not a context in JSON: see line 1"),
        (json!({"password": ["hunter2"], "user": "x"}), "`password` of the context `c` is not a string"),
        (json!({"tls_first": "hunter2"}), "`tls_first` of the context `c` is neither `true` nor `false`"),
        (json!({"user": "hunter2", "creds": "x"}), "`user` and `creds` are both set in the context `c`"),
        (json!({"nsc": "nsc://hunter2"}), "`nsc` of the context `c` is set, but nsc is not supported: set `creds`"),
        (json!({"socks_proxy": "hunter2"}), "`socks_proxy` of the context `c` is set, but proxies are not supported"),
        (
            json!({"password": "op://hunter2", "user": "x"}),
            "`password` of the context `c` refers to a secret that only",
        ),
        (json!({"password": "env://UNSET", "user": "x"}), "`password` of the context `c` names a variable"),
        (json!({"creds": "data:hunter2"}), "`creds` of the context `c` is not a file"),
        (json!({"inbox_prefix": "a.*"}), "`inbox_prefix` of the context `c` contains `*`"),
        (json!({"key": "x"}), "only `key` is set"),
        (json!({"windows_cert_store": "user"}), "`windows_cert_store` of the context `c` is set"),
    ] {
        home.context("c", members)?;
        texts.push((home.error(&[("NATS_CONTEXT", "c")]), expected));
    }
    for (text, expected) in texts {
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains(secret), "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_publisher_connects_as_the_context_says() -> Result<(), Any> {
    const STREAMS: &[StreamDescriptor] = &[StreamDescriptor::new("notes")];
    let accounts = r#"authorization { user: shop, password: s3cret }"#;
    let server = NatsServer::builder().jetstream_config("domain: hub").config(accounts).start()?;
    let home = Home::new()?;
    let members = json!({"url": server.url(), "user": "shop", "password": "s3cret", "inbox_prefix": "_INBOX.shop",
        "jetstream_domain": "hub"});
    home.context("shop", members)?;
    let (urls, options) = home.read(&[("NATS_CONTEXT", "shop")])?.complete(Options::new());
    let publisher = Publisher::connect(urls, STREAMS, options).await?;
    publisher.register(STREAMS).await?;
    assert!(publisher.client().new_inbox().starts_with("_INBOX.shop."));

    // The options come first.
    let (urls, options) = home.read(&[("NATS_CONTEXT", "shop")])?.complete(Options::new().domain("nowhere"));
    let publisher = Publisher::connect(urls, STREAMS, options).await?;
    assert!(publisher.register(STREAMS).await.is_err());
    let wrong = || async { Ok(Credentials::user("shop", "wrong")) };
    let (urls, options) = home.read(&[("NATS_CONTEXT", "shop")])?.complete(Options::new().credentials(wrong));
    assert!(Publisher::connect(urls, STREAMS, options).await.is_err());
    Ok(())
}

/// What says more than the context names other credentials: those count, and the user in the context's URL does not.
#[tokio::test]
async fn credentials_count_more_than_a_user_in_a_less_specific_url() -> Result<(), Any> {
    const STREAMS: &[StreamDescriptor] = &[StreamDescriptor::new("notes")];
    let mut operator = Operator::new()?;
    let account = operator.account("SHOP", Claims::default().jetstream())?;
    let server = NatsServer::builder().operator(&operator).start()?;
    let home = Home::new()?;
    let creds = home.folder().join("shop.creds");
    fs::write(&creds, account.user("shop", Claims::default())?)?;
    let creds = creds.display().to_string();
    let urls =
        [server.url_as("old", "hunter2"), server.url_as("old@shop", "hunter2"), server.url().replace("//", "//t0ken@")];
    for url in urls.iter().chain([&urls.join(",").replace("t0ken@", "")]) {
        home.context("shop", json!({"url": url}))?;
        let (urls, options) = home.read(&[("NATS_CONTEXT", "shop"), ("NATS_CREDS", &creds)])?.complete(Options::new());
        Publisher::connect(&urls, STREAMS, options).await?.register(STREAMS).await?;
        // So do those of the options, over what the environment says.
        let own = || Options::new().credentials_file(&creds);
        let (urls, options) = home.read(&[("NATS_CONTEXT", "shop")])?.complete(own());
        Publisher::connect(&urls, STREAMS, options).await?.register(STREAMS).await?;
        let (urls, options) = home.read(&[("NATS_URL", url)])?.complete(own());
        Publisher::connect(&urls, STREAMS, options).await?.register(STREAMS).await?;

        // Nobody can tell which of two is meant in one place.
        let (urls, options) = home.read(&[("NATS_URL", url), ("NATS_CREDS", &creds)])?.complete(Options::new());
        let error = Publisher::connect(&urls, STREAMS, options).await.expect_err("two kinds of credentials");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    Ok(())
}

#[test]
fn every_kind_of_credentials_counts_more_than_the_context() -> Result<(), Any> {
    let home = Home::new()?;
    home.context("shop", json!({"url": "nats://old:hunter2@a:1,b:2, tls://t0ken@[::1]:3/"}))?;
    for variables in [
        &[("NATS_USER", "u"), ("NATS_PASSWORD", "p")][..],
        &[("NATS_USER", "u")],
        &[("NATS_TOKEN", "t")],
        &[("NATS_CREDS", "/x.creds")],
        &[("NATS_NKEY", "/x.nk")],
    ] {
        let found = home.read(&[&[("NATS_CONTEXT", "shop")], variables].concat())?;
        assert_eq!(found.urls, "nats://a:1,b:2, tls://[::1]:3/", "{variables:?}");
    }
    let found = home.read(&[("NATS_CONTEXT", "shop")])?;
    assert_eq!(found.urls, "nats://old:hunter2@a:1,b:2, tls://t0ken@[::1]:3/");
    Ok(())
}

#[test]
fn what_is_shown_of_it_has_no_secret() -> Result<(), Any> {
    let home = Home::new()?;
    let members = json!({"url": "nats://ada:hunter2@a:1,nats://b:2", "quic": true, "description": "hunter2"});
    home.context("shop", members)?;
    let found = home.read(&[("NATS_CONTEXT", "shop")])?;
    assert_eq!(found.servers(), "nats://a:1,nats://b:2");
    assert_eq!((found.context(), found.unknown_members()), (Some("shop"), &["quic".to_owned()][..]));
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    let found =
        home.read(&[("NATS_URL", "nats://ada:hunter2@c:3"), ("NATS_PASSWORD", "hunter2"), ("NATS_USER", "ada")])?;
    assert_eq!((found.servers().as_str(), found.context()), ("nats://c:3", None));
    assert!(!format!("{found:?}").contains("hunter2"), "{found:?}");
    Ok(())
}
