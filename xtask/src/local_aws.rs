//! A local AWS: ministack, as a process of its own that outlives the task which started it.

use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::aws::Aws;
use crate::command::{command, last_lines, open_log};
use crate::step::now;
use crate::tools::{Tools, works};

/// The region that everything local is in.
pub(crate) const REGION: &str = "us-east-1";

const START_DEADLINE: Duration = Duration::from_secs(60);
const STOP_DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(25);

/// A local AWS that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LocalAws {
    pid: u32,
    port: u16,
}

impl LocalAws {
    /// The one of `folder`, if it runs.
    pub(crate) fn running(folder: &Path) -> Option<Self> {
        Self::recorded(folder).filter(Self::is_alive)
    }

    /// Starts one that keeps its files in `folder`, and waits until it answers. Functions reach
    /// it through `detour`, where one is given. What it holds ends with it.
    ///
    /// # Errors
    /// Where it does not start.
    pub(crate) fn start(tools: &Tools, folder: &Path, detour: Option<&str>) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let log = folder.join("local-aws.log");
        let port = free_port()?;
        let own = address(port);
        let mut ministack = command(tools.program("ministack"), folder);
        set_environment(&mut ministack, detour.unwrap_or(&own))
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            // Not PERSIST_STATE: started again, it no longer delivers the table's stream.
            .env("STATE_DIR", folder.join("aws/state"))
            .env("S3_DATA_DIR", folder.join("aws/s3"));
        let output = open_log(&log)?;
        let mut child = ministack
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // A group of its own: Ctrl-C in the terminal is not meant for it.
            .process_group(0)
            .spawn()
            .context("ministack cannot be started")?;
        let aws = Self {
            pid: child.id(),
            port,
        };
        fs::write(record(folder), format!("{} {port}\n", aws.pid))?;
        aws.wait_until_it_answers(&mut child, &log)?;
        Ok(aws)
    }

    /// Stops the one of `folder`, and says whether there was one. What it held is forgotten.
    ///
    /// # Errors
    /// Where it does not stop.
    pub(crate) fn stop(folder: &Path) -> Result<bool> {
        let Some(aws) = Self::running(folder) else {
            return Ok(false);
        };
        aws.terminate();
        let start = now();
        while aws.is_alive() {
            if start.elapsed() > STOP_DEADLINE {
                bail!(
                    "process {} does not stop; end it with: kill -9 {}",
                    aws.pid,
                    aws.pid
                );
            }
            sleep(POLL);
        }
        Ok(true)
    }

    /// Asks it to stop, and does not wait.
    pub(crate) fn terminate(&self) {
        works(Command::new("kill").args(["-TERM", &self.pid.to_string()]));
    }

    /// Where it answers.
    pub(crate) fn endpoint(&self) -> String {
        address(self.port)
    }

    /// Its process.
    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }

    /// A client for it.
    pub(crate) fn client(&self) -> Aws {
        Aws::new(self.endpoint())
    }

    /// Lets `command` talk to it, and to no real AWS.
    pub(crate) fn enter<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        set_environment(command, &self.endpoint())
    }

    fn recorded(folder: &Path) -> Option<Self> {
        let text = fs::read_to_string(record(folder)).ok()?;
        let (pid, port) = text.trim().split_once(' ')?;
        Some(Self {
            pid: pid.parse().ok()?,
            port: port.parse().ok()?,
        })
    }

    /// Whether the process is there and is what was started: its number may have been given to
    /// another since.
    fn is_alive(&self) -> bool {
        Command::new("ps")
            .args(["-o", "stat=,command=", "-p", &self.pid.to_string()])
            .output()
            .is_ok_and(|ps| is_ministack(&String::from_utf8_lossy(&ps.stdout)))
    }

    fn wait_until_it_answers(&self, child: &mut Child, log: &Path) -> Result<()> {
        let client = self.client();
        let start = now();
        while !client.answers("/_ministack/health") {
            let ended = child.try_wait()?.is_some();
            if ended || start.elapsed() > START_DEADLINE {
                self.terminate();
                let text = fs::read_to_string(log).unwrap_or_default();
                bail!(
                    "the local AWS does not answer; the end of {}:\n{}",
                    log.display(),
                    last_lines(&text, 20)
                );
            }
            sleep(POLL);
        }
        Ok(())
    }
}

fn record(folder: &Path) -> PathBuf {
    folder.join("local-aws.pid")
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Whether a line of `ps` (state, command) is of a ministack that has not ended.
fn is_ministack(line: &str) -> bool {
    line.contains("ministack") && !line.trim_start().starts_with('Z')
}

/// Points `command` at a local AWS. Nothing that the user's environment says of AWS remains, so
/// that no local task ever reaches an account.
fn set_environment<'c>(command: &'c mut Command, endpoint: &str) -> &'c mut Command {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("AWS_")) {
            command.env_remove(name);
        }
    }
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_DEFAULT_REGION", REGION)
        .env("AWS_REGION", REGION)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_took_over_the_number_is_not_mistaken_for_it() {
        assert!(is_ministack(
            "Sl   /x/.groundplane/venv/bin/python /x/venv/bin/ministack\n"
        ));
        assert!(!is_ministack("Z    [ministack] <defunct>\n"));
        assert!(!is_ministack("Ss   /usr/bin/editor\n"));
        assert!(!is_ministack(""));
    }

    #[test]
    fn a_folder_where_nothing_was_started_has_none_running_and_stops_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(LocalAws::running(folder.path()), None);
        assert!(!LocalAws::stop(folder.path()).unwrap());
    }

    #[test]
    fn the_record_of_a_process_that_is_gone_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(record(folder.path()), "999999999 4566\n").unwrap();
        assert_eq!(
            LocalAws::recorded(folder.path()).map(|aws| aws.port),
            Some(4566)
        );
        assert_eq!(LocalAws::running(folder.path()), None);
    }

    #[test]
    fn what_a_command_is_told_of_aws_leads_to_the_local_one_only() {
        let aws = LocalAws { pid: 1, port: 4566 };
        let mut command = Command::new("sam");
        aws.enter(&mut command);
        let value = |name: &str| {
            command
                .get_envs()
                .find(|(key, _)| *key == name)
                .and_then(|(_, value)| value)
                .map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(
            value("AWS_ENDPOINT_URL").as_deref(),
            Some("http://127.0.0.1:4566")
        );
        assert_eq!(value("AWS_CONFIG_FILE").as_deref(), Some("/dev/null"));
    }
}
