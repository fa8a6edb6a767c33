//! Services and their methods.

use prost_reflect::{MethodDescriptor, ReflectMessage, ServiceDescriptor, Value};

use super::feature::option;
use super::pair::{Found, Pair};
use super::place::{Location, span};
use super::rule::{ALL, CODE, Check, Rule};

// Numbers of fields of `google.protobuf.MethodDescriptorProto` and `google.protobuf.MethodOptions`.
const INPUT_TYPE: i32 = 2;
const OUTPUT_TYPE: i32 = 3;
const OPTIONS: i32 = 4;
const IDEMPOTENCY_LEVEL: i32 = 34;

pub const RULES: &[Rule] = &[
    Rule::new("RPC_NO_DELETE", CODE, Check::Service(deleted))
        .says("a method was deleted", "keep the method, with `option deprecated = true`"),
    Rule::new("RPC_SAME_REQUEST_TYPE", ALL, Check::Method(request_type))
        .says("the request of a method has another type", "add a method"),
    Rule::new("RPC_SAME_RESPONSE_TYPE", ALL, Check::Method(response_type))
        .says("the response of a method has another type", "add a method"),
    Rule::new("RPC_SAME_CLIENT_STREAMING", ALL, Check::Method(client_streaming))
        .says("a method takes a stream and did not, or the reverse", "add a method"),
    Rule::new("RPC_SAME_SERVER_STREAMING", ALL, Check::Method(server_streaming))
        .says("a method returns a stream and did not, or the reverse", "add a method"),
    Rule::new("RPC_SAME_IDEMPOTENCY_LEVEL", ALL, Check::Method(idempotency))
        .says("whether a method can be called twice changed", "keep the option `idempotency_level`"),
];

fn deleted(services: &Pair<'_, ServiceDescriptor>) -> Vec<Found> {
    let deleted = services.old.methods().filter(|old| services.new.methods().all(|new| new.name() != old.name()));
    let place = |service: &ServiceDescriptor| Location::of_path(&service.parent_file(), service.path());
    let found = deleted.map(|old| {
        let message = format!("method `{}` was deleted from service `{}`", old.name(), services.new.full_name());
        Found::new(old.full_name(), message).at(place(&services.old), place(&services.new))
    });
    found.collect()
}

fn request_type(methods: &Pair<'_, MethodDescriptor>) -> Option<Found> {
    let (old, new) = (methods.old.input(), methods.new.input());
    let what = format!("has the request `{}`, was `{}`", new.full_name(), old.full_name());
    (old.full_name() != new.full_name()).then(|| changed(methods, &what, &[INPUT_TYPE]))
}

fn response_type(methods: &Pair<'_, MethodDescriptor>) -> Option<Found> {
    let (old, new) = (methods.old.output(), methods.new.output());
    let what = format!("has the response `{}`, was `{}`", new.full_name(), old.full_name());
    (old.full_name() != new.full_name()).then(|| changed(methods, &what, &[OUTPUT_TYPE]))
}

fn client_streaming(methods: &Pair<'_, MethodDescriptor>) -> Option<Found> {
    let (old, new) = (methods.old.is_client_streaming(), methods.new.is_client_streaming());
    let what = if new { "takes a stream, did not" } else { "no longer takes a stream" };
    (old != new).then(|| changed(methods, what, &[]))
}

fn server_streaming(methods: &Pair<'_, MethodDescriptor>) -> Option<Found> {
    let (old, new) = (methods.old.is_server_streaming(), methods.new.is_server_streaming());
    let what = if new { "returns a stream, did not" } else { "no longer returns a stream" };
    (old != new).then(|| changed(methods, what, &[]))
}

fn idempotency(methods: &Pair<'_, MethodDescriptor>) -> Option<Found> {
    let level = |method: &MethodDescriptor| {
        let options = method.options();
        let number = option(&options, "idempotency_level").and_then(|value: Value| value.as_enum_number());
        let kind = options.descriptor().get_field_by_name("idempotency_level")?.kind();
        Some(kind.as_enum()?.get_value(number.unwrap_or_default())?.name().to_owned())
    };
    let (old, new) = (level(&methods.old), level(&methods.new));
    let shown = |level: &Option<String>| level.clone().unwrap_or_default();
    let what = format!("has the idempotency level `{}`, was `{}`", shown(&new), shown(&old));
    let place = |method: &MethodDescriptor| {
        let file = method.parent_file();
        let path = [method.path(), &[OPTIONS, IDEMPOTENCY_LEVEL]].concat();
        Location { span: span(&file, &path), ..Location::of_file(&file) }
    };
    (old != new).then(|| changed(methods, &what, &[]).at(place(&methods.old), place(&methods.new)))
}

fn changed(methods: &Pair<'_, MethodDescriptor>, what: &str, tail: &[i32]) -> Found {
    let place = |method: &MethodDescriptor| Location::of_first(&method.parent_file(), method.path(), &[tail]);
    let name = methods.new.full_name();
    Found::new(name, format!("method `{name}` {what}")).at(place(&methods.old), place(&methods.new))
}
