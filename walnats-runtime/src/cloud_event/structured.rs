//! Structured mode: attributes and data together in one JSON object (JSON event format 1.0.2).

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{AttributeValue, CloudEvent, CloudEventError, SPEC_VERSION, is_json, rule};

/// The media type of structured mode.
pub(super) const CONTENT_TYPE: &str = "application/cloudevents+json";

/// Writes the JSON object. JSON data is embedded verbatim, other data as base64.
pub(super) fn write(event: &CloudEvent, payload: &[u8]) -> Result<Vec<u8>, CloudEventError> {
    let mut text = String::from("{");
    for (name, value) in event.attributes() {
        let value = match event.extensions.get(name) {
            Some(AttributeValue::Integer(number)) => json!(number),
            Some(AttributeValue::Boolean(value)) => json!(value),
            _ => json!(value),
        };
        // Attribute names need no escaping.
        text.push_str(&format!("\"{name}\":{value},"));
    }
    if event.data_content_type.as_deref().is_none_or(is_json) {
        let data: &RawValue = serde_json::from_slice(payload).map_err(CloudEventError::Data)?;
        text.push_str(&format!("\"data\":{}}}", data.get()));
    } else {
        text.push_str(&format!("\"data_base64\":\"{}\"}}", STANDARD.encode(payload)));
    }
    Ok(text.into_bytes())
}

impl CloudEvent {
    /// Reads a message in structured mode, one whose `content-type` starts with `application/cloudevents`. Returns the
    /// attributes and the data, if any: JSON verbatim, a JSON string as its text if the media type is not JSON, and decoded
    /// base64.
    ///
    /// # Errors
    ///
    /// The payload is not a JSON object or has a duplicate member, or an attribute violates a rule of CloudEvents.
    pub fn from_structured(payload: &[u8]) -> Result<(Self, Option<Vec<u8>>), CloudEventError> {
        let Members(members) = serde_json::from_slice(payload).map_err(CloudEventError::Json)?;
        let mut event = CloudEvent::new("").structured();
        let mut version = None;
        let (mut data, mut data_base64) = (None, None);
        for (name, raw) in members {
            match name.as_str() {
                "data" => data = Some(raw),
                "data_base64" => data_base64 = Some(raw),
                _ if !rule::is_name(&name) => return Err(CloudEventError::Name(name.chars().take(64).collect())),
                _ => match (name.as_str(), value(&name, raw)?) {
                    (_, None) => {}
                    ("specversion", value) => version = value,
                    (name, Some(value)) => event.set(name, value)?,
                },
            }
        }
        match version {
            None => return Err(CloudEventError::NotCloudEvent),
            Some(AttributeValue::String(version)) if version == SPEC_VERSION => {}
            Some(_) => return Err(CloudEventError::SpecVersion),
        }
        rule::check(&event)?;
        let data = match (data, data_base64) {
            (None, None) => None,
            (Some(_), Some(_)) => return Err(CloudEventError::DataTwice),
            (Some(data), None) => Some(plain(&event, data)),
            (None, Some(data)) => Some(decoded(data)?),
        };
        Ok((event, data))
    }
}

/// An attribute's value; `null` means that it is absent.
fn value(name: &str, raw: &RawValue) -> Result<Option<AttributeValue>, CloudEventError> {
    let wrong = || CloudEventError::invalid(name, "a string, a boolean or a 32-bit integer");
    Ok(match serde_json::from_str(raw.get()).map_err(CloudEventError::Json)? {
        Value::Null => None,
        Value::String(text) => Some(text.into()),
        Value::Bool(value) => Some(value.into()),
        Value::Number(number) => {
            let number = number.as_i64().and_then(|number| i32::try_from(number).ok());
            Some(number.ok_or_else(wrong)?.into())
        }
        Value::Array(_) | Value::Object(_) => return Err(wrong()),
    })
}

fn plain(event: &CloudEvent, data: &RawValue) -> Vec<u8> {
    let json = event.data_content_type.as_deref().is_none_or(is_json);
    match serde_json::from_str::<String>(data.get()) {
        Ok(text) if !json => text.into_bytes(),
        _ => data.get().as_bytes().to_vec(),
    }
}

fn decoded(data: &RawValue) -> Result<Vec<u8>, CloudEventError> {
    let text: Option<String> = serde_json::from_str(data.get()).ok();
    let bytes = text.and_then(|text| STANDARD.decode(text).ok());
    bytes.ok_or_else(|| CloudEventError::invalid("data_base64", "base64"))
}

/// The members of an object, without duplicates.
struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("duplicate member"));
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Headers;
    use crate::cloud_event::Defaults;

    fn sent(event: CloudEvent, content_type: &str, payload: &[u8]) -> Result<String, CloudEventError> {
        let mut headers = Headers::new();
        let defaults = Defaults { id: "m1", event_type: "user-created", content_type };
        let text = event.structured().apply(defaults, &mut headers, payload.to_vec())?;
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("content-type", "application/cloudevents+json")]);
        Ok(String::from_utf8(text).expect("JSON is UTF-8"))
    }

    #[test]
    fn attributes_and_data_make_one_object() {
        let event = CloudEvent::new("/shop")
            .subject("\"€\"")
            .time("2026-01-02T03:04:05Z".parse::<crate::DateTime>().expect("a time"))
            .extension("n", 7)
            .extension("on", false);
        let text = sent(event.clone(), "application/json", br#"{"a": 1e400}"#).expect("a valid CloudEvent");
        let head = concat!(
            r#"{"specversion":"1.0","id":"m1","source":"/shop","type":"user-created","subject":"\"€\"","#,
            r#""time":"2026-01-02T03:04:05Z","#
        );
        let json = r#""datacontenttype":"application/json","n":7,"on":false,"data":{"a": 1e400}}"#;
        assert_eq!(text, format!("{head}{json}"));

        let text = sent(event.clone(), "application/protobuf", &[0, 255]).expect("a valid CloudEvent");
        let base64 = r#""datacontenttype":"application/protobuf","n":7,"on":false,"data_base64":"AP8="}"#;
        assert_eq!(text, format!("{head}{base64}"));
        let (read, data) = CloudEvent::from_structured(text.as_bytes()).expect("a CloudEvent");
        assert_eq!((read.extensions, data), (event.extensions.clone(), Some(vec![0, 255])));

        assert!(matches!(sent(event, "application/json", b"{"), Err(CloudEventError::Data(_))));
    }
}
