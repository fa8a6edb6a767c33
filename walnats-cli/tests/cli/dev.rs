//! `walnats dev`: a server until it is interrupted.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use crate::program::walnats;

#[test]
fn dev_runs_a_server_until_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Command::new(env!("CARGO_BIN_EXE_walnats"))
        .args(["dev", "--port", "0", "--store", "store"])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(dev.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.find_map(|line| Some(line.trim().strip_prefix("url")?.trim().to_owned())).unwrap();
    let address = url.strip_prefix("nats://").unwrap();
    let mut info = String::new();
    BufReader::new(TcpStream::connect(address).unwrap()).read_line(&mut info).unwrap();
    assert!(info.starts_with("INFO {") && info.contains("\"jetstream\":true"), "{info}");
    let store = lines.next().unwrap();
    assert!(store.contains("store  /") && store.ends_with("(kept)"), "{store}");

    let port = address.rsplit(':').next().unwrap();
    let second = walnats(folder.path(), &["dev", "--port", port]);
    assert_eq!(second.code, 2);
    assert!(second.stderr.contains(&format!("port {port} is taken")), "{}", second.stderr);

    let kill = Command::new("sh").args(["-c", &format!("kill -INT {}", dev.id())]).status().unwrap();
    assert!(kill.success());
    assert_eq!(dev.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    dev.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("Server Exiting"), "it did not shut down cleanly:\n{log}");
    assert!(TcpStream::connect(address).is_err(), "the server still runs");
    assert!(folder.path().join("store/jetstream").exists());
}
