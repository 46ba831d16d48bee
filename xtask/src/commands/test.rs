//! `cargo xtask test`: the tests, those that drive a platform on a local AWS included.

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::command::{cargo, show};
use crate::contract;
use crate::functions;
use crate::identity::{User, sign_in};
use crate::local_aws::REGION;
use crate::platform::Platform;
use crate::temporary::Temporary;
use crate::tools;

/// What the requests that are made up from the `OpenAPI` document are called in a filter.
const CONTRACT: &str = "contract";

/// Which tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Suite {
    /// All of them.
    All,
    /// Those that need no local AWS.
    Unit,
    /// Those that drive a platform on a local AWS.
    EndToEnd,
}

impl Suite {
    /// What the flags ask for.
    pub(crate) const fn of(unit: bool, end_to_end: bool) -> Self {
        match (unit, end_to_end) {
            (true, false) => Self::Unit,
            (false, true) => Self::EndToEnd,
            _ => Self::All,
        }
    }
}

/// Runs the tests, or those with `filter` in their name.
///
/// # Errors
/// Where one fails.
pub(crate) fn run(checkout: &Checkout, suite: Suite, filter: Option<&str>) -> Result<()> {
    if suite != Suite::EndToEnd {
        let mut tests = cargo(checkout.root());
        show(tests.args(["test", "--workspace"]).args(filter))?;
    }
    if suite != Suite::Unit {
        end_to_end(checkout, filter)?;
    }
    Ok(())
}

/// Runs the end-to-end tests against a platform of their own, which is taken down afterwards.
fn end_to_end(checkout: &Checkout, filter: Option<&str>) -> Result<()> {
    let tools = tools::install(checkout)?;
    let cli = functions::build(checkout)?;
    let temporary = Temporary::new(checkout, "end-to-end")?;
    let platform = temporary.bring_up(checkout, &tools, cli)?;
    let mut tests = cargo(checkout.root());
    // Of the whole workspace, as the other tests: what is compiled for those is used again.
    // What prints figures is ignored as well, and is for `cargo xtask bench`.
    tests.args(["test", "--workspace", "--tests", "--", "--ignored"]);
    tests.args(["--skip", "figures"]).args(filter);
    platform.aws.enter(&mut tests).envs(description(&platform)?);
    let mut ended = show(&mut tests);
    // Made-up requests leave all sorts of things behind, so they come last.
    if ended.is_ok() && filter.is_none_or(|filter| CONTRACT.contains(filter)) {
        ended = contract::hold(checkout, &tools, &platform);
    }
    ended.with_context(|| format!("the logs are in {}", temporary.keep_files().display()))
}

/// What the tests are told of the platform.
pub(crate) fn description(platform: &Platform) -> Result<Vec<(&'static str, String)>> {
    let client = platform.aws.client();
    let token = |user| sign_in(&client, &platform.outputs, &user);
    let output = |name: &str| {
        let value = platform.outputs.get(name).cloned();
        value.with_context(|| format!("the platform's stack gives no {name}"))
    };
    Ok(vec![
        ("GROUNDPLANE_TEST_ENDPOINT", platform.endpoint.clone()),
        ("GROUNDPLANE_TEST_TOKEN", platform.token.clone()),
        ("GROUNDPLANE_TEST_STRANGER_TOKEN", token(User::STRANGER)?),
        ("GROUNDPLANE_TEST_NOBODY_TOKEN", token(User::NOBODY)?),
        ("GROUNDPLANE_TEST_TABLE", output("TableName")?),
        ("GROUNDPLANE_TEST_BUCKET", output("ArtifactBucketName")?),
        (
            "GROUNDPLANE_TEST_DEPLOY_MACHINE",
            output("DeployMachineArn")?,
        ),
        ("GROUNDPLANE_TEST_DRIFT_MACHINE", output("DriftMachineArn")?),
        ("GROUNDPLANE_TEST_EVENT_QUEUE", output("EventQueueUrl")?),
        ("GROUNDPLANE_TEST_CLOUD_RULE", output("CloudEventsRuleArn")?),
        (
            "GROUNDPLANE_TEST_PLATFORM_RULE",
            output("PlatformEventsRuleArn")?,
        ),
        ("GROUNDPLANE_TEST_AWS_ENDPOINT", platform.aws.endpoint()),
        ("GROUNDPLANE_TEST_AWS_REGION", REGION.to_owned()),
        ("GROUNDPLANE_TEST_CLI", platform.cli.display().to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_flag_all_tests_run() {
        assert_eq!(Suite::of(false, false), Suite::All);
        assert_eq!(Suite::of(true, false), Suite::Unit);
        assert_eq!(Suite::of(false, true), Suite::EndToEnd);
    }
}
