//! The platform on a local AWS: the stack of `infra/template.yaml`, deployed as for an account.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::aws::Outputs;
use crate::checkout::Checkout;
use crate::command::{command, quiet};
use crate::fingerprint::{Fingerprint, Mark};
use crate::functions;
use crate::ground;
use crate::identity::{self, User};
use crate::local_aws::LocalAws;
use crate::step::{Outcome, step, step_with};
use crate::tools::Tools;

/// The name of the stack, as in `samconfig.toml`.
pub(crate) const STACK: &str = "groundplane";

/// Where a platform is to run.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The folder that it keeps its files in.
    pub(crate) folder: PathBuf,
    /// What its functions reach the local AWS through, if not directly.
    pub(crate) detour: Option<String>,
}

/// A platform that runs on a local AWS.
#[derive(Debug, Clone)]
pub(crate) struct Platform {
    /// The local AWS that it runs on.
    pub(crate) aws: LocalAws,
    /// The outputs of its stack.
    pub(crate) outputs: Outputs,
    /// The address that the paths of its API are appended to.
    pub(crate) endpoint: String,
    /// A token of a platform engineer of the tenant `demo`.
    pub(crate) token: String,
    /// The program of the command line.
    pub(crate) cli: PathBuf,
}

/// Brings the platform of `site` up, or up to date, with its functions already built: local AWS,
/// platform, a landing zone `sandbox` with an environment `dev`, and a user.
///
/// # Errors
/// Where a step fails.
pub(crate) fn bring_up(
    checkout: &Checkout,
    tools: &Tools,
    site: &Site,
    cli: PathBuf,
) -> Result<Platform> {
    let aws = start(tools, site)?;
    deploy(checkout, tools, site, &aws)?;
    let outputs = outputs_of(&aws)?;
    let ground = ground::deploy(checkout, &aws)?;
    let token = identity::sign_in(&aws.client(), &outputs, &User::DEMO)?;
    let platform = Platform {
        endpoint: endpoint(&aws, &outputs)?,
        aws,
        outputs,
        token,
        cli,
    };
    ground::register(&platform, &ground, &site.folder)?;
    Ok(platform)
}

/// The outputs of the platform's stack on `aws`.
///
/// # Errors
/// Where it is not deployed there.
pub(crate) fn outputs_of(aws: &LocalAws) -> Result<Outputs> {
    let stack = aws.client().stack(STACK)?;
    Ok(stack
        .context("the platform is not deployed on the local AWS")?
        .outputs)
}

/// The address that the paths of the API are appended to.
///
/// # Errors
/// Where the stack gives no API.
pub(crate) fn endpoint(aws: &LocalAws, outputs: &Outputs) -> Result<String> {
    let api = outputs
        .get("ApiId")
        .context("the platform's stack gives no ApiId")?;
    Ok(format!(
        "{}/_aws/execute-api/{api}/$default",
        aws.endpoint()
    ))
}

fn start(tools: &Tools, site: &Site) -> Result<LocalAws> {
    step_with("start the local AWS", || {
        if let Some(aws) = LocalAws::running(&site.folder) {
            return Ok((aws, Outcome::Unchanged));
        }
        let aws = LocalAws::start(tools, &site.folder, site.detour.as_deref())?;
        let outcome = Outcome::Done(aws.endpoint());
        Ok((aws, outcome))
    })
}

fn deploy(checkout: &Checkout, tools: &Tools, site: &Site, aws: &LocalAws) -> Result<()> {
    step("deploy infra/template.yaml", || {
        let fingerprint = fingerprint(checkout, aws)?;
        let mark = Mark::new(site.folder.join("platform.deployed"));
        if mark.is(&fingerprint) && aws.client().stack(STACK)?.is_some() {
            return Ok(Outcome::Unchanged);
        }
        let mut sam = command(tools.program("sam"), checkout.root());
        aws.enter(&mut sam)
            .args(["deploy", "--config-env", "local"])
            .env("SAM_CLI_TELEMETRY", "0")
            // It would otherwise keep its settings in the home directory.
            .env("__SAM_CLI_APP_DIR", checkout.state().join("sam"));
        quiet(&mut sam, &site.folder.join("deploy.log"))?;
        let Some(stack) = aws.client().stack(STACK)? else {
            bail!("sam deployed no stack `{STACK}`");
        };
        mark.set(&fingerprint)?;
        Ok(Outcome::Done(stack.status))
    })
}

/// Of everything that is deployed, and of the local AWS that it is deployed to.
fn fingerprint(checkout: &Checkout, aws: &LocalAws) -> Result<String> {
    let mut fingerprint = Fingerprint::default()
        .text(&aws.pid().to_string())
        .content(&checkout.path("samconfig.toml"))?
        .content(&checkout.path("infra/template.yaml"))?;
    for machine in files_below(&checkout.path("statemachines"))? {
        fingerprint = fingerprint.content(&machine)?;
    }
    for function in functions::names(checkout)? {
        fingerprint = fingerprint.stamp(&checkout.bootstrap(&function))?;
    }
    Ok(fingerprint.finish())
}

/// Every file below `folder`, sorted.
///
/// # Errors
/// Where a folder cannot be read.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let path = entry?.path();
            let found = if path.is_dir() {
                &mut folders
            } else {
                &mut files
            };
            found.push(path);
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_below_a_folder_is_found_once_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("engines")).unwrap();
        for name in ["deploy.json", "engines/b.json", "engines/a.json"] {
            fs::write(folder.path().join(name), "{}").unwrap();
        }
        let found: Vec<_> = files_below(folder.path())
            .unwrap()
            .iter()
            .map(|path| {
                path.strip_prefix(folder.path())
                    .unwrap()
                    .display()
                    .to_string()
            })
            .collect();
        assert_eq!(found, ["deploy.json", "engines/a.json", "engines/b.json"]);
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = files_below(Path::new("/no/such/folder")).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/folder cannot be read");
    }
}
