//! What others do to the stream and to the consumer.

use std::time::Duration;

use serde_json::json;
use walnats_runtime::Backoff;

use crate::reading::row::{Again, ReadRow, ReadRules, Work};

const ANY: ReadRules = ReadRules { again: Again::Any, ..ReadRules::DEFAULT };

pub static ROWS: &[ReadRow] = &[
    ReadRow {
        name: "consumer deleted",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                stage.call(&format!("CONSUMER.DELETE.{}", stage.consumer()), &json!({})).await?;
                Ok(())
            })
        },
        rules: ReadRules { overlaps: true, ..ANY },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "stream deleted and made anew, readers",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                stage.deleted = stage.fed();
                stage.call("STREAM.DELETE.facts", &json!({})).await?;
                stage.world.wait(0..3_000).await;
                stage.world.register().await
            })
        },
        rules: ANY,
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "stream updated while events wait for their next attempt",
        work: |seen| if seen.number.is_multiple_of(3) && seen.attempt == 1 { Work::Passes } else { Work::Done(15) },
        options: |options| options.retry(Backoff::from_secs([3]).attempts(5)),
        strike: |stage| {
            Box::pin(async move {
                for percent in [10, 20, 30] {
                    stage.reach(percent..percent + 10).await?;
                    let mut config = stage.call("STREAM.INFO.facts", &json!({})).await?["config"].clone();
                    config["description"] = json!(format!("changed at {percent} %"));
                    stage.update("facts", &config).await?;
                }
                Ok(())
            })
        },
        rules: ReadRules { pause: Duration::from_millis(2_900), ..ReadRules::DEFAULT },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "somebody lowers the consumer's max_deliver, and events fail soon after",
        // Those that are stored when the readers have had time to notice.
        work: |seen| if seen.number >= 800 && seen.attempt <= 3 { Work::Passes } else { Work::Done(15) },
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                stage.reconfigure_consumer("max_deliver", &json!(2)).await?;
                stage.world.wait(11_000..13_000).await;
                Ok(())
            })
        },
        ..ReadRow::DEFAULT
    },
    ReadRow {
        name: "somebody pauses the consumer for some seconds",
        strike: |stage| {
            Box::pin(async move {
                stage.reach(10..60).await?;
                let pause = format!("CONSUMER.PAUSE.{}", stage.consumer());
                stage.call(&pause, &json!({ "pause_until": "2999-12-31T00:00:00Z" })).await?;
                stage.world.wait(4_000..7_000).await;
                stage.call(&pause, &json!({})).await?;
                Ok(())
            })
        },
        ..ReadRow::DEFAULT
    },
];
