//! NATS's client protocol: what clients send, and what they get. <https://docs.nats.io/reference/reference-protocols/nats-protocol>

use bytes::{Buf, Bytes, BytesMut};

use crate::headers::Headers;
use crate::message::{Inbound, Outbound};

/// The largest message, headers included: the default of nats-server.
pub(crate) const MAX_PAYLOAD: usize = 1 << 20;

/// The longest control line: the default of nats-server.
const MAX_LINE: usize = 4_096;

/// What a client says.
#[derive(Debug)]
pub(crate) enum Command {
    Ping,
    Publish(Inbound),
    Subscribe {
        subject: String,
        queue: Option<String>,
        id: String,
    },
    /// After so many messages, or at once.
    Unsubscribe {
        id: String,
        after: Option<u64>,
    },
    /// Nothing to answer.
    Other,
}

/// Takes the first command out of what was received; `None` while it is not complete.
///
/// # Errors
///
/// The words with which the connection is closed.
pub(crate) fn next(received: &mut BytesMut) -> Result<Option<Command>, &'static str> {
    let Some(end) = received.windows(2).position(|window| window == b"\r\n") else {
        return if received.len() > MAX_LINE { Err("'Maximum Control Line Exceeded'") } else { Ok(None) };
    };
    if end > MAX_LINE {
        return Err("'Maximum Control Line Exceeded'");
    }
    let line = String::from_utf8_lossy(received.get(..end).unwrap_or_default()).into_owned();
    let mut words = line.split_ascii_whitespace();
    let verb = words.next().unwrap_or_default().to_ascii_uppercase();
    let words: Vec<&str> = words.collect();
    let command = match (verb.as_str(), words.as_slice()) {
        ("PUB", [subject, rest @ .., size]) => {
            return message(received, end + 2, subject, rest, (0, number(size)?));
        }
        ("HPUB", [subject, rest @ .., headers, size]) => {
            return message(received, end + 2, subject, rest, (number(headers)?, number(size)?));
        }
        ("PING", _) => Command::Ping,
        ("SUB", [subject, queue @ .., id]) => Command::Subscribe {
            subject: (*subject).to_owned(),
            queue: queue.first().map(|queue| (*queue).to_owned()),
            id: (*id).to_owned(),
        },
        ("UNSUB", [id, after @ ..]) => {
            Command::Unsubscribe { id: (*id).to_owned(), after: after.first().and_then(|after| after.parse().ok()) }
        }
        ("PONG" | "CONNECT" | "+OK" | "-ERR" | "", _) => Command::Other,
        _ => return Err("'Unknown Protocol Operation'"),
    };
    received.advance(end + 2);
    Ok(Some(command))
}

fn number(word: &str) -> Result<usize, &'static str> {
    word.parse().map_err(|_| "'Parser Error'")
}

/// Takes a message whose control line ends at `start`; `sizes` are those of the headers, and of headers and payload.
fn message(
    received: &mut BytesMut,
    start: usize,
    subject: &str,
    reply: &[&str],
    (headers, size): (usize, usize),
) -> Result<Option<Command>, &'static str> {
    if size > MAX_PAYLOAD {
        return Err("'Maximum Payload Violation'");
    }
    if headers > size {
        return Err("'Parser Error'");
    }
    if received.len() < start + size + 2 {
        return Ok(None);
    }
    received.advance(start);
    let mut payload = received.split_to(size).freeze();
    received.advance(2);
    let headers = Headers::read(&payload.split_to(headers));
    let reply = reply.first().map(|reply| (*reply).to_owned());
    Ok(Some(Command::Publish(Inbound { subject: subject.to_owned(), reply, headers, payload })))
}

/// A message as the subscription with this id gets it.
pub(crate) fn delivered(id: &str, message: &Outbound) -> Bytes {
    let Outbound { subject, reply, headers, payload, .. } = message;
    let reply = reply.as_deref().map(|reply| format!("{reply} ")).unwrap_or_default();
    let size = headers.len() + payload.len();
    let line = if headers.is_empty() {
        format!("MSG {subject} {id} {reply}{size}\r\n")
    } else {
        format!("HMSG {subject} {id} {reply}{} {size}\r\n", headers.len())
    };
    let mut frame = BytesMut::with_capacity(line.len() + size + 2);
    for part in [line.as_bytes(), headers, payload, b"\r\n"] {
        frame.extend_from_slice(part);
    }
    frame.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, &'static str> {
        let mut received = BytesMut::from(text);
        let mut commands = Vec::new();
        while let Some(command) = next(&mut received)? {
            commands.push(match command {
                Command::Ping => "ping".to_owned(),
                Command::Publish(m) => {
                    format!("{} {:?} {} {:?}", m.subject, m.reply, m.headers.iter().count(), m.payload)
                }
                Command::Subscribe { subject, queue, id } => format!("{subject} {queue:?} {id}"),
                Command::Unsubscribe { id, after } => format!("{id} {after:?}"),
                Command::Other => "other".to_owned(),
            });
        }
        Ok(commands)
    }

    #[test]
    fn commands_are_read_when_they_are_complete() {
        let text = "CONNECT {}\r\nPING\r\nSUB a.* 1\r\nSUB a q 2\r\nUNSUB 1 5\r\nPUB a 2\r\nhi\r\nPUB a r 0\r\n\r\nPUB a 5\r\nhel";
        let commands = read(text).expect("it is valid");
        let all = ["other", "ping", "a.* None 1", "a Some(\"q\") 2", "1 Some(5)"];
        assert_eq!(commands[..5], all);
        assert_eq!(commands[5..], ["a None 0 b\"hi\"", "a Some(\"r\") 0 b\"\""]);
        let headers = "NATS/1.0\r\nX: y\r\n\r\n";
        let text = format!("HPUB a r {} {}\r\n{headers}hi\r\n", headers.len(), headers.len() + 2);
        assert_eq!(read(&text), Ok(vec!["a Some(\"r\") 1 b\"hi\"".to_owned()]));
    }

    #[test]
    fn what_is_not_the_protocol_is_refused() {
        for text in ["HELLO\r\n", "PUB a x\r\n", "PUB a 9999999\r\n", "HPUB a 9 3\r\nabc\r\n", &"x".repeat(5_000)] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
