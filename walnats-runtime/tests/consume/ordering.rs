//! Order per key: over retries, stops and instances that are killed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::oneshot;
use walnats_runtime::{Backoff, ConsumerAction, ConsumerRefusal, Delivery, Handler, ReadError, Reader, ReaderOptions};
use walnats_server::{NatsServer, Release};

use crate::events::{BillingEvent2, Events, OrderCancelled, OrderPlaced, PaymentReceived};
use crate::stage::*;

/// What keys of orders and cancellations have before the first space.
fn key(id: &str) -> String {
    id.split(' ').next().unwrap_or_default().to_owned()
}

fn reader<M: 'static>(events: &Events, placed: impl Handler<OrderPlaced, M>) -> Reader {
    shared(events, placed).ordered_by(|order: &OrderPlaced| key(&order.id))
}

fn shared<M: 'static>(events: &Events, placed: impl Handler<OrderPlaced, M>) -> Reader {
    Reader::new(events.publisher().clone(), "billing", BillingEvent2::EVENTS)
        .configure(|options| options.retry(quick()).ack_wait(Duration::from_secs(3)))
        .on(placed)
        .on::<OrderCancelled, _>(async |_: OrderCancelled, _: &Delivery| {})
        .on::<PaymentReceived, _>(async |_: PaymentReceived, _: &Delivery| {})
}

fn start(reader: Reader) -> Running {
    let (stop, stopped) = oneshot::channel();
    Running::new(stop, tokio::spawn(reader.run(async { drop(stopped.await) })))
}

#[tokio::test]
async fn an_event_that_fails_holds_the_later_ones_of_its_key_and_no_others() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["a 1", "a 2", "b 1", "a 3", "b 2"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, about: Delivery| {
        let (id, here) = (order.id, here.clone());
        async move {
            here.add(format!("{id} {}", about.attempt()));
            // The first one waits until the other key is through, so that it is known to be held.
            match (id.as_str(), about.attempt()) {
                ("a 1", 1) => Err("not now".to_owned()),
                ("a 1", 2) => {
                    here.until(4).await;
                    Err("not yet".to_owned())
                }
                _ => Ok(()),
            }
        }
    }));
    let all = seen.until(7).await;
    settled(&events, "orders").await;
    let of = |key: &str| all.iter().filter(|one| one.starts_with(key)).cloned().collect::<Vec<_>>();
    assert_eq!(of("a"), ["a 1 1", "a 1 2", "a 1 3", "a 2 1", "a 3 1"]);
    assert_eq!(of("b"), ["b 1 1", "b 2 1"]);
    let served = running.stop().await?;
    assert_eq!((served.done, served.retried, served.dead), (5, 2, 0));
    assert_eq!(number(&events, "orders", "num_redelivered").await, 0, "it was not given back");
    Ok(())
}

#[tokio::test]
async fn a_server_without_priority_groups_is_refused() -> TestResult {
    let server = NatsServer::builder().release(Release::V2_10).start()?;
    let events = ready(&server).await?;
    let refused = reader(&events, async |_: OrderPlaced, _: &Delivery| {}).register().await;
    let Err(ReadError::Refused { refused }) = refused else { return Err("it was registered".into()) };
    assert_eq!(refused[0].refusals, [ConsumerRefusal::NoPriorityGroups]);
    Ok(())
}

#[tokio::test]
async fn a_dead_letter_lets_the_next_one_of_its_key_go_on() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    for id in ["a poison", "a next"] {
        place(&events, id).await?;
    }
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id.clone());
        async move { if order.id == "a poison" { Err("always") } else { Ok(()) } }
    }));
    assert_eq!(seen.until(4).await, ["a poison", "a poison", "a poison", "a next"]);
    assert_eq!(dead_letters(&events, 1).await?.len(), 1);
    settled(&events, "orders").await;
    assert_eq!(running.stop().await?.dead, 1);
    Ok(())
}

#[tokio::test]
async fn a_delayed_event_takes_its_place_when_it_is_due() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    events.emit_order_placed(&OrderPlaced::new("a late", "eu")).delay(Duration::from_secs(4)).await?;
    place(&events, "a soon").await?;
    let seen = Seen::default();
    let here = seen.clone();
    let running = start(reader(&events, move |order: OrderPlaced, _: Delivery| {
        here.add(order.id);
        async {}
    }));
    assert_eq!(seen.until(2).await, ["a soon", "a late"]);
    settled(&events, "orders").await;
    running.stop().await?;
    Ok(())
}

#[tokio::test]
async fn one_instance_reads_and_after_its_stop_another_goes_on_with_nothing_lost_or_twice() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let seen = Seen::default();
    let instance = |name: &'static str| {
        let here = seen.clone();
        start(reader(&events, move |order: OrderPlaced, _: Delivery| {
            here.add(format!("{name} {}", order.id));
            tokio::time::sleep(Duration::from_millis(2))
        }))
    };
    let first = instance("first");
    place(&events, "k 0").await?;
    seen.until(1).await;
    let second = instance("second");
    let orders: Vec<OrderPlaced> =
        (1..400).map(|number| OrderPlaced::new(format!("k{} {number}", number % 7), "eu")).collect();
    let (before, after) = orders.split_at(200);
    events.emit_order_placed_all(before).await?;
    seen.until(100).await;
    let mut done = first.stop().await?.done;
    events.emit_order_placed_all(after).await?;
    let all = seen.until(400).await;
    settled(&events, "orders").await;
    done += second.stop().await?.done;
    assert_eq!((done, all.len()), (400, 400), "each event once");
    let by: Vec<&str> = all.iter().map(|one| one.split(' ').next().unwrap_or_default()).collect();
    let changed = by.windows(2).filter(|two| two[0] != two[1]).count();
    assert!(by.contains(&"second") && changed <= 1, "one after the other");
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for one in &all {
        let parts: Vec<&str> = one.split(' ').collect();
        let number = parts[2].parse()?;
        assert!(last.insert(parts[1], number).is_none_or(|last| last < number), "{one}");
    }
    Ok(())
}

#[tokio::test]
async fn a_consumer_changes_between_ordered_and_shared_without_losing_its_place() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let shared = |events: &Events| run(events, |options| options, async |_: OrderPlaced, _: &Delivery| {});
    let ordered = |events: &Events| start(reader(events, async |_: OrderPlaced, _: &Delivery| {}));
    let mut served = 0;
    for round in 0..4 {
        place(&events, &format!("a {round}")).await?;
        let running = if round % 2 == 0 { shared(&events) } else { ordered(&events) };
        eventually(async || number(&events, "orders", "num_pending").await == 0).await;
        settled(&events, "orders").await;
        served += running.stop().await?.done;
    }
    assert_eq!(served, 4, "each event once");
    let plans = reader(&events, async |_: OrderPlaced, _: &Delivery| {}).plan().await?;
    let orders = plans.iter().find(|plan| plan.stream == "orders").ok_or("a plan")?;
    assert_eq!(orders.action, ConsumerAction::NoChange);
    Ok(())
}

/// How many handlers of a key run: never two.
#[derive(Clone, Default)]
struct Alone(Arc<Mutex<BTreeSet<String>>>);

struct InHand(Alone, String);

impl Alone {
    fn enter(&self, key: String) -> InHand {
        assert!(self.0.lock().expect("no handler panics with it").insert(key.clone()), "two handlers of {key} at once");
        InHand(self.clone(), key)
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        if let Ok(mut all) = self.0.0.lock() {
            all.remove(&self.1);
        }
    }
}

#[tokio::test]
async fn a_server_that_is_killed_leaves_no_key_out_of_order() -> TestResult {
    const EVENTS: usize = 600;
    let mut server = NatsServer::start()?;
    let events = ready(&server).await?;
    let orders: Vec<OrderPlaced> =
        (0..EVENTS).map(|number| OrderPlaced::new(format!("k{} {number}", number % 5), "eu")).collect();
    events.emit_order_placed_all(&orders).await?;
    let (seen, alone) = (Seen::default(), Alone::default());
    let mut instances = Vec::new();
    for _ in 0..3 {
        let own = Events::connect(server.url()).await?;
        let (here, alone) = (seen.clone(), alone.clone());
        instances.push(start(reader(&own, move |order: OrderPlaced, _: Delivery| {
            let (here, alone) = (here.clone(), alone.clone());
            async move {
                let _alone = alone.enter(key(&order.id));
                here.add(format!("begin {}", order.id));
                tokio::time::sleep(Duration::from_millis(5)).await;
                here.add(format!("end {}", order.id));
            }
        })));
    }
    let ended = || seen.all().iter().filter(|one| one.starts_with("end")).cloned().collect::<BTreeSet<_>>().len();
    for kill in 1..=3 {
        eventually(async || ended() >= kill * EVENTS / 5).await;
        server.kill();
        server.restart()?;
    }
    eventually(async || ended() == EVENTS).await;
    settled(&events, "orders").await;
    let mut retried = 0;
    for instance in instances {
        retried += instance.stop().await?.retried;
    }
    assert_eq!(retried, 0, "no handler panicked, because two of a key ran at once");
    let mut done = BTreeSet::new();
    for one in seen.all() {
        let parts: Vec<&str> = one.split(' ').collect();
        let number: usize = parts[2].parse()?;
        if parts[0] == "end" {
            done.insert(number);
        } else {
            let missing = (number % 5..number).step_by(5).find(|earlier| !done.contains(earlier));
            assert_eq!(missing, None, "{one} began before an earlier one was done");
        }
    }
    Ok(())
}

/// The number of keys of the next tests.
const KEYS: usize = 11;

/// The lines that instances wrote.
fn lines(log: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    // The last line may not be whole yet.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().map(str::to_owned).collect()
}

/// An instance of the next test, in a process of its own.
#[tokio::test]
#[ignore = "run by another test, in a process of its own"]
async fn an_instance() -> TestResult {
    let events = Events::connect(std::env::var("WALNATS_TEST_URL")?).await?;
    let log = PathBuf::from(std::env::var("WALNATS_TEST_LOG")?);
    // A line is written at once, after those of others.
    let write = move |line: String| {
        let file = OpenOptions::new().append(true).create(true).open(&log);
        let _ = file.and_then(|mut file| file.write_all(format!("{} {line}\n", std::process::id()).as_bytes()));
    };
    let handler = move |order: OrderPlaced, about: Delivery| {
        let write = write.clone();
        async move {
            write(format!("begin {}", order.id));
            tokio::time::sleep(Duration::from_millis(5)).await;
            if about.attempt() == 1 && order.id.ends_with('3') {
                return Err("the first attempt fails");
            }
            write(format!("end {}", order.id));
            Ok(())
        }
    };
    let options =
        |options: ReaderOptions| options.concurrency(8).retry(Backoff::new([Duration::from_millis(30)]).attempts(100));
    let is_ordered = std::env::var("WALNATS_TEST_KIND")? == "ordered";
    let reader = if is_ordered { reader(&events, handler) } else { shared(&events, handler) };
    reader.configure(options).run(std::future::pending()).await?;
    Ok(())
}

struct Instance(Child);

impl Instance {
    fn start(server: &NatsServer, log: &Path, kind: &str) -> Result<Self, std::io::Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--exact", "ordering::an_instance", "--ignored"]).stdout(Stdio::null()).stderr(Stdio::null());
        command
            .env("WALNATS_TEST_URL", server.url())
            .env("WALNATS_TEST_LOG", log)
            .env("WALNATS_TEST_KIND", kind)
            .spawn()
            .map(Self)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What was handled before an earlier event of its key was done, or after a later one was.
fn inversions(lines: &[String]) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut done: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut inversions = Vec::new();
    for line in lines {
        let parts: Vec<&str> = line.split(' ').collect();
        let [_, what, key, number] = parts.as_slice() else { return Err(format!("not a line: {line}").into()) };
        let (before, number) = (done.entry(key).or_default(), number.parse::<usize>()?);
        if *what == "end" {
            before.insert(number);
        } else if let Some(missing) = (number % KEYS..number).step_by(KEYS).find(|earlier| !before.contains(earlier)) {
            inversions.push(format!("{line}: {missing} was not done"));
        } else if before.iter().any(|later| *later > number) {
            inversions.push(format!("{line}: a later one was done"));
        }
    }
    Ok(inversions)
}

#[tokio::test]
async fn a_shared_reader_has_inversions_that_the_next_test_would_find() -> TestResult {
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    events.emit_order_placed_all(&keyed(100)).await?;
    let _instance = Instance::start(&server, &log, "shared")?;
    eventually(async || lines(&log).iter().filter(|line| line.contains(" end ")).count() == 100).await;
    // An event that fails is handled again after the next one of its key.
    assert!(!inversions(&lines(&log))?.is_empty());
    Ok(())
}

/// Orders with keys in turn.
fn keyed(count: usize) -> Vec<OrderPlaced> {
    (0..count).map(|number| OrderPlaced::new(format!("k{} {number}", number % KEYS), "eu")).collect()
}

#[tokio::test]
async fn instances_that_are_killed_leave_no_key_out_of_order() -> TestResult {
    const EVENTS: usize = 1_500;
    let server = NatsServer::start()?;
    let events = ready(&server).await?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    events.emit_order_placed_all(&keyed(EVENTS)).await?;
    let mut instances = Vec::new();
    for _ in 0..3 {
        instances.push(Instance::start(&server, &log, "ordered")?);
    }
    let ends = || lines(&log).iter().filter(|line| line.contains(" end ")).count();
    // The one that works is killed, four times.
    for kill in 1..=4 {
        eventually(async || ends() >= kill * EVENTS / 6).await;
        let all = lines(&log);
        let worker: u32 = all.last().and_then(|line| line.split(' ').next()).ok_or("a line")?.parse()?;
        let index = instances.iter().position(|instance| instance.0.id() == worker).ok_or("a living instance")?;
        drop(instances.swap_remove(index));
        instances.push(Instance::start(&server, &log, "ordered")?);
    }
    let ended = || {
        lines(&log)
            .iter()
            .filter_map(|line| Some(line.split_once(" end ")?.1.to_owned()))
            .collect::<BTreeSet<_>>()
            .len()
    };
    eventually(async || ended() == EVENTS).await;
    settled(&events, "orders").await;

    let all = lines(&log);
    let workers: BTreeSet<&str> = all.iter().filter_map(|line| line.split(' ').next()).collect();
    assert!(workers.len() >= 5, "each kill was of one that worked: {workers:?}");
    let inversions = inversions(&all)?;
    assert!(inversions.is_empty(), "{} inversions, such as {:?}", inversions.len(), inversions.first());
    assert_eq!(dead_count(&events).await, 0);
    Ok(())
}

async fn dead_count(events: &Events) -> u64 {
    let info = call(events, "STREAM.INFO.dead-letters", serde_json::json!({})).await;
    info.pointer("/state/messages").and_then(serde_json::Value::as_u64).unwrap_or_default()
}
