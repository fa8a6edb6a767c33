//! Headers of messages in their wire format (ADR-4).

use bytes::Bytes;

/// The first line of headers.
const VERSION: &str = "NATS/1.0";

/// Names and values, in the order in which they were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Reads headers from the wire. Lines that are not headers are left out.
    pub(crate) fn read(wire: &[u8]) -> Self {
        let text = String::from_utf8_lossy(wire);
        let lines = text.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        Self(lines.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect())
    }

    /// The headers as they are sent; nothing, if there are none.
    pub(crate) fn wire(&self) -> Bytes {
        if self.0.is_empty() { Bytes::new() } else { self.with_first_line(VERSION) }
    }

    /// Headers behind a status such as `408 Request Timeout`.
    pub(crate) fn status(&self, status: &str) -> Bytes {
        self.with_first_line(&format!("{VERSION} {status}"))
    }

    fn with_first_line(&self, first: &str) -> Bytes {
        let lines = self.0.iter().fold(first.to_owned(), |lines, (name, value)| lines + "\r\n" + name + ": " + value);
        Bytes::from(lines + "\r\n\r\n")
    }

    /// The first value of a header. Names are compared as they are written, as JetStream does.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// Names and values, in the order in which they were sent.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a header.
    pub(crate) fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Leaves out the headers whose names do not pass.
    pub(crate) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|(name, _)| keep(name));
    }
}

impl<const N: usize> From<[(&str, String); N]> for Headers {
    fn from(headers: [(&str, String); N]) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_written_as_they_were_read() {
        let wire = b"NATS/1.0\r\nNats-Msg-Id: a b\r\nX: y: z\r\nEmpty: \r\n\r\n";
        let headers = Headers::read(wire);
        assert_eq!(headers.get("X"), Some("y: z"));
        assert_eq!(headers.get("x"), None);
        assert_eq!(headers.wire(), wire.as_slice());
        assert_eq!(Headers::default().wire(), "");
        assert_eq!(Headers::default().status("503"), "NATS/1.0 503\r\n\r\n");
    }
}
