//! Splits the NATS client protocol into messages.

use bytes::{Bytes, BytesMut};

/// Who communicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speech {
    /// A client with a server.
    Client,
    /// Servers with each other; their messages are not parsed.
    Route,
}

/// Splits a stream of bytes into protocol messages.
#[derive(Debug)]
pub struct Frames {
    pub(super) buffer: BytesMut,
    speech: Speech,
}

/// One protocol message, with its payload.
#[derive(Clone, Debug)]
pub struct Frame {
    pub(super) bytes: Bytes,
    verb_end: usize,
}

impl Frames {
    pub fn new(speech: Speech) -> Self {
        Self { buffer: BytesMut::with_capacity(1 << 16), speech }
    }

    /// The next complete message, if any.
    pub fn next(&mut self) -> Option<Frame> {
        if self.speech == Speech::Route {
            return (!self.buffer.is_empty()).then(|| Frame { bytes: self.buffer.split().freeze(), verb_end: 0 });
        }
        let line = self.buffer.windows(2).position(|pair| pair == b"\r\n")?;
        let head = std::str::from_utf8(&self.buffer[..line]).unwrap_or_default();
        let verb_end = head.find([' ', '\t']).unwrap_or(line);
        let payload = match &head[..verb_end] {
            "PUB" | "HPUB" | "MSG" | "HMSG" => {
                let size = head.split_ascii_whitespace().next_back().and_then(|size| size.parse::<usize>().ok());
                size.map_or(0, |size| size + 2)
            }
            _ => 0,
        };
        let end = line + 2 + payload;
        (self.buffer.len() >= end).then(|| Frame { bytes: self.buffer.split_to(end).freeze(), verb_end })
    }
}

impl Frame {
    /// Whether it is a publish of an event by a client.
    pub fn is_publish(&self) -> bool {
        self.verb() == b"HPUB" && self.subject().is_some_and(|subject| !subject.starts_with(b"$JS.API"))
    }

    /// The payload of an event that a client publishes.
    pub fn event(&self) -> Option<&[u8]> {
        if !self.is_publish() {
            return None;
        }
        let line = self.bytes.windows(2).position(|pair| pair == b"\r\n")?;
        let head = std::str::from_utf8(self.bytes.get(..line)?).ok()?;
        let headers = head.split_ascii_whitespace().rev().nth(1)?.parse::<usize>().ok()?;
        self.bytes.get(line + 2 + headers..self.bytes.len().checked_sub(2)?)
    }

    /// Whether it is an answer to an inbox.
    pub fn is_answer(&self) -> bool {
        matches!(self.verb(), b"MSG" | b"HMSG") && self.subject().is_some_and(|subject| subject.starts_with(b"_INBOX"))
    }

    /// Whether it is how a reader settles a delivery, or says that it is in progress.
    pub fn is_settlement(&self) -> bool {
        matches!(self.verb(), b"PUB" | b"HPUB")
            && self.subject().is_some_and(|subject| subject.starts_with(b"$JS.ACK."))
    }

    /// Whether it is a stored message that a consumer delivers.
    pub fn is_delivery(&self) -> bool {
        let reply = || self.bytes.split(|byte| *byte == b'\r').next()?.split(|byte| *byte == b' ').nth(3);
        matches!(self.verb(), b"MSG" | b"HMSG") && reply().is_some_and(|reply| reply.starts_with(b"$JS.ACK."))
    }

    fn verb(&self) -> &[u8] {
        &self.bytes[..self.verb_end]
    }

    fn subject(&self) -> Option<&[u8]> {
        self.bytes.get(self.verb_end + 1..)?.split(|byte| byte.is_ascii_whitespace()).next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_payload_of_an_event_follows_its_headers() {
        let mut frames = Frames::new(Speech::Client);
        frames.buffer.extend_from_slice(b"HPUB facts.1 _INBOX.x.0 12 17\r\nNATS/1.0\r\n\r\n7 fir\r\nPING\r\n");
        assert_eq!(frames.next().as_ref().and_then(Frame::event), Some(&b"7 fir"[..]));
        assert_eq!(frames.next().as_ref().and_then(Frame::event), None);
    }

    #[test]
    fn deliveries_and_what_settles_them_are_known() {
        let mut frames = Frames::new(Speech::Client);
        frames.buffer.extend_from_slice(
            b"MSG facts.1 7 $JS.ACK.facts.trial.1.1.1.5.0 2\r\nhi\r\nMSG facts.1 7 2\r\nhi\r\nPUB $JS.ACK.facts.trial.1.1.1.5.0 4\r\n+ACK\r\n",
        );
        let mut next = || frames.next().map(|frame| (frame.is_delivery(), frame.is_settlement()));
        assert_eq!([next(), next(), next()], [Some((true, false)), Some((false, false)), Some((false, true))]);
    }

    #[test]
    fn messages_are_cut_where_they_end() {
        let mut frames = Frames::new(Speech::Client);
        let wire =
            b"PING\r\nHPUB facts.1 _INBOX.x.0 12 17\r\nNATS/1.0\r\n\r\n\r\nPUB\r\nMSG _INBOX.x.0 1 2\r\n{}\r\nPONG";
        let mut found = Vec::new();
        for byte in wire {
            frames.buffer.extend_from_slice(&[*byte]);
            while let Some(frame) = frames.next() {
                found.push((String::from_utf8_lossy(frame.verb()).into_owned(), frame.is_publish(), frame.is_answer()));
            }
        }
        let verbs: Vec<_> = found.iter().map(|(verb, publish, answer)| (verb.as_str(), *publish, *answer)).collect();
        assert_eq!(verbs, [("PING", false, false), ("HPUB", true, false), ("MSG", false, true)]);
        assert_eq!(&frames.buffer[..], b"PONG");
    }
}
