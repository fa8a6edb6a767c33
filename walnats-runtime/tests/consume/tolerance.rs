//! Events of newer emitters.

use tokio::sync::oneshot;
use walnats_runtime::{Delivery, ReadMode};
use walnats_server::NatsServer;

use crate::parcels::parcel_seen::ParcelSeen;
use crate::parcels::{Events, ParcelLost, ParcelSent, TrackingEvent};
use crate::stage::*;

const NEW_VARIANT: &str = r#"{"scanner":"drone","at":"x","height":5}"#;
const NEW_MEMBER: &str = r#"{"status":"packed","reason":"stolen","more":1}"#;

async fn ready(server: &NatsServer) -> Result<Events, Box<dyn std::error::Error>> {
    let events = Events::connect(server.url()).await?;
    events.register().await?;
    for (subject, payload) in [("parcel-seen", NEW_VARIANT), ("parcel-lost", NEW_MEMBER)] {
        events.publisher().client().request(subject, payload.into()).await?;
    }
    Ok(events)
}

#[tokio::test]
async fn a_tolerant_service_handles_what_is_new_and_says_what_that_was() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let (seen, (stop, stopped)) = (Seen::default(), oneshot::channel::<()>());
    let here = seen.clone();
    let reader = events
        .tracking()
        .reader()
        .on_parcel_seen(move |event: ParcelSeen, about: Delivery| {
            let unknown = about.unknown();
            here.add(format!("{} {}", matches!(event, ParcelSeen::Unknown(_)), unknown.variants));
            async {}
        })
        .on_parcel_sent(|_: ParcelSent, _: Delivery| async {});
    let running = tokio::spawn(reader.run(async { drop(stopped.await) }));
    assert_eq!(seen.until(1).await, ["true 1"]);
    drop(stop);
    assert_eq!(running.await??.done, 1);
    let message = async_nats::Message {
        subject: "parcel-seen".into(),
        reply: None,
        payload: NEW_VARIANT.into(),
        headers: None,
        status: None,
        description: None,
        length: 0,
    };
    assert!(matches!(TrackingEvent::decode(&message)?, TrackingEvent::ParcelSeen(ParcelSeen::Unknown(_))));
    Ok(())
}

#[tokio::test]
async fn a_strict_service_refuses_what_is_new_unless_its_reader_is_told_otherwise() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for (mode, ends) in [(None, (0, 1)), (Some(ReadMode::Tolerant), (1, 0))] {
        if mode.is_some() {
            events.publisher().client().request("parcel-lost", NEW_MEMBER.into()).await?;
        }
        let (seen, (stop, stopped)) = (Seen::default(), oneshot::channel::<()>());
        let here = seen.clone();
        let reader = events.claims().reader().on_parcel_lost(move |_: ParcelLost, about: Delivery| {
            here.add(format!("{} unknown member", about.unknown().members));
            async {}
        });
        let reader = reader.configure(|options| match mode {
            Some(mode) => options.read(mode),
            None => options,
        });
        let monitor = &reader.monitor();
        let running = tokio::spawn(reader.run(async { drop(stopped.await) }));
        eventually(move || async move { monitor.served().done + monitor.served().dead == 1 }).await;
        drop(stop);
        let served = running.await??;
        assert_eq!((served.done, served.dead), ends, "{mode:?}");
        assert_eq!(seen.all().len() as u64, ends.0);
    }
    Ok(())
}
