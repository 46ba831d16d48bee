//! What a life sets going: runs of workflows, and the timers that end what takes too long.

use std::future::Future;

use jiff::Timestamp;

use crate::Result;

/// Permission to start and stop executions of the transition state machine.
pub trait StartRuns: Send + Sync {
    /// Starts an execution named `name` with the JSON text `input`. An execution of that name
    /// that exists already is a success: it was started by an earlier delivery.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn start_run(&self, name: &str, input: &str) -> impl Future<Output = Result<()>> + Send;

    /// Stops the execution of that name. One that does not exist or has ended is a success.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn stop_run(&self, name: &str, cause: &str) -> impl Future<Output = Result<()>> + Send;
}

/// What there is of an execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It runs, or will go on by itself.
    Running,
    /// There is none of that name.
    Missing,
    /// It has ended, however that was.
    Over,
}

/// Permission to look after executions of the transition state machine.
pub trait ReadRuns: Send + Sync {
    /// What there is of the execution of that name.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn run_state(&self, name: &str) -> impl Future<Output = Result<RunState>> + Send;
}

/// Permission to set timers.
pub trait SetTimers: Send + Sync {
    /// Has the platform come back with the JSON text `input`, at the time or up to a minute after.
    /// A timer of that name that exists already is a success; one that is set for the past is left
    /// to the sweeper.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn set_timer(
        &self,
        name: &str,
        at: Timestamp,
        input: &str,
    ) -> impl Future<Output = Result<()>> + Send;
}
