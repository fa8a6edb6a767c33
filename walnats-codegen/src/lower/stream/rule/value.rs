//! Values that the server refuses whatever the other settings are.

use std::time::Duration;

use super::super::{MAX_DESCRIPTION, settings};
use super::{Fault, Rule, Sections, broken};
use crate::model::Stream;

/// The shortest lifetime and duplicate window that the server takes.
const SHORTEST: Duration = Duration::from_millis(100);
const SHORTEST_MARKER: Duration = Duration::from_secs(1);

pub(super) fn faults(stream: &Stream, at: &Sections) -> Vec<Fault> {
    let age = stream.max_age.filter(|age| !age.is_zero());
    let marker = at.get(|settings| settings.subject_delete_marker_ttl);
    let placement = at.get(|settings| settings.placement.as_ref());
    let metadata = at.own.metadata.iter().chain(&at.defaults.metadata);
    let faults = broken([
        Rule {
            code: "WN0470",
            is_broken: age.is_some_and(|age| age < SHORTEST),
            key: "max_age",
            message: "`max_age` is below 100 ms",
            help: "the server refuses that; write `100ms` or more",
        },
        Rule {
            code: "WN0470",
            is_broken: stream.duplicate_window.is_some_and(|window| window < SHORTEST),
            key: "duplicate_window",
            message: "`duplicate_window` is below 100 ms",
            help: "the server refuses that; write `100ms` or more",
        },
        Rule {
            code: "WN0470",
            is_broken: marker.is_some_and(|marker| marker.0 < SHORTEST_MARKER),
            key: "subject_delete_marker_ttl",
            message: "`subject_delete_marker_ttl` is below one second",
            help: "write one second or more",
        },
        Rule {
            code: "WN0470",
            is_broken: settings::message_size(at.own, at.defaults).is_some_and(|size| i32::try_from(size).is_err()),
            key: "max_message_size",
            message: "`max_message_size` is not below 2 GiB",
            help: "the server counts it in 32 bits, and allows 1 MiB unless configured",
        },
        Rule {
            code: "WN0479",
            is_broken: stream.description.as_ref().is_some_and(|text| text.len() > MAX_DESCRIPTION),
            key: "description",
            message: "the description is longer than 4096 bytes",
            help: "the server keeps no more than that",
        },
        Rule {
            code: "WN0480",
            is_broken: metadata.clone().any(|(name, _)| name.starts_with("_nats.")),
            key: "metadata",
            message: "`metadata` has a name that starts with `_nats.`",
            help: "those are the server's own",
        },
        Rule {
            code: "WN0479",
            is_broken: metadata.map(|(name, value)| name.len() + value.len()).sum::<usize>() > 128 * 1024,
            key: "metadata",
            message: "`metadata` is larger than 128 KiB",
            help: "the server keeps no more than that",
        },
        Rule {
            code: "WN0481",
            is_broken: placement.is_some_and(|placement| placement.cluster.is_none() && placement.tags.is_empty()),
            key: "placement",
            message: "`placement` names neither a `cluster` nor `tags`",
            help: "write `placement = { tags = [\"ssd\"] }`",
        },
    ]);
    faults.collect()
}
