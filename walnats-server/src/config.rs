//! The configuration file of a server.

use std::path::Path;

use crate::builder::Builder;
use crate::port::local;

/// The ports of one server, all on loopback.
#[derive(Clone, Debug)]
pub struct Ports {
    /// For clients.
    pub client: u16,
    /// For HTTP requests about its state.
    pub monitor: u16,
    /// For the other servers of its cluster: its own, then everybody's.
    pub routes: Option<(u16, Vec<u16>)>,
}

/// The text of the file.
pub fn text(builder: &Builder, name: &str, ports: &Ports, store: &Path) -> String {
    let mut lines = vec![
        format!("server_name: {}", quote(name)),
        format!("listen: \"{}\"", local(ports.client)),
        format!("http: \"{}\"", local(ports.monitor)),
    ];
    if let Some(settings) = &builder.jetstream {
        let store = quote(&store.to_string_lossy());
        lines.push(format!("jetstream {{\n  store_dir: {store}\n{settings}\n}}"));
    }
    if let Some((own, all)) = &ports.routes {
        let listen = local(*own);
        let routes: Vec<_> = all.iter().map(|port| format!("\"nats-route://{}\"", local(*port))).collect();
        let routes = routes.join(", ");
        lines.push(format!("cluster {{\n  name: walnats\n  listen: \"{listen}\"\n  routes: [{routes}]\n}}"));
    }
    lines.push(builder.config.clone());
    lines.join("\n") + "\n"
}

/// A string of the configuration language.
fn quote(text: &str) -> String {
    let escaped = text.replace('\\', r"\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{escaped}\"")
}
