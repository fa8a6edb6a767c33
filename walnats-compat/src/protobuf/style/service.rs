//! Services, their methods, and what those take and return.

use std::collections::{BTreeMap, BTreeSet};

use prost_reflect::{MethodDescriptor, ServiceDescriptor};

use super::Options;
use super::case::pascal;
use super::rule::{Check, Rule, STRICT, UNARY};
use super::scope::{Found, NAME, Scope};

// Numbers of fields of `google.protobuf.MethodDescriptorProto`.
const INPUT_TYPE: i32 = 2;
const OUTPUT_TYPE: i32 = 3;
const EMPTY: &str = "google.protobuf.Empty";

pub const RULES: &[Rule] = &[
    Rule::new("WN0945", "RPC_REQUEST_RESPONSE_UNIQUE", STRICT, Check::All(unique)),
    Rule::new("WN0946", "RPC_REQUEST_STANDARD_NAME", STRICT, Check::Method(request_name)),
    Rule::new("WN0947", "RPC_RESPONSE_STANDARD_NAME", STRICT, Check::Method(response_name)),
    Rule::new("WN0948", "SERVICE_SUFFIX", STRICT, Check::Service(suffix)),
    Rule::new("WN0961", "RPC_NO_CLIENT_STREAMING", UNARY, Check::Method(no_client_streaming)),
    Rule::new("WN0962", "RPC_NO_SERVER_STREAMING", UNARY, Check::Method(no_server_streaming)),
];

fn suffix(found: &ServiceDescriptor, options: &Options) -> Option<Found> {
    let wanted = &options.service_suffix;
    let message = || format!("service `{}` does not end with `{wanted}`", found.name());
    (!found.name().ends_with(wanted.as_str())).then(|| Found::at(found.path(), &[NAME], message()))
}

fn no_client_streaming(found: &MethodDescriptor, _: &Options) -> Option<Found> {
    let message = || format!("method `{}` takes a stream", found.name());
    found.is_client_streaming().then(|| Found::at(found.path(), &[], message()))
}

fn no_server_streaming(found: &MethodDescriptor, _: &Options) -> Option<Found> {
    let message = || format!("method `{}` returns a stream", found.name());
    found.is_server_streaming().then(|| Found::at(found.path(), &[], message()))
}

fn request_name(found: &MethodDescriptor, options: &Options) -> Option<Found> {
    let input = found.input();
    let is_allowed = options.rpc_allow_google_protobuf_empty_requests && input.full_name() == EMPTY;
    if is_allowed { None } else { misnamed(found, "Request", input.name(), INPUT_TYPE) }
}

fn response_name(found: &MethodDescriptor, options: &Options) -> Option<Found> {
    let output = found.output();
    let is_allowed = options.rpc_allow_google_protobuf_empty_responses && output.full_name() == EMPTY;
    if is_allowed { None } else { misnamed(found, "Response", output.name(), OUTPUT_TYPE) }
}

fn misnamed(method: &MethodDescriptor, kind: &str, name: &str, place: i32) -> Option<Found> {
    let wanted = pascal(method.name()) + kind;
    let with_service = pascal(method.parent_service().name()) + &wanted;
    let kind = kind.to_lowercase();
    let message = || {
        let method = method.name();
        format!("the {kind} of method `{method}`, `{name}`, is not called `{wanted}` or `{with_service}`")
    };
    (name != wanted && name != with_service).then(|| Found::at(method.path(), &[place], message()))
}

/// No message is used by two methods, or twice by one.
fn unique(scope: &Scope<'_>) -> Vec<(usize, Found)> {
    let options = scope.options;
    let (empty_requests, empty_responses) =
        (options.rpc_allow_google_protobuf_empty_requests, options.rpc_allow_google_protobuf_empty_responses);
    let files = scope.files.iter().enumerate();
    let methods: Vec<_> = files.flat_map(|(file, of)| of.methods.iter().map(move |method| (file, method))).collect();
    let mut found = Vec::new();
    let mut add = |(file, method): (usize, &MethodDescriptor), message: String| {
        found.push((file, Found::at(method.path(), &[], message)));
    };
    for (file, method) in &methods {
        let input = method.input();
        let is_allowed = input.full_name() == EMPTY && empty_requests && empty_responses;
        if input == method.output() && !is_allowed && !options.rpc_allow_same_request_response {
            let message =
                format!("`{}` is both the request and the response of method `{}`", input.name(), method.name());
            add((*file, method), message);
        }
    }
    let mut users: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (index, (_, method)) in methods.iter().enumerate() {
        for used in [method.input(), method.output()] {
            users.entry(used.full_name().to_owned()).or_default().insert(index);
        }
    }
    for (name, users) in users.into_iter().filter(|(_, users)| users.len() > 1) {
        let users: Vec<_> = users.into_iter().filter_map(|index| methods.get(index).copied()).collect();
        if name != EMPTY || !(empty_requests || empty_responses) {
            let message = format!("`{name}` is a request or response of {} methods", users.len());
            users.into_iter().for_each(|user| add(user, message.clone()));
            continue;
        }
        let requests = users.iter().filter(|(_, method)| method.input().full_name() == EMPTY && !empty_requests);
        let responses = users.iter().filter(|(_, method)| method.output().full_name() == EMPTY && !empty_responses);
        let sides = [("request", requests.collect::<Vec<_>>()), ("response", responses.collect())];
        for (kind, users) in sides.into_iter().filter(|(_, users)| users.len() > 1) {
            let message = format!("`{name}` is the {kind} of {} methods", users.len());
            users.into_iter().for_each(|user| add(*user, message.clone()));
        }
    }
    found
}
