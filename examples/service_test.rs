//! A service and its tests, which need no server: `cargo test --example service_test`.
//!
//! The service takes its emitter, as it does in production. In tests, the JetStream behind it is in memory.

use std::error::Error;

use shop_events::{Checkout, Events, OrderPlaced};
use walnats_runtime::EmitError;

/// Places orders.
struct Shop {
    events: Checkout,
}

/// What the customer hears.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    Thanks,
    /// Nobody knows whether the order is placed: it can be sent again, because its id is.
    Patience,
    Sorry,
}

impl Shop {
    async fn place(&self, order: &OrderPlaced) -> Answer {
        match self.events.emit_order_placed(order).await {
            Ok(_) => Answer::Thanks,
            Err(EmitError::PossiblyStored(_)) => Answer::Patience,
            Err(EmitError::NotStored(_)) => Answer::Sorry,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let events = Events::in_memory().await;
    let shop = Shop { events: events.checkout() };
    let order = OrderPlaced::decode(include_bytes!("order.json"))?;
    println!("{:?}", shop.place(&order).await);
    for emitted in events.memory().emitted_all() {
        println!("{} on {} as {} of {}", emitted.name, emitted.subject, emitted.sequence, emitted.stream);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use shop_events::CartAbandoned;
    use walnats_runtime::{Delivery, Fault, Outcome, assert_emitted};

    use super::*;

    type TestResult = Result<(), Box<dyn Error>>;

    fn order() -> OrderPlaced {
        OrderPlaced::decode(include_bytes!("order.json")).expect("it keeps to its schema")
    }

    #[tokio::test]
    async fn an_order_is_announced() {
        let events = Events::in_memory().await;
        let shop = Shop { events: events.checkout() };
        assert_eq!(shop.place(&order()).await, Answer::Thanks);
        let placed = assert_emitted!(events, OrderPlaced { total, .. } if total.amount == 1900);
        assert_eq!(placed.message.stream, "orders");
    }

    #[tokio::test]
    async fn an_order_that_may_be_placed_is_not_placed_twice() -> TestResult {
        let events = Events::in_memory().await;
        let shop = Shop { events: events.checkout() };
        events.memory().next_emit(Fault::PossiblyStored);
        let order = order();
        assert_eq!(shop.place(&order).await, Answer::Patience);
        let uid = &events.memory().emitted::<OrderPlaced>()[0].message.message_id;
        let again = events.emit_order_placed(&order).uid(uid).await?;
        assert!(matches!(again.outcome, Outcome::Duplicate(_)));
        Ok(())
    }

    #[tokio::test]
    async fn customers_are_told_if_an_order_is_not_placed() {
        let events = Events::in_memory().await;
        let shop = Shop { events: events.checkout() };
        events.memory().next_emits_of::<OrderPlaced>(1, Fault::StreamFull);
        assert_eq!(shop.place(&order()).await, Answer::Sorry);
        assert!(events.memory().emitted_all().is_empty());
    }

    #[tokio::test]
    async fn the_warehouse_packs_each_order_once() -> TestResult {
        let events = Events::in_memory().await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let reader = events.warehouse().reader().on_order_placed(async |_: OrderPlaced, _: &Delivery| {});
        let warehouse = tokio::spawn(reader.run(async {
            let _ = stopped.await;
        }));
        for uid in ["1", "2", "1"] {
            events.emit_order_placed(&order()).uid(uid).await?;
        }
        events.memory().settled("warehouse").await;
        drop(stop);
        assert_eq!(warehouse.await??.done, 2);
        Ok(())
    }

    #[tokio::test]
    async fn a_reminder_comes_after_a_day() -> TestResult {
        let events = Events::in_memory().await;
        let day = Duration::from_secs(86_400);
        // It does not matter what is in the cart.
        let cart: CartAbandoned = walnats_proptest::sample(1);
        events.emit_cart_abandoned(&cart).delay(day).await?;
        let reminder = assert_emitted!(events, CartAbandoned).message;
        let stream = events.publisher().jetstream().get_stream("cart-abandoned").await?;
        assert!(stream.get_last_raw_message_by_subject(&reminder.subject).await.is_err());
        events.memory().advance(day);
        stream.get_last_raw_message_by_subject(&reminder.subject).await?;
        Ok(())
    }

    /// Any order that keeps to its schema, whatever it holds.
    #[test]
    fn every_valid_order_is_announced_as_it_is() {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let events = runtime.block_on(Events::in_memory());
        let shop = Shop { events: events.checkout() };
        let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
        proptest!(config, |(order in walnats_proptest::arbitrary::<OrderPlaced>())| {
            prop_assert_eq!(runtime.block_on(shop.place(&order)), Answer::Thanks);
            // Two orders may have one id, and the second would be a duplicate.
            events.memory().advance(Duration::from_secs(86_400));
            let emitted = events.memory().emitted::<OrderPlaced>();
            prop_assert_eq!(&emitted.last().expect("it was emitted").event, &order);
        });
    }
}
