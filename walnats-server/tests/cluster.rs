//! What users of a cluster get.

use async_nats::jetstream::{self, stream};
use walnats_server::NatsCluster;

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

fn config(name: &str) -> stream::Config {
    stream::Config { name: name.into(), subjects: vec![name.into()], num_replicas: 3, ..Default::default() }
}

#[tokio::test]
async fn a_cluster_replicates_and_survives_its_nodes() -> Result {
    let mut cluster = NatsCluster::start(3)?;
    assert_eq!(cluster.nodes().len(), 3);
    let jetstream = jetstream::new(async_nats::connect(cluster.urls()).await?);

    // The first stream right away: ready means ready.
    let mut info = jetstream.create_stream(config("one")).await?;
    assert_eq!(info.info().await?.cluster.as_ref().map(|group| group.replicas.len()), Some(2));
    jetstream.publish("one", "1".into()).await?.await?;

    cluster.nodes_mut()[0].kill();
    cluster.wait_until_ready()?;
    cluster.nodes_mut()[0].restart()?;
    cluster.wait_until_ready()?;
    jetstream.create_stream(config("two")).await?;

    for node in cluster.nodes_mut() {
        node.kill();
    }
    for node in cluster.nodes_mut() {
        node.restart()?;
    }
    cluster.wait_until_ready()?;
    let jetstream = jetstream::new(async_nats::connect(cluster.urls()).await?);
    assert_eq!(jetstream.get_stream("one").await?.cached_info().state.messages, 1);
    Ok(())
}
