//! Taking turns: how branches that run side by side are interleaved, the same way every time.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

/// Where branches hand over to each other. Whoever is polled may yield; the interpreter then goes
/// on with the next branch. Everything that shares these turns is polled by one thread.
#[derive(Debug, Clone, Default)]
pub struct Turns(Arc<AtomicBool>);

impl Turns {
    /// Lets the next branch run until it yields, waits or ends. Without branches this is nothing
    /// but a pause.
    pub async fn pass(&self) {
        let mut passed = false;
        poll_fn(|context| {
            if passed {
                return Poll::Ready(());
            }
            passed = true;
            self.0.store(true, Ordering::Relaxed);
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Begins a turn.
    pub(crate) fn begin(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether the turn that began was passed on.
    pub(crate) fn passed(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
