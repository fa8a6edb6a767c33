//! A cluster whose servers reach each other through proxies, so that one can be cut off while it goes on running.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use walnats_server::NatsServer;

use crate::Result;
use crate::proxy::{Flow, Proxy};

/// Three servers, and a proxy for each way between two of them.
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
            // A server is ready when the cluster is, so they have to start together.
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

    /// Cuts a server off from the others. It runs on, and so do they; clients reach all of them.
    pub fn cut_off(&self, node: usize) {
        for (.., proxy) in self.routes.iter().filter(|(from, to, _)| *from == node || *to == node) {
            proxy.flow_both(Flow::Hold);
        }
    }

    /// Mends what [`ApartCluster::cut_off`] cut. What was said meanwhile is lost.
    pub fn join(&self) {
        for (.., proxy) in &self.routes {
            proxy.reset();
            proxy.flow_both(Flow::Pass);
        }
    }
}

/// What it tells the others as its address leads nowhere: they shall meet through the proxies alone.
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

/// Below the range of outgoing connections, which would take it now and then.
fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..32_000);
        if TcpListener::bind(local(port)).is_ok() {
            return port;
        }
    }
}
