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

/// What was measured of one revision.
pub(crate) struct Figures {
    pub(crate) in_sync_ms: f64,
    pub(crate) drifted_ms: f64,
    pub(crate) peak_mib: f64,
}

impl Figures {
    /// Microseconds for each resource, where some have drifted.
    pub(crate) fn per_resource(&self, resources: usize) -> f64 {
        let resources = u32::try_from(resources).unwrap_or(u32::MAX);
        self.drifted_ms * 1e3 / f64::from(resources)
    }

    /// What [`fmt::Display`] wrote.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || -> Result<f64> { Ok(numbers.next().context("a figure is missing")??) };
        Ok(Self {
            in_sync_ms: next()?,
            drifted_ms: next()?,
            peak_mib: next()?,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            in_sync_ms,
            drifted_ms,
            peak_mib,
        } = self;
        write!(f, "{in_sync_ms} {drifted_ms} {peak_mib}")
    }
}

/// The median time of `work`.
pub(crate) fn median<T>(mut work: impl FnMut() -> T) -> Result<Duration> {
    let mut times = Vec::new();
    let mut spent = Duration::ZERO;
    while spent < BUDGET || times.len() < RUNS {
        let start = now();
        black_box(work());
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
