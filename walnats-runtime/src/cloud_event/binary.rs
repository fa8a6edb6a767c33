//! Binary mode of the NATS binding (1.0.3-wip): each attribute is a header, and the payload is unchanged.

use async_nats::HeaderMap;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::{AttributeValue, CloudEvent, CloudEventError, SPEC_VERSION, rule};
use crate::{Headers, printable};

/// Percent-encoded in addition to everything that is not printable ASCII: space, `"` and `%`.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// The prefix of the headers' names.
const PREFIX: &str = "ce-";

/// Sets a header for each attribute.
pub(super) fn write(event: CloudEvent, headers: &mut Headers) -> Result<(), CloudEventError> {
    let content_type = event.data_content_type.clone().filter(|_| event.content_type_header);
    let core = [
        ("ce-specversion", Some(SPEC_VERSION.to_owned())),
        ("ce-id", event.id),
        ("ce-source", Some(event.source)),
        ("ce-type", event.event_type),
        ("ce-subject", event.subject),
        ("ce-time", event.time.map(|time| time.as_str().to_owned())),
        ("ce-datacontenttype", event.data_content_type),
        ("ce-dataschema", event.data_schema),
    ];
    headers.reserve(core.len() + event.extensions.len() + 1);
    for (name, value) in core {
        if let Some(value) = value {
            headers.insert_own(name, encoded(value))?;
        }
    }
    for (name, value) in event.extensions {
        headers.insert_own(format!("{PREFIX}{name}"), encoded(value.text().into_owned()))?;
    }
    if let Some(content_type) = content_type {
        headers.insert_own("content-type", content_type)?;
    }
    Ok(())
}

fn encoded(value: String) -> String {
    let is_plain = printable::all(&value, |byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'%');
    if is_plain { value } else { utf8_percent_encode(&value, ENCODED).to_string() }
}

impl CloudEvent {
    /// Reads the attributes of a message in binary mode; its payload is the event's data.
    ///
    /// Header names are compared case-insensitively. Values are percent-decoded once, and every extension is a string.
    /// Without `ce-datacontenttype`, the media type is that of the header `content-type`.
    ///
    /// # Errors
    ///
    /// [`CloudEventError::NotCloudEvent`] without `ce-specversion`; otherwise the attribute that violates a rule, or that
    /// does not decode to UTF-8.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, CloudEventError> {
        let mut event = CloudEvent::new("");
        let (mut version, mut content_type) = (None, None);
        for (name, values) in headers.iter() {
            let name = AsRef::<str>::as_ref(name).to_ascii_lowercase();
            let Some(value) = values.first().map(|value| value.as_str()) else { continue };
            if name == "content-type" {
                content_type = Some(value.to_owned());
            }
            let Some(name) = name.strip_prefix(PREFIX) else { continue };
            let value = percent_decode_str(value).decode_utf8();
            let value = value.map_err(|_| CloudEventError::invalid(name, "percent-encoded UTF-8"))?.into_owned();
            match name {
                "specversion" => version = Some(value),
                _ if !rule::is_name(name) => return Err(CloudEventError::Name(name.chars().take(64).collect())),
                _ => event.set(name, AttributeValue::String(value))?,
            }
        }
        match version.as_deref() {
            None => return Err(CloudEventError::NotCloudEvent),
            Some(SPEC_VERSION) => {}
            Some(_) => return Err(CloudEventError::SpecVersion),
        }
        event.data_content_type = event.data_content_type.or(content_type);
        rule::check(&event)?;
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud_event::Defaults;

    const DEFAULTS: Defaults<'_> = Defaults { id: "m1", event_type: "user-created", content_type: "application/json" };

    fn sent(event: CloudEvent) -> Vec<(String, String)> {
        let mut headers = Headers::new();
        let payload = event.apply(DEFAULTS, &mut headers, b"{}".to_vec()).expect("a valid CloudEvent");
        assert_eq!(payload, b"{}");
        headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn every_attribute_is_a_header_to_the_byte() {
        let event = CloudEvent::new("/shop%20one?q=%C3%BC#top")
            .subject("Euro € 😀 \"100%\" ~!'<>\\")
            .time("2026-01-02T03:04:05.5+01:00".parse::<crate::DateTime>().expect("a time"))
            .data_schema("https://shop.example/schema")
            .extension("sampledrate", 3)
            .extension("flag", true)
            .extension("bytes", vec![0_u8, 255])
            .extension("partitionkey", "a b")
            .content_type_header();
        let expected = [
            ("ce-specversion", "1.0"),
            ("ce-id", "m1"),
            ("ce-source", "/shop%2520one?q=%25C3%25BC#top"),
            ("ce-type", "user-created"),
            ("ce-subject", "Euro%20%E2%82%AC%20%F0%9F%98%80%20%22100%25%22%20~!'<>\\"),
            ("ce-time", "2026-01-02T03:04:05.5+01:00"),
            ("ce-datacontenttype", "application/json"),
            ("ce-dataschema", "https://shop.example/schema"),
            ("ce-bytes", "AP8="),
            ("ce-flag", "true"),
            ("ce-partitionkey", "a%20b"),
            ("ce-sampledrate", "3"),
            ("content-type", "application/json"),
        ];
        assert_eq!(sent(event), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_written_reads_back() {
        let subject: String = (' '..='~').chain("\u{a0}ü€😀".chars()).collect();
        let event = CloudEvent::new("urn:x").id("i").event_type("t").subject(subject).extension("n", "v");
        let mut map = HeaderMap::new();
        for (name, value) in sent(event.clone()) {
            assert!(value.bytes().all(|byte| byte.is_ascii_graphic()), "{value}");
            map.insert(name.as_str(), value.as_str());
        }
        let read = CloudEvent::from_headers(&map).expect("a CloudEvent");
        assert!(read.time.is_some());
        let filled = CloudEvent { time: read.time.clone(), ..event.data_content_type("application/json") };
        assert_eq!(read, filled);
    }
}
