//! How long a deployment takes, from the submission of a spec until it has ended.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

use crate::platform::Platform;
use crate::step::now;

const DEADLINE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

/// Submits `spec` and waits until its deployment has succeeded. Gives how long that took.
///
/// # Errors
/// Where it is refused, fails or does not end.
pub(crate) fn deploy(platform: &Platform, spec: &str) -> Result<Duration> {
    let api = Api::new(platform);
    let start = now();
    let accepted = api.submit(spec)?;
    let id = accepted
        .get("deployment")
        .and_then(Value::as_str)
        .with_context(|| format!("the platform refused: {accepted}"))?;
    loop {
        let deployment = api.get(&format!("/v1/deployments/{id}"))?;
        match deployment.get("status").and_then(Value::as_str) {
            Some("succeeded") => return Ok(start.elapsed()),
            Some("failed") => bail!("the deployment failed: {deployment}"),
            _ if start.elapsed() > DEADLINE => bail!("the deployment does not end: {deployment}"),
            _ => sleep(POLL),
        }
    }
}

struct Api<'p> {
    agent: Agent,
    platform: &'p Platform,
}

impl<'p> Api<'p> {
    fn new(platform: &'p Platform) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None);
        Self {
            agent: config.build().into(),
            platform,
        }
    }

    fn submit(&self, spec: &str) -> Result<Value> {
        let request = self
            .agent
            .post(format!("{}/v1/instances", self.platform.endpoint))
            .header("authorization", self.bearer())
            .header("content-type", "application/yaml");
        Ok(request.send(spec)?.body_mut().read_json()?)
    }

    fn get(&self, path: &str) -> Result<Value> {
        let request = self
            .agent
            .get(format!("{}{path}", self.platform.endpoint))
            .header("authorization", self.bearer());
        Ok(request.call()?.body_mut().read_json()?)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.platform.token)
    }
}
