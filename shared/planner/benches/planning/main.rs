//! How long planning takes and what memory it needs: the example with every section, and generated
//! stacks. `cargo xtask bench` prints it; each size runs in a process of its own, so that its peak
//! memory is its own.

mod example;
mod generated;
mod measure;

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::measure::{Figures, median, peak_kib};

/// The sizes of generated stacks, in units.
const SIZES: [usize; 4] = [10, 100, 1_000, 5_000];

fn main() -> Result<()> {
    let mut asked = env::args().skip_while(|argument| argument != "--units");
    match asked.nth(1) {
        Some(units) => measure_stack(units.parse()?),
        None => report(),
    }
}

fn report() -> Result<()> {
    println!("| the example with every section | µs |\n| --- | ---: |");
    for (name, took) in example::measure()? {
        println!("| {name} | {:.0} |", took.as_secs_f64() * 1e6);
    }
    println!(
        "\n| generated stack | plan, ms | schedule, ms | µs per unit | of 10 units | peak memory, MiB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let mut smallest = None;
    for units in SIZES {
        let figures = in_its_own_process(units)?;
        let per_unit = figures.per_unit(units);
        let ratio = per_unit / *smallest.get_or_insert(per_unit);
        println!(
            "| {units} units | {:.2} | {:.2} | {per_unit:.1} | {ratio:.2} | {:.1} |",
            figures.plan_ms, figures.schedule_ms, figures.peak_mib
        );
    }
    Ok(())
}

fn in_its_own_process(units: usize) -> Result<Figures> {
    let output = Command::new(env::current_exe()?)
        .args(["--units", &units.to_string()])
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Figures::read(&String::from_utf8(output.stdout)?)
}

fn measure_stack(units: usize) -> Result<()> {
    let stack = generated::Stack::of(units);
    let ground = generated::Ground::parse()?;
    let plan = stack.plan(&ground)?;
    if plan.units().count() != units {
        bail!("{} of {units} units were planned", plan.units().count());
    }
    let planned = median(|| stack.plan(&ground))?;
    let scheduled = median(|| stack.schedule(&ground, &plan))?;
    let figures = Figures {
        plan_ms: planned.as_secs_f64() * 1e3,
        schedule_ms: scheduled.as_secs_f64() * 1e3,
        peak_mib: f64::from(peak_kib().context("no peak memory is known")?) / 1024.0,
    };
    println!("{figures}");
    Ok(())
}
