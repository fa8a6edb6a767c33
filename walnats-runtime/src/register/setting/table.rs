//! The table of settings.

use super::{Change, Kind, Setting, Weaker, row};

const FULL: &str = "what a full stream does with a new message changes";
const LIFTED: &str = "the stream can then grow until the storage is used up";

/// In the order in which a plan lists them.
pub(in crate::register) const SETTINGS: &[Setting] = &[
    row("description", Kind::Text).unneeded(),
    row("subjects", Kind::Tree).unneeded(),
    row("retention", Kind::Word("limits")).weaker(Weaker::To(
        "interest",
        "messages are then deleted once they are consumed, and without a consumer none is stored",
    )),
    row("storage", Kind::Word("file")).change(Change::Never),
    row("num_replicas", Kind::Number(1))
        .key("replicas")
        .weaker(Weaker::Less("fewer servers then hold each message"))
        .at_least(),
    row("max_age", Kind::Time).weaker(Weaker::Lifted(LIFTED)).at_least(),
    row("max_bytes", Kind::Limit).weaker(Weaker::Lifted(LIFTED)).at_least(),
    row("max_msgs", Kind::Limit).key("max_messages").weaker(Weaker::Lifted(LIFTED)).at_least(),
    row("max_msgs_per_subject", Kind::Limit).key("max_messages_per_subject").weaker(Weaker::Lifted(LIFTED)).at_least(),
    row("max_msg_size", Kind::Limit)
        .key("max_message_size")
        .weaker(Weaker::Lifted("messages may then be as large as the server allows"))
        .at_least(),
    row("max_consumers", Kind::Limit).weaker(Weaker::Lifted("any number of consumers may then be created")).at_least(),
    row("discard", Kind::Word("old")).weaker(Weaker::Any(FULL)),
    row("discard_new_per_subject", Kind::Switch).weaker(Weaker::Any(FULL)),
    row("duplicate_window", Kind::Time)
        .weaker(Weaker::Less("a message that is resent later than that is stored twice"))
        .at_least(),
    row("allow_msg_ttl", Kind::Switch).key("message_ttl").since(11).change(Change::OnlyOn),
    row("allow_msg_schedules", Kind::Switch).key("schedules").since(12).change(Change::OnlyOn),
    row("allow_atomic", Kind::Switch).key("atomic").since(12).weaker(Weaker::Off("atomic batches are then refused")),
    row("allow_batched", Kind::Switch).since(14).weaker(Weaker::Off("fast batches are then refused")),
    row("allow_msg_counter", Kind::Switch).since(12).change(Change::Never),
    row("compression", Kind::Word("none")).since(10),
    row("persist_mode", Kind::Word("default")).since(12).change(Change::Never),
    row("first_seq", Kind::Number(0)).since(10).change(Change::AtCreation).unneeded(),
    row("placement", Kind::Tree),
    row("metadata", Kind::Tree).since(10).unneeded(),
    row("allow_direct", Kind::Switch).weaker(Weaker::Off("direct reads then get no answer")),
    row("mirror_direct", Kind::Switch).weaker(Weaker::Off("direct reads then get no answer from the mirror")),
    row("deny_delete", Kind::Switch).change(Change::OnlyOn),
    row("deny_purge", Kind::Switch).change(Change::OnlyOn),
    row("allow_rollup_hdrs", Kind::Switch)
        .weaker(Weaker::Any("it decides whether a header of a new message may replace stored messages")),
    row("subject_delete_marker_ttl", Kind::Time)
        .since(11)
        .weaker(Weaker::Less("readers then see for a shorter time that a subject's last message was deleted")),
    row("consumer_limits", Kind::Tree).since(10).weaker(Weaker::Replaced("a limit of consumers is then lifted")),
    row("subject_transform", Kind::Tree)
        .since(10)
        .weaker(Weaker::Any("new messages are then stored under other subjects than old ones")),
    row("republish", Kind::Tree).weaker(Weaker::Replaced("subscribers to the former copies then get nothing")),
    row("sources", Kind::Tree).weaker(Weaker::Replaced("the stream then copies different streams")),
    row("mirror", Kind::Tree)
        .change(Change::Never)
        .weaker(Weaker::Replaced("the stream then no longer copies its origin")),
    row("no_ack", Kind::Switch).weaker(Weaker::On("publishers then never learn whether a message is stored")),
    row("sealed", Kind::Switch)
        .change(Change::OnlyOn)
        .weaker(Weaker::On("the stream then takes no more messages, for good")),
];
