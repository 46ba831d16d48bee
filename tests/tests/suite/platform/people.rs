//! People who do something while a state machine is at work.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

/// The moment at which an execution waits for an answer.
pub(crate) const AN_ANSWER: &str = "an answer";

type Deed = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

/// What people are going to do, in this order, and before what.
#[derive(Default)]
pub(crate) struct People(Mutex<VecDeque<(String, usize, Deed)>>);

impl fmt::Debug for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("People")
    }
}

impl People {
    /// Lets someone do something just before a function is invoked for the `nth` time from now,
    /// counted from 0.
    pub(crate) fn will<F>(
        &self,
        before: &str,
        nth: usize,
        deed: impl FnOnce() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let deed: Deed = Box::new(move || Box::pin(deed()));
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back((before.to_owned(), nth, deed));
    }

    /// Does what is to be done before `moment`.
    pub(super) async fn act_before(&self, moment: &str) {
        let deed = {
            let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match queue.front_mut() {
                Some((before, 0, _)) if before == moment => queue.pop_front(),
                Some((before, left, _)) if before == moment => {
                    *left -= 1;
                    None
                }
                _ => None,
            }
        };
        if let Some((_, _, deed)) = deed {
            deed().await;
        }
    }
}
