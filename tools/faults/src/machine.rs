//! A separate machine for the publisher, as far as the network is concerned: a network namespace with one cable.
//!
//! When a proxy cuts a connection, both ends notice. Nobody notices an unplugged cable: packets are lost and retransmitted,
//! and data in flight arrives when the cable is back.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command as Blocking;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::process::Command;

use crate::Result;

/// Addresses that nobody uses, reserved for benchmarks (RFC 2544); four for each machine.
const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const MACHINES: u32 = 1 << 15;

/// A network namespace.
#[derive(Debug)]
pub struct Machine {
    number: u32,
    name: String,
}

impl Machine {
    /// Whether it is possible here: on Linux, as root, with iproute2.
    pub fn is_possible() -> bool {
        static POSSIBLE: OnceLock<bool> = OnceLock::new();
        *POSSIBLE.get_or_init(|| cfg!(target_os = "linux") && Self::make().is_ok())
    }

    /// Creates one and plugs in the cable.
    pub fn make() -> Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let mut last = None;
        // Another run of this program may use the same numbers.
        for _ in 0..20 {
            let number =
                NEXT.fetch_add(1, Ordering::Relaxed).wrapping_add(std::process::id().wrapping_mul(64)) % MACHINES;
            let name = format!("walnats-{number}");
            if let Err(error) = ip(&format!("netns add {name}")) {
                last = Some(error);
                continue;
            }
            let machine = Self { number, name };
            machine.wire()?;
            return Ok(machine);
        }
        Err(last.unwrap_or_else(|| "no machine".into()))
    }

    fn wire(&self) -> Result<()> {
        let Self { name, number } = self;
        let (here, there) = (self.address(), Ipv4Addr::from(u32::from(self.address()) + 1));
        ip(&format!("link add walnats{number} type veth peer name eth0 netns {name}"))?;
        ip(&format!("address add {here}/30 dev walnats{number}"))?;
        ip(&format!("link set walnats{number} up"))?;
        ip(&format!("-n {name} address add {there}/30 dev eth0"))?;
        ip(&format!("-n {name} link set lo up"))?;
        ip(&format!("-n {name} link set eth0 up"))
    }

    /// The address of the other end of the cable.
    pub fn address(&self) -> Ipv4Addr {
        Ipv4Addr::from(FIRST + self.number * 4 + 1)
    }

    /// Runs a program there.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        // `ip` is replaced by the program, so signals reach it.
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// Unplugs the cable.
    pub fn unplug(&self) -> Result<()> {
        ip(&format!("link set walnats{} down", self.number))
    }

    /// Plugs it in again.
    pub fn plug(&self) -> Result<()> {
        ip(&format!("link set walnats{} up", self.number))
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // The cable is removed with it, once its last process has ended.
        let _ = ip(&format!("link delete walnats{}", self.number));
        let _ = ip(&format!("netns delete {}", self.name));
    }
}

fn ip(arguments: &str) -> Result<()> {
    let output = Blocking::new("ip").args(arguments.split(' ')).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("ip {arguments}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
