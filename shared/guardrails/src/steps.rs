//! A bound on the work of the rules that is the same on every machine: the interpreter asks for
//! the time after each step, and is told how many steps it has taken.

use std::cell::Cell;
use std::num::NonZeroU32;
use std::sync::Once;
use std::time::Duration;

use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};

/// The steps after which a template is given up: enough for 500 resources, the most that a
/// template holds, with many violations each; some three seconds of work. The largest template of
/// a service takes 30,000.
pub(crate) const LIMIT: u64 = 10_000_000;

thread_local! {
    static TAKEN: Cell<u64> = const { Cell::new(0) };
}

/// Counts its own questions; a nanosecond stands for a step.
struct StepCounter;

impl TimeSource for StepCounter {
    fn now(&self) -> Option<Duration> {
        let taken = TAKEN.get().wrapping_add(1);
        TAKEN.set(taken);
        Some(Duration::from_nanos(taken))
    }
}

/// The steps that interpreters have taken on this thread, wrapping round at the end.
pub(crate) fn taken() -> u64 {
    TAKEN.get()
}

/// The bound, for an interpreter of this process.
pub(crate) fn bound() -> ExecutionTimerConfig {
    static COUNTER: StepCounter = StepCounter;
    static INSTALLED: Once = Once::new();
    // The interpreter takes one source for the process, and only in its build without the standard
    // library; with a real clock this would not compile. Nobody else sets one.
    INSTALLED.call_once(|| {
        let _ = set_time_source(&COUNTER);
    });
    ExecutionTimerConfig {
        limit: Duration::from_nanos(LIMIT),
        check_interval: NonZeroU32::MIN,
    }
}
