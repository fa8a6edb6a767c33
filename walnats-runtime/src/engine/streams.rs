//! What the engine knows of each stream that it sends to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::trace::Receivers;
use crate::jetstream::{KnownStream, KnownStreams, Prefix};

/// A stream, as an index into [`Streams`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct StreamId(usize);

/// The streams that something was sent to, and which API of JetStream to ask about them.
#[derive(Debug)]
pub(super) struct Streams {
    ids: HashMap<String, StreamId>,
    streams: Vec<Stream>,
    /// What somebody here saw of their configuration.
    known: KnownStreams,
    prefix: Prefix,
    /// Whether the prefix was chosen by the user, and so leads to the streams.
    explicit: bool,
}

/// What is known of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) name: String,
    /// Another stream that takes its subjects, and answered.
    pub(super) other: Option<String>,
    /// It was waited for in vain while another stream answered, and does not exist: the next time, that is asked at once.
    pub(super) absent: bool,
    /// Whether it has acknowledged anything.
    acknowledged: bool,
    /// The domain that its acknowledgements name.
    domain: Option<String>,
    /// How many attempts in a row went without an answer, over connections that stood.
    pub(super) silent: u32,
    /// Its configuration as it was last seen.
    config: Option<Arc<KnownStream>>,
    /// Over this connection: the request about it that is under way.
    pub(super) inspecting: Option<u64>,
    /// What is found then ends what waits in vain.
    pub(super) decisive: bool,
    /// It is to be asked about again, decisively.
    pub(super) to_decide: bool,
    /// Over this connection: when JetStream's API was last asked about it.
    pub(super) inspected: Option<Instant>,
    /// Nobody answered the last request over a connection that stood, or these credentials may not ask: nothing waits for it.
    pub(super) unanswered: bool,
    /// JetStream's API does not show that it exists, or that it takes the subject of an event.
    pub(super) unseen: bool,
    /// Over this connection: when the servers last showed nobody who could store its events.
    pub(super) cleared: Option<Instant>,
    /// Its events are being traced, since it refused one for good.
    pub(super) tracing: bool,
    /// Who received its events when it last refused one for good, and when that was.
    pub(super) receivers: Option<(Receivers, Instant)>,
    /// Whether the difference of the duplicate windows was reported.
    reported: bool,
}

impl Streams {
    pub(super) fn new(known: KnownStreams, prefix: Prefix, explicit: bool) -> Self {
        Self { ids: HashMap::new(), streams: Vec::new(), known, prefix, explicit }
    }

    pub(super) fn id(&mut self, name: &str) -> StreamId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = StreamId(self.streams.len());
        self.ids.insert(name.to_owned(), id);
        self.streams.push(Stream {
            name: name.to_owned(),
            other: None,
            absent: false,
            acknowledged: false,
            domain: None,
            silent: 0,
            config: self.known.get(name),
            inspecting: None,
            decisive: false,
            to_decide: false,
            inspected: None,
            unanswered: false,
            unseen: false,
            cleared: None,
            tracing: false,
            receivers: None,
            reported: false,
        });
        id
    }

    pub(super) fn get(&self, id: StreamId) -> &Stream {
        &self.streams[id.0]
    }

    pub(super) fn get_mut(&mut self, id: StreamId) -> &mut Stream {
        &mut self.streams[id.0]
    }

    pub(super) fn by_name(&mut self, name: &str) -> Option<&mut Stream> {
        let id = *self.ids.get(name)?;
        self.streams.get_mut(id.0)
    }

    /// Whether the stream's configuration is being asked for, before anything is sent to it again.
    pub(super) fn is_waited_for(&self, name: &str) -> bool {
        self.ids.get(name).is_some_and(|id| self.get(*id).is_waited_for())
    }

    /// Which API answers for the stream: the one that was chosen, else that of the domain that acknowledged, else the local one.
    pub(super) fn prefix(&self, id: StreamId) -> Prefix {
        match &self.get(id).domain {
            Some(domain) if !self.explicit => Prefix::of_domain(domain),
            _ => self.prefix.clone(),
        }
    }

    /// Whether the API that is asked is that of the stream, so that "not found" means that it does not exist.
    ///
    /// A stream can be in another account or domain that its subject reaches. The local API knows nothing of it.
    pub(super) fn api_is_right(&self, id: StreamId, server_has_domain: bool) -> bool {
        let stream = self.get(id);
        self.explicit
            || match stream.acknowledged {
                // An API that never showed a stream which acknowledges is another one's.
                true => stream.config.is_some() || stream.domain.is_some(),
                false => !server_has_domain,
            }
    }

    /// JetStream's API showed the stream. Says where it remembers ids for less time than `believed`.
    pub(super) fn shown(&mut self, id: StreamId, info: &serde_json::Value, believed: Option<Duration>) {
        self.known.note(&self.get(id).name, info);
        self.refresh(id);
        let stream = self.get_mut(id);
        if let (Some(believed), Some(real)) = (believed, stream.duplicate_window())
            && real < believed
            && !std::mem::replace(&mut stream.reported, true)
        {
            tracing::warn!(
                stream = stream.name,
                configured = ?believed,
                actual = ?real,
                "stream remembers message ids for less time than configured here; nothing is sent again beyond that"
            );
        }
    }

    /// `register` may have seen the stream since.
    pub(super) fn refresh(&mut self, id: StreamId) {
        let config = self.known.get(&self.get(id).name);
        let stream = self.get_mut(id);
        if config.is_some() {
            stream.config = config;
        }
    }

    /// The subject filters of the stream, where they are known.
    pub(super) fn subjects(&self, id: StreamId) -> Vec<String> {
        self.get(id).config.as_ref().map(|config| config.subjects.clone()).unwrap_or_default()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = StreamId> + use<> {
        (0..self.streams.len()).map(StreamId)
    }

    /// Another connection may lead to other answers.
    pub(super) fn start_anew(&mut self) {
        for stream in &mut self.streams {
            (stream.inspected, stream.inspecting, stream.silent) = (None, None, 0);
            (stream.to_decide, stream.cleared) = (false, None);
            (stream.tracing, stream.receivers) = (false, None);
            // Whoever kept silent may answer now, and the stream's window may be another one.
            stream.unanswered = false;
            if let Some(config) = self.known.get(&stream.name) {
                stream.config = Some(config);
            }
        }
    }
}

impl Stream {
    pub(super) fn has_acknowledged(&self) -> bool {
        self.acknowledged
    }

    /// The stream acknowledged something.
    pub(super) fn acknowledges(&mut self, domain: Option<&str>) {
        (self.silent, self.absent) = (0, false);
        self.acknowledged = true;
        if self.domain.as_deref() != domain {
            self.domain = domain.map(str::to_owned);
        }
    }

    /// Its configuration as it was last seen.
    pub(super) fn config(&self) -> Option<&KnownStream> {
        self.config.as_deref()
    }

    /// For how long the stream really remembers ids, where that is known.
    pub(super) fn duplicate_window(&self) -> Option<Duration> {
        self.config.as_ref().map(|config| config.duplicate_window)
    }

    /// Whether it is known to acknowledge nothing.
    pub(super) fn never_acknowledges(&self) -> bool {
        self.config.as_ref().is_some_and(|config| config.no_ack)
    }

    /// Whether JetStream's API was not asked yet over this connection.
    pub(super) fn wants_inspection(&self) -> bool {
        self.inspected.is_none() && !self.name.is_empty()
    }

    /// Whether an answer is worth waiting for before anything is sent again.
    pub(super) fn is_waited_for(&self) -> bool {
        self.inspecting.is_some() && !self.unanswered && !self.decisive
    }
}
