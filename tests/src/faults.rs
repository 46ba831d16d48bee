//! Fault injection: every I/O call through a wrapped port is a numbered point, and a plan says
//! what goes wrong at which point.

mod cloud;
mod explore;
mod ports;
#[cfg(test)]
mod tests;

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use groundplane_ports::{PortError, Result};

use crate::asl::{TaskError, Turns};

pub use explore::{Finding, Report, explore};

/// What goes wrong at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The service does not answer, and nothing happened.
    Before,
    /// The service does not answer, but it happened.
    After,
    /// It happens twice, as when a caller that got no answer asks again.
    Twice,
    /// The service refuses for want of a permission, and nothing happened.
    Denied,
    /// The process dies before it happens.
    CrashBefore,
    /// The process dies after it happened, before it hears of it.
    CrashAfter,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::Before,
        Self::After,
        Self::Twice,
        Self::Denied,
        Self::CrashBefore,
        Self::CrashAfter,
    ];
}

/// The invocation died in the middle of what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crashed;

impl fmt::Display for Crashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the process died")
    }
}

impl std::error::Error for Crashed {}

impl From<Crashed> for TaskError {
    fn from(_: Crashed) -> Self {
        Self::crash()
    }
}

/// Counts I/O points and makes what is planned go wrong, once. Clones share count and plan.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    shared: Arc<Mutex<Shared>>,
    turns: Option<Turns>,
}

#[derive(Debug, Default)]
struct Shared {
    plan: Option<(usize, Fault)>,
    points: Vec<&'static str>,
    happened: Option<&'static str>,
    crashing: bool,
}

impl Faults {
    /// Nothing goes wrong; points are counted.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// `fault` happens at the I/O call with this number, counted from 0.
    #[must_use]
    pub fn at(point: usize, fault: Fault) -> Self {
        let faults = Self::default();
        faults.lock().plan = Some((point, fault));
        faults
    }

    /// Passes the turn on before every I/O call, so that branches interleave within a state. Give
    /// the same turns to the interpreter.
    #[must_use]
    pub fn turns(self, turns: Turns) -> Self {
        Self {
            turns: Some(turns),
            ..self
        }
    }

    /// A port whose every call is a point.
    #[must_use]
    pub fn wrap<'p, T>(&self, port: &'p T) -> Faulty<'p, T> {
        Faulty {
            port,
            faults: self.clone(),
        }
    }

    /// What the calls so far were, in their order: the index is the number of the point.
    #[must_use]
    pub fn points(&self) -> Vec<&'static str> {
        self.lock().points.clone()
    }

    /// The call at which the planned fault happened, once it has.
    #[must_use]
    pub fn happened(&self) -> Option<&'static str> {
        self.lock().happened
    }

    /// Runs one invocation of a function. A crash within ends it on the spot, and nothing of it
    /// goes on.
    ///
    /// # Errors
    /// When the planned fault is a crash and happens here.
    pub async fn invocation<F: Future>(
        &self,
        handler: F,
    ) -> std::result::Result<F::Output, Crashed> {
        let mut handler = pin!(handler);
        poll_fn(|context| {
            let poll = handler.as_mut().poll(context);
            // Whoever was just polled is who crashed: all runs on one thread.
            if std::mem::take(&mut self.lock().crashing) {
                return Poll::Ready(Err(Crashed));
            }
            poll.map(Ok)
        })
        .await
    }

    /// Makes one I/O call, or what the plan has in its place.
    async fn io<T, F>(&self, label: &'static str, call: impl Fn() -> F + Send) -> Result<T>
    where
        T: Send,
        F: Future<Output = Result<T>> + Send,
    {
        if let Some(turns) = &self.turns {
            turns.pass().await;
        }
        match self.arrive(label) {
            None => call().await,
            Some(Fault::Before) => Err(unavailable(label)),
            Some(Fault::After) => {
                call().await?;
                Err(unavailable(label))
            }
            Some(Fault::Twice) => {
                call().await?;
                call().await
            }
            Some(Fault::Denied) => Err(PortError::Denied(format!("{label} is not allowed"))),
            Some(Fault::CrashBefore) => self.crash().await,
            Some(Fault::CrashAfter) => {
                // How it went, nobody will know.
                let _ = call().await;
                self.crash().await
            }
        }
    }

    /// Counts a point and takes the fault that is planned for it.
    fn arrive(&self, label: &'static str) -> Option<Fault> {
        let mut shared = self.lock();
        let number = shared.points.len();
        shared.points.push(label);
        let (_, fault) = shared.plan.take_if(|(point, _)| *point == number)?;
        shared.happened = Some(label);
        Some(fault)
    }

    async fn crash<T>(&self) -> T {
        self.lock().crashing = true;
        pending().await
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unavailable(label: &str) -> PortError {
    PortError::Unavailable(format!("{label} did not answer"))
}

/// A port whose every call is a point.
#[derive(Debug, Clone)]
pub struct Faulty<'p, T> {
    port: &'p T,
    faults: Faults,
}
