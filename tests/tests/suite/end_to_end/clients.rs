//! Many clients at once on the local AWS: reads and writes through the shipped API. `cargo xtask bench`
//! runs it with fifty of them, and prints how long the answers took.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::command::{Answer, Platform};

/// How many clients there are, if nothing else is said.
const CLIENTS: usize = 8;
/// How many times each of them reads, and writes.
const TIMES: usize = 6;

fn clients() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told in the environment how large they are"
    )]
    let said = std::env::var("GROUNDPLANE_TEST_CLIENTS").ok();
    said.map_or(CLIENTS, |said| said.parse().unwrap())
}

fn timed(ask: impl FnOnce() -> Answer) -> (Duration, u16) {
    #[expect(clippy::disallowed_methods, reason = "how long it took is printed")]
    let begin = Instant::now();
    let status = ask().status;
    (begin.elapsed(), status)
}

/// What one client does: the times of its reads, and of its writes.
fn visit(platform: &Platform, number: usize) -> (Vec<Duration>, Vec<Duration>) {
    let name = format!("clients-{number}");
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for round in 0..TIMES {
        let (took, status) = timed(|| platform.get("/v1/instances?limit=10"));
        assert_eq!(status, 200);
        reads.push(took);
        // Another document each time, so that something is written each time.
        let document = json!({
            "apiVersion": "groundplane.dev/v1", "kind": "Environment",
            "metadata": {"name": name},
            "spec": {"landingZone": "sandbox", "production": round % 2 == 1},
        });
        let path = format!("/v1/environments/{name}");
        let (took, status) = timed(|| platform.put(&path, &document.to_string()));
        assert_eq!(status, 200);
        writes.push(took);
    }
    (reads, writes)
}

/// The time that so many of a hundred stay below.
fn percentile(times: &mut [Duration], hundredths: usize) -> u128 {
    times.sort_unstable();
    let place = (times.len() * hundredths / 100).min(times.len() - 1);
    times[place].as_millis()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn clients_at_once_are_all_answered() {
    let platform = Platform::from_env();
    let visits: Vec<_> = (0..clients())
        .map(|number| {
            let platform = platform.clone();
            thread::spawn(move || visit(&platform, number))
        })
        .collect();
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for visit in visits {
        let (read, written) = visit.join().unwrap();
        reads.extend(read);
        writes.extend(written);
    }
    for (what, times) in [("reads", &mut reads), ("writes", &mut writes)] {
        let (half, most) = (percentile(times, 50), percentile(times, 99));
        println!(
            "{} clients, {what}: p50 {half} ms, p99 {most} ms",
            clients()
        );
    }
}
