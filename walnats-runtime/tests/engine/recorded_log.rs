//! Whatever is said through `tracing` on this thread.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber, span};

/// Keeps the texts of everything that is said at a level and above, by whatever crate.
#[derive(Clone)]
pub struct RecordedLog {
    level: Level,
    texts: Arc<Mutex<Vec<String>>>,
}

impl From<Level> for RecordedLog {
    fn from(level: Level) -> Self {
        // While there is one subscriber in the process, tracing asks that of the thread which comes to a call site first whether
        // anybody listens there, and believes it for all threads. With two, it asks both.
        static SECOND: OnceLock<Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| Dispatch::new(Self { level: Level::ERROR, texts: Arc::default() }));
        Self { level, texts: Arc::default() }
    }
}

impl RecordedLog {
    pub fn all(&self) -> Vec<String> {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn about(&self, stream: &str) -> Vec<String> {
        let name = format!("stream=\"{stream}\"");
        self.all().into_iter().filter(|text| text.contains(&name)).collect()
    }

    fn keep(&self, record: impl FnOnce(&mut Text)) {
        let mut text = Text(String::new());
        record(&mut text);
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).push(text.0);
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0 += &format!("{}={value:?} ", field.name());
    }
}

impl Subscriber for RecordedLog {
    /// Other tests listen at other levels meanwhile: what one of them decides may not hold for all.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.level
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        self.keep(|text| attributes.record(text));
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        self.keep(|text| values.record(text));
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        self.keep(|text| event.record(text));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
