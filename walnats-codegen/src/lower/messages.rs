//! What the protobuf front end finds: nothing where there are no protobuf files, or where the feature is off.

#[cfg(not(feature = "protobuf"))]
pub(super) use off::Messages;
#[cfg(feature = "protobuf")]
pub(super) use on::Messages;

#[cfg(feature = "protobuf")]
mod on {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::diagnostic::Report;
    use crate::load::{ProtobufSource, SourceSet};
    use crate::lower::event::RawEvent;
    use crate::lower::lost_message::LostMessage;
    use crate::lower::message_option::MessageOption;
    use crate::lower::protobuf::{self, Lowered};
    use crate::lower::template::FieldProblem;
    use crate::model::{Event, Payload, ProtobufModel, ScalarKind};

    pub(in crate::lower) struct Messages(Option<Lowered>);

    impl Messages {
        pub(in crate::lower) fn lower(sources: &SourceSet, report: &mut Report) -> Self {
            Self(protobuf::lower(&sources.protobuf, report))
        }

        /// The files without what does not compile, and without what needs it.
        pub(in crate::lower) fn sound(sources: &SourceSet) -> (Vec<ProtobufSource>, Vec<LostMessage>) {
            protobuf::sound(&sources.protobuf)
        }

        /// The files of editions.
        pub(in crate::lower) fn editions(sources: &SourceSet) -> BTreeMap<String, i32> {
            protobuf::editions(&sources.protobuf)
        }

        /// The full names of all messages, sorted, with the paths of their files as shown.
        pub(in crate::lower) fn names(&self) -> Vec<(String, String)> {
            self.0.as_ref().map_or_else(Vec::new, |lowered| lowered.messages.names())
        }

        /// The messages with the option, and those that `declared` names: event, message.
        pub(in crate::lower) fn events(&self, declared: &[(String, String)]) -> Vec<RawEvent> {
            let Some(lowered) = &self.0 else { return Vec::new() };
            let more = declared.iter().filter_map(|(name, message)| {
                let event = lowered.messages.event(message)?;
                Some(RawEvent { name: name.clone(), ..event })
            });
            lowered.events.iter().cloned().chain(more).collect()
        }

        /// What an option of the message says.
        pub(in crate::lower) fn option(&self, message: &str, option: &str) -> MessageOption {
            let none = || MessageOption::Unknown(Vec::new());
            self.0.as_ref().map_or_else(none, |lowered| lowered.messages.option(message, option))
        }

        /// What a field of the message is.
        pub(in crate::lower) fn scalar(&self, message: &str, path: &[String]) -> Result<ScalarKind, FieldProblem> {
            let unknown = FieldProblem::Unknown { depth: 0, known: Vec::new() };
            self.0.as_ref().map_or(Err(unknown), |lowered| lowered.messages.scalar(message, path))
        }

        /// The messages that events reach; `externs` are types of other crates.
        pub(in crate::lower) fn model(
            &self,
            events: &[Event],
            externs: &BTreeMap<String, String>,
            report: &mut Report,
        ) -> Option<ProtobufModel> {
            self.0.as_ref().map(|lowered| lowered.messages.model(&roots(events), externs, report))
        }

        /// The messages that `roots` reach, by full names.
        pub(in crate::lower) fn model_of(&self, roots: &[&str]) -> Option<ProtobufModel> {
            let model = |lowered: &Lowered| lowered.messages.model(roots, &BTreeMap::new(), &mut Report::default());
            self.0.as_ref().map(model)
        }

        /// All files, as an encoded `google.protobuf.FileDescriptorSet`.
        pub(in crate::lower) fn descriptors(&self) -> Option<Vec<u8>> {
            self.0.as_ref().map(|lowered| lowered.messages.descriptors())
        }

        /// What is wrong with the rules of `buf.validate` of all messages.
        pub(in crate::lower) fn rules_report(&self) -> Report {
            self.0.as_ref().map(|lowered| lowered.messages.rules_report()).unwrap_or_default()
        }

        /// The full names of the types that events reach, with a leading dot.
        pub(in crate::lower) fn reached(&self, events: &[Event]) -> BTreeSet<String> {
            self.0.as_ref().map_or_else(BTreeSet::new, |lowered| lowered.messages.reached(&roots(events)))
        }
    }

    fn roots(events: &[Event]) -> Vec<&str> {
        let roots = events.iter().filter_map(|event| match &event.payload {
            Payload::Protobuf(message) => Some(message.as_str()),
            Payload::Json(_) => None,
        });
        roots.collect()
    }
}

#[cfg(not(feature = "protobuf"))]
mod off {
    use std::collections::{BTreeMap, BTreeSet};

    use crate::diagnostic::{Diagnostic, Place, Report};
    use crate::load::{ProtobufSource, SourceSet};
    use crate::lower::event::RawEvent;
    use crate::lower::lost_message::LostMessage;
    use crate::lower::message_option::MessageOption;
    use crate::lower::template::FieldProblem;
    use crate::model::{Event, ProtobufModel, ScalarKind};

    pub(in crate::lower) struct Messages;

    impl Messages {
        pub(in crate::lower) fn lower(sources: &SourceSet, report: &mut Report) -> Self {
            if let Some(source) = sources.protobuf.first() {
                let place = Place { file: source.file.clone(), span: 0..0 };
                report.push(
                    Diagnostic::error("WN0112", place, "protobuf files are read with the feature `protobuf` only")
                        .help(
                            "add `features = [\"protobuf\"]` to `walnats-codegen` and `walnats-runtime` in Cargo.toml",
                        ),
                );
            }
            Self
        }

        pub(in crate::lower) fn sound(_: &SourceSet) -> (Vec<ProtobufSource>, Vec<LostMessage>) {
            (Vec::new(), Vec::new())
        }

        pub(in crate::lower) fn editions(_: &SourceSet) -> BTreeMap<String, i32> {
            BTreeMap::new()
        }

        pub(in crate::lower) fn names(&self) -> Vec<(String, String)> {
            Vec::new()
        }

        pub(in crate::lower) fn events(&self, _: &[(String, String)]) -> Vec<RawEvent> {
            Vec::new()
        }

        pub(in crate::lower) fn option(&self, _: &str, _: &str) -> MessageOption {
            MessageOption::Unknown(Vec::new())
        }

        pub(in crate::lower) fn scalar(&self, _: &str, _: &[String]) -> Result<ScalarKind, FieldProblem> {
            Err(FieldProblem::Unknown { depth: 0, known: Vec::new() })
        }

        pub(in crate::lower) fn model(
            &self,
            _: &[Event],
            _: &BTreeMap<String, String>,
            _: &mut Report,
        ) -> Option<ProtobufModel> {
            None
        }

        pub(in crate::lower) fn model_of(&self, _: &[&str]) -> Option<ProtobufModel> {
            None
        }

        pub(in crate::lower) fn descriptors(&self) -> Option<Vec<u8>> {
            None
        }

        pub(in crate::lower) fn rules_report(&self) -> Report {
            Report::default()
        }

        pub(in crate::lower) fn reached(&self, _: &[Event]) -> BTreeSet<String> {
            BTreeSet::new()
        }
    }
}
