//! How long previews of generated stacks take and what memory they need. Each size runs in a process
//! of its own, so that its peak memory is its own.

mod generated;
mod measure;

use std::env;
use std::process::Command;

use anyhow::{Context, Result, bail};
use groundplane_preview::{Colour, text};

use crate::generated::{Change, Stack};
use crate::measure::{Figures, median_ms, peak_mib};

/// The sizes of generated stacks, in units.
const SIZES: [usize; 4] = [10, 100, 1_000, 5_000];

/// What happens to them, with its name as an argument.
const CHANGES: [(&str, Change); 2] = [("create", Change::Create), ("update", Change::Update)];

fn main() -> Result<()> {
    let mut asked = env::args().skip_while(|argument| argument != "--units");
    match (asked.nth(1), asked.next()) {
        (Some(units), Some(change)) => measure_stack(units.parse()?, &change),
        _ => report(),
    }
}

fn report() -> Result<()> {
    println!(
        "| generated stack | preview, ms | text, ms | digest, ms | µs per unit | of 10 units | peak memory, MiB |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (change, _) in CHANGES {
        let mut smallest = None;
        for units in SIZES {
            let figures = in_its_own_process(units, change)?;
            let per_unit = figures.per_unit(units);
            let ratio = per_unit / *smallest.get_or_insert(per_unit);
            let Figures {
                preview_ms,
                text_ms,
                digest_ms,
                peak_mib,
            } = figures;
            println!(
                "| {change} {units} units | {preview_ms:.2} | {text_ms:.2} | {digest_ms:.2} | {per_unit:.1} | {ratio:.2} | {peak_mib:.1} |"
            );
        }
    }
    Ok(())
}

fn in_its_own_process(units: usize, change: &str) -> Result<Figures> {
    let output = Command::new(env::current_exe()?)
        .args(["--units", &units.to_string(), change])
        .output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Figures::read(&String::from_utf8(output.stdout)?)
}

fn measure_stack(units: usize, change: &str) -> Result<()> {
    let change = CHANGES.iter().find(|(name, _)| *name == change);
    let (_, change) = change.context("no such change")?;
    let stack = Stack::of(units, *change)?;
    let preview = stack.preview()?;
    if preview.counts.changed_units != units {
        bail!("{} of {units} units change", preview.counts.changed_units);
    }
    // One preview, its text and its digest: what follows holds two previews at a time.
    let said = text(&preview, Colour::Never);
    drop((said, preview.digest()));
    let peak_mib = peak_mib().context("no peak memory is known")?;
    let figures = Figures {
        preview_ms: median_ms(|| stack.preview())?,
        text_ms: median_ms(|| Ok(text(&preview, Colour::Never)))?,
        digest_ms: median_ms(|| Ok(preview.digest()))?,
        peak_mib,
    };
    println!("{figures}");
    Ok(())
}
