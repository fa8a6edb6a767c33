//! Sends the response of a handler to whoever asked for one: the header `Walnats-Reply`, as in the Python library.

use async_nats::{Client, HeaderMap, Message};

use super::incoming::header;
use crate::headers::Headers;
use crate::response::Answer;
use crate::subject::subject_problem;

/// Sends a response, if the emitter asked for one. It is not stored, so it can be lost; the event is done anyway.
pub(super) async fn respond(client: &Client, service: &str, message: &Message, answer: Answer) {
    let Some(headers) = &message.headers else { return };
    let Some(subject) = header(headers, "Walnats-Reply") else { return };
    let inbox = client.new_inbox();
    if !is_inbox(subject, inbox.rsplit_once('.').map_or("", |(prefix, _)| prefix)) {
        tracing::error!(
            service,
            "a request has no response: the subject in its header `Walnats-Reply` is not an inbox"
        );
        return;
    }
    let payload = match answer.payload {
        Ok(payload) => payload,
        Err(why) => {
            tracing::error!(service, why, "a request has no response: the handler's is not valid");
            return;
        }
    };
    let headers = described(headers, answer.content_type);
    if client.publish_with_headers(subject.to_owned(), headers, payload).await.is_err() {
        tracing::warn!(
            service,
            "a response was not sent: the connection is closed, or it is larger than the server permits"
        );
    }
}

/// Whether a subject is in an inbox: of the default prefix, or of this connection's own. Any other subject could be one that the
/// emitter of the request may not publish on, and that the reader may.
fn is_inbox(subject: &str, own: &str) -> bool {
    let below = |prefix: &str| subject.strip_prefix(prefix).is_some_and(|rest| rest.len() > 1 && rest.starts_with('.'));
    subject_problem(subject).is_none() && (below("_INBOX") || (!own.is_empty() && below(own)))
}

/// The headers of a response: its media type, and the trace id of the request.
fn described(request: &HeaderMap, content_type: &'static str) -> HeaderMap {
    let mut headers = Headers::new();
    let trace_id = header(request, "Walnats-Trace").unwrap_or_default().to_owned();
    // Neither of them can break the protocol: one is a constant, and one that would is left out.
    let _ = headers.insert_own("Content-Type", content_type);
    if !trace_id.is_empty() {
        let _ = headers.insert_own("Walnats-Trace", trace_id);
    }
    let mut map = HeaderMap::new();
    headers.append_to(&mut map);
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_inboxes_get_responses() {
        for subject in ["_INBOX.a", "_INBOX.a.b.c", "_own.shop.x"] {
            assert!(is_inbox(subject, "_own.shop"), "{subject}");
        }
        for subject in
            ["", "_INBOX", "_INBOX.", "_INBOX.*", "_INBOX.a.>", "_INBOX.a b", "_INBOXES.a", "orders.placed", "_own.x"]
        {
            assert!(!is_inbox(subject, "_own.shop"), "{subject}");
        }
        assert!(!is_inbox("$JS.API.STREAM.DELETE.orders", ""));
    }
}
