//! What users of a cluster get.

use async_nats::jetstream::{self, Context, stream};
use walnats_server::NatsCluster;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn config(name: &str) -> stream::Config {
    stream::Config { name: name.into(), subjects: vec![name.into()], num_replicas: 3, ..Default::default() }
}

/// A new connection each time: an old one can still be on its way from a server that was killed.
async fn jetstream(cluster: &NatsCluster) -> Result<Context> {
    Ok(jetstream::new(async_nats::connect(cluster.urls()).await?))
}

#[tokio::test]
async fn a_cluster_replicates_and_mends() -> Result {
    let mut cluster = NatsCluster::start(3)?;
    // The first stream right away: ready means ready.
    let mut stream = jetstream(&cluster).await?.create_stream(config("one")).await?;
    let replicas = stream.info().await?.cluster.as_ref().map(|group| group.replicas.len());
    assert_eq!(replicas, Some(2));

    cluster.nodes_mut()[0].kill();
    cluster.wait_until_ready()?;
    cluster.nodes_mut()[0].restart()?;
    cluster.wait_until_ready()?;
    jetstream(&cluster).await?.create_stream(config("two")).await?;
    Ok(())
}

#[tokio::test]
async fn a_cluster_comes_back_after_all_of_it_was_killed() -> Result {
    let mut cluster = NatsCluster::start(3)?;
    let before = jetstream(&cluster).await?;
    before.create_stream(config("one")).await?;
    before.publish("one", "1".into()).await?.await?;
    for node in cluster.nodes_mut() {
        node.kill();
    }
    for node in cluster.nodes_mut() {
        node.restart()?;
    }
    cluster.wait_until_ready()?;
    let stream = jetstream(&cluster).await?.get_stream("one").await?;
    assert_eq!(stream.cached_info().state.messages, 1);
    Ok(())
}
