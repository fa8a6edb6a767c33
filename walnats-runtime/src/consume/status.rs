//! What a server says about a pull in place of a message (ADR-13, ADR-37).

use async_nats::{Message, StatusCode};

/// What a server says about a pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It still serves the pull.
    Heartbeat,
    /// The pull ended, as each does; so many messages had not come.
    Ended { left: usize, batch: usize },
    /// Nothing serves pulls at the moment: the consumer was deleted, its leader changes, or the server stops.
    Gone,
    /// It does not serve such a pull.
    Refused { left: usize, status: String },
}

impl Status {
    /// `None` for a message of the stream.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let status = message.status.filter(|_| message.reply.is_none())?;
        if status == StatusCode::IDLE_HEARTBEAT {
            return Some(Self::Heartbeat);
        }
        // The batch is a part of the subject, because some ends of pulls do not say how much was left.
        let batch = message.subject.rsplit_once('-').and_then(|(_, batch)| batch.parse().ok()).unwrap_or_default();
        let said = message.headers.as_ref().and_then(|headers| headers.get("Nats-Pending-Messages"));
        let left = said.and_then(|value| value.as_str().parse().ok()).unwrap_or(batch);
        let description = message.description.as_deref().unwrap_or_default();
        Some(if status == StatusCode::NO_RESPONDERS {
            Self::Gone
        } else if status == StatusCode::TIMEOUT || status == StatusCode::NOT_FOUND {
            Self::Ended { left, batch }
        } else {
            match description.to_ascii_lowercase().as_str() {
                "batch completed" | "message size exceeds maxbytes" => Self::Ended { left, batch },
                "consumer deleted" | "leadership change" | "server shutdown" => Self::Gone,
                _ => Self::Refused { left, status: format!("{} {description}", status.as_u16()).trim_end().to_owned() },
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_servers_say_of_themselves_is_no_refusal() {
        let status = |code: u16, description: &str| {
            let message = Message {
                subject: "_INBOX.a.7-16".into(),
                reply: None,
                payload: "".into(),
                headers: None,
                status: StatusCode::from_u16(code).ok(),
                description: Some(description.to_owned()),
                length: 0,
            };
            Status::of(&message)
        };
        let refused = |status: &str| Some(Status::Refused { left: 16, status: status.to_owned() });
        assert_eq!(status(100, "Idle Heartbeat"), Some(Status::Heartbeat));
        assert_eq!(status(408, "Request Timeout"), Some(Status::Ended { left: 16, batch: 16 }));
        assert_eq!(status(409, "Leadership Change"), Some(Status::Gone));
        assert_eq!(status(503, ""), Some(Status::Gone));
        assert_eq!(status(409, "Exceeded MaxWaiting"), refused("409 Exceeded MaxWaiting"));
        assert_eq!(status(400, "Bad Request"), refused("400 Bad Request"));
        assert_eq!(status(423, ""), refused("423"));
    }
}
