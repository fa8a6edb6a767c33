//! A reader needs no permissions but those that its documentation lists.

use std::time::Duration;

use async_nats::ConnectOptions;
use walnats_runtime::{Delivery, Options, Settle};
use walnats_server::NatsServer;

use crate::events::{Events, OrderPlaced};
use crate::stage::*;

/// The subjects that the documentation lists below this heading, for the service `billing`, its two streams and that of replays.
fn documented(heading: &str) -> Vec<String> {
    let text = include_str!("../../docs/readers.md");
    let (_, part) = text.split_once(heading).expect("the heading");
    let rows = part.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with("| `"));
    let subjects = rows.filter_map(|row| row.split('`').nth(1));
    subjects
        .flat_map(|subject| {
            let subject = subject
                .replace("<consumer>", "billing")
                .replace("<service>", "billing")
                .replace("<dead>", "dead-letters");
            ["orders", "payment-received", "dead-letters-replay"].map(|stream| subject.replace("<stream>", stream))
        })
        .collect()
}

#[tokio::test]
async fn the_documented_permissions_are_enough() -> TestResult {
    let quoted =
        |subjects: Vec<String>| subjects.iter().map(|subject| format!("{subject:?}")).collect::<Vec<_>>().join(", ");
    let (publish, subscribe) = (quoted(documented("### Publish")), quoted(documented("### Subscribe")));
    assert!(publish.contains("MSG.NEXT") && subscribe.contains("_INBOX"), "{publish} {subscribe}");
    let users = format!(
        "authorization {{ users: [{{ user: admin, password: p }}, {{ user: reader, password: p, permissions: {{ \
         publish: [{publish}], subscribe: [{subscribe}] }} }}] }}"
    );
    let server = NatsServer::builder().config(&users).start()?;
    let of = |user: &str| Options::new().nats(ConnectOptions::new().user_and_password(user.into(), "p".into()));
    let admin = Events::connect_with(server.url(), of("admin")).await?;
    admin.register().await?;
    let events = Events::connect_with(server.url(), of("reader")).await?;
    let seen = Seen::default();
    let here = seen.clone();
    let confirmed =
        |options: walnats_runtime::ReaderOptions| options.confirm_acknowledgements().ack_wait(Duration::from_secs(2));
    let mut running = run(&events, confirmed, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id.clone());
        async move { if order.id == "dead" { Settle::dead_letter("no") } else { Settle::Done } }
    });
    for id in ["o-1", "dead"] {
        place(&admin, id).await?;
    }
    tokio::select! {
        letters = dead_letters(&admin, 1) => assert_eq!(letters?.len(), 1),
        ended = &mut running.task => return Err(format!("{:?}", ended?.map_err(|error| walnats_runtime::Chain(&error).to_string())).into()),
    }
    settled(&admin, "orders").await;
    let served = running.stop().await?;
    assert_eq!((served.done, served.dead), (1, 1));
    Ok(())
}
