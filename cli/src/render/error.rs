//! Failures of commands: what went wrong, and what the user can do about it.

use serde_json::{Value, json};

use super::{deployment, line, problems};
use crate::client::{CallError, Refusal, Unexpected};
use crate::error::{Error, FileProblem};
use crate::settings::TokenSource;

/// The HTTP status of a submission whose plan no longer holds.
const MOVED: u16 = 412;

/// The HTTP status of a change of something in production that does not say which state it means.
const UNCONDITIONAL: u16 = 428;

/// A failure for people.
pub(crate) fn text(error: &Error) -> String {
    if let Error::Documents { problems } = error {
        return problems::text(problems);
    }
    let mut text = format!("error: {}\n", line(&error.to_string()));
    if let Error::DeploymentFailed(failed) = error {
        text.push_str(&deployment::aftermath(failed));
    }
    for hint in hints(error) {
        text.push_str(&format!("  hint: {}\n", line(&hint)));
    }
    text
}

/// A failure for programs.
pub(crate) fn json(error: &Error) -> Value {
    let problems: &[FileProblem] = if let Error::Documents { problems } = error {
        problems
    } else {
        &[]
    };
    json!({
        "message": error.to_string(),
        "hints": hints(error),
        "problems": problems,
        "deployment": error.deployment(),
    })
}

fn hints(error: &Error) -> Vec<String> {
    match error {
        Error::Usage { hint, .. } => vec![hint.clone()],
        Error::Call(call) => call_hints(call),
        Error::Identity(identity) => vec![identity.hint().to_owned()],
        Error::LostSight { call, deployment } => {
            let mut hints = call_hints(call);
            hints.push(resume(deployment.as_str()));
            hints
        }
        Error::NoInstance(_) => vec!["`groundplane list` shows what is deployed".to_owned()],
        Error::TimedOut { deployment, .. } => vec![resume(deployment.as_str())],
        Error::CheckTimedOut { instance, .. } => {
            vec![format!(
                "it goes on; `groundplane drift {instance}` shows what it found"
            )]
        }
        Error::CheckGivenUp(instance) | Error::NeverChecked(instance) => {
            vec![format!(
                "`groundplane drift {instance} --wait` checks it now"
            )]
        }
        Error::Documents { .. }
        | Error::NothingChecked(_)
        | Error::Unchecked { .. }
        | Error::DeploymentFailed(_)
        | Error::NotConfirmed(_)
        | Error::Declined(_)
        | Error::Output(_) => Vec::new(),
    }
}

/// How to go on following a deployment.
pub(crate) fn resume(deployment: &str) -> String {
    format!("the deployment goes on; follow it again with `groundplane watch {deployment}`")
}

fn call_hints(error: &CallError) -> Vec<String> {
    let hint = match error {
        CallError::Unreachable { .. } => {
            "check the address and the network; a local platform is started with `cargo xtask \
             demo`"
                .to_owned()
        }
        CallError::Unauthenticated {
            source_of_token, ..
        } => new_token(*source_of_token).to_owned(),
        CallError::Redirected { .. } => {
            "if that is the platform, pass its address with --endpoint".to_owned()
        }
        CallError::Refused(refusal) => return refusal_hints(refusal),
        CallError::Unexpected(unexpected) => versions(unexpected),
    };
    vec![hint]
}

fn refusal_hints(refusal: &Refusal) -> Vec<String> {
    if refusal.status == UNCONDITIONAL {
        let preview = "`groundplane preview` shows what it would do, and the plan to deploy with";
        return vec![preview.to_owned()];
    }
    if refusal.status == MOVED {
        return vec!["`groundplane preview` shows what it would do now".to_owned()];
    }
    refusal
        .deployment()
        .map(|deployment| format!("`groundplane watch {deployment}` follows the one that runs"))
        .into_iter()
        .collect()
}

const fn new_token(source: TokenSource) -> &'static str {
    match source {
        TokenSource::Flag => {
            "it may have expired: get a new one from your identity provider and pass it with \
             --token"
        }
        TokenSource::Environment => {
            "it may have expired: get a new one from your identity provider and set \
             GROUNDPLANE_TOKEN to it"
        }
        TokenSource::Login => "it may have been taken back: run `groundplane login`",
        TokenSource::Machine => {
            "the issuer gave it just now: the platform may want tokens of another issuer, or for \
             another audience"
        }
        TokenSource::LocalFile => {
            "it may have expired: run `cargo xtask demo` again, which writes a new one"
        }
    }
}

fn versions(unexpected: &Unexpected) -> String {
    const OWN: &str = env!("CARGO_PKG_VERSION");
    match unexpected.platform.as_deref() {
        None => "it does not look like a groundplane platform: check --endpoint or \
                 GROUNDPLANE_ENDPOINT"
            .to_owned(),
        Some(OWN) => format!("the platform has the same version as this command, {OWN}: a fault"),
        Some(other) => {
            format!("the platform has version {other} and this command {OWN}: use the same version")
        }
    }
}
