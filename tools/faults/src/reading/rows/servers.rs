//! Servers that are killed or suspended, and clusters that lose their leader or their quorum.

use serde_json::json;
use walnats_runtime::StreamDescriptor;
use walnats_server::NatsServer;

use super::instances::ORDERED;
use crate::Result;
use crate::reading::row::{Again, ReadRow, ReadRules, Work};
use crate::reading::stage::Stage;
use crate::setup::{FACTS, Place};

/// A server that is killed forgets acknowledgements that it has not written yet.
const ANY: ReadRules = ReadRules { again: Again::Any, overlaps: true, ..ReadRules::DEFAULT };

const REPLICATED: StreamDescriptor = StreamDescriptor { replicas: Some(3), ..FACTS };

const THREE: ReadRow =
    ReadRow { place: Place::Three, stream: REPLICATED, work: |_| Work::Done(30), rules: ANY, ..ReadRow::DEFAULT };

const THREE_ORDERED: ReadRow =
    ReadRow { place: Place::Three, stream: REPLICATED, rules: ReadRules { overlaps: false, ..ANY }, ..ORDERED };

pub static ROWS: &[ReadRow] = &[
    ReadRow {
        name: "server killed and restarted, readers",
        strike: |stage| Box::pin(kill_and_restart(stage)),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "server restarted in order (SIGTERM), readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                Ok(stage.world.server(0, NatsServer::restart)?)
            })
        },
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "server suspended beyond ack_wait (SIGSTOP), readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                stage.lose(stage.size());
                stage.world.server(0, NatsServer::suspend);
                stage.world.wait(3_000..9_000).await;
                stage.world.server(0, NatsServer::resume);
                Ok(())
            })
        },
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "in order: server killed and restarted",
        strike: |stage| Box::pin(kill_and_restart(stage)),
        rules: ReadRules { overlaps: false, ..ANY },
        ..ORDERED
    },
    ReadRow { name: "leader killed, readers", strike: |stage| Box::pin(kill_leader(stage)), ..THREE },
    ReadRow { name: "in order: leader killed", strike: |stage| Box::pin(kill_leader(stage)), ..THREE_ORDERED },
    ReadRow {
        name: "leaders hand over, again and again, readers",
        strike: |stage| Box::pin(step_down(stage)),
        ..THREE
    },
    ReadRow {
        name: "in order: leaders hand over, again and again",
        strike: |stage| Box::pin(step_down(stage)),
        ..THREE_ORDERED
    },
    ReadRow {
        name: "servers restarted one after another, readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(5..40).await?;
                for index in 0..3 {
                    stage.world.server(index, NatsServer::restart)?;
                    stage.world.wait(500..1_500).await;
                }
                Ok(())
            })
        },
        ..THREE
    },
    ReadRow {
        name: "quorum lost, readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..50).await?;
                stage.world.server(0, NatsServer::kill);
                stage.world.server(1, NatsServer::kill);
                stage.world.wait(3_000..6_000).await;
                stage.world.server(0, NatsServer::restart)?;
                Ok(stage.world.server(1, NatsServer::restart)?)
            })
        },
        ..THREE
    },
    ReadRow {
        name: "all servers killed, readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..50).await?;
                (0..3).for_each(|index| stage.world.server(index, NatsServer::kill));
                stage.world.wait(500..2_000).await;
                for index in 0..3 {
                    stage.world.server(index, NatsServer::restart)?;
                }
                Ok(())
            })
        },
        ..THREE
    },
];

async fn kill_and_restart(stage: &mut Stage) -> Result<()> {
    for percent in [10, 40] {
        stage.reach(percent..percent + 20).await?;
        stage.world.server(0, NatsServer::kill);
        stage.world.wait(0..600).await;
        stage.world.server(0, NatsServer::restart)?;
    }
    Ok(())
}

async fn kill_leader(stage: &mut Stage) -> Result<()> {
    stage.reach(10..50).await?;
    let leader = stage.world.leader().await?;
    stage.world.server(leader, NatsServer::kill);
    stage.world.wait(500..3_000).await;
    Ok(stage.world.server(leader, NatsServer::restart)?)
}

/// The leaders of the stream and of the consumer step down.
async fn step_down(stage: &mut Stage) -> Result<()> {
    for percent in [5, 20, 35, 50, 60] {
        stage.reach(percent..percent + 10).await?;
        stage.world.step_down().await?;
        let operation = format!("CONSUMER.LEADER.STEPDOWN.{}", stage.consumer());
        // During an election, nobody answers.
        let _ = stage.call(&operation, &json!({})).await;
    }
    Ok(())
}
