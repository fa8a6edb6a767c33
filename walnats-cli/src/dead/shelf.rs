//! The stream of dead letters on a server.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use walnats_codegen::EventModel;
use walnats_runtime::Publisher;
use walnats_subject::filter_problem;

use super::choice::{Chosen, Filter};
use super::letter::{Letter, Origin, message};
use crate::outcome::Failure;
use crate::server::{Connected, Server};
use crate::tail::api::{call, is_rejected};
use crate::tail::feed::Feed;
use crate::tail::start::{Start, Until};

/// JetStream's codes: there is no such stream, no such message.
const NO_STREAM: u64 = 10059;
const NO_MESSAGE: [u64; 2] = [10037, 10043];

/// What is waited for beyond the time for an answer: a consumer may have to be made again.
const PATIENCE: Duration = Duration::from_secs(20);

/// The stream of dead letters.
pub struct Shelf {
    pub publisher: Publisher,
    /// Its name on the server.
    pub stream: String,
    /// That of the stream of replays.
    pub replays: String,
    timeout: Duration,
}

impl Shelf {
    /// Connects.
    ///
    /// # Errors
    ///
    /// There is no such stream, or the server cannot be asked.
    pub async fn open(server: &Server, stream: &str) -> Result<Self, Failure> {
        let timeout = server.timeout();
        let Connected { publisher, place } =
            server.connect(&EventModel::default(), |own| own.deadline(timeout)).await?;
        let replays = publisher.server_stream(&format!("{stream}-replay")).into_owned();
        let stream = publisher.server_stream(stream).into_owned();
        let shelf = Self { publisher, stream, replays, timeout };
        if !shelf.has(&shelf.stream).await? {
            return Err(format!(
                "there is no stream `{}` on {place}: no reader has registered it, or it has another name (`--stream`) or \
                 environment (`--environment`)",
                shelf.stream
            )
            .into());
        }
        Ok(shelf)
    }

    /// Whether the server has a stream.
    pub async fn has(&self, stream: &str) -> Result<bool, Failure> {
        match call(&self.publisher, self.timeout, &format!("STREAM.INFO.{stream}"), json!({})).await {
            Ok(_) => Ok(true),
            Err(failure) if is_rejected(&failure, &[NO_STREAM]) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Calls `take` with each letter that is asked for, in order, until it returns false.
    pub async fn each(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Letter) -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        let subject = match &filter.service {
            None => "_walnats.dead.>".to_owned(),
            Some(service) => format!("_walnats.dead.{service}.>"),
        };
        if let (Some(problem), Some(service)) = (filter_problem(&subject), &filter.service) {
            return Err(format!("`--service {service}`: its subjects, `{subject}`, {problem}").into());
        }
        let now = Timestamp::now();
        let (sender, mut deliveries) = mpsc::channel(64);
        let (_connections, connected) = watch::channel(0);
        let feed = Feed {
            publisher: self.publisher.clone(),
            stream: self.stream.clone(),
            filters: vec![self.publisher.server_subject(subject)],
            timeout: self.timeout,
            start: filter.since.map_or(Start::First, Start::Time),
            not_before: filter.since,
            until: Some(Until(filter.until.unwrap_or(now).min(now))),
            connected,
            sender,
        };
        let Some(reading) = feed.open().await? else {
            return Err(
                format!("stream `{}` has no `limits` retention, so that it cannot be listed", self.stream).into()
            );
        };
        let reading = tokio::spawn(reading);
        loop {
            let delivery = tokio::time::timeout(self.timeout + PATIENCE, deliveries.recv()).await;
            let Some(delivery) = delivery.map_err(|_| "the server does not answer any more")? else { break };
            if let Some(letter) = Letter::new(delivery).filter(|letter| filter.has(letter))
                && !take(letter)?
            {
                break;
            }
        }
        // It deletes its consumer.
        drop(deliveries);
        let _ = tokio::time::timeout(self.timeout, reading).await;
        Ok(())
    }

    /// The sequence numbers of the letters that were chosen; of those chosen by what they are, in order.
    pub async fn chosen(&self, chosen: Chosen<'_>) -> Result<Vec<u64>, Failure> {
        let filter = match chosen {
            Chosen::Sequences(sequences) => return Ok(sequences.to_vec()),
            Chosen::Filter(filter) => filter,
        };
        let mut sequences = Vec::new();
        let each = self.each(filter, |letter| {
            sequences.push(letter.sequence);
            Ok(true)
        });
        each.await?;
        Ok(sequences)
    }

    /// The letter with this sequence number, if there is one.
    pub async fn get(&self, sequence: u64) -> Result<Option<Letter>, Failure> {
        let letter = self.message(&self.stream, sequence).await?;
        let subjects = self.publisher.server_subject("_walnats.dead.".to_owned());
        Ok(letter.filter(|letter| letter.stored.subject.starts_with(&subjects)))
    }

    /// The event of a letter, if it is still in its stream.
    pub async fn event(&self, origin: &Origin) -> Result<Option<Letter>, Failure> {
        let event = self.message(&origin.stream, origin.sequence).await?;
        // A stream that was created again has other events under these numbers.
        Ok(event.filter(|event| event.stored.time == origin.time))
    }

    async fn message(&self, stream: &str, sequence: u64) -> Result<Option<Letter>, Failure> {
        let request = format!("STREAM.MSG.GET.{stream}");
        match call(&self.publisher, self.timeout, &request, json!({"seq": sequence})).await {
            Ok(answer) => Ok(message(stream, &answer)),
            Err(failure) if is_rejected(&failure, &[NO_STREAM, NO_MESSAGE[0], NO_MESSAGE[1]]) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Deletes a letter; `erase` overwrites it on the disk, too.
    pub async fn delete(&self, sequence: u64, erase: bool) -> Result<(), Failure> {
        let request = format!("STREAM.MSG.DELETE.{}", self.stream);
        let body: Value = json!({"seq": sequence, "no_erase": !erase});
        call(&self.publisher, self.timeout, &request, body).await.map(drop)
    }
}
