//! Any header: what is accepted can be sent, as it is.

use async_nats::{HeaderName, HeaderValue};
use walnats_runtime::Headers;

pub fn try_out(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (name, value) = text.split_once('\0').unwrap_or(("X", &text));
    let mut headers = Headers::new();
    if headers.insert(name, value).is_err() {
        assert!(headers.is_empty());
        return;
    }
    assert_eq!(headers.get(name), Some(value));
    // async-nats panics on what these refuse.
    name.parse::<HeaderName>().expect("a name that can be sent");
    value.parse::<HeaderValue>().expect("a value that can be sent");
    assert!(!name.contains([' ', ':', '\r', '\n']) && !value.contains(['\r', '\n']));
}
