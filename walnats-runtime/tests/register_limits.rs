//! What the account's limits forbid is planned as the server decides it: each case is planned, then registered, and then sent as
//! it is, so that the server itself has the last word.

use std::error::Error;

use serde_json::{Value, json};
use walnats_runtime::{Action, Plan, Refusal, Register, RegisterError, Storage, StreamDescriptor};
use walnats_server::{Account, Claims, NatsServer, Operator, Release};

mod register_support;
use register_support::Js;

type TestResult = Result<(), Box<dyn Error>>;

const BASE: StreamDescriptor = StreamDescriptor::new("");

/// A stream with so many bytes.
const fn file(name: &'static str, bytes: u64) -> StreamDescriptor {
    StreamDescriptor { name, max_bytes: Some(bytes), ..BASE }
}

const fn memory(name: &'static str, bytes: u64) -> StreamDescriptor {
    StreamDescriptor { storage: Some(Storage::Memory), ..file(name, bytes) }
}

const fn replicated(stream: StreamDescriptor, replicas: u8) -> StreamDescriptor {
    StreamDescriptor { replicas: Some(replicas), ..stream }
}

/// A server where an account has these limits.
fn server(limits: &str) -> Result<NatsServer, Box<dyn Error>> {
    let account = Account::new("SHOP").user("shop", "s3cr3t").jetstream_limits(limits);
    Ok(NatsServer::builder().account(account).start()?)
}

async fn connect(url: String) -> Result<Js, Box<dyn Error>> {
    Ok(Js {
        client: async_nats::ConnectOptions::with_user_and_password("shop".into(), "s3cr3t".into()).connect(url).await?,
    })
}

fn rejected(plan: &Plan) -> Vec<(&str, String)> {
    let why = |action: &Action| match action {
        Action::Rejected { why } => Some(why.join("; ")),
        _ => None,
    };
    plan.streams.iter().filter_map(|stream| Some((stream.name.as_str(), why(&stream.action)?))).collect()
}

/// Plans `streams`; the server's own verdict about each, sent in their order, has to be the planned one.
async fn holds(js: &Js, streams: &[StreamDescriptor], refused: &[(&str, &str)]) -> TestResult {
    let plan = Register::new(&js.client, streams).plan().await?;
    assert!(!plan.limits_unseen);
    let found = rejected(&plan);
    assert_eq!(found.len(), refused.len(), "{found:?}");
    for ((name, why), (refused, part)) in found.iter().zip(refused) {
        assert!(name == refused && why.contains(part), "{part:?} in {why:?} of {name}");
    }
    match Register::new(&js.client, streams).await {
        Ok(_) => assert!(refused.is_empty()),
        Err(RegisterError::Refused { refused: streams, .. }) => {
            let names: Vec<_> = streams.iter().map(|stream| stream.stream.as_str()).collect();
            assert_eq!(names, refused.iter().map(|(name, _)| *name).collect::<Vec<_>>());
            let by_the_server = |refusal: &Refusal| matches!(refusal, Refusal::Rejected { code: Some(_), .. });
            assert!(!streams.iter().any(|stream| by_the_server(&stream.refusal)), "{streams:?}");
        }
        Err(error) => return Err(error.into()),
    }
    for stream in plan.streams.iter().filter(|stream| matches!(stream.action, Action::Rejected { .. })) {
        let exists = js.call(&format!("STREAM.INFO.{}", stream.name), json!({})).await.get("error").is_none();
        let operation = if exists { "STREAM.UPDATE" } else { "STREAM.CREATE" };
        let answer = js.call(&format!("{operation}.{}", stream.name), Value::Object(stream.config().clone())).await;
        assert!(answer.get("error").is_some(), "the server accepts {}: {answer}", stream.name);
    }
    Ok(())
}

#[tokio::test]
async fn each_limit_of_an_account_is_planned() -> TestResult {
    let limits = "max_streams: 2, max_file: 1000000, max_mem: 0, max_consumers: 3, disk_max_stream_bytes: 600000, \
                  max_bytes_required: true";
    for release in [None, Some(Release::V2_10)] {
        let account = Account::new("SHOP").user("shop", "s3cr3t").jetstream_limits(limits);
        let mut server = NatsServer::builder().account(account);
        if let Some(release) = release {
            server = server.release(release);
        }
        let server = server.start()?;
        let js = connect(server.url()).await?;
        let cases = [
            (StreamDescriptor { name: "a", ..BASE }, "requires `max_bytes`"),
            (file("a", 600_001), "`max_bytes` is 600001, and the account allows 600000 for a stream"),
            (memory("a", 1), "may store nothing in memory"),
            (
                StreamDescriptor { max_consumers: Some(4), ..file("a", 1) },
                "`max_consumers` is 4, and the account allows 3",
            ),
        ];
        for (stream, part) in cases {
            holds(&js, &[stream], &[("a", part)]).await?;
        }
        holds(&js, &[StreamDescriptor { max_consumers: Some(3), ..file("a", 600_000) }], &[]).await?;
        holds(&js, &[file("b", 400_001)], &[("b", "other streams reserve 600000: 400001 more are too many")]).await?;
        holds(&js, &[file("b", 400_000)], &[]).await?;
        holds(&js, &[file("c", 1)], &[("c", "it would be stream 3 of the account, which may have 2")]).await?;
        // Updates count with the difference.
        holds(&js, &[file("b", 400_001)], &[("b", "other streams reserve 600000")]).await?;
        holds(
            &js,
            &[file("b", 600_001)],
            &[("b", "allows 600000 for a stream; the account may reserve 1000000 bytes")],
        )
        .await?;
        holds(&js, &[StreamDescriptor { description: "b", ..file("b", 400_000) }], &[]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn streams_are_counted_together_in_any_order() -> TestResult {
    let server = server("max_streams: 3, max_file: 1000000, max_mem: 1000")?;
    let js = connect(server.url()).await?;
    let together = [file("a", 600_000), file("b", 500_000), memory("m", 1000), file("c", 400_000)];
    holds(&js, &together, &[("b", "other streams reserve 1000000: 500000 more are too many")]).await?;
    // Nothing is left for a stream without a limit, but one that exists may stay.
    let unlimited = [StreamDescriptor { name: "u", ..BASE }];
    holds(&js, &unlimited, &[("u", "stream 4")]).await?;
    // `a` grows, once `c` has shrunk after it.
    let allowed = [file("a", 700_000), file("c", 300_000)];
    let plan = Register::new(&js.client, &allowed).plan().await?;
    assert_eq!(rejected(&plan), []);
    holds(&js, &allowed, &[]).await?;
    Ok(())
}

#[tokio::test]
async fn a_change_that_needs_permission_is_not_counted_on() -> TestResult {
    let server = server("max_file: 1000000")?;
    let js = connect(server.url()).await?;
    holds(&js, &[StreamDescriptor { max_messages: Some(5), ..file("a", 500_000) }], &[]).await?;
    // `a` grows only if its weaker limit is allowed; without, there is room for `b`.
    let streams = [StreamDescriptor { max_messages: Some(0), ..file("a", 900_000) }, file("b", 500_000)];
    let plan = Register::new(&js.client, &streams).plan().await?;
    assert_eq!(plan.streams[0].action, Action::UpdateWeakens);
    assert_eq!(plan.streams[1].action, Action::Create);
    match Register::new(&js.client, &streams).await {
        Err(RegisterError::Refused { refused, registered }) => {
            assert_eq!((refused.len(), registered.streams.len()), (1, 1), "{refused:?}");
        }
        other => return Err(format!("{other:?}").into()),
    }
    Ok(())
}

#[tokio::test]
async fn unlimited_is_written_in_several_ways() -> TestResult {
    for limits in ["max_file: -1, max_mem: -1, max_streams: -1, max_consumers: -1", "max_streams: 0, max_consumers: 0"]
    {
        let server = server(limits)?;
        let js = connect(server.url()).await?;
        let streams = [file("a", 1_000_000), memory("b", 1_000_000), StreamDescriptor { name: "c", ..BASE }];
        holds(&js, &streams, &[]).await?;
    }
    let server = server("max_file: 0, max_mem: -1")?;
    let js = connect(server.url()).await?;
    holds(&js, &[file("a", 1), memory("b", 1)], &[("a", "may store nothing in files")]).await
}

/// The limits of the servers are visible to their operator alone: only the server can say so.
#[tokio::test]
async fn the_limits_of_a_server_are_left_to_the_server() -> TestResult {
    let server = NatsServer::builder().jetstream_config("max_file_store: 1000000").start()?;
    let js = Js::connect(&server).await;
    let streams = [file("a", 2_000_000)];
    let plan = Register::new(&js.client, &streams).plan().await?;
    assert_eq!((rejected(&plan), plan.limits_unseen), (vec![], false));
    let said = "reserves 2000000 bytes: whether the server has them left is visible to its operator alone";
    assert!(plan.to_string().contains(said), "{plan}");
    let Err(RegisterError::Refused { refused, .. }) = Register::new(&js.client, &streams).await else {
        return Err("the server has less".into());
    };
    let text = refused[0].to_string();
    assert!(text.contains("code 10047") && text.contains("storage"), "{text}");
    Ok(())
}

#[tokio::test]
async fn limits_that_cannot_be_read_are_said_and_forbid_nothing() -> TestResult {
    let user =
        "permissions { publish: { allow: [\"$JS.API.STREAM.>\", \"$JS.API.CONSUMER.>\"] }, subscribe: \"_INBOX.>\" }";
    let account = Account::new("SHOP").user_with("shop", "s3cr3t", user).jetstream_limits("max_streams: 1");
    let server = NatsServer::builder().account(account).start()?;
    let js = connect(server.url()).await?;
    let timeout = std::time::Duration::from_secs(2);
    let streams = [file("a", 1), file("b", 1)];
    let register = |streams| Register::new(&js.client, streams).timeout(timeout);
    let plan = register(&streams).plan().await?;
    assert!(plan.limits_unseen && plan.is_safe());
    assert!(
        plan.to_string().contains("limits could not be read: a permission for `$JS.API.INFO` may be missing"),
        "{plan}"
    );
    let Err(RegisterError::Refused { refused, .. }) = register(&streams).await else {
        return Err("there may be one stream".into());
    };
    assert!(refused[0].to_string().contains("code 10027"), "{}", refused[0]);
    // Where nothing changes, nothing is asked.
    assert!(!register(&streams[..1]).plan().await?.limits_unseen);
    Ok(())
}

#[tokio::test]
async fn an_account_without_jetstream_cannot_be_planned() -> TestResult {
    let server = NatsServer::builder().account(Account::new("SHOP").user("shop", "s3cr3t")).start()?;
    let js = connect(server.url()).await?;
    let error = Register::new(&js.client, &[file("a", 1)]).plan().await;
    assert!(matches!(error, Err(RegisterError::NoJetStream { .. })), "{error:?}");
    Ok(())
}

#[tokio::test]
async fn replicas_count_in_an_account_without_tiers() -> TestResult {
    let account = Account::new("SHOP").user("shop", "s3cr3t").jetstream_limits("max_file: 1000000");
    let mut cluster = NatsServer::builder().account(account).start_cluster(3)?;
    cluster.wait_until_ready()?;
    let js = connect(cluster.urls()[0].clone()).await?;
    let three = |name, bytes| replicated(file(name, bytes), 3);
    holds(&js, &[file("a", 100_000), three("b", 300_000)], &[]).await?;
    holds(&js, &[file("c", 1)], &[("c", "may reserve 1000000 bytes in files, and other streams reserve 1000000")])
        .await?;
    holds(&js, &[three("a", 100_000)], &[("a", "other streams reserve 900000: 100000 times 3 more are too many")])
        .await?;
    holds(&js, &[three("b", 200_000), three("a", 100_000)], &[]).await?;
    Ok(())
}

#[tokio::test]
async fn tiers_have_their_own_limits() -> TestResult {
    let limits =
        |bytes: i64, streams: i64| json!({"disk_storage": bytes, "mem_storage": 0, "streams": streams, "consumer": -1});
    let tiers = json!({"tiered_limits": {"R1": limits(1_000_000, 2), "R3": limits(500_000, 1)}});
    let mut operator = Operator::new()?;
    let shop = operator.account("SHOP", Claims::default().with("limits", tiers))?;
    let mut cluster = NatsServer::builder().operator(&operator).start_cluster(3)?;
    cluster.wait_until_ready()?;
    let credentials = shop.user("clerk", Claims::default())?;
    let client = async_nats::ConnectOptions::with_credentials(&credentials)?.connect(cluster.urls()[0].clone()).await?;
    let js = Js { client };
    let three = |name, bytes| replicated(file(name, bytes), 3);
    holds(&js, &[replicated(file("a", 1), 2)], &[("a", "no stream with 2 replicas: it has limits for R1, R3")]).await?;
    holds(&js, &[three("a", 500_001)], &[("a", "may reserve 500000 bytes")]).await?;
    holds(&js, &[file("m", 1), memory("n", 1)], &[("n", "nothing in memory")]).await?;
    holds(&js, &[file("b", 999_999), three("a", 500_000)], &[]).await?;
    holds(
        &js,
        &[file("c", 1), three("d", 1)],
        &[("c", "stream 3"), ("d", "stream 2 of the account, which may have 1")],
    )
    .await?;
    // Only the tier that it goes to counts.
    holds(&js, &[three("m", 1)], &[("m", "other streams reserve 500000")]).await?;
    Ok(())
}
