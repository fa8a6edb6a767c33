//! What a fault can strike: the servers, the connections, and the instances of the service.

use std::ops::Range;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use walnats_runtime::Publisher;

use super::record::Record;
use super::scene::{KEYS, SERVICE, Scene};
use crate::Result;
use crate::fact::Fact;
use crate::world::World;

/// How long anything may take on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

/// A running trial of readers.
pub struct Stage {
    /// The servers and the connections to them.
    pub world: World,
    scene: Scene,
    /// How many handlings may come again: see [`Stage::lose`].
    pub(super) in_hand: usize,
    /// Events with smaller numbers were deleted, perhaps before anybody read them.
    pub(super) deleted: usize,
    /// What the strike itself saw go wrong.
    pub(super) complaints: Vec<String>,
    publisher: Publisher,
    instances: Vec<Instance>,
    started: usize,
    record: Arc<Mutex<Record>>,
    fed: usize,
}

struct Instance {
    child: Child,
    number: usize,
    input: Option<ChildStdin>,
    told: JoinHandle<()>,
}

impl Stage {
    pub(super) async fn start(scene: Scene, world: World) -> Result<Self> {
        let publisher = world.admin().await?;
        let mut stage = Self {
            world,
            scene,
            in_hand: 0,
            deleted: 0,
            complaints: Vec::new(),
            publisher,
            instances: Vec::new(),
            started: 0,
            record: Arc::default(),
            fed: 0,
        };
        stage.feed(scene.events * 4 / 5).await?;
        for _ in 0..scene.instances {
            stage.add()?;
        }
        Ok(stage)
    }

    /// Stores events until there are this many.
    ///
    /// # Errors
    ///
    /// They cannot be stored.
    pub async fn feed(&mut self, until: usize) -> Result<()> {
        while self.fed < until {
            let end = until.min(self.fed + 500);
            let fact = |number| Fact { topic: number % KEYS, tail: String::new(), number, again: false, size: 40 };
            let is_unreadable = self.scene.unreadable;
            let readable = (self.fed..end).filter(|number| !is_unreadable(*number)).map(fact);
            let readable: Vec<Fact> = readable.collect();
            self.publisher.emit_all(&readable).await?;
            for number in (self.fed..end).filter(|number| is_unreadable(*number)) {
                let subject = format!("facts.{}", number % KEYS);
                self.publisher.jetstream().publish(subject, Fact::unreadable(number).into()).await?.await?;
            }
            self.fed = end;
        }
        Ok(())
    }

    /// How many events are stored.
    pub fn fed(&self) -> usize {
        self.fed
    }

    /// Waits until handlers are done with a random percentage of the events, in this range.
    ///
    /// # Errors
    ///
    /// It takes too long.
    pub async fn reach(&mut self, percent: Range<usize>) -> Result<()> {
        let wanted = self.scene.events * self.world.rng.usize(percent) / 100;
        self.until("the readers make no progress", |record| record.done.len() >= wanted).await
    }

    /// Waits for what the reports show.
    pub(super) async fn until(&mut self, problem: &str, is_so: impl Fn(&Record) -> bool) -> Result<()> {
        let start = Instant::now();
        while !is_so(&self.record()) {
            if start.elapsed() > LIMIT {
                let info = self.call(&format!("CONSUMER.INFO.{}", self.consumer()), &json!({})).await;
                return Err(format!("{problem}; the server says of the consumer: {}", info.unwrap_or_default()).into());
            }
            self.revive()?;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// The reports so far.
    pub(super) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of instances.
    pub fn size(&self) -> usize {
        self.instances.len()
    }

    /// Notes that what this many instances have in hand may come again.
    pub fn lose(&mut self, instances: usize) {
        self.in_hand += instances * self.scene.concurrency;
    }

    /// The index of the instance that reported last, which in order is the one that reads.
    pub fn worker(&self) -> usize {
        let last = self.record().handlings.last().map(|handling| handling.instance);
        self.instances.iter().position(|instance| Some(instance.number) == last).unwrap_or_default()
    }

    /// Kills an instance, like `kill -9`, and starts another one.
    ///
    /// # Errors
    ///
    /// It cannot be killed, or the other one cannot be started.
    pub async fn kill(&mut self, index: usize) -> Result<()> {
        self.lose(1);
        let mut old = self.instances.remove(index);
        old.child.kill().await?;
        old.told.await?;
        self.add()
    }

    /// Stops an instance in order, and starts another one.
    ///
    /// # Errors
    ///
    /// It does not end, or the other one cannot be started.
    pub async fn stop(&mut self, index: usize) -> Result<()> {
        let old = self.instances.remove(index);
        self.add()?;
        old.stop().await
    }

    /// Suspends an instance for this long.
    ///
    /// # Errors
    ///
    /// It has ended.
    pub async fn suspend(&mut self, index: usize, millis: Range<u64>) -> Result<()> {
        self.lose(1);
        let id = self.instances[index].child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let id = id.ok_or("the instance has ended")?;
        kill_process(id, Signal::STOP)?;
        self.world.wait(millis).await;
        Ok(kill_process(id, Signal::CONT)?)
    }

    /// Stops all instances in order.
    pub(super) async fn finish(&mut self) -> Result<()> {
        for instance in std::mem::take(&mut self.instances) {
            instance.stop().await?;
        }
        Ok(())
    }

    /// A request of JetStream's API, and its answer.
    ///
    /// # Errors
    ///
    /// No server answers.
    pub async fn call(&self, operation: &str, body: &Value) -> Result<Value> {
        let request = self.publisher.client().request(format!("$JS.API.{operation}"), body.to_string().into());
        Ok(serde_json::from_slice(&request.await?.payload)?)
    }

    /// Updates a stream.
    ///
    /// # Errors
    ///
    /// The server refuses it.
    pub async fn update(&self, stream: &str, config: &Value) -> Result<()> {
        accepted(&self.call(&format!("STREAM.UPDATE.{stream}"), config).await?)
    }

    /// Changes one setting of the consumer.
    ///
    /// # Errors
    ///
    /// The server refuses it.
    pub async fn reconfigure_consumer(&self, setting: &str, value: &Value) -> Result<()> {
        let info = self.call(&format!("CONSUMER.INFO.{}", self.consumer()), &json!({})).await?;
        let mut config = info["config"].clone();
        config[setting] = value.clone();
        let stream = self.scene.stream;
        let body = json!({ "stream_name": stream, "config": config, "action": "update" });
        accepted(&self.call(&format!("CONSUMER.CREATE.{}", self.consumer()), &body).await?)
    }

    /// What the server says of the consumer: `num_ack_pending`, for example.
    pub(super) async fn number(&self, name: &str) -> Result<u64> {
        let operation = format!("CONSUMER.INFO.{}.{SERVICE}", self.scene.stream);
        let info = self.call(&operation, &json!({})).await?;
        info[name].as_u64().ok_or_else(|| format!("the server does not say `{name}` of the consumer: {info}").into())
    }

    /// A name of the consumer for requests of JetStream's API: `facts.trial`.
    pub fn consumer(&self) -> String {
        format!("{}.{SERVICE}", self.scene.stream)
    }

    /// Starts another instance for each one that died by itself.
    pub(super) fn revive(&mut self) -> Result<()> {
        for index in (0..self.instances.len()).rev() {
            if self.instances[index].child.try_wait()?.is_some() {
                self.lose(1);
                self.instances.remove(index);
                self.add()?;
            }
        }
        Ok(())
    }

    fn add(&mut self) -> Result<()> {
        let mut child = self.world.command("read").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (number, record) = (self.started, Arc::clone(&self.record));
        self.started += 1;
        let input = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().ok_or("an instance has no output")?).lines();
        let told = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                record.lock().unwrap_or_else(PoisonError::into_inner).note(number, &line);
            }
        });
        self.instances.push(Instance { child, number, input, told });
        Ok(())
    }
}

fn accepted(answer: &Value) -> Result<()> {
    answer.get("error").map_or(Ok(()), |error| Err(error.to_string().into()))
}

impl Instance {
    async fn stop(mut self) -> Result<()> {
        drop(self.input.take());
        timeout(LIMIT, self.child.wait()).await.map_err(|_| "an instance does not stop")??;
        self.told.await?;
        Ok(())
    }
}
