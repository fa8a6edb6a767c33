//! What the outbox promises, on a real SQLite, a real Postgres and a real nats-server.

mod support;

/// Runs scenarios on both databases.
macro_rules! on_both {
    ($($scenario:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() -> crate::support::TestResult {
                super::$scenario(crate::support::sqlite().await?).await
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() -> crate::support::TestResult {
                super::$scenario(crate::support::postgres().await?).await
            })+
        }
    };
}

mod bouncer;
mod dead_letters;
mod enqueue;
mod inbox;
mod logged;
mod measured;
mod nats_faults;
mod pending;
mod postgres_faults;
mod process_faults;
mod reading;
mod relay;
mod scopes;
mod sqlite_faults;
mod tables;
