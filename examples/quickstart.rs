//! The main job, whole: an event from a committed schema is validated, stored by a real NATS JetStream and read back.
//!
//! `cargo run --example quickstart` needs nothing running: it starts a nats-server of its own.

use std::error::Error;

use futures_util::StreamExt;
use shop_events::proto::shop::v1::Parcel;
use shop_events::{Events, ShipmentDispatched, UserCreated};
use walnats_server::NatsServer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    println!("nats-server    {}", server.url());

    let events = Events::connect(server.url()).await?;
    println!("register\n{}", events.register().await?);

    let mut user = UserCreated::decode(
        r#"{"user_id": "u_42", "email": "ada@example.com", "created_at": "2026-01-02T03:04:05Z", "plan": "team"}"#,
    )?;
    println!("emit           {}", events.emit_user_created(&user).await?);
    println!("emit again     {}", events.emit_user_created(&user).await?);

    user.email = "not an address".into();
    let refused = events.emit_user_created(&user).await.expect_err("the schema asks for an e-mail address");
    println!("emit invalid   {}", walnats_runtime::Chain(&refused));

    // A protobuf message is an event like any other, with the rules of `buf.validate`.
    let parcel = Parcel { weight: 1_200, tracking_code: Some("JD0002".into()) };
    let mut shipment = ShipmentDispatched {
        shipment_id: "s_7".into(),
        carrier: "dhl".into(),
        parcels: vec![parcel],
        ..ShipmentDispatched::default()
    };
    println!("emit           {}", events.emit_shipment_dispatched(&shipment).await?);
    shipment.parcels.push(Parcel { weight: 900, tracking_code: None });
    let refused = events.emit_shipment_dispatched(&shipment).await.expect_err("one parcel has no tracking code");
    println!("emit invalid   {}", walnats_runtime::Chain(&refused));

    // Any NATS client can read. `decode` checks what it reads against the schema.
    let stream = events.publisher().jetstream().get_stream("users").await?;
    let consumer = stream.create_consumer(async_nats::jetstream::consumer::pull::Config::default()).await?;
    let mut messages = consumer.fetch().max_messages(10).messages().await?;
    while let Some(message) = messages.next().await {
        let message = message.map_err(|error| error as Box<dyn Error>)?;
        let user = UserCreated::decode(&message.payload)?;
        println!("stored         {}  {} <{}>", message.subject, user.user_id, user.email);
    }
    Ok(())
}
