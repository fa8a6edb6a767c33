//! Two services: the checkout emits orders; the warehouse reads them, packs, and emits that a parcel has left. What fails is tried
//! again, and becomes a dead letter in the end.
//!
//! `cargo run --example reader` needs nothing running: it starts a nats-server of its own.

use std::error::Error;
use std::time::Duration;

use shop_events::proto::shop::v1::Parcel;
use shop_events::{Events, OrderPlaced, ShipmentDispatched, Warehouse};
use walnats_runtime::{Delivery, EmitError, HandlerError};
use walnats_server::NatsServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = NatsServer::start()?;
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    let checkout = events.checkout();
    for number in 1..=2 {
        let mut order = OrderPlaced::decode(include_bytes!("order.json"))?;
        order.note = Some(format!("number {number}"));
        checkout.emit_order_placed(&order).uid(number.to_string()).await?;
    }

    // A service runs until it is told to stop, by `tokio::signal::ctrl_c()`, say; this one has five seconds.
    let shutdown = tokio::time::sleep(Duration::from_secs(5));
    let warehouse = events.warehouse();
    let pack = move |order: OrderPlaced, about: Delivery| pack(warehouse.clone(), order, about);
    let served = events.warehouse().reader().on_order_placed(pack).run(shutdown).await?;
    println!("{served:?}");
    Ok(())
}

/// Why an order is not packed yet.
#[derive(Debug, thiserror::Error)]
enum PackError {
    #[error("the conveyor belt stands still")]
    Belt,
    #[error("the event of the parcel is not stored")]
    Emit(#[from] EmitError),
}

// Both pass by themselves, which is the default: the event comes again after a pause, which the server holds.
impl HandlerError for PackError {}

async fn pack(warehouse: Warehouse, order: OrderPlaced, about: Delivery) -> Result<(), PackError> {
    let note = order.note.unwrap_or_default();
    if note == "number 2" && about.attempt() == 1 {
        return Err(PackError::Belt);
    }
    let shipment = ShipmentDispatched {
        // The id of the delivery makes that of the event: if this order comes again, its parcel is stored once.
        shipment_id: about.identity(),
        carrier: "dhl".into(),
        parcels: vec![Parcel { weight: 1_200, tracking_code: None }],
        ..ShipmentDispatched::default()
    };
    let receipt = warehouse.emit_shipment_dispatched(&shipment).await?;
    println!("packs {note} in attempt {}: {receipt}", about.attempt());
    Ok(())
}
