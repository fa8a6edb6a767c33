#![doc = include_str!("../README.md")]
//!
#![doc = include_str!("../docs/metrics.md")]
#![doc = ""]
#![doc = include_str!("../docs/evolution.md")]
#![cfg_attr(feature = "consume", doc = "", doc = include_str!("../docs/readers.md"))]
#![cfg_attr(feature = "testing", doc = "", doc = include_str!("../docs/testing.md"))]

mod batch;
mod callback;
mod chain;
mod clock;
mod cloud_event;
mod compose;
#[cfg(feature = "consume")]
mod consume;
mod credentials;
mod emit;
mod engine;
mod error;
mod event;
mod headers;
mod health;
mod jetstream;
mod json;
mod lost_report;
mod media_type;
mod message;
mod metric;
mod options;
mod pending;
mod placement;
mod printable;
pub mod private;
#[cfg(feature = "protobuf")]
mod protobuf;
mod publisher;
mod register;
mod response;
mod stats;
mod stream;
mod subject;
#[cfg(feature = "testing")]
mod testing;
mod tolerant;
mod tolerated;
mod trace;
mod types;
mod uid;
mod untyped;
mod warning;

/// The NATS client that walnats uses, in the version whose types appear in this interface: [`Options::nats`],
/// [`Publisher::client`] and so on. It may change in a new version of walnats.
pub use async_nats;
pub use batch::EmitAll;
pub use clock::{Clock, Tick, Ticked};
pub use cloud_event::{AttributeValue, CloudEvent, CloudEventError};
#[cfg(feature = "consume")]
pub use consume::{
    Backoff, Batched, Batches, ConsumedEvent, ConsumerAction, ConsumerChange, ConsumerPlan, ConsumerRefusal, Delivery,
    Handler, HandlerError, Handling, IntoSettle, IntoSettles, PauseError, ReadError, ReadMessageError, Reader,
    ReaderControl, ReaderHealth, ReaderMonitor, ReaderOptions, RefusedConsumer, Served, Settle, Start, StreamProgress,
    batched,
};
#[cfg(feature = "tower")]
pub use consume::{Delivered, Next};

/// Layers of tower that ship, for [`ReaderOptions::layer`](crate::ReaderOptions::layer). Timeouts and limits are those of tower:
/// `tower::timeout::TimeoutLayer`, `tower::limit::GlobalConcurrencyLimitLayer`.
#[cfg(feature = "tower")]
pub mod layers {
    pub use crate::consume::layers::{LayerFuture, Metrics, MetricsLayer, Trace, TraceLayer};
}
pub use credentials::Credentials;
pub use emit::{BoxFuture, Buffered, Emit, Request, RequestError};
pub use error::*;
pub use event::{Event, EventDescriptor, OnceKey};
pub use headers::Headers;
pub use health::Health;
pub use jetstream::Scope;
pub use message::{MessageParts, OutboundMessage, Outcome, PartsError, Receipt};
pub use options::{Full, Lost, Options};
pub use pending::Pending;
pub use publisher::{Environment, Publisher};
pub use register::{
    Action, Change, Count, CutConsumer, CutOff, Loss, Misfit, Plan, Refusal, RefusedStream, Register, RegisterError,
    Registered, RegisteredStream, StreamOutcome, StreamPlan, Weakening,
};
pub use response::{Answer, Json, Response, ResponseError};
pub use stats::Stats;
pub use stream::{Discard, Retention, Storage, StreamDescriptor};
pub use subject::{MAX_MESSAGE_ID_BYTES, MAX_SUBJECT_BYTES, schedule_filter};
#[cfg(feature = "testing")]
pub use testing::{Emitted, EmittedMessage, EventSchema, Fault, Memory, WithSchema};
pub use tolerated::{ReadMode, Tolerated, Unknown};
#[cfg(feature = "chrono")]
pub use types::chrono;
#[cfg(feature = "time")]
pub use types::time;
pub use types::{
    Base64, Date, DateTime, DecodeBase64Error, IntoNullable, Map, ParseDateTimeError, ParseEnumError, ParseUuidError,
    ParseVerbatimError, Uuid, Value, Verbatim,
};
pub use untyped::{Emittable, UntypedEvent};
pub use warning::Warning;
