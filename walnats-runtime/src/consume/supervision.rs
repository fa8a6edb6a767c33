//! How the loops of a reader end together.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::error::ReadError;

/// Waits for the shutdown or the first loop that fails, and then for all loops.
pub(super) async fn supervised(
    mut loops: JoinSet<Result<(), ReadError>>,
    shutdown: impl Future<Output = ()>,
    stop: &watch::Sender<bool>,
    cut: &watch::Sender<bool>,
    shutdown_timeout: Duration,
) -> Result<(), ReadError> {
    let first = async {
        // Those that read once more end by themselves, one after the other.
        while let Some(ended) = loops.join_next().await {
            ended.unwrap_or(Err(ReadError::Runtime))?;
        }
        Ok(())
    };
    let mut result = tokio::select! {
        () = shutdown => Ok(()),
        result = first => result,
    };
    stop.send_replace(true);
    let late = async {
        tokio::time::sleep(shutdown_timeout).await;
        cut.send_replace(true);
        std::future::pending::<()>().await;
    };
    let all = async {
        let mut first = Ok(());
        while let Some(ended) = loops.join_next().await {
            first = first.and(ended.unwrap_or(Err(ReadError::Runtime)));
        }
        first
    };
    tokio::select! {
        () = late => {}
        rest = all => result = result.and(rest),
    }
    result
}
