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
    pub(crate) preview_ms: f64,
    pub(crate) text_ms: f64,
    pub(crate) digest_ms: f64,
    pub(crate) peak_mib: f64,
}

impl Figures {
    /// Microseconds of previewing for each unit.
    pub(crate) fn per_unit(&self, units: usize) -> f64 {
        self.preview_ms * 1e3 / f64::from(u32::try_from(units).unwrap_or(u32::MAX))
    }

    /// What [`fmt::Display`] wrote.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let mut numbers = line.split_whitespace().map(str::parse);
        let mut next = || -> Result<f64> { Ok(numbers.next().context("a figure is missing")??) };
        Ok(Self {
            preview_ms: next()?,
            text_ms: next()?,
            digest_ms: next()?,
            peak_mib: next()?,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            preview_ms,
            text_ms,
            digest_ms,
            peak_mib,
        } = self;
        write!(f, "{preview_ms} {text_ms} {digest_ms} {peak_mib}")
    }
}

/// The median time of `work` in milliseconds.
pub(crate) fn median_ms<T>(mut work: impl FnMut() -> Result<T>) -> Result<f64> {
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
    let median = times.get(times.len() / 2).context("nothing ran")?;
    Ok(median.as_secs_f64() * 1e3)
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}

/// The peak memory of this process in MiB, where the system tells (`proc_pid_status(5)`).
pub(crate) fn peak_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kib) / 1024.0)
}
