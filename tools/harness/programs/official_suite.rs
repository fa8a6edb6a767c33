//! Decodes what standard input says: a line each, the event's method name, a tab, a payload. Answers with what it encodes to, or a line without.

use std::io::BufRead;

include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));

fn main() {
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("UTF-8");
        let (event, payload) = line.split_once('\t').expect("a tab");
        macro_rules! decode {
            ($emit:ident, $event:ty) => {
                match <$event>::decode(payload) {
                    Ok(event) => match walnats_runtime::Event::validate(&event) {
                        Ok(()) => match walnats_runtime::Event::encode(&event) {
                            Ok(encoded) => format!("valid\t{}", String::from_utf8_lossy(&encoded)),
                            Err(error) => format!("not encoded\t{error}"),
                        },
                        Err(error) => format!("decoded, then invalid\t{error}"),
                    },
                    Err(error) => format!("invalid\t{error}"),
                }
            };
            () => {
                format!("no such event\t{event}")
            };
        }
        println!("{}", dispatch!(event, decode).replace('\n', " "));
    }
}
