//! How long a function takes from the start of its process to its first poll of the Runtime API,
//! and how much memory it has used by then. The Runtime API here is a listener that never gives
//! an invocation.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::local_aws::REGION;
use crate::step::now;

const POLL: &str = "GET /2018-06-01/runtime/invocation/next";

const DEADLINE: Duration = Duration::from_secs(10);

/// What a function has to be told to start at all.
const SETTINGS: [&str; 6] = [
    "TABLE_NAME",
    "ARTIFACT_BUCKET",
    "AUDIT_BUCKET",
    "EVENT_BUS_NAME",
    "DEPLOY_MACHINE_ARN",
    "INSTALLATION",
];

/// How a function started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StartUp {
    /// From the start of the process to the first poll.
    pub(crate) took: Duration,
    /// The most memory that was used until then, in KiB, where the system tells.
    pub(crate) peak_kib: Option<u64>,
}

/// The median of `runs` starts of `program`.
///
/// # Errors
/// Where it does not start.
pub(crate) fn median(program: &Path, runs: usize) -> Result<StartUp> {
    let mut starts = (0..runs)
        .map(|_| once(program))
        .collect::<Result<Vec<_>>>()?;
    starts.sort();
    starts
        .get(runs / 2)
        .copied()
        .context("at least one run is needed")
}

fn once(program: &Path) -> Result<StartUp> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?.to_string();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        // Where nobody listens any more, the deadline has passed.
        drop(sender.send(first_poll(&listener)));
    });
    let start = now();
    let mut child = spawn(program, &address)?;
    // With its connection, which stays open until the process has been looked at.
    let answer = receiver.recv_timeout(DEADLINE);
    let peak_kib = peak_memory(&child);
    child.kill()?;
    child.wait()?;
    let Ok(answer) = answer else {
        bail!("{} did not poll the Runtime API", program.display());
    };
    let (polled, _connection) = answer?;
    Ok(StartUp {
        took: polled.duration_since(start),
        peak_kib,
    })
}

fn first_poll(listener: &TcpListener) -> Result<(Instant, TcpStream)> {
    let (stream, _) = listener.accept()?;
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let polled = now();
    if !line.starts_with(POLL) {
        bail!("the first request was `{}`", line.trim());
    }
    Ok((polled, stream))
}

fn spawn(program: &Path, runtime_api: &str) -> Result<Child> {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_LAMBDA_RUNTIME_API", runtime_api)
        .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_REGION", REGION)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for setting in SETTINGS {
        command.env(
            setting,
            "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
        );
    }
    command
        .spawn()
        .with_context(|| format!("{} cannot be started", program.display()))
}

/// Linux tells of a process how much memory it has ever held.
fn peak_memory(child: &Child) -> Option<u64> {
    high_water_mark(&fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?)
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn peak_memory_is_read_from_what_linux_tells() {
        let status = "Name:\tapi\nVmPeak:\t  20000 kB\nVmHWM:\t   5120 kB\nThreads:\t1\n";
        assert_eq!(high_water_mark(status), Some(5120));
        assert_eq!(high_water_mark("Name:\tapi\n"), None);
    }

    #[test]
    fn a_program_that_asks_for_something_else_first_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bootstrap");
        let script = "#!/bin/bash\nexec 3<>/dev/tcp/${AWS_LAMBDA_RUNTIME_API/://}\n\
                      echo 'GET /other HTTP/1.1' >&3\nread -r line <&3\n";
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();

        let error = once(&program).unwrap_err();

        assert_eq!(
            error.to_string(),
            "the first request was `GET /other HTTP/1.1`"
        );
    }
}
