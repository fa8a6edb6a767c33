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

/// The streams that messages were sent to, and which JetStream API to ask about them.
#[derive(Debug)]
pub(super) struct Streams {
    ids: HashMap<String, StreamId>,
    streams: Vec<Stream>,
    /// Configurations seen by anybody in this process.
    known: KnownStreams,
    prefix: Prefix,
    /// Whether the user chose the prefix, so that it leads to the streams.
    explicit: bool,
}

/// What is known of a stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) name: String,
    /// Another stream with its subjects, which answered.
    pub(super) other: Option<String>,
    /// It does not exist, and waiting for it was in vain while another stream answered: next time it is asked about at
    /// once.
    pub(super) absent: bool,
    /// Whether it has acknowledged anything.
    acknowledged: bool,
    /// The domain that its acknowledgements name.
    domain: Option<String>,
    /// Consecutive attempts that went unanswered while the connection stayed up.
    pub(super) silent: u32,
    /// Its configuration when last seen.
    config: Option<Arc<KnownStream>>,
    /// Over this connection: the number of the current request about it.
    pub(super) inspecting: Option<u64>,
    /// The result of that request ends what waits in vain.
    pub(super) decisive: bool,
    /// Ask about it again, decisively.
    pub(super) to_decide: bool,
    /// Over this connection: when JetStream's API was last asked about it.
    pub(super) inspected: Option<Instant>,
    /// The last request went unanswered while the connection stayed up, or these credentials may not ask: nothing waits
    /// for an answer.
    pub(super) unanswered: bool,
    /// JetStream's API does not show that it exists, or that it takes an event's subject.
    pub(super) unseen: bool,
    /// Over this connection: when a trace last showed that no stream could store its events.
    pub(super) cleared: Option<Instant>,
    /// Its events are being traced because it refused one for good.
    pub(super) tracing: bool,
    /// Who received its events when it last refused one for good, and when that was.
    pub(super) receivers: Option<(Receivers, Instant)>,
    /// Whether a difference between duplicate windows was reported.
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

    /// Whether resends wait for the stream's configuration.
    pub(super) fn is_waited_for(&self, name: &str) -> bool {
        self.ids.get(name).is_some_and(|id| self.get(*id).is_waited_for())
    }

    /// The API that answers for the stream: the configured one, otherwise that of the domain that acknowledged,
    /// otherwise the local one.
    pub(super) fn prefix(&self, id: StreamId) -> Prefix {
        match &self.get(id).domain {
            Some(domain) if !self.explicit => Prefix::of_domain(domain),
            _ => self.prefix.clone(),
        }
    }

    /// Whether the API that is asked is the stream's own, so that "not found" means that it does not exist.
    ///
    /// A stream can be in another account or domain that its subject reaches. The local API does not know it.
    pub(super) fn api_is_right(&self, id: StreamId, server_has_domain: bool) -> bool {
        let stream = self.get(id);
        self.explicit
            || match stream.acknowledged {
                // If the stream acknowledges and the API never showed it, that is another API.
                true => stream.config.is_some() || stream.domain.is_some(),
                false => !server_has_domain,
            }
    }

    /// JetStream's API showed the stream. Warns if its duplicate window is shorter than `believed`.
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

    /// Takes over a configuration that `register` may have seen meanwhile.
    pub(super) fn refresh(&mut self, id: StreamId) {
        let config = self.known.get(&self.get(id).name);
        let stream = self.get_mut(id);
        if config.is_some() {
            stream.config = config;
        }
    }

    /// The stream's subject filters; empty if unknown.
    pub(super) fn subjects(&self, id: StreamId) -> Vec<String> {
        self.get(id).config.as_ref().map(|config| config.subjects.clone()).unwrap_or_default()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = StreamId> + use<> {
        (0..self.streams.len()).map(StreamId)
    }

    /// Forgets what another connection may answer differently.
    pub(super) fn start_anew(&mut self) {
        for stream in &mut self.streams {
            (stream.inspected, stream.inspecting, stream.silent) = (None, None, 0);
            (stream.to_decide, stream.cleared) = (false, None);
            (stream.tracing, stream.receivers) = (false, None);
            // A silent API may answer now, and the window may have changed.
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

    /// The stream acknowledged something. Returns whether it was not known to be in that domain: what an API of another
    /// domain answers from now on says nothing about it.
    pub(super) fn acknowledges(&mut self, domain: Option<&str>) -> bool {
        (self.silent, self.absent) = (0, false);
        self.acknowledged = true;
        let moved = self.domain.as_deref() != domain;
        if moved {
            self.domain = domain.map(str::to_owned);
            self.inspecting = None;
        }
        moved
    }

    /// Its configuration as it was last seen.
    pub(super) fn config(&self) -> Option<&KnownStream> {
        self.config.as_deref()
    }

    /// The stream's actual duplicate window, if known.
    pub(super) fn duplicate_window(&self) -> Option<Duration> {
        self.config.as_ref().map(|config| config.duplicate_window)
    }

    /// Whether it is known never to acknowledge (`no_ack`).
    pub(super) fn never_acknowledges(&self) -> bool {
        self.config.as_ref().is_some_and(|config| config.no_ack)
    }

    /// Whether JetStream's API has not been asked about it over this connection.
    pub(super) fn wants_inspection(&self) -> bool {
        self.inspected.is_none() && !self.name.is_empty()
    }

    /// Whether resends wait for the current request.
    pub(super) fn is_waited_for(&self) -> bool {
        self.inspecting.is_some() && !self.unanswered && !self.decisive
    }
}
