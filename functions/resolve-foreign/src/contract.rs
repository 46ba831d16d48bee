//! What a registered resolver's function is told and answers. `docs/resolvers.md` describes it to
//! those who write one.

use std::collections::BTreeMap;

use groundplane_model::{
    DeploymentSpec, EnvironmentName, Failure, FailureKind, LandingZoneName, Owner, ResolverName,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Outputs;

/// The most outputs that one answer may have.
const MOST_OUTPUTS: usize = 20;

/// The longest output, in bytes.
const LONGEST_OUTPUT: usize = 2_048;

/// How much of what a function says about its failure is passed on, in characters.
const LONGEST_CAUSE: usize = 300;

/// What the function is told.
#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub(crate) enum Call<'a> {
    /// Answer each request.
    Resolve {
        resolver: &'a ResolverName,
        scope: Scope<'a>,
        config: Value,
        requests: Vec<Question<'a>>,
    },
    /// Take back what these owners hold; they may hold nothing.
    Release {
        resolver: &'a ResolverName,
        owners: Vec<&'a Owner>,
    },
}

/// Where the values are for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Scope<'a> {
    environment: &'a EnvironmentName,
    landing_zone: &'a LandingZoneName,
    account: &'a str,
    region: &'a str,
}

impl<'a> Scope<'a> {
    pub(crate) fn of(submitted: &'a DeploymentSpec) -> Self {
        Self {
            environment: &submitted.environment.name,
            landing_zone: &submitted.landing_zone.name,
            account: &submitted.landing_zone.spec.account,
            region: &submitted.landing_zone.spec.region,
        }
    }
}

/// One request.
#[derive(Debug, Serialize)]
pub(crate) struct Question<'a> {
    pub(crate) owner: &'a Owner,
    pub(crate) inputs: &'a BTreeMap<String, String>,
    /// What the owner holds already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) current: Option<&'a Outputs>,
}

/// What the function answers.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    resolutions: Vec<Resolution>,
}

#[derive(Debug, Deserialize)]
struct Resolution {
    owner: Owner,
    outputs: Outputs,
    /// Which of the outputs is taken where no other is named; needed where there are several and
    /// none is called `value`.
    #[serde(default)]
    value: Option<String>,
}

impl Answer {
    pub(crate) fn read(resolver: &ResolverName, text: &str) -> Result<Self, Failure> {
        serde_json::from_str(text).map_err(|error| broken(resolver, &format!("{error}")))
    }

    /// The value and all outputs for `owner`.
    pub(crate) fn take(
        &mut self,
        resolver: &ResolverName,
        owner: &Owner,
    ) -> Result<(String, Outputs), Failure> {
        let of_owner = |resolution: &Resolution| resolution.owner == *owner;
        let Some(at) = self.resolutions.iter().position(of_owner) else {
            let what = format!("it says nothing for `{}` of `{}`", owner.input, owner.unit);
            return Err(broken(resolver, &what));
        };
        let Resolution { outputs, value, .. } = self.resolutions.swap_remove(at);
        if outputs.len() > MOST_OUTPUTS {
            return Err(broken(
                resolver,
                &format!("it has more than {MOST_OUTPUTS} outputs"),
            ));
        }
        let is_fit =
            |text: &String| text.len() <= LONGEST_OUTPUT && !text.chars().any(char::is_control);
        if let Some((name, _)) = outputs.iter().find(|(_, text)| !is_fit(text)) {
            let what = format!(
                "its output `{}` is longer than {LONGEST_OUTPUT} bytes or has control characters",
                name.escape_default()
            );
            return Err(broken(resolver, &what));
        }
        let named = value.as_deref().unwrap_or("value");
        let only = (outputs.len() == 1)
            .then(|| outputs.values().next())
            .flatten();
        match outputs.get(named).or(only).cloned() {
            Some(value) => Ok((value, outputs)),
            None => Err(broken(
                resolver,
                "it does not say which output is the value",
            )),
        }
    }
}

fn broken(resolver: &ResolverName, what: &str) -> Failure {
    let message = format!("the answer of the resolver `{resolver}` cannot be used: {what}");
    Failure::new(FailureKind::Invalid, message)
}

/// What becomes of a function that fails, with the `errorMessage` that Lambda gives
/// ("Lambda function errors", AWS Lambda developer guide).
pub(crate) fn failed(resolver: &ResolverName, error: &str) -> Failure {
    let said = serde_json::from_str::<Value>(error).ok();
    let said = said
        .as_ref()
        .and_then(|said| said.get("errorMessage")?.as_str());
    let cause: String = said
        .unwrap_or("its function failed")
        .chars()
        .take(LONGEST_CAUSE)
        .flat_map(char::escape_debug)
        .collect();
    let message = format!("the resolver `{resolver}` failed: {cause}");
    Failure::new(FailureKind::Invalid, message)
}
