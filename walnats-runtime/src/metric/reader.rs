//! Metrics of readers. Each has a row in `docs/readers.md`.

#[cfg(feature = "metrics")]
pub(crate) use self::with::*;
#[cfg(not(feature = "metrics"))]
pub(crate) use self::without::*;

#[cfg(feature = "metrics")]
mod with {
    use std::time::SystemTime;

    use jiff::Timestamp;
    use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
    use tokio::time::Instant;

    /// Describes each metric to the recorder.
    pub(crate) fn describe() {
        describe_counter!("walnats_read_total", Unit::Count, "Deliveries that ended, by what became of the event");
        describe_histogram!("walnats_handle_seconds", Unit::Seconds, "Time that handlers took, for each attempt");
        #[cfg(feature = "tower")]
        describe_histogram!(
            "walnats_layer_seconds",
            Unit::Seconds,
            "Time that calls took within a MetricsLayer, by how they ended"
        );
        describe_histogram!(
            "walnats_read_age_seconds",
            Unit::Seconds,
            "Time from when the stream stored an event to when it was done or became a dead letter"
        );
        describe_histogram!(
            "walnats_read_attempts",
            Unit::Count,
            "Deliveries of an event until it was done or became a dead letter"
        );
        describe_gauge!("walnats_read_pending", Unit::Count, "Events in the stream that wait for the service: its lag");
        describe_gauge!(
            "walnats_read_unsettled",
            Unit::Count,
            "Events that were delivered to the service and are not settled"
        );
    }

    /// A delivery ended.
    pub(crate) fn ended(service: &'static str, event: &'static str, end: &'static str) {
        counter!("walnats_read_total", "service" => service, "event" => event, "end" => end).increment(1);
    }

    /// A handler at work.
    pub(crate) struct Handling(Instant);

    impl Handling {
        pub(crate) fn begin() -> Self {
            Self(Instant::now())
        }

        pub(crate) fn end(self, service: &'static str, event: &'static str) {
            histogram!("walnats_handle_seconds", "service" => service, "event" => event).record(self.0.elapsed());
        }
    }

    /// What a layer is around, at work.
    #[cfg(feature = "tower")]
    pub(crate) struct Layer {
        layer: &'static str,
        event: &'static str,
        begin: Instant,
    }

    #[cfg(feature = "tower")]
    impl Layer {
        pub(crate) fn begin(layer: &'static str, event: &'static str) -> Self {
            Self { layer, event, begin: Instant::now() }
        }

        pub(crate) fn end(&self, end: &'static str) {
            let Self { layer, event, begin } = self;
            histogram!("walnats_layer_seconds", "layer" => *layer, "event" => *event, "end" => end)
                .record(begin.elapsed());
        }
    }

    /// An event is settled for good.
    pub(crate) fn settled(
        service: &'static str,
        event: &'static str,
        now: impl FnOnce() -> SystemTime,
        stored: Timestamp,
        attempts: u64,
    ) {
        let age = now().duration_since(stored.into()).unwrap_or_default();
        histogram!("walnats_read_age_seconds", "service" => service, "event" => event).record(age);
        histogram!("walnats_read_attempts", "service" => service, "event" => event).record(attempts as f64);
    }

    /// What a consumer has before it.
    pub(crate) fn behind(stream: &str, consumer: &str, pending: u64, unsettled: u64) {
        let labels = || [("stream", stream.to_owned()), ("consumer", consumer.to_owned())];
        gauge!("walnats_read_pending", &labels()).set(pending as f64);
        gauge!("walnats_read_unsettled", &labels()).set(unsettled as f64);
    }
}

#[cfg(not(feature = "metrics"))]
mod without {
    use std::time::SystemTime;

    use jiff::Timestamp;

    pub(crate) fn describe() {}

    pub(crate) fn ended(_: &'static str, _: &'static str, _: &'static str) {}

    pub(crate) struct Handling;

    impl Handling {
        pub(crate) fn begin() -> Self {
            Self
        }

        pub(crate) fn end(self, _: &'static str, _: &'static str) {}
    }

    #[cfg(feature = "tower")]
    pub(crate) struct Layer;

    #[cfg(feature = "tower")]
    impl Layer {
        pub(crate) fn begin(_: &'static str, _: &'static str) -> Self {
            Self
        }

        pub(crate) fn end(&self, _: &'static str) {}
    }

    pub(crate) fn settled(_: &'static str, _: &'static str, _: impl FnOnce() -> SystemTime, _: Timestamp, _: u64) {}

    pub(crate) fn behind(_: &str, _: &str, _: u64, _: u64) {}
}
