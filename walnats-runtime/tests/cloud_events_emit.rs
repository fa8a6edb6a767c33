//! CloudEvents that were emitted, as the server stores them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use walnats_runtime::{
    AttributeValue, CloudEvent, DateTime, DecodeError, EncodeError, Event, EventDescriptor, Options, Publisher,
    Register, StreamDescriptor, SubjectError, ValidateError,
};
use walnats_server::NatsServer;

mod register_support;
use register_support::Js;

static STREAMS: &[StreamDescriptor] =
    &[StreamDescriptor { subjects: &["user-created"], ..StreamDescriptor::new("users") }];

/// An event such as generated code makes, with a payload of its own.
struct UserCreated;

impl Event for UserCreated {
    const DESCRIPTOR: &'static EventDescriptor = &EventDescriptor {
        name: "user-created",
        event_type: "com.example.user-created",
        stream: "users",
        subject: "user-created",
        content_type: "application/json",
        description: "",
        message_name: None,
    };

    fn subject(&self) -> Result<String, SubjectError> {
        Ok("user-created".to_owned())
    }

    fn validate(&self) -> Result<(), ValidateError> {
        Ok(())
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Ok(br#"{"user_id":"u_42"}"#.to_vec())
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

/// The header block and the payload of a stored message, to the byte.
async fn stored(js: &Js, sequence: u64) -> (String, String) {
    let message = js.call("STREAM.MSG.GET.users", json!({"seq": sequence})).await;
    let part = |name: &str| {
        let text = message["message"][name].as_str().unwrap_or_default();
        String::from_utf8(STANDARD.decode(text).expect("base64")).expect("UTF-8")
    };
    (part("hdrs"), part("data"))
}

#[tokio::test]
async fn metadata_is_stored_in_headers_or_around_the_payload() {
    let server = NatsServer::start().expect("nats-server starts");
    let js = Js::connect(&server).await;
    Register::new(&js.client, STREAMS).await.expect("registers");
    let publisher = Publisher::connect(server.url(), STREAMS, Options::new()).await.expect("connects");
    let metadata = CloudEvent::new("/users?q=%20")
        .subject("Zoë \"Z\" 100%")
        .time("2026-01-02T03:04:05+01:00".parse::<DateTime>().expect("a time"))
        .extension("sampledrate", 2)
        .extension("dataref", AttributeValue::Uri("urn:x:y".into()));

    publisher.emit(&UserCreated).uid("m1").cloud_event(metadata.clone()).await.expect("stored");
    let (headers, payload) = stored(&js, 1).await;
    assert_eq!(payload, r#"{"user_id":"u_42"}"#);
    let attributes: Vec<&str> = headers.lines().filter(|line| line.starts_with("ce-")).collect();
    let expected = [
        "ce-specversion: 1.0",
        "ce-id: m1",
        "ce-source: /users?q=%2520",
        "ce-type: com.example.user-created",
        "ce-subject: Zo%C3%AB%20%22Z%22%20100%25",
        "ce-time: 2026-01-02T03:04:05+01:00",
        "ce-datacontenttype: application/json",
        "ce-dataref: urn:x:y",
        "ce-sampledrate: 2",
    ];
    let sorted = |mut lines: Vec<&str>| {
        lines.sort_unstable();
        lines.join("\n")
    };
    assert_eq!(sorted(attributes), sorted(expected.to_vec()));
    assert!(headers.contains("Nats-Msg-Id: m1\r\n"), "{headers}");

    publisher.emit(&UserCreated).uid("m2").cloud_event(metadata.id("c2").structured()).await.expect("stored");
    let (headers, payload) = stored(&js, 2).await;
    assert!(
        headers.contains("content-type: application/cloudevents+json\r\n") && !headers.contains("ce-"),
        "{headers}"
    );
    let expected = concat!(
        r#"{"specversion":"1.0","id":"c2","source":"/users?q=%20","type":"com.example.user-created","#,
        r#""subject":"Zoë \"Z\" 100%","time":"2026-01-02T03:04:05+01:00","datacontenttype":"application/json","#,
        r#""dataref":"urn:x:y","sampledrate":2,"data":{"user_id":"u_42"}}"#
    );
    assert_eq!(payload, expected);

    let error = publisher.emit(&UserCreated).cloud_event(CloudEvent::new("")).await.expect_err("no source");
    let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
    assert!(format!("{error} {source}").contains("CloudEvent"), "{error}: {source}");
    assert_eq!(js.messages("users").await, 2);
}
