//! Protobuf events as CloudEvents, in both encodings and both modes, as the server stores them and as readers read them.
#![cfg(feature = "protobuf")]

/// As `build.rs` would have written it, format included.
#[rustfmt::skip]
#[allow(missing_docs)]
#[path = "../../walnats-codegen/fixtures/generate/protobuf-json/expected/events.rs"]
pub mod events;

mod register_support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use events::{DishServed, DishWashed, Events};
use register_support::Js;
use serde_json::{Value, json};
use walnats_runtime::{CloudEvent, Event};
use walnats_server::NatsServer;

/// A stored message: its headers, and its payload.
async fn stored(js: &Js, stream: &str, sequence: u64) -> (async_nats::HeaderMap, Vec<u8>) {
    let message = js.call(&format!("STREAM.MSG.GET.{stream}"), json!({"seq": sequence})).await;
    let part = |name: &str| STANDARD.decode(message["message"][name].as_str().unwrap_or_default()).expect("base64");
    let mut headers = async_nats::HeaderMap::new();
    for line in String::from_utf8(part("hdrs")).expect("UTF-8").lines() {
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name, value);
        }
    }
    (headers, part("data"))
}

#[tokio::test]
async fn readers_decode_by_the_content_type() {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    let events = Events::connect(server.url()).await.expect("connects");
    events.register().await.expect("registers");
    let served = DishServed { text: "soup".to_owned(), int64: 1 << 60, bytes: vec![255], ..DishServed::default() };
    let washed = DishWashed { name: "plate".to_owned() };
    let metadata = CloudEvent::new("/kitchen");

    events.emit_dish_served(&served).await.expect("stored");
    events.emit_dish_served(&served).cloud_event(metadata.clone()).await.expect("stored");
    events.emit_dish_served(&served).cloud_event(metadata.clone().structured()).await.expect("stored");
    events.emit_dish_washed(&washed).cloud_event(metadata.clone()).await.expect("stored");
    events.emit_dish_washed(&washed).cloud_event(metadata.structured()).await.expect("stored");

    let text = r#"{"int64":"1152921504606846976","text":"soup","bytes":"/w=="}"#;
    let (headers, payload) = stored(&js, "dish-served", 1).await;
    assert_eq!(headers.get("Content-Type").map(|value| value.as_str()), Some("application/json"));
    assert_eq!(String::from_utf8_lossy(&payload), text);

    let (headers, payload) = stored(&js, "dish-served", 2).await;
    let read = CloudEvent::from_headers(&headers).expect("a CloudEvent");
    assert_eq!(read.data_content_type.as_deref(), Some("application/json"));
    assert_eq!(DishServed::decode_as(&read.data_content_type.unwrap_or_default(), &payload).expect("valid"), served);

    let (headers, payload) = stored(&js, "dish-served", 3).await;
    assert_eq!(headers.get("content-type").map(|value| value.as_str()), Some("application/cloudevents+json"));
    let whole: Value = serde_json::from_slice(&payload).expect("JSON");
    assert_eq!(whole["data"], serde_json::from_str::<Value>(text).expect("JSON"));
    let (read, data) = CloudEvent::from_structured(&payload).expect("a CloudEvent");
    let data = data.expect("there is a payload");
    assert_eq!(DishServed::decode_as(&read.data_content_type.unwrap_or_default(), data).expect("valid"), served);

    let (headers, payload) = stored(&js, "dish-washed", 1).await;
    let read = CloudEvent::from_headers(&headers).expect("a CloudEvent");
    assert_eq!(read.data_content_type.as_deref(), Some("application/protobuf"));
    assert_eq!(DishWashed::decode_as("application/protobuf", &payload).expect("valid"), washed);

    let (_, payload) = stored(&js, "dish-washed", 2).await;
    let whole: Value = serde_json::from_slice(&payload).expect("JSON");
    assert_eq!(whole["data_base64"], json!(STANDARD.encode(washed.encode().expect("encodes"))));
    assert_eq!(whole.get("data"), None);
    let (read, data) = CloudEvent::from_structured(&payload).expect("a CloudEvent");
    let data = data.expect("there is a payload");
    assert_eq!(DishWashed::decode_as(&read.data_content_type.unwrap_or_default(), data).expect("valid"), washed);

    // Of other writers: the message in another encoding than ours, whole or as text within a CloudEvent.
    let foreign = json!({"specversion": "1.0", "id": "1", "source": "/", "type": "dish-served",
        "datacontenttype": "application/x-protobuf",
        "data_base64": STANDARD.encode(walnats_runtime::private::prost::Message::encode_to_vec(&served))});
    let (read, data) = CloudEvent::from_structured(foreign.to_string().as_bytes()).expect("a CloudEvent");
    let content_type = read.data_content_type.expect("it is there");
    assert_eq!(DishServed::decode_as(&content_type, data.expect("there is a payload")).expect("valid"), served);
}
