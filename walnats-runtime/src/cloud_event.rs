//! CloudEvents 1.0: metadata of an event, in headers or in one JSON object with the payload.

mod binary;
mod rule;
mod structured;
mod value;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use rule::CloudEventError;
pub use value::AttributeValue;

use crate::media_type::MediaType;
use crate::{DateTime, Headers};

/// The context attributes of a [CloudEvent](https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md) 1.0.
///
/// To send one, start from [`CloudEvent::new`] and set what differs from the event; `.cloud_event(...)` of an emit fills in
/// the rest and checks it. By default, the attributes become headers (binary mode of the NATS binding): `ce-<name>`,
/// percent-encoded.
///
/// To read one, use [`CloudEvent::from_headers`] or [`CloudEvent::from_structured`].
///
/// ```
/// use walnats_runtime::CloudEvent;
///
/// let metadata = CloudEvent::new("https://shop.example/warehouses/dub")
///     .subject("TEA-0001")
///     .extension("partitionkey", "dub");
/// assert_eq!(metadata.subject.as_deref(), Some("TEA-0001"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CloudEvent {
    /// Identifies the event among those of its source. When sending, `None` means the message id.
    pub id: Option<String>,
    /// The context in which it happened: a URI reference.
    pub source: String,
    /// What happened. When sending, `None` means the event's type.
    pub event_type: Option<String>,
    /// What it happened to, within the source.
    pub subject: Option<String>,
    /// When it happened. When sending, `None` means the current time.
    pub time: Option<DateTime>,
    /// The payload's media type. When sending, `None` means the event's.
    pub data_content_type: Option<String>,
    /// The URI of the payload's schema.
    pub data_schema: Option<String>,
    /// Extension attributes by name.
    pub extensions: BTreeMap<String, AttributeValue>,
    mode: Mode,
    content_type_header: bool,
}

/// Where the attributes are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Binary,
    Structured,
}

/// The values of an event for attributes that are not set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults<'a> {
    /// The message id.
    pub(crate) id: &'a str,
    /// The event type's name.
    pub(crate) event_type: &'a str,
    /// The payload's media type.
    pub(crate) content_type: &'a str,
}

impl CloudEvent {
    /// Metadata of an event from this source, a URI reference such as `https://shop.example/orders` or `/orders`.
    pub fn new(source: impl Into<String>) -> Self {
        Self {
            id: None,
            source: source.into(),
            event_type: None,
            subject: None,
            time: None,
            data_content_type: None,
            data_schema: None,
            extensions: BTreeMap::new(),
            mode: Mode::Binary,
            content_type_header: false,
        }
    }

    /// Sets the id. It is not used for deduplication; the emit's `.uid()` is.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Sets the type.
    pub fn event_type(mut self, event_type: impl Into<String>) -> Self {
        self.event_type = Some(event_type.into());
        self
    }

    /// Sets the subject, which is not the NATS subject.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the time.
    pub fn time(mut self, time: impl Into<DateTime>) -> Self {
        self.time = Some(time.into());
        self
    }

    /// Sets the media type of the payload (RFC 2046).
    pub fn data_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.data_content_type = Some(content_type.into());
        self
    }

    /// Sets the URI of the payload's schema.
    pub fn data_schema(mut self, uri: impl Into<String>) -> Self {
        self.data_schema = Some(uri.into());
        self
    }

    /// Sets an extension attribute. Names consist of `a` to `z` and digits; CloudEvents recommends at most 20 characters.
    pub fn extension(mut self, name: impl Into<String>, value: impl Into<AttributeValue>) -> Self {
        self.extensions.insert(name.into(), value.into());
        self
    }

    /// Sends attributes and payload in one JSON object (`application/cloudevents+json`). A payload that is not JSON is
    /// embedded as base64.
    pub fn structured(mut self) -> Self {
        self.mode = Mode::Structured;
        self
    }

    /// Also sends the payload's media type as the header `content-type`, which some readers (sdk-go) expect instead of
    /// `ce-datacontenttype`. In structured mode, that header describes the whole object instead.
    pub fn content_type_header(mut self) -> Self {
        self.content_type_header = true;
        self
    }

    /// Fills in missing attributes, checks all, and writes them into `headers` or around `payload`. Returns the payload to
    /// send.
    ///
    /// # Errors
    ///
    /// An attribute violates a rule of CloudEvents.
    pub(crate) fn apply(
        mut self,
        defaults: Defaults<'_>,
        headers: &mut Headers,
        payload: Vec<u8>,
    ) -> Result<Vec<u8>, CloudEventError> {
        self.id.get_or_insert_with(|| defaults.id.to_owned());
        self.event_type.get_or_insert_with(|| defaults.event_type.to_owned());
        self.data_content_type.get_or_insert_with(|| defaults.content_type.to_owned());
        self.time.get_or_insert_with(DateTime::now);
        rule::check(&self)?;
        match self.mode {
            Mode::Binary => {
                binary::write(self, headers)?;
                Ok(payload)
            }
            Mode::Structured => {
                headers.insert_own("content-type", structured::CONTENT_TYPE.to_owned())?;
                structured::write(&self, &payload)
            }
        }
    }

    /// The attributes that are set, with their names in CloudEvents, as text; `specversion` first.
    fn attributes(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let core = [
            ("specversion", Some(SPEC_VERSION)),
            ("id", self.id.as_deref()),
            ("source", Some(self.source.as_str())),
            ("type", self.event_type.as_deref()),
            ("subject", self.subject.as_deref()),
            ("time", self.time.as_ref().map(DateTime::as_str)),
            ("datacontenttype", self.data_content_type.as_deref()),
            ("dataschema", self.data_schema.as_deref()),
        ];
        let core = core.into_iter().filter_map(|(name, value)| Some((name, Cow::Borrowed(value?))));
        core.chain(self.extensions.iter().map(|(name, value)| (name.as_str(), value.text())))
    }

    /// Sets an attribute that was read.
    fn set(&mut self, name: &str, value: AttributeValue) -> Result<(), CloudEventError> {
        let place = match name {
            "id" => &mut self.id,
            "type" => &mut self.event_type,
            "subject" => &mut self.subject,
            "datacontenttype" => &mut self.data_content_type,
            "dataschema" => &mut self.data_schema,
            "source" => {
                self.source = text(name, value)?;
                return Ok(());
            }
            "time" => {
                let time = text(name, value)?.parse();
                self.time = Some(time.map_err(|_| CloudEventError::invalid(name, "a time of RFC 3339"))?);
                return Ok(());
            }
            _ => {
                self.extensions.insert(name.to_owned(), value);
                return Ok(());
            }
        };
        *place = Some(text(name, value)?);
        Ok(())
    }
}

/// The version of CloudEvents that is supported.
const SPEC_VERSION: &str = "1.0";

fn text(name: &str, value: AttributeValue) -> Result<String, CloudEventError> {
    match value {
        AttributeValue::String(text) => Ok(text),
        _ => Err(CloudEventError::invalid(name, "a string")),
    }
}

/// Whether a media type is JSON: `application/json`, `text/json`, or one that ends in `+json`.
fn is_json(content_type: &str) -> bool {
    MediaType::of(content_type) == MediaType::Json
}
