//! `encoding` and `unknown_members`: how messages are published.

use crate::diagnostic::{Diagnostic, Located, Report};
use crate::model::{Payload, ProtobufEncoding, UnknownMembers};

/// What the keys of an event say; what they cannot say is reported, and then the default.
pub(super) fn encoding(
    payload: &Payload,
    encoding: Option<&Located<String>>,
    unknown_members: Option<&Located<String>>,
    report: &mut Report,
) -> ProtobufEncoding {
    if let Payload::Json(_) = payload {
        let keys = [("encoding", encoding), ("unknown_members", unknown_members)];
        for (key, written) in keys.into_iter().filter_map(|(key, written)| Some((key, written?))) {
            let message = format!("`{key}` is for protobuf events, and the schema of this one is a JSON Schema");
            report.push(Diagnostic::error("WN0570", written.place.clone(), message).help("remove it"));
        }
        return ProtobufEncoding::Binary;
    }
    let mut is = |key: &str, written: Option<&Located<String>>, default: &'static str, other: &'static str| {
        let written = written?;
        if ![default, other].contains(&written.value.as_str()) {
            let message = format!("`{key}` is `{default}` or `{other}`, not `{}`", written.value);
            let wrong = Diagnostic::error("WN0571", written.place.clone(), message);
            report.push(wrong.suggest(&written.value, [default, other]));
        }
        Some(written.value == other)
    };
    let is_json = is("encoding", encoding, "binary", "json").unwrap_or_default();
    let is_tolerant = is("unknown_members", unknown_members, "strict", "tolerant").unwrap_or_default();
    match (is_json, unknown_members) {
        (true, _) if is_tolerant => ProtobufEncoding::Json(UnknownMembers::Tolerant),
        (true, _) => ProtobufEncoding::Json(UnknownMembers::Strict),
        (false, Some(written)) if encoding.is_none_or(|encoding| encoding.value == "binary") => {
            let message = "`unknown_members` is about JSON, and the event is published in the binary encoding";
            let found = Diagnostic::error("WN0572", written.place.clone(), message);
            report.push(found.help("set `encoding` to `json`, or remove `unknown_members`"));
            ProtobufEncoding::Binary
        }
        (false, _) => ProtobufEncoding::Binary,
    }
}
