//! The configuration file of a server.

use std::path::Path;

use crate::builder::Builder;
use crate::escape::quote;
use crate::port::{self, local};

/// The ports of one server, all on loopback.
#[derive(Clone, Debug)]
pub struct Ports {
    /// The client port.
    pub client: u16,
    /// The port of the HTTP monitoring endpoint.
    pub monitor: u16,
    /// The port for leaf nodes.
    pub leafnodes: Option<u16>,
    /// The port for WebSocket clients.
    pub websocket: Option<u16>,
    /// The ports for routes of a cluster: its own, then those of all servers.
    pub routes: Option<(u16, Vec<u16>)>,
}

impl Ports {
    /// Free ports, except those that the builder sets.
    pub fn free(builder: &Builder) -> Self {
        Self {
            client: builder.port.unwrap_or_else(port::free),
            monitor: port::free(),
            leafnodes: builder.leafnodes.then(port::free),
            websocket: builder.websocket.then(port::free),
            routes: None,
        }
    }
}

/// The text of the configuration file.
pub fn text(builder: &Builder, name: &str, ports: &Ports, store: &Path) -> String {
    let mut lines = vec![
        format!("server_name: {}", quote(name)),
        format!("listen: \"{}\"", local(ports.client)),
        format!("http: \"{}\"", local(ports.monitor)),
    ];
    if let Some(settings) = &builder.jetstream {
        let domain = builder.domain.iter().map(|domain| format!("domain: {}", quote(domain)));
        let store = format!("store_dir: {}", quote(&store.to_string_lossy()));
        // By default three quarters of the free disk space: what `max_bytes` a stream may reserve would depend on the machine.
        // `max_file` is a second name of it.
        let limit = (!settings.contains("max_file")).then(|| "max_file_store: 1TB".to_owned());
        lines.push(block("jetstream", [store].into_iter().chain(limit).chain(domain).chain([settings.clone()])));
    }
    if let Some((own, all)) = &ports.routes {
        let listen = local(*own);
        let routes: Vec<_> = all.iter().map(|port| format!("\"nats-route://{}\"", local(*port))).collect();
        let routes = routes.join(", ");
        lines.push(format!("cluster {{\n  name: walnats\n  listen: \"{listen}\"\n  routes: [{routes}]\n}}"));
    }
    if ports.leafnodes.is_some() || !builder.remotes.is_empty() {
        // Leaf nodes reconnect only to the configured address, which may be a link that can be cut.
        let listen = ports.leafnodes.map(|port| format!("listen: \"{}\"\nno_advertise: true", local(port)));
        let remotes: Vec<String> = builder.remotes.iter().filter_map(|remote| remote.text()).collect();
        let remotes = format!("remotes: [\n{}\n]", remotes.join("\n"));
        lines.push(block("leafnodes", listen.into_iter().chain([remotes])));
    }
    if let Some(port) = ports.websocket {
        lines.push(format!("websocket {{\n  listen: \"{}\"\n  no_tls: true\n}}", local(port)));
    }
    if let Some((certificate, key)) = &builder.tls {
        let file = |path: &Path| quote(&path.to_string_lossy());
        let files = [format!("cert_file: {}", file(certificate)), format!("key_file: {}", file(key))];
        let first = builder.tls_first.then(|| "handshake_first: true".to_owned());
        lines.push(block("tls", files.into_iter().chain(first)));
    }
    if !builder.accounts.is_empty() {
        lines.push(block("accounts", builder.accounts.iter().map(|account| account.text())));
    }
    lines.push(builder.config.clone());
    lines.join("\n") + "\n"
}

fn block(name: &str, lines: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = lines.into_iter().collect();
    format!("{name} {{\n{}\n}}", lines.join("\n"))
}
