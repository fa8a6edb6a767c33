//! CloudEvents as readers see them: the official samples of the JSON format, and messages in headers.

use async_nats::HeaderMap;
use serde_json::Value;
use walnats_runtime::{AttributeValue, CloudEvent, CloudEventError};

mod register_support;
use register_support::corpora;

/// Cases of `cloudevents-format/json/<file>`.
fn cases(file: &str) -> Vec<Value> {
    let Some(folder) = corpora() else {
        println!("no corpora folder: the official CloudEvents of {file} are not read");
        return Vec::new();
    };
    let text = std::fs::read_to_string(folder.join("cloudevents-format/json").join(file)).expect("readable");
    let mut file: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON");
    serde_json::from_value(file["tests"].take()).expect("an array of cases")
}

#[test]
fn official_valid_events_are_read() {
    for case in cases("valid-events.json") {
        let (event, data) = CloudEvent::from_structured(case["event"].to_string().as_bytes())
            .unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        let expected = |name: &str| case["event"][name].as_str();
        assert_eq!(event.id.as_deref(), expected("id"));
        assert_eq!(Some(event.source.as_str()), expected("source"));
        assert_eq!(event.event_type.as_deref(), expected("type"));
        assert_eq!(event.subject.as_deref(), expected("subject"));
        assert_eq!(event.time.as_ref().map(|time| time.as_str()), expected("time"));
        assert_eq!(event.data_content_type.as_deref(), expected("datacontenttype"));
        assert_eq!(event.data_schema.as_deref(), expected("dataschema"));
        assert_eq!(data.as_deref(), expected("data").map(str::as_bytes), "{}", case["id"]);
        if case["id"] == "validAllExtensionTypes" {
            assert_eq!(event.extensions.len(), 7);
            assert_eq!(event.extensions["extinteger"], AttributeValue::Integer(10));
            assert_eq!(event.extensions["extboolean"], AttributeValue::Boolean(true));
            assert_eq!(event.extensions["extbinary"], "TWE=".into());
        }
    }
}

#[test]
fn official_invalid_events_are_refused() {
    for case in cases("invalid-events.json") {
        let read = CloudEvent::from_structured(case["event"].to_string().as_bytes());
        assert!(read.is_err(), "{} was read", case["id"]);
    }
}

#[test]
fn data_is_kept_to_the_letter() {
    let head = r#"{"specversion":"1.0","id":"1","type":"t","source":"/s""#;
    for (rest, expected) in [
        ("}", None),
        (
            r#","data":{"n": 1e400, "m": 12345678901234567890123}}"#,
            Some(r#"{"n": 1e400, "m": 12345678901234567890123}"#),
        ),
        (r#","data":null}"#, Some("null")),
        (r#","data":"text"}"#, Some("\"text\"")),
        (r#","data":"text","datacontenttype":"text/plain"}"#, Some("text")),
        (r#","data":{"a":1},"datacontenttype":"application/vnd.a+json; charset=utf-8"}"#, Some(r#"{"a":1}"#)),
        (r#","data_base64":"TWE=","datacontenttype":"application/protobuf"}"#, Some("Ma")),
    ] {
        let (_, data) = CloudEvent::from_structured(format!("{head}{rest}").as_bytes()).expect(rest);
        assert_eq!(data.as_deref(), expected.map(str::as_bytes), "{rest}");
    }
    for rest in [
        r#","data_base64":"%%%"}"#,
        r#","data_base64":1}"#,
        r#","id":"2"}"#,
        r#","n":2147483648}"#,
        r#","n":1.5}"#,
        r#","n":[]}"#,
        r#","data":}"#,
    ] {
        assert!(CloudEvent::from_structured(format!("{head}{rest}").as_bytes()).is_err(), "{rest}");
    }
    for text in ["", "[]", "1", "{}"] {
        assert!(CloudEvent::from_structured(text.as_bytes()).is_err(), "{text}");
    }
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.insert(*name, *value);
    }
    headers
}

const REQUIRED: [(&str, &str); 4] = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t")];

#[test]
fn headers_are_read_and_decoded_once() {
    let mut pairs = REQUIRED.to_vec();
    pairs.extend([
        ("CE-Subject", "Euro%20%E2%82%AC%20%F0%9F%98%80 %2520 %zz"),
        ("ce-time", "2018-04-05T17:31:00Z"),
        ("ce-partitionkey", "k"),
        ("content-type", "application/json"),
        ("Nats-Msg-Id", "other"),
    ]);
    let event = CloudEvent::from_headers(&headers(&pairs)).expect("a CloudEvent");
    assert_eq!(event.subject.as_deref(), Some("Euro € 😀 %20 %zz"));
    assert_eq!(event.time.as_ref().map(|time| time.as_str()), Some("2018-04-05T17:31:00Z"));
    assert_eq!(event.data_content_type.as_deref(), Some("application/json"));
    assert_eq!(event.extensions["partitionkey"], "k".into());
    assert_eq!(event.extensions.len(), 1);
}

#[test]
fn headers_that_break_a_rule_are_refused() {
    let rows: [(&[(&str, &str)], &str); 7] = [
        (&[("ce-specversion", "0.3")], "`specversion` is not 1.0"),
        (&[("ce-id", "")], "attribute `id` is empty"),
        (&[("ce-source", "%20")], "attribute `source` is not a URI reference"),
        (&[("ce-subject", "%C3%28")], "attribute `subject` is not percent-encoded UTF-8"),
        (&[("ce-subject", "a%0Ab")], "attribute `subject` is not free of control characters and noncharacters"),
        (&[("ce-time", "yesterday")], "attribute `time` is not a time of RFC 3339"),
        (
            &[("ce-x-y", "1")],
            "\"x-y\" is not a valid name of an extension: use `a` to `z` and digits, except `data` and the names of core attributes",
        ),
    ];
    for (changed, message) in rows {
        let pairs = [&REQUIRED, changed].concat();
        assert_eq!(CloudEvent::from_headers(&headers(&pairs)).expect_err(message).to_string(), message);
    }
    let plain = CloudEvent::from_headers(&headers(&[("Nats-Msg-Id", "1")]));
    assert!(matches!(plain, Err(CloudEventError::NotCloudEvent)));
    for missing in ["ce-id", "ce-source", "ce-type"] {
        let pairs: Vec<_> = REQUIRED.into_iter().filter(|(name, _)| *name != missing).collect();
        assert!(CloudEvent::from_headers(&headers(&pairs)).is_err(), "{missing}");
    }
}
