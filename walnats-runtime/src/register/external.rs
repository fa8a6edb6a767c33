//! External streams: whether they meet the events' requirements.

use std::fmt;

use super::change;
use super::config::{self, Config};
use super::setting::{SETTINGS, Setting};
use crate::stream::StreamDescriptor;

/// An unmet requirement of an external stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Misfit {
    /// The stream does not exist.
    Missing,
    /// It does not store these subjects.
    Subject {
        /// The events' subject filter.
        subject: String,
        /// The stream that stores them instead, if there is one that can be seen.
        stored_by: Option<String>,
    },
    /// It never acknowledges (`no_ack`), so that no emit can be confirmed.
    NeverAcknowledges,
    /// It is sealed and takes no more messages.
    Sealed,
    /// It is a mirror, which accepts only messages of its origin.
    Mirror,
    /// A setting differs from `walnats.toml`, or is lower.
    Setting {
        /// JetStream's name of the setting.
        setting: &'static str,
        /// The present value, in readable form.
        found: String,
        /// The value that `walnats.toml` states, in readable form.
        needed: String,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("it does not exist, and its owner must create it"),
            Self::Subject { subject, stored_by: None } => write!(f, "it does not store `{subject}`"),
            Self::Subject { subject, stored_by: Some(other) } => {
                write!(f, "it does not store `{subject}`: stream `{other}` does")
            }
            Self::NeverAcknowledges => {
                f.write_str("it never acknowledges (`no_ack` is on), so that no emit can be confirmed")
            }
            Self::Sealed => f.write_str("it is sealed: it takes no more messages"),
            Self::Mirror => f.write_str("it is a mirror, which stores no subjects"),
            Self::Setting { setting, found, needed } => {
                let setting = Setting::key_of(setting);
                write!(f, "`{setting}` is {found}, and the events need {needed}")
            }
        }
    }
}

/// The unmet requirements of a stream that exists. The planner looks up who stores a missing subject instead.
pub(super) fn misfits(wanted: &StreamDescriptor, found: &Config) -> Vec<Misfit> {
    let stated = config::stated(wanted);
    let stored = config::subjects_of(found);
    let is_stored = |subject: &String| stored.iter().any(|filter| walnats_subject::covers(filter, subject));
    let missing = config::wanted_subjects(wanted).into_iter().filter(|subject| !is_stored(subject));
    let mut misfits: Vec<Misfit> = missing.map(|subject| Misfit::Subject { subject, stored_by: None }).collect();
    let states = |name: &str| stated.contains_key(name);
    let unfit = [
        (config::is_on(found, "no_ack") && !states("no_ack"), Misfit::NeverAcknowledges),
        (config::is_on(found, "sealed") && !states("sealed"), Misfit::Sealed),
        (config::is_set(found, "mirror") && !states("mirror"), Misfit::Mirror),
    ];
    misfits.extend(unfit.into_iter().filter_map(|(holds, misfit)| holds.then_some(misfit)));
    for setting in SETTINGS.iter().filter(|setting| states(setting.name)) {
        let (is, needed) = (setting.value(found), setting.value(&stated));
        if !setting.suffices(&is, &needed) {
            let (found, needed) = (change::readable(setting, &is), change::readable(setting, &needed));
            misfits.push(Misfit::Setting { setting: setting.name, found, needed });
        }
    }
    misfits
}
