//! For readers: once for each id.

use std::time::Duration;

use walnats_outbox::{Database, InTransaction, Inbox};

use crate::support::{TestResult, World, postgres};

mod sqlite {
    #[tokio::test]
    async fn a_message_is_processed_once() -> crate::support::TestResult {
        super::a_message_is_processed_once(crate::support::sqlite().await?).await
    }
}

mod postgres_inbox {
    #[tokio::test]
    async fn a_message_is_processed_once() -> crate::support::TestResult {
        super::a_message_is_processed_once(crate::support::postgres().await?).await
    }
}

async fn a_message_is_processed_once<D>(world: World<D>) -> TestResult
where
    D: Database<Connection: InTransaction<Database = D>>,
{
    let (billing, shipping) = (Inbox::new("billing"), Inbox::new("shipping"));
    let mut transaction = world.pool.begin().await?;
    assert!(billing.once(&mut *transaction, "one").await?);
    assert!(!billing.once(&mut *transaction, "one").await?, "within the transaction");
    assert!(shipping.once(&mut *transaction, "one").await?, "another reader");
    transaction.commit().await?;

    let mut transaction = world.pool.begin().await?;
    assert!(!billing.once(&mut *transaction, "one").await?);
    assert!(billing.once(&mut *transaction, "two").await?);
    transaction.rollback().await?;
    let mut transaction = world.pool.begin().await?;
    assert!(billing.once(&mut *transaction, "two").await?, "it was not processed after all");
    transaction.commit().await?;

    assert_eq!(Inbox::clean_up(&world.pool, Duration::from_secs(60), 2).await?, 0);
    assert_eq!(Inbox::clean_up(&world.pool, Duration::ZERO, 2).await?, 3);
    let mut transaction = world.pool.begin().await?;
    assert!(billing.once(&mut *transaction, "one").await?);
    Ok(())
}

#[tokio::test]
async fn of_two_at_a_time_one_waits() -> TestResult {
    let world = postgres().await?;
    for (first_commits, second_processes) in [(true, false), (false, true)] {
        let id = format!("{first_commits}");
        let inbox = Inbox::new("billing");
        let mut first = world.pool.begin().await?;
        assert!(inbox.once(&mut *first, &id).await?);
        let mut second = world.pool.begin().await?;
        let waiting = inbox.once(&mut *second, &id);
        tokio::pin!(waiting);
        assert!(tokio::time::timeout(Duration::from_millis(100), &mut waiting).await.is_err(), "it waits");
        if first_commits {
            first.commit().await?
        } else {
            first.rollback().await?
        }
        assert_eq!(waiting.await?, second_processes);
    }
    Ok(())
}
