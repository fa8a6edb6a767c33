//! Maps the names of a package to those on this server, by the options' prefixes and names.

mod setting;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use walnats_subject::invalid_stream_name_char;

use crate::error::ConfigError;
use crate::stream::StreamDescriptor;
use crate::subject::{SubjectProblem, schedule_filter, subject_problem};

/// The options for names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Naming {
    /// The prefix of subjects.
    pub(crate) subjects: String,
    /// The prefix of stream names.
    pub(crate) streams: String,
    /// Streams with explicit names.
    pub(crate) renamed: BTreeMap<String, String>,
}

/// The names of streams and subjects on this server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Names {
    /// Ends with `.`, or is empty.
    subject_prefix: String,
    stream_prefix: String,
    renamed: BTreeMap<String, String>,
}

impl Names {
    /// # Errors
    ///
    /// A prefix or name is invalid.
    pub(crate) fn new(naming: &Naming) -> Result<Self, ConfigError> {
        let mut subject_prefix = naming.subjects.clone();
        if !subject_prefix.is_empty() {
            let tokens = subject_prefix.strip_suffix('.').unwrap_or(&subject_prefix);
            let server = tokens.starts_with('$').then_some(SubjectProblem::Reserved('$'));
            if let Some(problem) = server.or_else(|| subject_problem(tokens)) {
                return Err(ConfigError::Name { option: "subject_prefix", value: naming.subjects.clone(), problem });
            }
            if !subject_prefix.ends_with('.') {
                subject_prefix.push('.');
            }
        }
        if !naming.streams.is_empty() {
            check_stream("stream_prefix", &naming.streams)?;
        }
        for name in naming.renamed.values() {
            check_stream("rename_stream", name)?;
        }
        Ok(Self { subject_prefix, stream_prefix: naming.streams.clone(), renamed: naming.renamed.clone() })
    }

    /// Whether all names equal those of the package.
    fn are_same(&self) -> bool {
        self.subject_prefix.is_empty() && self.stream_prefix.is_empty() && self.renamed.is_empty()
    }

    /// A stream's name on this server.
    pub(crate) fn stream<'a>(&self, name: &'a str) -> Cow<'a, str> {
        match self.renamed.get(name) {
            Some(renamed) => Cow::Owned(renamed.clone()),
            None if self.stream_prefix.is_empty() => Cow::Borrowed(name),
            None => Cow::Owned(format!("{}{name}", self.stream_prefix)),
        }
    }

    /// A subject or filter on this server.
    pub(crate) fn subject(&self, mut subject: String) -> String {
        if !self.subject_prefix.is_empty() {
            subject.insert_str(0, &self.subject_prefix);
        }
        subject
    }

    /// The streams with their names on this server, in order.
    pub(crate) fn streams(&self, streams: &[StreamDescriptor]) -> Vec<StreamDescriptor> {
        if self.are_same() {
            return streams.to_vec();
        }
        streams.iter().map(|stream| self.descriptor(stream)).collect()
    }

    /// Checks the names against these streams.
    ///
    /// # Errors
    ///
    /// A renamed stream is unknown, or two streams have the same name.
    pub(crate) fn check(&self, streams: &[StreamDescriptor]) -> Result<(), ConfigError> {
        if let Some(stream) = self.renamed.keys().find(|name| streams.iter().all(|stream| stream.name != *name)) {
            return Err(ConfigError::NoStream { stream: stream.clone() });
        }
        let mut names = BTreeSet::new();
        let twice = streams.iter().map(|stream| self.stream(stream.name)).find(|name| !names.insert(name.clone()));
        match twice {
            Some(name) if !self.are_same() => Err(ConfigError::SameStream { name: name.into_owned() }),
            _ => Ok(()),
        }
    }

    fn descriptor(&self, stream: &StreamDescriptor) -> StreamDescriptor {
        let name = kept(self.stream(stream.name));
        // A stream without subjects stores the subject of its name, unless it copies others.
        let named = stream.subjects.is_empty() && !stream.copies();
        let declared: &[&str] = if named { &[stream.name] } else { stream.subjects };
        let mut subjects: Vec<&'static str> =
            declared.iter().map(|subject| kept(Cow::Owned(self.subject((*subject).to_owned())))).collect();
        if stream.schedules && !self.subject_prefix.is_empty() {
            subjects.push(kept(Cow::Owned(self.subject(schedule_filter(name)))));
        }
        let settings = stream.settings.iter().map(|(name, text)| match self.setting(name, text) {
            Some(here) => (*name, kept(Cow::Owned(here))),
            None => (*name, *text),
        });
        StreamDescriptor { name, subjects: kept_list(subjects), settings: kept_list(settings.collect()), ..*stream }
    }
}

fn check_stream(option: &'static str, name: &str) -> Result<(), ConfigError> {
    let empty = name.is_empty().then_some(SubjectProblem::Empty);
    match empty.or_else(|| invalid_stream_name_char(name).map(SubjectProblem::of_char)) {
        Some(problem) => Err(ConfigError::Name { option, value: name.to_owned(), problem }),
        None => Ok(()),
    }
}

/// Descriptors consist of `'static` texts: each distinct text is leaked once.
pub(crate) fn kept(text: Cow<'_, str>) -> &'static str {
    static TEXTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.get(text.as_ref()) {
        return text;
    }
    let text: &'static str = Box::leak(text.into_owned().into_boxed_str());
    texts.insert(text);
    text
}

fn kept_list<T: Keep>(list: Vec<T>) -> &'static [T] {
    if list.is_empty() {
        return &[];
    }
    let mut lists = T::lists().lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(list) = lists.get(list.as_slice()) {
        return list;
    }
    let list: &'static [T] = Box::leak(list.into_boxed_slice());
    lists.insert(list);
    list
}

type Lists<T> = Mutex<BTreeSet<&'static [T]>>;

/// Items of the lists in descriptors.
trait Keep: Ord + 'static {
    fn lists() -> &'static Lists<Self>
    where
        Self: Sized;
}

impl Keep for &'static str {
    fn lists() -> &'static Lists<Self> {
        static LISTS: Lists<&str> = Mutex::new(BTreeSet::new());
        &LISTS
    }
}

impl Keep for (&'static str, &'static str) {
    fn lists() -> &'static Lists<Self> {
        static LISTS: Lists<(&str, &str)> = Mutex::new(BTreeSet::new());
        &LISTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    const STREAMS: &[StreamDescriptor] = &[
        StreamDescriptor { subjects: &["notes.*", "memos.>"], schedules: true, ..StreamDescriptor::new("notes") },
        StreamDescriptor::new("audit"),
    ];

    fn placed(options: Options) -> Result<Vec<(&'static str, &'static [&'static str])>, String> {
        let names = options.names().map_err(|error| error.to_string())?;
        names.check(STREAMS).map_err(|error| error.to_string())?;
        Ok(names.streams(STREAMS).iter().map(|stream| (stream.name, stream.subjects)).collect())
    }

    #[test]
    fn streams_and_subjects_are_called_as_the_options_say() {
        let same: Vec<_> = STREAMS.iter().map(|stream| (stream.name, stream.subjects)).collect();
        assert_eq!(placed(Options::new()), Ok(same.clone()));
        assert_eq!(placed(Options::new().environment("").subject_prefix("").stream_prefix("")), Ok(same));
        let staging: Vec<(&str, &[&str])> = vec![
            ("staging-notes", &["staging.notes.*", "staging.memos.>", "staging._walnats.schedule.staging-notes.*"]),
            ("staging-audit", &["staging.audit"]),
        ];
        assert_eq!(placed(Options::new().environment("staging")), Ok(staging.clone()));
        let both = Options::new().subject_prefix("staging.").stream_prefix("staging-");
        assert_eq!(placed(both), Ok(staging));
        let other: Vec<(&str, &[&str])> = vec![("SHOP", &["notes.*", "memos.>"]), ("x-audit", &["audit"])];
        assert_eq!(placed(Options::new().stream_prefix("x-").rename_stream("notes", "SHOP")), Ok(other));
    }

    #[test]
    fn settings_name_streams_and_subjects_as_they_are_here() {
        const COPY: StreamDescriptor = StreamDescriptor {
            settings: &[
                ("compression", "\"s2\""),
                (
                    "sources",
                    r#"[{"name":"notes","filter_subject":"notes.a"},{"name":"far","external":{"api":"$JS.hub.API"}}]"#,
                ),
                ("republish", r#"{"dest":"copy.>","src":"notes.>"}"#),
            ],
            ..StreamDescriptor::new("copy")
        };
        let names = Options::new().environment("staging").names().expect("a name");
        let copy = names.streams(&[COPY])[0];
        assert_eq!((copy.name, copy.subjects), ("staging-copy", &[][..]));
        let sources = r#"[{"name":"staging-notes","filter_subject":"staging.notes.a"},{"name":"far","external":{"api":"$JS.hub.API"}}]"#;
        for (index, expected) in [
            ("compression", "\"s2\""),
            ("sources", sources),
            ("republish", r#"{"dest":"staging.copy.>","src":"staging.notes.>"}"#),
        ]
        .into_iter()
        .enumerate()
        {
            let (name, text) = copy.settings[index];
            let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
            assert_eq!((name, json(text)), (expected.0, json(expected.1)));
        }
    }

    #[test]
    fn names_that_nats_does_not_take_are_refused() {
        let prefix = |prefix: &str| Options::new().subject_prefix(prefix);
        let stream = |prefix: &str| Options::new().stream_prefix(prefix);
        for (options, expected) in [
            (prefix("a.*."), "option `subject_prefix` (\"a.*.\") contains `*`"),
            (prefix(">"), "option `subject_prefix` (\">\") contains `>`"),
            (prefix("."), "option `subject_prefix` (\".\"): a token of it is empty"),
            (prefix(".a"), "option `subject_prefix` (\".a\"): a token of it is empty"),
            (prefix("a..b"), "option `subject_prefix` (\"a..b\"): a token of it is empty"),
            (prefix("a b."), "option `subject_prefix` (\"a b.\") contains white space"),
            (prefix("a\n"), "option `subject_prefix` (\"a\\n\") contains a control character"),
            (prefix("$JS.x."), "option `subject_prefix` (\"$JS.x.\") contains `$`"),
            (stream("a.b-"), "option `stream_prefix` (\"a.b-\") contains `.`"),
            (stream("a/"), "option `stream_prefix` (\"a/\") contains `/`"),
            (stream("a b"), "option `stream_prefix` (\"a b\") contains white space"),
            (Options::new().environment("a.b"), "option `stream_prefix` (\"a.b-\") contains `.`"),
            (Options::new().rename_stream("notes", ""), "option `rename_stream` (\"\") is empty"),
            (Options::new().rename_stream("notes", "a>"), "option `rename_stream` (\"a>\") contains `>`"),
            (Options::new().rename_stream("nodes", "x"), "option `rename_stream`: the package has no stream `nodes`"),
            (
                Options::new().rename_stream("notes", "audit"),
                "option `rename_stream`: two streams would be called `audit`",
            ),
        ] {
            assert_eq!(placed(options), Err(expected.to_owned()));
        }
    }
}
