//! Where a command connects to: options, variables, and contexts of the program `nats`, made by hand from its documentation.

use serde_json::{Value, json};
use walnats_server::{Account, NatsServer};

use super::{Package, Ran, TestResult};

fn server() -> Result<NatsServer, walnats_server::StartError> {
    NatsServer::builder().account(Account::new("SHOP").jetstream().user("ada", "hunter2")).start()
}

fn context(package: &Package, name: &str, members: Value) {
    package.write(&format!(".config/nats/context/{name}.json"), &members.to_string());
}

/// As `nats context save` writes it.
fn whole(url: &str) -> Value {
    json!({
        "description": "The shop", "url": url, "socks_proxy": "", "token": "", "user": "ada", "password": "hunter2", "creds": "",
        "nkey": "", "cert": "", "key": "", "ca": "", "nsc": "", "jetstream_domain": "", "jetstream_api_prefix": "",
        "jetstream_event_prefix": "", "inbox_prefix": "", "user_jwt": "", "color_scheme": "", "tls_first": false,
        "windows_cert_store": "", "windows_cert_match_by": "", "windows_cert_match": "", "windows_ca_certs_match": null,
    })
}

#[test]
fn contexts_are_named_or_selected() -> TestResult {
    let server = server()?;
    let package = Package::new("");
    context(&package, "shop", whole(&server.url()));
    context(&package, "nowhere", json!({"url": "nats://127.0.0.1:1"}));
    package.run(&["plan", "--context", "shop"]).assert(0, &["(context `shop`)", "+ things  create"]).without("hunter2");
    package.run(&["plan", "--context", "nowhere"]).assert(2, &["no NATS server answers at 127.0.0.1:1"]);
    package.write(".config/nats/context.txt", "shop\n");
    package.run(&["plan"]).assert(0, &["(context `shop`)"]);
    package.run(&["plan", "--context", "nowhere"]).assert(2, &["127.0.0.1:1"]);
    let with = |name: &str, value: &str, arguments: &[&str]| -> Result<Ran, std::io::Error> {
        Ok(Ran::of(package.command(arguments).env(name, value).spawn()?))
    };
    with("NATS_CONTEXT", "nowhere", &["plan"])?.assert(2, &["127.0.0.1:1"]);
    // A variable does not redirect a command that names a context.
    with("NATS_URL", "nats://127.0.0.1:1", &["plan"])?.assert(2, &["127.0.0.1:1"]);
    with("NATS_URL", "nats://127.0.0.1:1", &["plan", "--context", "shop"])?.assert(0, &["(context `shop`)"]);
    let elsewhere = package.path().join("elsewhere");
    with("XDG_CONFIG_HOME", &elsewhere.display().to_string(), &["plan", "--context", "shop"])?
        .assert(2, &["cannot read the context `shop`"]);
    package
        .run(&["plan", "--context", "nowhere", "--server", &server.url(), "--user", "ada", "--password", "hunter2"])
        .assert(0, &["warning: other users of this machine can see `--password`"])
        .without("hunter2");
    Ok(())
}

#[test]
fn what_a_context_says_and_is_not_supported_is_said() -> TestResult {
    let server = server()?;
    let package = Package::new("");
    for (name, members, code, part) in [
        (
            "proxy",
            json!({"url": server.url(), "socks_proxy": "socks5://hunter2:1"}),
            2,
            "`socks_proxy` of the context `proxy` is set, but proxies are not supported",
        ),
        ("nsc", json!({"nsc": "nsc://hunter2/a/b"}), 2, "nsc is not supported"),
        (
            "two",
            json!({"user": "hunter2", "password": "hunter2", "creds": "/hunter2"}),
            2,
            "`user` and `creds` are both set",
        ),
        ("number", json!({"url": 7}), 2, "`url` of the context `number` is not a string"),
        ("../shop", json!({}), 2, "is not the name of a context"),
        ("a/b", json!({}), 2, "is not the name of a context"),
        ("missing", Value::Null, 2, "cannot read the context `missing`"),
        (
            "newer",
            json!({"url": server.url(), "user": "ada", "password": "hunter2", "quic": true}),
            0,
            "warning: `quic` of the context `newer` is not known",
        ),
        ("wrong", json!({"url": server.url(), "user": "ada", "password": "hunter3"}), 2, "refused the credentials"),
        (
            "domain",
            json!({"url": server.url(), "user": "ada", "password": "hunter2", "jetstream_domain": "hub"}),
            2,
            "JetStream is not available",
        ),
        ("cert", json!({"url": server.url(), "cert": "/hunter2.pem"}), 2, "only `cert` is set"),
    ] {
        if !members.is_null() && !name.contains('/') {
            context(&package, name, members);
        }
        package.run(&["plan", "--context", name]).assert(code, &[part]).without("hunter2").without("hunter3");
    }
    package.write(".config/nats/context/broken.json", "{\"password\": hunter2");
    package
        .run(&["plan", "--context", "broken"])
        .assert(2, &["is not a context in JSON: see line 1"])
        .without("hunter2");
    Ok(())
}

#[test]
fn credentials_come_from_options_and_variables() -> TestResult {
    let server = server()?;
    let package = Package::new("");
    let url = server.url();
    package.run(&["plan", "-s", &url]).assert(2, &["refused the credentials"]);
    let with = |variables: &[(&str, &str)], arguments: &[&str]| -> Result<Ran, std::io::Error> {
        let mut command = package.command(arguments);
        command.envs(variables.iter().copied());
        Ok(Ran::of(command.spawn()?))
    };
    let secret = ("NATS_PASSWORD", "hunter2");
    with(&[("NATS_USER", "ada"), secret], &["plan", "-s", &url])?.assert(0, &["create"]);
    with(&[("NATS_USER", "bob"), secret], &["plan", "-s", &url, "--user", "ada"])?.assert(0, &["create"]);
    with(&[("NATS_URL", &url), ("NATS_USER", "ada"), secret], &["plan"])?.assert(0, &["create"]);
    let in_url = server.url_as("ada", "hunter2");
    with(&[], &["plan", "-s", &in_url])?.assert(0, &["create"]).without("hunter2");
    let missing = package.path().join("missing.creds").display().to_string();
    with(&[], &["plan", "-s", &url, "--creds", &missing])?.assert(2, &["cannot read `", "missing.creds"]);
    with(&[], &["plan", "-s", &url, "--creds", "a", "--nkey", "b"])?.assert(2, &["cannot be used with"]);
    with(&[], &["plan", "-s", &url, "--password", "hunter2"])?.assert(2, &["--user"]).without("hunter2");
    with(&[], &["plan", "-s", "http://x"])?.assert(2, &["not a list of NATS URLs"]);
    Ok(())
}
