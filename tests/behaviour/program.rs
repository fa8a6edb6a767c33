//! What `walnats emit` publishes is what generated code publishes for the same payload.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use shop_events::proto::shop::v1::Parcel;
use shop_events::{Events, ShipmentDispatched};
use walnats_runtime::{CloudEvent, Emit, Event};
use walnats_server::NatsServer;

use crate::TestResult;
use crate::shop::{Stored, cart, order, ready, stock, stored, user};

/// Runs the program in this process, with the shop's schemas.
async fn walnats(arguments: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let root = env!("CARGO_MANIFEST_DIR");
    let all: Vec<OsString> = ["walnats"].iter().chain(arguments).chain(&["--root", root]).map(OsString::from).collect();
    let code = tokio::task::spawn_blocking(move || walnats_cli::run("walnats", all)).await?;
    if format!("{code:?}") != format!("{:?}", ExitCode::SUCCESS) {
        return Err(format!("{arguments:?} ended with {code:?}").into());
    }
    Ok(())
}

/// An event that was emitted by generated code, and its payload in JSON.
struct Case {
    event: &'static str,
    stream: &'static str,
    json: Vec<u8>,
}

fn shipment() -> Result<ShipmentDispatched, Box<dyn std::error::Error>> {
    let parcel = |weight, code: Option<&str>| Parcel { weight, tracking_code: code.map(str::to_owned) };
    Ok(ShipmentDispatched {
        shipment_id: "s 1/ö".to_owned(),
        carrier: "dhl".to_owned(),
        dispatched_at: Some("2026-01-02T03:04:05.678Z".parse()?),
        parcels: vec![parcel(1, Some("a")), parcel(30_000, Some(""))],
    })
}

const SHIPMENT: &str = r#"{"shipmentId": "s 1/ö", "carrier": "dhl", "dispatchedAt": "2026-01-02T03:04:05.678Z",
    "parcels": [{"weight": 1, "trackingCode": "a"}, {"weight": 30000, "trackingCode": ""}]}"#;

/// Emits each event of the shop by generated code.
async fn emit_all(events: &Events, with: &dyn Fn() -> With) -> Result<Vec<Case>, Box<dyn std::error::Error>> {
    let (user, order, cart, stock, shipment) = (user()?, order()?, cart()?, stock(7), shipment()?);
    with().apply(events.emit_user_created(&user)).await?;
    with().apply(events.emit_order_placed(&order)).await?;
    with().apply(events.emit_cart_abandoned(&cart)).await?;
    with().apply(events.emit_stock_changed(&stock)).await?;
    with().apply(events.emit_shipment_dispatched(&shipment)).await?;
    let case = |event, stream, json| Case { event, stream, json };
    Ok(vec![
        case("user-created", "users", user.encode()?),
        case("order-placed", "orders", order.encode()?),
        case("cart-abandoned", "cart-abandoned", cart.encode()?),
        case("stock-changed", "stock", stock.encode()?),
        case("shipment-dispatched", "shipments", SHIPMENT.as_bytes().to_vec()),
    ])
}

/// What an emit is given beyond the event.
#[derive(Default)]
struct With {
    uid: Option<&'static str>,
    header: Option<(&'static str, &'static str)>,
    trace_id: Option<&'static str>,
    source: Option<&'static str>,
}

impl With {
    fn apply<'a, E: Event>(self, mut emit: Emit<'a, E>) -> Emit<'a, E> {
        if let Some(uid) = self.uid {
            emit = emit.uid(uid);
        }
        if let Some((name, value)) = self.header {
            emit = emit.header(name, value);
        }
        if let Some(trace_id) = self.trace_id {
            emit = emit.trace_id(trace_id);
        }
        if let Some(source) = self.source {
            emit = emit.cloud_event(CloudEvent::new(source));
        }
        emit
    }

    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |option: &str, value: Option<String>| {
            arguments.extend(value.map(|value| format!("{option}={value}")));
        };
        add("--uid", self.uid.map(str::to_owned));
        add("--header", self.header.map(|(name, value)| format!("{name}:{value}")));
        add("--trace-id", self.trace_id.map(str::to_owned));
        add("--cloud-event", self.source.map(str::to_owned));
        arguments
    }
}

/// Without what differs from emit to emit: ids that nobody gave, and the time.
fn comparable(stored: Stored) -> (String, BTreeMap<String, String>, Vec<u8>) {
    let Stored { subject, mut headers, payload } = stored;
    headers.remove("ce-time");
    for name in ["Nats-Msg-Id", "ce-id"] {
        if let Some(id) = headers.get_mut(name)
            && id.parse::<uuid::Uuid>().is_ok_and(|id| id.get_version_num() == 7)
        {
            *id = "a new id".to_owned();
        }
    }
    (subject, headers, payload)
}

async fn compare(with: &dyn Fn() -> With) -> TestResult {
    let (one, other) = (NatsServer::start()?, NatsServer::start()?);
    let (events, program) = (ready(&one).await?, ready(&other).await?);
    let folder = tempfile::tempdir()?;
    for Case { event, stream, json } in emit_all(&events, with).await? {
        let file = folder.path().join("payload.json");
        std::fs::write(&file, &json)?;
        let (url, options) = (other.url(), with().arguments());
        let mut arguments = vec!["emit", event, as_text(&file), "--server", &url];
        arguments.extend(options.iter().map(String::as_str));
        walnats(&arguments).await?;
        let (expected, found) = (stored(&events, stream).await?, stored(&program, stream).await?);
        let expected: Vec<_> = expected.into_iter().map(comparable).collect();
        let found: Vec<_> = found.into_iter().map(comparable).collect();
        assert_eq!(expected.len(), 1, "{event}");
        assert_eq!(found, expected, "{event}");
    }
    Ok(())
}

fn as_text(path: &Path) -> &str {
    path.to_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_the_program_is_that_of_generated_code() -> TestResult {
    compare(&With::default).await
}

#[tokio::test(flavor = "multi_thread")]
async fn so_are_its_options_and_cloud_events() -> TestResult {
    compare(&|| With {
        uid: Some("mine: 1"),
        header: Some(("X-Import", "7")),
        trace_id: Some("t"),
        source: Some("https://shop.example/a%20b"),
    })
    .await
}
