//! Access of the harness itself to the servers, which no fault or permission restricts.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream;
use futures_util::StreamExt;
use tokio::time::timeout;
use walnats_runtime::{Options, Publisher};

use super::{World, url};
use crate::Result;
use crate::credentials;
use crate::setup::{ADMIN, Other, Place};

impl World {
    /// Creates the stream.
    ///
    /// # Errors
    ///
    /// It cannot be created.
    pub async fn register(&self) -> Result<()> {
        let publisher = self.admin().await?;
        // A new cluster may need another moment before it can create a stream.
        for _ in 0..20 {
            if publisher.register(publisher.streams()).await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        publisher.register(publisher.streams()).await?;
        Ok(())
    }

    /// A publisher without a proxy and with all permissions.
    ///
    /// # Errors
    ///
    /// No server answers.
    pub async fn admin(&self) -> Result<Publisher> {
        let user = if self.setup.user.is_empty() { "" } else { ADMIN };
        let urls = match self.setup.place {
            Place::Leaf(_) => url(user, &self.servers.nodes()[Place::HUB].address().to_string()),
            _ => self.urls(user),
        };
        let mut options = Options::new().deadline(Duration::from_secs(60)).connect_timeout(Duration::from_secs(60));
        if let Some(credentials) = &self.credentials {
            options = options.nats(credentials::with(&credentials.admin())?);
        }
        Ok(Publisher::connect(urls, std::slice::from_ref(self.setup.stream), options).await?)
    }

    /// The JetStream of [`World::admin`].
    ///
    /// # Errors
    ///
    /// No server answers.
    pub async fn jetstream(&self) -> Result<jetstream::Context> {
        Ok(self.admin().await?.jetstream())
    }

    /// Waits until the leaf node knows the subscriptions of the hub.
    pub(super) async fn interest(&self) -> Result<()> {
        let client = async_nats::connect(self.servers.nodes()[Place::LEAF].url()).await?;
        // Every stream refuses it, because it expects another stream.
        let mut headers = HeaderMap::new();
        headers.insert("Nats-Expected-Stream", "nobody's");
        for _ in 0..60 {
            let inbox = client.new_inbox();
            let mut answers = client.subscribe(inbox.clone()).await?;
            client.publish_with_reply_and_headers("facts.0", inbox, headers.clone(), "".into()).await?;
            let wanted = 1 + self.setup.others.len();
            let all = async {
                let mut found = 0;
                while found < wanted {
                    // Without a stream, the answer (of the server itself) is empty.
                    found += usize::from(answers.next().await.is_some_and(|answer| !answer.payload.is_empty()));
                }
            };
            if timeout(Duration::from_millis(500), all).await.is_ok() {
                return Ok(());
            }
        }
        Err("the leaf node does not learn the subscriptions of the hub".into())
    }

    /// JetStream of the account and the domain that another stream belongs to.
    pub(crate) async fn other(&self, other: &Other) -> Result<jetstream::Context> {
        let node = self.servers.nodes()[0].address().to_string();
        let options = Options::new().connect_timeout(Duration::from_secs(60));
        Ok(Publisher::connect(url(other.user, &node), &[], options).await?.jetstream())
    }

    /// Subscribes to everything until the trial ends, like another client might.
    ///
    /// # Errors
    ///
    /// No server answers.
    pub async fn listen(&mut self) -> Result<()> {
        let publisher = self.admin().await?;
        let client = publisher.client();
        let mut messages = client.subscribe(">").await?;
        client.flush().await?;
        self.listeners.push(tokio::spawn(async move { while messages.next().await.is_some() {} }));
        Ok(())
    }

    /// Waits for the leader of the stream, and returns its index.
    ///
    /// # Errors
    ///
    /// There is none within a minute.
    pub async fn leader(&self) -> Result<usize> {
        let start = tokio::time::Instant::now();
        loop {
            match self.ask_leader().await {
                Err(error) if start.elapsed() > Duration::from_secs(60) => return Err(error),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
                leader => return leader,
            }
        }
    }

    async fn ask_leader(&self) -> Result<usize> {
        let mut stream = self.jetstream().await?.get_stream(self.setup.stream.name).await?;
        let leader = stream.info().await?.cluster.as_ref().and_then(|cluster| cluster.leader.clone());
        let leader = leader.ok_or("the stream has no leader")?;
        let nodes = self.servers.nodes();
        nodes.iter().position(|node| node.name() == leader).ok_or_else(|| format!("unknown leader `{leader}`").into())
    }

    /// Makes the stream's leader step down, if there is one.
    ///
    /// # Errors
    ///
    /// No server can be reached.
    pub async fn step_down(&self) -> Result<()> {
        let subject = format!("$JS.API.STREAM.LEADER.STEPDOWN.{}", self.setup.stream.name);
        // During an election, nobody answers.
        let _ = self.admin().await?.client().request(subject, "".into()).await;
        Ok(())
    }
}
