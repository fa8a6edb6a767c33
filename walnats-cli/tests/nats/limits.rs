//! `walnats plan` says what `walnats register` then refuses because of the account's limits.

use walnats_server::{Account, NatsServer};

use super::{Package, TestResult};

#[test]
fn what_an_account_may_not_have_is_planned_and_refused() -> TestResult {
    let limits =
        "max_streams: 2, max_file: 1000000, max_mem: 0, disk_max_stream_bytes: 600000, max_bytes_required: true";
    let account = Account::new("SHOP").user("shop", "s3cr3t").jetstream_limits(limits);
    let server = NatsServer::builder().account(account).start()?;
    let url = server.url_as("shop", "s3cr3t");
    let package = Package::new("");
    let both = |settings: &str, parts: &[&str]| {
        package.write("walnats.toml", settings);
        for command in ["plan", "register"] {
            package
                .run(&[command, "-s", &url])
                .assert(1, &["error[WN1203]", "does not accept stream"])
                .assert(1, parts);
        }
    };
    both("", &["the account requires `max_bytes` of each stream"]);
    both(
        "[streams.things]\nmax_bytes = 700000\n",
        &["`max_bytes` is 700000, and the account allows 600000 for a stream"],
    );
    let memory = "[streams.things]\nmax_bytes = 1\nstorage = \"memory\"\n";
    both(memory, &["the account may store nothing in memory"]);

    // Together they are too large, and too many.
    package.write("schemas/other.json", &super::THING.replace("things", "others"));
    let sizes = |others: u64, things: u64| {
        format!("[streams.others]\nmax_bytes = {others}\n[streams.things]\nmax_bytes = {things}\n")
    };
    both(&sizes(600_000, 500_000), &["other streams reserve 600000: 500000 more are too many"]);
    package.write("schemas/third.json", &super::THING.replace("things", "third"));
    let third = sizes(600_000, 400_000) + "[streams.third]\nmax_bytes = 1\n";
    both(&third, &["it would be stream 3 of the account, which may have 2"]);
    Ok(())
}
