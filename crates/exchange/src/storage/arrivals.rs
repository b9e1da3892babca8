//! Waking whoever waits for work, without an async runtime: see [`super::Store::work_arrived`].

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Remembers that work came, and wakes all who wait for it.
///
/// Work that comes while nobody waits is remembered once, so that the next wait ends at once: no
/// wake-up falls between asking the store and starting to wait.
#[derive(Debug, Default)]
pub struct Arrivals {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Work came and nobody has been told.
    untold: bool,
    /// How often work came.
    generation: u64,
    next_waiter: u64,
    waiters: BTreeMap<u64, Waker>,
}

impl Arrivals {
    /// Work came.
    pub fn announce(&self) {
        let waiters = {
            let mut state = self.lock();
            state.untold = true;
            state.generation += 1;
            std::mem::take(&mut state.waiters)
        };
        for waker in waiters.into_values() {
            waker.wake();
        }
    }

    /// Resolves when work has come since somebody was last told.
    pub fn wait(&self) -> Wait<'_> {
        let mut state = self.lock();
        let number = state.next_waiter;
        state.next_waiter += 1;
        Wait { arrivals: self, number, since: state.generation }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One wait for work; may be dropped at any time.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Wait<'a> {
    arrivals: &'a Arrivals,
    number: u64,
    since: u64,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.arrivals.lock();
        if state.untold || state.generation != self.since {
            state.untold = false;
            Poll::Ready(())
        } else {
            state.waiters.insert(self.number, cx.waker().clone());
            Poll::Pending
        }
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.arrivals.lock().waiters.remove(&self.number);
    }
}
