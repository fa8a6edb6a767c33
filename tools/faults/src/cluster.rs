//! A cluster whose servers reach each other through proxies, so that a running server can be cut off.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use walnats_server::NatsServer;

use crate::Result;
use crate::proxy::{Flow, Proxy};

/// Three servers, and a proxy for each direction between two of them.
#[derive(Debug)]
pub struct ApartCluster {
    pub(crate) nodes: Vec<NatsServer>,
    /// From, to.
    routes: Vec<(usize, usize, Proxy)>,
}

impl ApartCluster {
    /// Starts the servers and waits until they have found each other.
    pub async fn start() -> Result<Self> {
        let ports = [free_port(), free_port(), free_port()];
        let mut routes = Vec::new();
        for from in 0..ports.len() {
            for to in (0..ports.len()).filter(|to| *to != from) {
                routes.push((from, to, Proxy::start_route(local(ports[to])).await?));
            }
        }
        let mut starting = Vec::new();
        for (index, port) in ports.into_iter().enumerate() {
            let config = config(port, routes.iter().filter(|(from, ..)| *from == index).map(|(.., proxy)| proxy));
            // A server is ready only when the cluster is, so they must start concurrently.
            starting.push(tokio::task::spawn_blocking(move || {
                NatsServer::builder().name(format!("node-{}", index + 1)).config(&config).start()
            }));
        }
        let mut nodes = Vec::new();
        for node in starting {
            nodes.push(node.await??);
        }
        Ok(Self { nodes, routes })
    }

    /// Cuts a server off from the others. All of them keep running, and clients reach them.
    pub fn cut_off(&self, node: usize) {
        for (.., proxy) in self.routes.iter().filter(|(from, to, _)| *from == node || *to == node) {
            proxy.flow_both(Flow::Hold);
        }
    }

    /// Restores what [`ApartCluster::cut_off`] cut. Messages sent in the meantime are lost.
    pub fn join(&self) {
        for (.., proxy) in &self.routes {
            proxy.reset();
            proxy.flow_both(Flow::Pass);
        }
    }
}

/// The advertised address leads nowhere, so that the servers connect only through the proxies.
fn config<'a>(port: u16, others: impl Iterator<Item = &'a Proxy>) -> String {
    let routes: Vec<String> = others.map(|proxy| format!("\"nats-route://{}\"", proxy.address())).collect();
    let routes = routes.join(", ");
    format!(
        "cluster {{\n  name: apart\n  listen: \"{}\"\n  advertise: \"127.0.0.1:1\"\n  routes: [{routes}]\n}}",
        local(port)
    )
}

fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// A port below the range of outgoing connections, which would otherwise sometimes take it.
fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..32_000);
        if TcpListener::bind(local(port)).is_ok() {
            return port;
        }
    }
}
