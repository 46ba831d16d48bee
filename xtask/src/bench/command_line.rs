//! How long whole runs of the command line take, start-up of the process included. They need no
//! platform.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::bench::table::markdown;
use crate::checkout::Checkout;
use crate::command::{cargo, command, show};
use crate::step::now;

/// The example with every section.
const SPEC: &str = "examples/full-service.yaml";

/// The environment that it names.
const ENVIRONMENT: &str = "examples/environment.yaml";

/// A landing zone that has everything that it needs.
const LANDING_ZONE: &str = "\
apiVersion: groundplane.dev/v1
kind: LandingZone
metadata:
  name: sandbox
spec:
  account: '123456789012'
  region: us-east-1
  network:
    vpcId: vpc-0a1b2c3d4e5f60718
    privateSubnetIds: [subnet-0a1b2c3d4e5f60718, subnet-0a1b2c3d4e5f60719]
  cluster: sandbox
  hostedZoneId: Z0123456789ABCDEFGHIJ
  loadBalancer:
    listenerArn: arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/a/50dc6c495c0c9188/f2f7dc8efc522ab2
    securityGroupId: sg-0a1b2c3d4e5f60718
    https: true
    dnsName: sandbox.us-east-1.elb.amazonaws.com
    canonicalHostedZoneId: Z35SXDOTRQ7X7K
";

/// Runs of each command.
const RUNS: usize = 101;

/// Builds the command line as it is released, and measures it.
///
/// # Errors
/// Where it cannot be built, or a run fails.
pub(crate) fn figures(checkout: &Checkout, folder: &Path) -> Result<String> {
    show(cargo(checkout.root()).args(["build", "--release", "--package", "groundplane-cli"]))?;
    let program = checkout.path("target/release/groundplane");
    let zone = folder.join("landing-zone.yaml");
    fs::write(&zone, LANDING_ZONE)?;
    let (spec, environment) = (checkout.path(SPEC), checkout.path(ENVIRONMENT));
    let ground = ["--offline".into(), spec.clone(), environment, zone];
    let mut rows = Vec::new();
    for (name, arguments) in [
        ("validate", vec![PathBuf::from("validate"), spec]),
        (
            "preview",
            [vec![PathBuf::from("preview")], ground.to_vec()].concat(),
        ),
    ] {
        let (median, slowest) = measure(&program, &arguments, folder)?;
        rows.push(vec![
            name.to_owned(),
            milliseconds(median),
            milliseconds(slowest),
        ]);
    }
    let columns = ["whole process", "median, ms", "slowest of 101, ms"];
    Ok(markdown(&columns, &rows))
}

/// The median and the slowest of the runs.
fn measure(program: &Path, arguments: &[PathBuf], folder: &Path) -> Result<(Duration, Duration)> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let mut run = command(program, folder);
        run.args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let start = now();
        let status = run.status()?;
        runs.push(now().duration_since(start));
        ensure!(status.success(), "{} failed", program.display());
    }
    runs.sort();
    let at = |place: usize| runs.get(place).copied().context("there are no runs");
    Ok((at(RUNS / 2)?, at(RUNS - 1)?))
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_fails_is_no_figure() {
        let folder = tempfile::tempdir().unwrap();
        let run = |program: &str| measure(Path::new(program), &[], folder.path());
        let (median, slowest) = run("/bin/true").unwrap();
        assert!(median <= slowest);
        assert!(run("/bin/false").is_err());
    }

    #[test]
    fn times_are_rounded_to_a_tenth_of_a_millisecond() {
        assert_eq!(milliseconds(Duration::from_micros(7_249)), "7.2");
    }
}
