//! Time and memory.

use std::fmt;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// For how long a thing is done again and again.
const BUDGET: Duration = Duration::from_millis(400);

/// How often a thing is done at least.
const RUNS: usize = 5;

/// What was measured of one stack.
pub(crate) struct Figures {
    pub(crate) plan_ms: f64,
    pub(crate) schedule_ms: f64,
    pub(crate) peak_mib: f64,
}

impl Figures {
    /// Microseconds of planning for each unit.
    pub(crate) fn per_unit(&self, units: usize) -> f64 {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        (self.plan_ms + self.schedule_ms) * 1e3 / f64::from(units)
    }

    /// What [`fmt::Display`] wrote.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || -> Result<f64> { Ok(numbers.next().context("a figure is missing")??) };
        Ok(Self {
            plan_ms: next()?,
            schedule_ms: next()?,
            peak_mib: next()?,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.plan_ms, self.schedule_ms, self.peak_mib)
    }
}

/// The median time of `work`.
pub(crate) fn median<T>(mut work: impl FnMut() -> Result<T>) -> Result<Duration> {
    let mut times = Vec::new();
    let mut spent = Duration::ZERO;
    while spent < BUDGET || times.len() < RUNS {
        let start = now();
        black_box(work()?);
        let took = start.elapsed();
        spent += took;
        times.push(took);
    }
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("nothing ran")
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}

/// The peak memory of this process in KiB, where the system tells (`proc_pid_status(5)`).
pub(crate) fn peak_kib() -> Option<u32> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
