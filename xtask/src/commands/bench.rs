//! `cargo xtask bench`: the figures of docs/performance.md, as Markdown.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Result;

use crate::bench::command_line;
use crate::bench::counts::Work;
use crate::bench::deployment::deploy;
use crate::bench::size;
use crate::bench::start_up::{self, StartUp};
use crate::bench::table::markdown;
use crate::bench::terraform;
use crate::bench::traffic::{TableTraffic, Traffic};
use crate::checkout::Checkout;
use crate::command::{cargo, show};
use crate::commands::test::description;
use crate::functions;
use crate::platform::Platform;
use crate::temporary::Temporary;
use crate::tools::{self, Tools};

const EXAMPLE: &str = "examples/web-service.yaml";

/// Instances of the storm, twenty events each. The local AWS gets slower with every item that it
/// holds, so that ten times as many take far more than ten times as long.
const STORM: u32 = 100;

/// Instances of the fleet that is checked for drift, where `GROUNDPLANE_TEST_FLEET` says nothing else.
const FLEET: &str = "100";

/// Clients that read and write at the same time.
const CLIENTS: usize = 50;

/// Starts of each function.
const RUNS: usize = 11;

/// Measures everything and prints it; or only what is measured on a platform.
///
/// # Errors
/// Where something cannot be measured.
pub(crate) fn run(checkout: &Checkout, only_platform: bool) -> Result<()> {
    if !only_platform {
        print_benches(checkout)?;
        print_figures(checkout)?;
    }
    let tools = tools::install(checkout)?;
    let temporary = Temporary::new(checkout, "bench")?;
    if !only_platform {
        println!("\n{}", terraform::figures(temporary.folder())?);
        println!("\n{}", command_line::figures(checkout, temporary.folder())?);
        let functions = measure_functions(checkout, &tools, temporary.folder())?;
        println!("\n{functions}");
    }
    let traffic = Traffic::listen(temporary.folder().to_owned())?;
    let cli = functions::build(checkout)?;
    let detour = Some(traffic.endpoint());
    let platform = temporary.bring_up_behind(checkout, &tools, cli, detour)?;
    let deployments = measure_deployments(checkout, &platform, &traffic)?;
    println!("\n{deployments}\n");
    clients(checkout, &platform, &traffic)?;
    fleet(checkout, &platform, &traffic)?;
    storm(checkout, &platform, &traffic)
}

/// Has fifty clients read and write at once; the test prints how long the answers took.
fn clients(checkout: &Checkout, platform: &Platform, traffic: &Traffic) -> Result<()> {
    let size = ("GROUNDPLANE_TEST_CLIENTS", CLIENTS.to_string());
    let test = ("clients_at_once_are_all_answered", size);
    run_test(checkout, platform, traffic, test).map(drop)
}

/// Runs what decides alone, without a platform.
fn print_benches(checkout: &Checkout) -> Result<()> {
    for package in ["planner", "preview", "patterns", "drift", "authority"] {
        let package = &format!("groundplane-{package}");
        show(cargo(checkout.root()).args(["bench", "--package", package]))?;
    }
    Ok(())
}

/// Runs the storm of events with many instances, and counts what it costs.
fn storm(checkout: &Checkout, platform: &Platform, traffic: &Traffic) -> Result<()> {
    let size = ("GROUNDPLANE_TEST_STORM", STORM.to_string());
    let (work, table) = run_test(checkout, platform, traffic, ("a_storm_of_events", size))?;
    println!(
        "of the functions, outbox and timers included: {} invocations, {} reads, {} writes",
        work.invocations, table.reads, table.writes
    );
    Ok(())
}

/// Checks a fleet for drift, and counts what it costs, the deployment and the end of its one real
/// instance included.
fn fleet(checkout: &Checkout, platform: &Platform, traffic: &Traffic) -> Result<()> {
    let name = "GROUNDPLANE_TEST_FLEET";
    let instances = std::env::var_os(name).unwrap_or_else(|| FLEET.into());
    let instances = instances.to_string_lossy().into_owned();
    let test = ("a_fleet_is_checked", (name, instances));
    let (work, table) = run_test(checkout, platform, traffic, test)?;
    println!(
        "of the functions, one deployment and its end included: {} invocations, {} reads, {} \
         writes, {} calls of CloudFormation and ECS",
        work.invocations, table.reads, table.writes, table.looks
    );
    Ok(())
}

/// Runs a test of the suite with a size that it is told in a variable, and counts what the
/// functions do meanwhile.
fn run_test(
    checkout: &Checkout,
    platform: &Platform,
    traffic: &Traffic,
    (test, (variable, size)): (&str, (&str, String)),
) -> Result<(Work, TableTraffic)> {
    let functions = functions::names(checkout)?;
    let aws = platform.aws.client();
    let before = Work::until_now(&aws, &functions)?;
    traffic.take();
    let mut tests = cargo(checkout.root());
    // As `cargo xtask test` builds it: this only sends, and looks at what has come of it.
    tests.args(["test", "--workspace", "--test", "suite", test]);
    tests.args(["--", "--ignored", "--nocapture"]);
    platform.aws.enter(&mut tests).envs(description(platform)?);
    show(tests.env(variable, size))?;
    let table = traffic.take();
    let work = Work::until_now(&aws, &functions)?.since(before);
    Ok((work, table))
}

/// Runs the tests that print figures: of pools alone, and of pools in a DynamoDB in the same
/// process.
fn print_figures(checkout: &Checkout) -> Result<()> {
    for package in ["groundplane-resolvers", "groundplane-tests"] {
        let mut figures = cargo(checkout.root());
        figures.args(["test", "--release", "--package", package, "figures"]);
        show(figures.args(["--", "--ignored", "--nocapture"]))?;
    }
    Ok(())
}

fn measure_functions(checkout: &Checkout, tools: &Tools, folder: &Path) -> Result<String> {
    let built = build_release(checkout, tools)?;
    let mut rows = Vec::new();
    for function in functions::names(checkout)? {
        let program = built.join(&function).join("bootstrap");
        let zip = size::zipped(tools, &program, folder)?;
        rows.push(function_row(
            &function,
            start_up::median(&program, RUNS)?,
            zip,
        ));
    }
    let columns = ["function", "first poll, ms", "peak memory, MiB", "zip, MB"];
    Ok(markdown(&columns, &rows))
}

/// Builds the functions as for AWS, beside those of the local platform.
fn build_release(checkout: &Checkout, tools: &Tools) -> Result<PathBuf> {
    let folder = checkout.path("target/lambda-release");
    let mut build = cargo(checkout.root());
    build
        .args(["lambda", "build", "--release", "--lambda-dir"])
        .arg(&folder);
    for function in functions::names(checkout)? {
        build.args(["--package", &format!("groundplane-{function}")]);
    }
    tools.let_cargo_find(&mut build);
    // The compiler of this machine: what is built is also run here.
    show(build.env("CARGO_LAMBDA_COMPILER", "cargo"))?;
    Ok(folder)
}

fn function_row(function: &str, start: StartUp, zip: u64) -> Vec<String> {
    let peak = start
        .peak_kib
        .map_or_else(|| "?".to_owned(), |kib| decimal(kib, 1024));
    let milliseconds = start.took.as_secs_f64() * 1000.0;
    vec![
        function.to_owned(),
        format!("{milliseconds:.1}"),
        peak,
        decimal(zip, 1_000_000),
    ]
}

/// `value / unit` to one place.
fn decimal(value: u64, unit: u64) -> String {
    let tenths = (value * 10 + unit / 2) / unit;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn measure_deployments(
    checkout: &Checkout,
    platform: &Platform,
    traffic: &Traffic,
) -> Result<String> {
    let spec = fs::read_to_string(checkout.path(EXAMPLE))?;
    let functions = functions::names(checkout)?;
    let aws = platform.aws.client();
    let mut rows = Vec::new();
    for name in ["first", "unchanged"] {
        let before = Work::until_now(&aws, &functions)?;
        traffic.take();
        let took = deploy(platform, &spec)?;
        let work = Work::until_now(&aws, &functions)?.since(before);
        rows.push(deployment_row(name, took, work, traffic.take()));
    }
    let columns = [
        "deployment",
        "submit to end, s",
        "executions",
        "transitions",
        "invocations",
        "table reads",
        "table writes",
    ];
    Ok(markdown(&columns, &rows))
}

fn deployment_row(name: &str, took: Duration, work: Work, table: TableTraffic) -> Vec<String> {
    vec![
        name.to_owned(),
        format!("{:.2}", took.as_secs_f64()),
        work.executions.to_string(),
        work.transitions.to_string(),
        work.invocations.to_string(),
        table.reads.to_string(),
        table.writes.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_to_one_place() {
        assert_eq!(decimal(5_120, 1024), "5.0");
        assert_eq!(decimal(2_960_000, 1_000_000), "3.0");
        assert_eq!(decimal(149_999, 1_000_000), "0.1");
    }

    #[test]
    fn a_start_without_a_known_peak_says_so() {
        let start = StartUp {
            took: Duration::from_micros(1_440),
            peak_kib: None,
        };
        assert_eq!(
            function_row("api", start, 3_000_000),
            ["api", "1.4", "?", "3.0"]
        );
    }
}
