//! Missing permissions and wrong credentials.

use std::time::Duration;

use async_nats::ConnectOptions;

use super::alert;
use crate::row::{Row, Rules};

/// `facts.9` is a placeholder: rows replace it with the subject to deny.
const USERS: &str = r#"authorization { users: [
  { user: admin, password: admin },
  { user: shop, password: "shop", permissions: { publish: { deny: ["facts.9"] } } }
] }"#;

const PERMISSION: Row = Row { config: USERS, user: "shop:shop", ..Row::DEFAULT };

pub static ROWS: &[Row] = &[
    Row {
        name: "wrong password",
        user: "shop:wrong",
        rules: Rules { unconnected: Some("Refused"), ..Rules::DEFAULT },
        ..PERMISSION
    },
    Row {
        name: "password changed mid-way, and changed back",
        options: alert,
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                world.reconfigure("password: \"shop\"", "password: \"other\"")?;
                world.wait(300..1_500).await;
                world.reconfigure("password: \"other\"", "password: \"shop\"")
            })
        },
        rules: Rules::CONFIRMED,
        ..PERMISSION
    },
    Row {
        name: "publish denied on one subject",
        prepare: |world| Box::pin(async move { world.reconfigure("facts.9", "facts.1") }),
        options: |options| options.buffered_deadline(Duration::from_secs(20)),
        rules: Rules {
            sees: &["NotStored:PermissionDenied"],
            only: Some(&["NotStored:PermissionDenied", "PossiblyStored:PermissionDenied"]),
            ..Rules::DEFAULT
        },
        ..PERMISSION
    },
    Row {
        name: "publish denied on one subject, a client of somebody else's",
        prepare: |world| Box::pin(async move { world.reconfigure("facts.9", "facts.1") }),
        client: Some(|| ConnectOptions::with_user_and_password("shop".into(), "shop".into())),
        options: |options| options.ack_timeout(Duration::from_millis(200)).buffered_deadline(Duration::from_secs(1)),
        deadline: Duration::from_secs(1),
        // This publisher is not informed of the denial.
        rules: Rules { sees: &["PossiblyStored:Deadline"], only: Some(&["PossiblyStored:Deadline"]), ..Rules::DEFAULT },
        ..PERMISSION
    },
    Row {
        name: "permission revoked mid-way",
        options: alert,
        strike: |world| {
            Box::pin(async move {
                world.reach(10..60).await?;
                world.reconfigure("facts.9", "facts.1")
            })
        },
        rules: Rules {
            sees: &["NotStored:PermissionDenied"],
            only: Some(&["NotStored:PermissionDenied", "PossiblyStored:"]),
            ..Rules::DEFAULT
        },
        ..PERMISSION
    },
];
