//! Connections that break, fall silent, or lose messages.

use std::time::Duration;

use crate::Result;
use crate::proxy::{Flow, Way};
use crate::reading::row::{Again, ReadRow, ReadRules};
use crate::reading::stage::Stage;

const ANY: ReadRules = ReadRules { again: Again::Any, overlaps: true, ..ReadRules::DEFAULT };

pub static ROWS: &[ReadRow] = &[
    ReadRow {
        name: "connections reset, again and again, readers",
        strike: |stage| {
            Box::pin(async move {
                for percent in [5, 15, 25, 35, 45, 55] {
                    stage.reach(percent..percent + 10).await?;
                    stage.lose(stage.size());
                    stage.world.proxy()?.reset();
                }
                Ok(())
            })
        },
        rules: ReadRules { again: Again::InHand, overlaps: true, ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "settlements lost",
        strike: |stage| Box::pin(flow(stage, Way::ToServer, Flow::Lose(30))),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "settlements lost, and readers wait for their confirmation",
        options: |options| options.confirm_acknowledgements(),
        strike: |stage| Box::pin(flow(stage, Way::ToServer, Flow::Lose(30))),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "deliveries lost",
        strike: |stage| Box::pin(flow(stage, Way::ToClient, Flow::Lose(30))),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "everything late by 1 s, readers",
        strike: |stage| Box::pin(flow(stage, Way::ToClient, Flow::Late(Duration::from_secs(1)))),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "one direction dead: to the server, readers",
        strike: |stage| Box::pin(flow(stage, Way::ToServer, Flow::Swallow)),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "one direction dead: to the client, readers",
        strike: |stage| Box::pin(flow(stage, Way::ToClient, Flow::Swallow)),
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "half-open connections, readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                stage.world.proxy()?.half_close();
                stage.world.wait(500..4_000).await;
                Ok(())
            })
        },
        rules: ANY,
        ..ReadRow::DEFAULT
    },
];

/// Changes the traffic for some seconds.
async fn flow(stage: &mut Stage, way: Way, flow: Flow) -> Result<()> {
    stage.reach(10..50).await?;
    stage.world.proxy()?.flow(way, flow);
    stage.world.wait(3_000..6_000).await;
    stage.world.proxy()?.flow(way, Flow::Pass);
    Ok(())
}
