//! The `groundplane` command, and plain requests, against the platform under test.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

/// The platform under test, as one caller sees it.
#[derive(Clone)]
pub(crate) struct Platform {
    endpoint: String,
    token: String,
    cli: String,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    /// What it printed on standard output.
    pub(crate) answer: Value,
    /// What it printed on standard error, for messages.
    #[expect(dead_code, reason = "shown where an assertion fails")]
    pub(crate) progress: String,
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: Value,
}

pub(crate) fn variable(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "tests are told in the environment where to look"
    )]
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `cargo xtask test`"))
}

impl Platform {
    pub(crate) fn from_env() -> Self {
        Self {
            endpoint: variable("GROUNDPLANE_TEST_ENDPOINT"),
            token: variable("GROUNDPLANE_TEST_TOKEN"),
            cli: variable("GROUNDPLANE_TEST_CLI"),
        }
    }

    /// The same platform with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// As a member of another tenant.
    pub(crate) fn as_stranger(&self) -> Self {
        self.with_token(&variable("GROUNDPLANE_TEST_STRANGER_TOKEN"))
    }

    /// As someone whose token names no tenant.
    pub(crate) fn as_nobody(&self) -> Self {
        self.with_token(&variable("GROUNDPLANE_TEST_NOBODY_TOKEN"))
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with("", arguments)
    }

    /// Runs the command with a document on its standard input.
    pub(crate) fn run_with(&self, input: &str, arguments: &[&str]) -> Ran {
        let mut child = Command::new(&self.cli)
            .args(arguments)
            .env("GROUNDPLANE_ENDPOINT", &self.endpoint)
            .env("GROUNDPLANE_TOKEN", &self.token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        Ran {
            code: output.status.code().unwrap(),
            answer: serde_json::from_slice(&output.stdout).unwrap_or(Value::Null),
            progress: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Registers an environment in a landing zone of its own, which is the sandbox but for what
    /// `change` does to it.
    pub(crate) fn apply_environment(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let mut zone = self.get("/v1/landing-zones/sandbox").body["spec"].clone();
        change(&mut zone);
        let api_version = "groundplane.dev/v1";
        let documents = [
            json!({"apiVersion": api_version, "kind": "LandingZone",
                "metadata": {"name": name}, "spec": zone}),
            json!({"apiVersion": api_version, "kind": "Environment",
                "metadata": {"name": name}, "spec": {"landingZone": name}}),
        ];
        for document in documents {
            let applied = self.run_with(&document.to_string(), &["apply", "-", "-o", "json"]);
            assert_eq!(applied.code, 0, "{applied:?}");
        }
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Answer {
        self.post_with(path, &[], body)
    }

    /// As [`Platform::post`], with more headers.
    pub(crate) fn post_with(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let request = agent()
            .post(format!("{}{path}", self.endpoint))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/yaml");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        answer(request.send(body).unwrap())
    }

    pub(crate) fn put(&self, path: &str, body: &str) -> Answer {
        let request = agent()
            .put(format!("{}{path}", self.endpoint))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        answer(request.send(body).unwrap())
    }

    /// Sends a webhook without a token; gives the status of the answer.
    pub(crate) fn webhook(&self, path: &str, headers: &[(&str, &str)], body: &str) -> u16 {
        let request = agent().post(format!("{}{path}", self.endpoint));
        let request = request.header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, *value)
        });
        answer(request.send(body).unwrap()).status
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = agent()
            .get(format!("{}{path}", self.endpoint))
            .header("authorization", format!("Bearer {}", self.token));
        answer(request.call().unwrap())
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into()
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let content_type = response
        .headers()
        .get("content-type")
        .map(|value| value.to_str().unwrap());
    Answer {
        status: response.status().as_u16(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: response.body_mut().read_json().unwrap_or(Value::Null),
    }
}
