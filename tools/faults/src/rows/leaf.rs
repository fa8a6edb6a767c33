//! The stream is in the hub's JetStream domain, and the publisher connects to a leaf node with its own domain.

use std::time::Duration;

use walnats_server::NatsServer;

use super::alert;
use crate::Result;
use crate::proxy::{Flow, Way};
use crate::row::{Other, Place, Row, Rules};
use crate::workload::{Kind, Odd, Shape};
use crate::world::World;

const ARCHIVE: Other = Other { name: "archive", user: "", subject: "facts.>" };

const LEAF: Row = Row {
    place: Place::Leaf(""),
    options: alert,
    shape: Shape {
        kinds: &[Kind::Confirmed, Kind::Buffered, Kind::Buffered, Kind::Abandoned, Kind::Cancelled, Kind::Batch],
        ..Shape::DEFAULT
    },
    rules: Rules::CONFIRMED,
    ..Row::DEFAULT
};

const TWO_DOMAINS: Row = Row { others: &[ARCHIVE], ..LEAF };

pub static ROWS: &[Row] = &[
    Row { name: "two domains have streams on the subjects", ..TWO_DOMAINS },
    Row {
        name: "two domains have streams on the subjects, acknowledgements dropped",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..30).await?;
                world.proxy()?.flow(Way::ToClient, Flow::Lose(30));
                world.wait(500..1_500).await;
                world.proxy()?.flow(Way::ToClient, Flow::Pass);
                Ok(())
            })
        },
        ..TWO_DOMAINS
    },
    Row {
        name: "two domains have streams on the subjects, the hub's acknowledgements late",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..30).await?;
                let late = Duration::from_millis(world.rng.u64(100..300));
                world.link()?.flow_both(Flow::Late(late));
                world.wait(1_000..2_000).await;
                world.link()?.flow_both(Flow::Pass);
                Ok(())
            })
        },
        ..TWO_DOMAINS
    },
    Row {
        name: "two domains have streams on the subjects, the hub goes away for 3 s",
        strike: |world| Box::pin(hub_goes_away(world)),
        // Meanwhile, only the other stream answers.
        rules: Rules { sees: &["Stored"], only: Some(&["NotStored:WrongStream", "PossiblyStored:"]), ..Rules::DEFAULT },
        ..TWO_DOMAINS
    },
    Row { name: "the hub of a leaf node goes away for 3 s", strike: |world| Box::pin(hub_goes_away(world)), ..LEAF },
    Row {
        name: "the link of a leaf node is cut and restored, again and again",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..30).await?;
                for _ in 0..5 {
                    world.link()?.refuse(true);
                    world.link()?.reset();
                    world.wait(50..1_500).await;
                    world.link()?.refuse(false);
                    world.wait(500..2_500).await;
                }
                Ok(())
            })
        },
        ..LEAF
    },
    Row {
        name: "the link of a leaf node is silent for 3 s",
        strike: |world| {
            Box::pin(async move {
                world.reach(5..60).await?;
                world.link()?.flow_both(Flow::Hold);
                world.wait(3_000..3_001).await;
                world.link()?.flow_both(Flow::Pass);
                Ok(())
            })
        },
        ..LEAF
    },
    Row {
        name: "the hub admits less payload than its leaf node",
        place: Place::Leaf("max_payload: 2000"),
        deadline: Duration::from_secs(30),
        options: |options| alert(options).buffered_deadline(Duration::from_secs(30)),
        shape: Shape {
            kinds: &[Kind::Confirmed, Kind::Buffered, Kind::Buffered],
            odd: Some(Odd { percent: 2, size: 5_000, tail: ("", 0) }),
            ..LEAF.shape
        },
        rules: Rules { spares: true, settled: false, ..Rules::DEFAULT },
        ..LEAF
    },
];

async fn hub_goes_away(world: &mut World) -> Result<()> {
    world.reach(10..60).await?;
    world.server(Place::HUB, NatsServer::kill);
    world.wait(3_000..3_001).await;
    Ok(world.server(Place::HUB, NatsServer::restart)?)
}
