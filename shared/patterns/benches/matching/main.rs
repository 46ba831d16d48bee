//! How many events a second are matched against an index of patterns, and what memory the index
//! needs. `cargo xtask bench` prints it; each size runs in a process of its own, so that its
//! memory is its own. `rules.rs` says what the rules and events are. As in a function, each event
//! has just been read from its text when it is matched; reading is timed apart. The best of several
//! rounds counts, so that what else runs on the machine does as little as it can.

mod rules;

use std::env;
use std::fs;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use groundplane_patterns::{Pattern, PatternIndex};
use serde_json::Value;

use crate::rules::Mix;

/// How many rules there are.
const SIZES: [usize; 3] = [10, 1_000, 10_000];
/// How many different events there are.
const EVENTS: usize = 2_000;
/// How often they are all matched at least.
const ROUNDS: usize = 3;
/// For how long they are matched at least.
const TAKES: Duration = Duration::from_secs(3);

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let mut asked = env::args().skip_while(|argument| argument != "--measure");
    let measured = asked.nth(1).zip(asked.next());
    match measured {
        Some((mix, rules)) => {
            let mix = Mix::ALL.get(mix.parse::<usize>()?).ok_or("no such mix")?;
            measure(*mix, rules.parse()?)
        }
        None => report(),
    }
}

fn report() -> Outcome<()> {
    println!(
        "| mix | rules | events/s | time of 10 rules | events read/s | matches per event | building, ms | memory, MiB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (number, mix) in Mix::ALL.iter().enumerate() {
        let mut first = None;
        for rules in SIZES {
            let output = Command::new(env::current_exe()?)
                .args(["--measure", &number.to_string(), &rules.to_string()])
                .output()?;
            let text = String::from_utf8(output.stdout)?;
            let (rate, others) = text.trim().split_once(' ').ok_or("no figures")?;
            let rate: f64 = rate.parse()?;
            let times = *first.get_or_insert(rate) / rate;
            let name = mix.name();
            println!("| {name} | {rules} | {rate:.0} | {times:.2} | {others}");
        }
    }
    Ok(())
}

fn measure(mix: Mix, rules: usize) -> Outcome<()> {
    let patterns: Vec<Value> = (0..rules).map(|number| mix.rule(number, rules)).collect();
    let events: Vec<String> = (0..EVENTS)
        .map(|event| mix.event(event * 7 % rules, rules).to_string())
        .collect();
    let before = resident_kib()?;
    let begun = now();
    let mut parsed = Vec::with_capacity(rules);
    for (number, pattern) in patterns.iter().enumerate() {
        let pattern = Pattern::parse(pattern).map_err(|mistakes| format!("{mistakes:?}"))?;
        parsed.push((pattern, number));
    }
    let index = PatternIndex::new(parsed);
    let building = begun.elapsed().as_secs_f64() * 1e3;
    let memory = resident_kib()?.saturating_sub(before) as f64 / 1024.0;
    let mut best = Round::default();
    let begun = now();
    let mut rounds = 0;
    while rounds < ROUNDS || begun.elapsed() < TAKES {
        rounds += 1;
        best = best.min(&Round::of(&index, &events)?);
    }
    let rate = |time: Duration| EVENTS as f64 / time.as_secs_f64();
    let (matching, reading) = (rate(best.matching), rate(best.reading));
    let per_event = best.matches as f64 / EVENTS as f64;
    println!("{matching} {reading:.0} | {per_event:.2} | {building:.1} | {memory:.1} |");
    Ok(())
}

/// What it took to match every event once.
struct Round {
    reading: Duration,
    matching: Duration,
    matches: usize,
}

impl Default for Round {
    fn default() -> Self {
        Self {
            reading: Duration::MAX,
            matching: Duration::MAX,
            matches: 0,
        }
    }
}

impl Round {
    fn of(index: &PatternIndex<usize>, events: &[String]) -> Outcome<Self> {
        let (mut reading, mut matching) = (Duration::ZERO, Duration::ZERO);
        let mut matches = 0;
        for text in events {
            let begun = now();
            let event: Value = serde_json::from_str(black_box(text))?;
            let read = now();
            matches += black_box(index.matching(&event)).len();
            matching += read.elapsed();
            reading += read - begun;
        }
        Ok(Self {
            reading,
            matching,
            matches,
        })
    }

    fn min(self, other: &Self) -> Self {
        Self {
            reading: self.reading.min(other.reading),
            matching: self.matching.min(other.matching),
            matches: other.matches,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}

/// The memory of this process.
fn resident_kib() -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("no memory is known")?.parse()?)
}
