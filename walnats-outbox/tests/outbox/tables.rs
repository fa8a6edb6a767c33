//! Tables of other names, in other schemas.

use walnats_outbox::{Database, DatabaseError, InTransaction, Inbox, Outbox, Parked, Tables, TablesError};

use crate::support::{TestResult, World, note, postgres, sqlite};

mod on_sqlite {
    #[tokio::test]
    async fn two_outboxes_share_a_database() -> crate::support::TestResult {
        let tables = walnats_outbox::Tables::new().outbox("Order").inbox("seen_by");
        super::two_outboxes_share_a_database(crate::support::sqlite().await?, tables).await
    }
}

mod on_postgres {
    use walnats_outbox::Tables;

    #[tokio::test]
    async fn two_outboxes_share_a_database() -> crate::support::TestResult {
        let tables = Tables::new().outbox("Order").inbox("seen_by");
        super::two_outboxes_share_a_database(crate::support::postgres().await?, tables).await
    }

    #[tokio::test]
    async fn two_outboxes_share_a_database_in_two_schemas() -> crate::support::TestResult {
        let world = crate::support::postgres().await?;
        super::two_outboxes_share_a_database(world, Tables::new().schema("Billing")).await
    }
}

/// Whatever is done to one is not done to the other.
async fn two_outboxes_share_a_database<D>(world: World<D>, tables: Tables) -> TestResult
where
    D: Database<Connection: InTransaction<Database = D>>,
{
    let other = Outbox::new(world.pool.clone()).tables(tables.clone())?;
    assert!(matches!(other.relay(&world.publisher).run().await, Err(walnats_outbox::RelayError::Database(_))));
    other.migrate().await?;
    other.migrate().await?;
    let inbox = Inbox::new("billing").tables(tables)?;
    let mut transaction = world.pool.begin().await?;
    for text in ["a".to_owned(), "x".repeat(5_000), "b".to_owned()] {
        other.enqueue(&mut *transaction, world.publisher.emit(&note(text))).key("k").await?;
    }
    assert!(inbox.once(&mut *transaction, "one").await? && !inbox.once(&mut *transaction, "one").await?);
    assert!(Inbox::new("billing").once(&mut *transaction, "one").await?, "another table");
    transaction.commit().await?;

    assert_eq!((world.outbox.status().await?.pending, other.status().await?.pending), (0, 3));
    assert_eq!((world.outbox.pending().await?.len(), other.pending().await?.len()), (0, 1));
    assert_eq!(world.relay().drain().await?.sent, 0);
    let tally = other.relay(&world.publisher).drain().await?;
    assert_eq!((tally.sent, tally.parked), (1, 1));
    assert_eq!((world.outbox.parked(0, 5).await?.len(), other.parked(0, 5).await?.len()), (0, 1));
    assert_eq!(world.outbox.replay(&Parked::All).await?, 0);
    assert_eq!(other.discard(&Parked::All).await?, 1);
    assert_eq!(other.relay(&world.publisher).drain().await?.sent, 1);
    assert_eq!(world.stored().await?, ["a", "b"]);
    assert_eq!(other.clean_up(std::time::Duration::ZERO, 10).await?, 2);
    assert_eq!(inbox.forget(&world.pool, std::time::Duration::ZERO, 10).await?, 1);
    assert_eq!(Inbox::clean_up(&world.pool, std::time::Duration::ZERO, 10).await?, 1);
    Ok(())
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_before_anything_is_asked() -> TestResult {
    let world = sqlite().await?;
    let refused = |tables| Outbox::new(world.pool.clone()).tables(tables).map(drop);
    assert_eq!(refused(Tables::new().schema("main")), Err(TablesError::NoSchemas));
    let name = "x; DROP TABLE users";
    let error = refused(Tables::new().outbox(name)).expect_err("no identifier");
    assert_eq!(error, TablesError::Name(name.into()));
    assert!(Inbox::new("r").tables(Tables::new().inbox("a b")).is_err());
    Ok(())
}

/// A user that may write to a schema, and not make one.
#[tokio::test]
async fn a_schema_that_is_there_need_not_be_made() -> TestResult {
    let world = postgres().await?;
    let setup = "CREATE SCHEMA billing; CREATE ROLE clerk LOGIN; GRANT ALL ON SCHEMA billing TO clerk";
    sqlx::raw_sql(setup).execute(&world.pool).await?;
    let clerk = sqlx::Pool::<sqlx::Postgres>::connect(&world.url.replace("walnats@", "clerk@")).await?;
    let outbox = |schema: &str| Outbox::new(clerk.clone()).tables(Tables::new().schema(schema));
    outbox("billing")?.migrate().await?;
    assert_eq!(outbox("billing")?.status().await?.pending, 0);
    let error = outbox("shipping")?.migrate().await.expect_err("it may not make schemas");
    assert_eq!(error.version, 0);
    assert!(matches!(outbox("shipping")?.status().await, Err(DatabaseError::NotMigrated(_))));
    Ok(())
}
