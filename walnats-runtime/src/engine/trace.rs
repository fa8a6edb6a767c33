//! Message tracing (ADR-41, nats-server 2.11): which streams and servers receive a message on a subject.
//!
//! A stream that JetStream's API does not know can be in another account or behind a leaf node, where its subject
//! reaches it. Each server on the way reports what it did with a message that carries the header `Nats-Trace-Dest`;
//! with `Nats-Trace-Only`, no subscriber gets the message and no stream stores it.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::header::NATS_EXPECTED_STREAM;
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_secs(1);
/// The first release with tracing. Older servers treat the message like any other.
const SINCE: (u64, u64) = (2, 11);
/// No stream has this name.
const NOWHERE: &str = ".";

/// A trace of a message on a subject.
#[derive(Debug)]
pub(super) struct Trace {
    pub(super) subject: String,
    /// When it was sent.
    pub(super) at: Instant,
    pub(super) receivers: Receivers,
}

/// Who received it, apart from plain subscribers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Receivers {
    /// All of them: streams by name, in any account or domain; the first receiver that may lead anywhere; and whether
    /// those include other accounts.
    Shown { streams: Vec<String>, beyond: Option<String>, accounts: bool },
    /// Unknown, for this reason.
    Hidden(&'static str),
}

/// A server's report.
#[derive(Deserialize)]
struct Report {
    /// How many servers it was passed on to; each of them reports, too.
    #[serde(default)]
    hops: usize,
    events: Vec<Step>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Step {
    #[serde(rename = "type")]
    is: String,
    kind: u64,
    name: String,
    acc: String,
    to: String,
    stream: String,
    queue: String,
    error: String,
}

/// The connection kind of a plain subscriber.
const CLIENT: u64 = 0;

/// Begins the last token of a report's subject.
pub(super) const MARK: char = 't';

/// The traces that wait for reports. Reports arrive in the inbox for acknowledgements, since a user may be limited to
/// few subscriptions.
#[derive(Debug, Default)]
pub(super) struct Traces {
    waiting: HashMap<u64, mpsc::UnboundedSender<Bytes>>,
    next: u64,
}

/// The subject for reports, and the channel on which they arrive.
#[derive(Debug)]
pub(super) struct Reports {
    inbox: String,
    arriving: mpsc::UnboundedReceiver<Bytes>,
}

impl Traces {
    /// Registers a trace whose reports go to a subject below `inbox`.
    pub(super) fn expect(&mut self, inbox: &str) -> Reports {
        self.waiting.retain(|_, waiting| !waiting.is_closed());
        let (sender, arriving) = mpsc::unbounded_channel();
        self.next += 1;
        self.waiting.insert(self.next, sender);
        Reports { inbox: format!("{inbox}{MARK}{}", self.next), arriving }
    }

    /// A report arrived.
    pub(super) fn arrives(&self, number: &str, report: &Bytes) {
        if let Some(waiting) = number.parse().ok().and_then(|number: u64| self.waiting.get(&number)) {
            // The caller may have given up.
            let _ = waiting.send(report.clone());
        }
    }
}

/// Traces a message on `subject`.
pub(super) async fn trace(client: Client, subject: String, reports: Reports) -> Trace {
    let at = Instant::now();
    let receivers = if !traces(&client.server_info().version) {
        Receivers::Hidden("servers before nats-server 2.11 do not show who receives a message")
    } else {
        let shown = tokio::time::timeout(TIMEOUT, ask(&client, &subject, reports)).await;
        shown.ok().flatten().unwrap_or(Receivers::Hidden("the server did not show who receives it"))
    };
    Trace { subject, at, receivers }
}

fn traces(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map_while(|number| number.parse().ok());
    matches!((numbers.next(), numbers.next()), (Some(major), Some(minor)) if (major, minor) >= SINCE)
}

async fn ask(client: &Client, subject: &str, reports: Reports) -> Option<Receivers> {
    let Reports { inbox, mut arriving } = reports;
    let mut headers = HeaderMap::new();
    headers.insert("Nats-Trace-Dest", inbox);
    headers.insert("Nats-Trace-Only", "true");
    // If a server does not know the headers, its streams refuse the message.
    headers.insert(NATS_EXPECTED_STREAM, NOWHERE);
    client.publish_with_headers(subject.to_owned(), headers, "".into()).await.ok()?;
    let (mut reports, mut expected) = (Vec::new(), 1);
    while reports.len() < expected {
        let report: Report = serde_json::from_slice(&arriving.recv().await?).ok()?;
        expected += report.hops;
        reports.push(report);
    }
    Some(receivers(reports))
}

fn receivers(reports: Vec<Report>) -> Receivers {
    let (mut streams, mut beyond, mut accounts) = (Vec::new(), None, false);
    for step in reports.into_iter().flat_map(|report| report.events) {
        let Step { is, kind, name, acc, to, stream, queue, error } = step;
        let leads = match is.as_str() {
            "in" if error.is_empty() => continue,
            "js" => {
                streams.push(stream);
                continue;
            }
            // Different messages go to different members of a queue group.
            "eg" if kind == CLIENT && acc.is_empty() && queue.is_empty() => continue,
            // Counted as a hop, and that server reports, too.
            "eg" if kind != CLIENT && error.is_empty() => continue,
            "eg" if kind == CLIENT => "a group of subscribers receives it".to_owned(),
            "eg" => format!("server `{name}` receives it, and does not show where it goes from there"),
            "si" | "se" => format!("account `{acc}` receives it"),
            "sm" => format!("it is mapped to the subject `{to}`"),
            _ => "the server did not show who receives it".to_owned(),
        };
        accounts |= matches!(is.as_str(), "si" | "se");
        beyond.get_or_insert(leads);
    }
    Receivers::Shown { streams, beyond, accounts }
}

impl Receivers {
    /// Whether none of them stored a message for `stream`: none has this name or may lead to one that has, and all
    /// others refuse it because it names its stream.
    pub(super) fn exclude(&self, stream: &str, names_its_stream: bool) -> bool {
        match self {
            Self::Shown { streams, beyond: None, .. } => {
                streams.iter().all(|other| names_its_stream && !other.is_empty() && other != stream)
            }
            _ => false,
        }
    }

    /// Whether exactly one stream has this name, and nothing may lead to another.
    pub(super) fn have_one(&self, stream: &str) -> bool {
        match self {
            Self::Shown { streams, beyond: None, .. } => streams.iter().filter(|other| *other == stream).count() == 1,
            _ => false,
        }
    }

    /// Whether a second stream has this name, or a whole account may contain one.
    pub(super) fn have_another(&self, stream: &str) -> bool {
        match self {
            Self::Shown { streams, accounts, .. } => {
                *accounts || streams.iter().filter(|other| *other == stream).count() > 1
            }
            Self::Hidden(_) => false,
        }
    }

    pub(super) fn are_shown(&self) -> bool {
        matches!(self, Self::Shown { .. })
    }

    /// Where a message that `stream` may have stored went.
    pub(super) fn why(&self, stream: &str, names_its_stream: bool) -> String {
        if self.exclude(stream, names_its_stream) {
            return "who received it at first is not known".to_owned();
        }
        match self {
            Self::Hidden(why) => (*why).to_owned(),
            Self::Shown { beyond: Some(leads), .. } => leads.clone(),
            Self::Shown { streams, .. } if streams.iter().any(|other| other == stream) => {
                "a stream of its name receives it".to_owned()
            }
            Self::Shown { streams, .. } => format!("stream `{}` receives it", streams.join("`, `")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &str) -> Receivers {
        receivers(vec![serde_json::from_str(&format!(r#"{{"events":[{events}]}}"#)).expect("a report")])
    }

    #[test]
    fn subscribers_store_nothing_and_whatever_leads_elsewhere_may() {
        let ingress = r#"{"type":"in","kind":0,"acc":"A","subj":"notes.1"}"#;
        for (events, excludes) in [
            ("", true),
            (r#",{"type":"eg","kind":0,"cid":7,"sub":">"}"#, true),
            (r#",{"type":"eg","kind":0,"cid":7,"sub":">","error":"Not delivered because of no echo"}"#, true),
            (r#",{"type":"eg","kind":0,"cid":7,"sub":">","queue":"q"}"#, false),
            (r#",{"type":"eg","kind":0,"cid":7,"acc":"B","sub":">"}"#, false),
            (r#",{"type":"eg","kind":4,"name":"hub","hop":"1"}"#, true),
            (r#",{"type":"eg","kind":4,"name":"hub","error":"Not delivered because ..."}"#, false),
            (r#",{"type":"si","acc":"B","from":"notes.1","to":"notes.1"}"#, false),
            (r#",{"type":"se","acc":"B","to":"notes.1"}"#, false),
            (r#",{"type":"sm","to":"facts.1"}"#, false),
            (r#",{"type":"js","stream":"archive","error":"expected stream does not match"}"#, true),
            (r#",{"type":"js","stream":"notes"}"#, false),
            (r#",{"type":"new"}"#, false),
        ] {
            assert_eq!(read(&format!("{ingress}{events}")).exclude("notes", true), excludes, "{events}");
        }
        let archive = read(r#"{"type":"js","stream":"archive"}"#);
        assert!(archive.have_one("archive") && !archive.have_one("notes") && !archive.have_another("archive"));
        assert!(!archive.exclude("notes", false), "it stores what names no stream");
        assert!(!read(r#"{"type":"in","error":"denied"}"#).exclude("notes", true));
    }

    #[test]
    fn older_servers_are_not_asked() {
        for (version, asked) in
            [("2.9.10", false), ("2.10.26", false), ("2.11.0", true), ("3.0.0-x", true), ("", false)]
        {
            assert_eq!(traces(version), asked, "{version}");
        }
    }
}
