//! How long comparing takes and what memory it needs, for revisions of several sizes. Each size runs
//! in a process of its own, so that its peak memory is its own.

mod generated;
mod measure;

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};
use groundplane_drift::{Rules, compare};

use crate::measure::{Figures, median, peak_kib};

/// The sizes, in resources.
const SIZES: [usize; 3] = [10, 1_000, 10_000];

fn main() -> Result<()> {
    let mut asked = env::args().skip_while(|argument| argument != "--resources");
    match asked.nth(1) {
        Some(resources) => measure(resources.parse()?),
        None => report(),
    }
}

fn report() -> Result<()> {
    println!(
        "| revision | in sync, ms | one in ten drifted, ms | µs per resource | of 10 resources | peak memory, MiB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut smallest = None;
    for resources in SIZES {
        let figures = in_its_own_process(resources)?;
        let per_resource = figures.per_resource(resources);
        let ratio = per_resource / *smallest.get_or_insert(per_resource);
        println!(
            "| {resources} resources | {:.2} | {:.2} | {per_resource:.1} | {ratio:.2} | {:.1} |",
            figures.in_sync_ms, figures.drifted_ms, figures.peak_mib
        );
    }
    Ok(())
}

fn in_its_own_process(resources: usize) -> Result<Figures> {
    let output = Command::new(env::current_exe()?)
        .args(["--resources", &resources.to_string()])
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Figures::read(&String::from_utf8(output.stdout)?)
}

fn measure(resources: usize) -> Result<()> {
    let rules = Rules::built_in();
    let known = generated::known(resources)?;
    let in_sync = generated::observed(resources, false)?;
    let drifted = generated::observed(resources, true)?;
    let found = compare(&known, &drifted, &[], rules);
    let differences = found.differences.len() + found.omitted;
    if differences != resources / 10 || found.checked != resources {
        bail!("{differences} differences in {} resources", found.checked);
    }
    if !compare(&known, &in_sync, &[], rules).differences.is_empty() {
        bail!("what is in sync differs");
    }
    let figures = Figures {
        in_sync_ms: median(|| compare(&known, &in_sync, &[], rules))?.as_secs_f64() * 1e3,
        drifted_ms: median(|| compare(&known, &drifted, &[], rules))?.as_secs_f64() * 1e3,
        peak_mib: f64::from(peak_kib().context("no peak memory is known")?) / 1024.0,
    };
    println!("{figures}");
    Ok(())
}
