//! Emits what standard input says, a line of JSON each, and answers with what the stream then holds, or why it was refused.

use std::error::Error;
use std::io::BufRead;

use serde_json::{Value, json};

include!(concat!(env!("OUT_DIR"), "/dispatch.rs"));

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("usage: github-webhooks URL")?;
    let events = Events::connect(&url).await?;
    events.register().await?;
    let stream = events.publisher().jetstream().get_stream("github").await?;
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let payload = request["payload"].to_string();
        macro_rules! emit {
            ($emit:ident, $event:ty) => {
                match <$event>::decode(&payload) {
                    Ok(event) => events.$emit(&event).await.map_err(Box::<dyn Error>::from),
                    Err(error) => Err(error.into()),
                }
            };
            () => {
                Err("no such event".into())
            };
        }
        let answer = match dispatch!(format!("github_{}", request["event"].as_str().unwrap_or_default()).as_str(), emit)
        {
            Ok(receipt) => {
                let message = stream.get_raw_message(receipt.sequence()).await?;
                json!({ "stored": serde_json::from_slice::<Value>(&message.payload)? })
            }
            Err(error) => json!({ "refused": error.to_string() }),
        };
        println!("{answer}");
    }
    Ok(())
}
