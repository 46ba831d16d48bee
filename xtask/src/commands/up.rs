//! `cargo xtask up`: the platform on a local AWS that stays.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::aws::Aws;
use crate::checkout::Checkout;
use crate::functions;
use crate::local_aws::REGION;
use crate::platform::{self, Platform, STACK, Site};
use crate::tools;

/// Brings the platform up, or up to date, and tells the command line where it is.
///
/// # Errors
/// Where a step fails.
pub(crate) fn run(checkout: &Checkout) -> Result<Platform> {
    let tools = tools::install(checkout)?;
    let cli = functions::build(checkout)?;
    let site = Site {
        folder: checkout.state(),
        detour: None,
    };
    let platform = platform::bring_up(checkout, &tools, &site, cli)?;
    tell_command_line(&checkout.state(), &platform.endpoint, &platform.token)?;
    tell_functions(&checkout.state(), &platform)?;
    Ok(platform)
}

/// Writes the environment of a function that `cargo lambda watch` runs beside the local AWS.
fn tell_functions(folder: &Path, platform: &Platform) -> Result<()> {
    let path = folder.join("local.env");
    let mut text = format!(
        "AWS_ENDPOINT_URL={}\nAWS_REGION={REGION}\n\
         AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\n",
        platform.aws.endpoint()
    );
    for (setting, value) in settings(&platform.aws.client())? {
        text.push_str(&format!("{setting}={value}\n"));
    }
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// The settings of all functions, as they are deployed. What two of them have they have alike.
fn settings(client: &Aws) -> Result<BTreeMap<String, String>> {
    let mut settings = BTreeMap::new();
    let mut place = String::new();
    loop {
        let page = client.read("lambda", &format!("/2015-03-31/functions{place}"))?;
        let functions = page.get("Functions").and_then(Value::as_array);
        let functions = functions.context("the local AWS lists no functions")?;
        for function in functions.iter().filter(|function| is_ours(function)) {
            let variables = function.pointer("/Environment/Variables");
            let variables = variables.and_then(Value::as_object).into_iter().flatten();
            settings.extend(
                variables
                    .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))),
            );
        }
        match page.get("NextMarker").and_then(Value::as_str) {
            Some(next) => place = format!("?Marker={next}"),
            None => return Ok(settings),
        }
    }
}

/// Whether a function is one of the platform's, and not of an instance.
fn is_ours(function: &Value) -> bool {
    let name = function.get("FunctionName").and_then(Value::as_str);
    name.and_then(|name| name.strip_prefix(STACK))
        .is_some_and(|rest| rest.starts_with('-'))
}

/// Writes the file by which the command line finds the local platform.
///
/// # Errors
/// Where it cannot be written.
pub(crate) fn tell_command_line(folder: &Path, endpoint: &str, token: &str) -> Result<()> {
    let path = folder.join("local.toml");
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&path)?;
        // Before the token is in it.
        file.set_permissions(Permissions::from_mode(0o600))?;
        file.write_all(format!("endpoint = \"{endpoint}\"\ntoken = \"{token}\"\n").as_bytes())
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_for_the_command_line_can_be_read_by_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        tell_command_line(folder.path(), "http://127.0.0.1:1/x", "first-and-longer").unwrap();
        tell_command_line(folder.path(), "http://127.0.0.1:1/x", "second").unwrap();

        let path = folder.path().join("local.toml");
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "endpoint = \"http://127.0.0.1:1/x\"\ntoken = \"second\"\n"
        );
    }
}
