//! The stream is in one account, and the publisher, with another stream on the same subjects, in another one.

use std::time::Duration;

use walnats_server::{Account, Import};

use super::alert;
use crate::proxy::{Flow, Way};
use crate::row::{Other, Row, Rules};
use crate::workload::{Kind, Shape};

/// A stream that refuses events of the other account's stream, and answers first.
const ARCHIVE: Other = Other { name: "archive", user: "shop:shop", subject: "facts.>" };

const ACCOUNTS: Row = Row {
    accounts: two_accounts,
    others: &[ARCHIVE],
    user: "shop:shop",
    options: alert,
    shape: Shape {
        kinds: &[Kind::Confirmed, Kind::Buffered, Kind::Buffered, Kind::Abandoned, Kind::Cancelled, Kind::Batch],
        ..Shape::DEFAULT
    },
    rules: Rules::CONFIRMED,
    ..Row::DEFAULT
};

pub static ROWS: &[Row] = &[
    Row { name: "two accounts have streams on the subjects", ..ACCOUNTS },
    Row {
        name: "two accounts have streams on the subjects, acknowledgements dropped",
        strike: |world| Box::pin(async move { answers(world, Flow::Lose(30)).await }),
        ..ACCOUNTS
    },
    Row {
        name: "two accounts have streams on the subjects, acknowledgements late",
        strike: |world| Box::pin(async move { answers(world, Flow::Late(Duration::from_millis(250))).await }),
        ..ACCOUNTS
    },
    Row {
        name: "the stream is in another account, and the publisher's has no JetStream",
        accounts: importing_account,
        others: &[],
        ..ACCOUNTS
    },
];

async fn answers(world: &mut crate::world::World, flow: Flow) -> crate::Result<()> {
    world.reach(5..30).await?;
    world.proxy()?.flow(Way::ToClient, flow);
    world.wait(500..1_500).await;
    world.proxy()?.flow(Way::ToClient, Flow::Pass);
    Ok(())
}

pub(super) fn two_accounts() -> Vec<Account> {
    let [orders, shop] = accounts();
    vec![orders, shop.jetstream()]
}

/// The publisher's account only imports the subjects.
pub(super) fn importing_account() -> Vec<Account> {
    accounts().into()
}

fn accounts() -> [Account; 2] {
    let orders = Account::new("ORDERS").user("admin", "admin").jetstream().exports_service("facts.>");
    let shop = Account::new("SHOP").user("shop", "shop").imports(Import::service("ORDERS", "facts.>"));
    [orders, shop]
}
