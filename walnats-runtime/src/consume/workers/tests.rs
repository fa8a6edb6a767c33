use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::*;

/// How a handler goes about its work.
#[derive(Clone, Copy, Debug)]
enum Does {
    Quickly,
    Yields,
    /// Until there is a permit.
    Waits,
    /// Blocks its thread.
    Blocks(Duration),
    Panics,
    Leaves(u64),
}

/// Says which jobs it began, and waits for permits.
struct Hand {
    begun: UnboundedSender<usize>,
    permits: Semaphore,
    done: AtomicUsize,
}

impl Work for Hand {
    type Job = (usize, Does);

    async fn work(&self, (number, does): Self::Job) -> Option<Left> {
        self.begun.send(number).expect("somebody listens");
        match does {
            Does::Quickly => {}
            Does::Yields => yield_now().await,
            Does::Waits => self.permits.acquire().await.expect("it stays open").forget(),
            Does::Blocks(time) => thread::sleep(time),
            Does::Panics => panic!("a panic that no handler catches"),
            Does::Leaves(sequence) => return Some(Left::Lapsed(sequence)),
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        None
    }
}

fn workers(most: usize) -> (Workers<Hand>, Arc<Hand>, UnboundedReceiver<usize>) {
    let (begun, listener) = unbounded_channel();
    let hand = Arc::new(Hand { begun, permits: Semaphore::new(0), done: AtomicUsize::new(0) });
    (Workers::new(hand.clone(), most), hand, listener)
}

async fn idle(workers: &Workers<Hand>) {
    timeout(Duration::from_secs(20), workers.fall_to(Some(0))).await.expect("all is done in time");
}

/// Waits until these are begun, in any order.
async fn begun(listener: &mut UnboundedReceiver<usize>, numbers: impl IntoIterator<Item = usize>) {
    let mut wanted: BTreeSet<usize> = numbers.into_iter().collect();
    while !wanted.is_empty() {
        let next = timeout(Duration::from_secs(20), listener.recv()).await.expect("each is begun in time");
        wanted.remove(&next.expect("the workers are there"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_done_once_however_it_comes() {
    let (workers, hand, _listener) = workers(8);
    let mut all = 0;
    for round in 0..200 {
        let does = [Does::Quickly, Does::Yields, Does::Quickly][round % 3];
        workers.start((0..round % 40).map(|number| (number, does)));
        all += round % 40;
        if round % 10 == 0 {
            idle(&workers).await;
            assert_eq!(hand.done.load(Ordering::Relaxed), all);
        }
    }
    idle(&workers).await;
    assert_eq!((hand.done.load(Ordering::Relaxed), workers.busy()), (all, 0));
}

/// On one thread, after quick ones, too: nobody has to look at the queue for it.
#[tokio::test]
async fn those_that_wait_hold_up_nobody() {
    let (workers, hand, mut listener) = workers(4);
    for _ in 0..3 {
        workers.start((0..50).map(|number| (number, Does::Quickly)));
        idle(&workers).await;
    }
    workers.start((100..120).map(|number| (number, Does::Waits)));
    begun(&mut listener, 100..120).await;
    assert_eq!(workers.busy(), 20);
    workers.start([(200, Does::Quickly)]);
    begun(&mut listener, [200]).await;
    hand.permits.add_permits(20);
    idle(&workers).await;
    assert_eq!(hand.done.load(Ordering::Relaxed), 171);
}

/// A thread is blocked for each of those; the third one is for this test.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn those_that_block_their_threads_use_all_threads() {
    let (workers, _, mut listener) = workers(8);
    workers.start((0..50).map(|number| (number, Does::Quickly)));
    idle(&workers).await;
    // Quick ones are done by one task. The loop looks at the queue.
    workers.start((100..103).map(|number| (number, Does::Blocks(Duration::from_secs(3)))));
    begun(&mut listener, 0..50).await;
    let begin = Instant::now();
    let looks = async {
        loop {
            workers.look();
            sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        () = looks => {}
        () = begun(&mut listener, 100..102) => {}
    }
    assert!(begin.elapsed() < Duration::from_millis(2_500), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_panic_ends_its_own_job_alone() {
    let (workers, hand, mut listener) = workers(4);
    workers.start([(0, Does::Quickly), (1, Does::Panics), (2, Does::Quickly), (3, Does::Panics), (4, Does::Quickly)]);
    begun(&mut listener, 0..5).await;
    idle(&workers).await;
    assert_eq!(hand.done.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn what_is_left_wakes_the_loop_while_others_are_busy() {
    let (workers, _, mut listener) = workers(4);
    workers.start([(0, Does::Waits)]);
    begun(&mut listener, [0]).await;
    assert!(timeout(Duration::from_millis(50), workers.fall_to(None)).await.is_err());
    workers.start([(1, Does::Leaves(7))]);
    let begin = Instant::now();
    timeout(Duration::from_secs(20), workers.fall_to(None)).await.expect("it is woken");
    // A timeout looks once more at its end.
    assert!(begin.elapsed() < Duration::from_secs(15), "it was not woken");
    assert_eq!((workers.left(), workers.left(), workers.busy()), (vec![Left::Lapsed(7)], vec![], 1));
}

#[tokio::test]
async fn no_more_idle_tasks_are_kept_than_wanted_and_none_after_the_loop() {
    let (workers, hand, mut listener) = workers(2);
    workers.start((0..10).map(|number| (number, Does::Waits)));
    begun(&mut listener, 0..10).await;
    hand.permits.add_permits(10);
    idle(&workers).await;
    yield_now().await;
    workers.left();
    assert_eq!(workers.shared.state().tasks.as_ref().map(JoinSet::len), Some(2));
    workers.start([(10, Does::Waits), (11, Does::Waits)]);
    begun(&mut listener, [10, 11]).await;
    drop(workers);
    hand.permits.add_permits(2);
    yield_now().await;
    assert_eq!(hand.done.load(Ordering::Relaxed), 10);
}
