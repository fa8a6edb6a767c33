//! Priority groups of pinned clients (ADR-42): of all clients that pull, one gets the messages, until it stops pulling.

use serde_json::{Map, Value, json};

use super::Consumer;
use super::pull::Pull;
use crate::error::ApiError;
use crate::jetstream::config::texts;
use crate::message::Outbound;
use crate::time::{self, Moment, Nanos, SECOND};

/// For how long clients stay pinned, if nothing is said.
const TIMEOUT: Nanos = 120 * SECOND;

/// How clients are pinned: the priority policy `pinned_client`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pinning {
    /// The priority groups that clients name.
    pub(crate) groups: Vec<String>,
    /// For how long a client stays pinned that does not pull.
    timeout: Nanos,
}

/// What a pull says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    name: String,
    /// What the client was pinned by; empty if it never was.
    id: String,
}

/// The client that gets the messages.
#[derive(Clone, Debug)]
pub(super) struct Pin {
    id: String,
    since: Nanos,
    /// When it is unpinned, unless it pulls again. Clients pull by the clock of the machine.
    pub(super) due: Nanos,
}

impl Pinning {
    /// Reads what a consumer's configuration says of priority groups, and completes it. `None` if it says nothing.
    pub(super) fn read(json: &mut Map<String, Value>) -> Result<Option<Self>, ApiError> {
        let groups = texts(json, "priority_groups");
        let timeout = json.get("priority_timeout").and_then(Value::as_i64).filter(|timeout| *timeout > 0);
        match json.get("priority_policy").and_then(Value::as_str) {
            None | Some("none") if !groups.is_empty() => {
                return Err(ApiError::new(400, 10196, "consumer can not have priority groups when policy is none"));
            }
            None | Some("none") if timeout.is_some() => {
                return Err(ApiError::new(400, 10197, "PinnedTTL cannot be set when PriorityPolicy is none"));
            }
            None | Some("none") => return Ok(None),
            Some("pinned_client") => {}
            Some(_) => {
                let why = "the JetStream in memory has no priority policy but `pinned_client`";
                return Err(ApiError::consumer_config(why));
            }
        }
        if groups.is_empty() {
            let why = "Setting PriorityPolicy requires at least one PriorityGroup to be set";
            return Err(ApiError::new(400, 10159, why));
        }
        if groups.iter().any(String::is_empty) {
            return Err(ApiError::new(400, 10161, "Group name cannot be an empty string"));
        }
        groups.iter().try_for_each(|group| check_name(group))?;
        let timeout = timeout.unwrap_or(TIMEOUT);
        json.insert("priority_timeout".to_owned(), json!(timeout));
        Ok(Some(Self { groups, timeout }))
    }
}

/// Whether a group can have this name.
pub(crate) fn check_name(group: &str) -> Result<(), ApiError> {
    let is_known = |character: char| character.is_ascii_alphanumeric() || "/_=-".contains(character);
    if group.len() <= 16 && group.chars().all(is_known) {
        return Ok(());
    }
    let why = "Valid priority group name must match A-Z, a-z, 0-9, -_/=)+ and may not exceed 16 characters";
    Err(ApiError::new(400, 10162, why))
}

impl Group {
    /// Reads a request; one without JSON is of no group.
    ///
    /// # Errors
    ///
    /// The status with which a consumer that pins clients, or one that does not, refuses it.
    pub(super) fn read(request: &Value, groups: Option<&[String]>, pin: Option<&Pin>) -> Result<Self, String> {
        let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let group = Self { name: text("group"), id: text("id") };
        let Some(groups) = groups else {
            return if group.id.is_empty() {
                Ok(group)
            } else {
                Err("400 Bad Request - Not a Pinned Client Priority consumer".to_owned())
            };
        };
        if request.is_object() && group.name.is_empty() {
            return Err("400 Bad Request - Priority Group missing".to_owned());
        }
        if request.is_object() && !groups.contains(&group.name) {
            return Err("400 Bad Request - Invalid Priority Group".to_owned());
        }
        match pin {
            Some(pin) if !group.id.is_empty() && group.id != pin.id => Err("423 Nats-Pin-Id mismatch".to_owned()),
            _ => Ok(group),
        }
    }

    /// What messages for the pull say.
    pub(super) fn id(&self) -> Option<&str> {
        Some(self.id.as_str()).filter(|id| !id.is_empty())
    }
}

impl Consumer {
    /// The pinned client has pulled.
    pub(super) fn pulled(&mut self, group: &Group, real: Nanos) {
        if let (Some(pin), Some(pinning)) = (&mut self.pin, &self.config.pinning)
            && pin.id == group.id
        {
            pin.due = real.saturating_add(pinning.timeout);
        }
    }

    /// The pull that gets the next message, and whether its client was pinned just now. Those of clients that are no longer pinned
    /// end.
    pub(super) fn next_pull(&mut self, moment: Moment, out: &mut Vec<Outbound>) -> Option<(Pull, bool)> {
        let Some(timeout) = self.config.pinning.as_ref().map(|pinning| pinning.timeout) else {
            return self.pulls.pop_front().map(|pull| (pull, false));
        };
        let mut passed = 0;
        while let Some(mut pull) = self.pulls.pop_front() {
            match &self.pin {
                None if pull.group.id.is_empty() => {
                    let is_member = !pull.group.name.is_empty();
                    if is_member {
                        self.pins += 1;
                        pull.group.id = format!("{:x}-{}", self.created, self.pins);
                        let due = moment.real.saturating_add(timeout);
                        self.pin = Some(Pin { id: pull.group.id.clone(), since: moment.now, due });
                    }
                    return Some((pull, is_member));
                }
                Some(pin) if pin.id == pull.group.id => return Some((pull, false)),
                Some(_) if pull.group.id.is_empty() => {
                    self.pulls.push_back(pull);
                    passed += 1;
                    if passed >= self.pulls.len() {
                        return None;
                    }
                }
                _ => out.push(pull.end("423 Nats-Wrong-Pin-Id")),
            }
        }
        None
    }

    /// Nobody is pinned until somebody pulls.
    pub(crate) fn unpin(&mut self) {
        self.pin = None;
    }

    /// The groups as JetStream shows them.
    pub(super) fn groups(&self) -> Option<Value> {
        let pinning = self.config.pinning.as_ref()?;
        let group = |name: &String| match &self.pin {
            Some(pin) => json!({"group": name, "pinned_client_id": pin.id, "pinned_ts": time::text(pin.since)}),
            // The zero time of Go.
            None => json!({"group": name, "pinned_ts": "0001-01-01T00:00:00Z"}),
        };
        Some(pinning.groups.iter().map(group).collect())
    }
}
