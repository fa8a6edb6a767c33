//! Binary mode of the NATS binding (1.0.3-wip): each attribute is a header, the payload stays as it is.

use async_nats::HeaderMap;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::{AttributeValue, CloudEvent, CloudEventError, SPEC_VERSION, rule};
use crate::Headers;

/// Beside all that is not printable ASCII: space, `"` and `%`.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

/// What the names of the headers start with.
const PREFIX: &str = "ce-";

/// Sets a header for each attribute.
pub(super) fn write(event: &CloudEvent, headers: &mut Headers) -> Result<(), CloudEventError> {
    for (name, value) in event.attributes() {
        headers.insert_own(format!("{PREFIX}{name}"), utf8_percent_encode(&value, ENCODED).to_string())?;
    }
    if let Some(content_type) = event.data_content_type.as_ref().filter(|_| event.content_type_header) {
        headers.insert_own("content-type", content_type.clone())?;
    }
    Ok(())
}

impl CloudEvent {
    /// Reads the attributes of a message in binary mode; its payload is the event's data as it is.
    ///
    /// Names of headers count without regard to case. Values are percent-decoded once, and every extension is a string.
    /// Without `ce-datacontenttype`, the header `content-type` tells the media type.
    ///
    /// # Errors
    ///
    /// [`CloudEventError::NotCloudEvent`] without `ce-specversion`; otherwise the attribute that breaks a rule, or that
    /// is not UTF-8 once it is decoded.
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
