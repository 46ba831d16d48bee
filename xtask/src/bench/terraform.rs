//! What `terraform plan` takes for the same graph as the generated stacks of previews
//! (`shared/preview/benches`): four resources a unit, two of the wave before read by each. They are
//! `terraform_data`, which need no provider and ask no cloud. Only where Terraform is installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::bench::table::markdown;
use crate::command::command;
use crate::step::now;

/// The sizes, in units: those of the previews.
const SIZES: [usize; 3] = [100, 1_000, 5_000];

/// How many units of each wave there are: as in the previews.
const WIDTH: usize = 20;

/// Runs of each size.
const RUNS: usize = 3;

/// Measures Terraform, or says that it is not there.
///
/// # Errors
/// Where it is there and fails.
pub(crate) fn figures(folder: &Path) -> Result<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(program) = installed(std::env::split_paths(&path)) else {
        return Ok("no `terraform` on the PATH to compare previews with".to_owned());
    };
    let mut rows = Vec::new();
    for units in SIZES {
        let folder = folder.join(format!("terraform-{units}"));
        fs::create_dir_all(&folder)?;
        let configuration = serde_json::to_string(&configuration(units))?;
        fs::write(folder.join("main.tf.json"), configuration)?;
        run(&program, &folder, &["init", "-input=false", "-no-color"])?;
        rows.push(vec![
            format!("create {units} units"),
            format!("{:.0}", median(&program, &folder)?.as_secs_f64() * 1000.0),
        ]);
    }
    let columns = ["the same graph", "terraform plan, median of 3, ms"];
    Ok(markdown(&columns, &rows))
}

/// The program, if one of the folders has it.
fn installed(mut folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders.find_map(|folder| Some(folder.join("terraform")).filter(|program| program.is_file()))
}

fn median(program: &Path, folder: &Path) -> Result<Duration> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        let start = now();
        run(
            program,
            folder,
            &["plan", "-input=false", "-no-color", "-lock=false"],
        )?;
        runs.push(now().duration_since(start));
    }
    runs.sort();
    runs.get(RUNS / 2).copied().context("there are no runs")
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> Result<()> {
    let mut run = command(program, folder);
    run.args(arguments)
        .env("TF_IN_AUTOMATION", "1")
        // It asks whether there is a newer version otherwise.
        .env("CHECKPOINT_DISABLE", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let status = run.status()?;
    if !status.success() {
        bail!("terraform {} failed ({status})", arguments.join(" "));
    }
    Ok(())
}

/// The graph in Terraform's JSON configuration syntax, in which every text is a template.
fn configuration(units: usize) -> Value {
    let mut resources = Map::new();
    for unit in 0..units {
        let own = |resource: &str| format!("unit_{unit}_{resource}");
        let id = |name: &str| format!("${{terraform_data.{name}.id}}");
        let read: Vec<_> = reads(unit)
            .into_iter()
            .map(|read| id(&format!("unit_{read}_group")))
            .collect();
        let data = |input: Value| json!({"input": input});
        for alone in ["group", "log_group", "queue"] {
            resources.insert(own(alone), data(json!({"name": own(alone)})));
        }
        let function = json!({
            "name": own("function"),
            "groups": read,
            "log_group": id(&own("log_group")),
            "queue": id(&own("queue")),
        });
        resources.insert(own("function"), data(function));
    }
    json!({"resource": {"terraform_data": resources}})
}

/// The units that one reads from: two of the wave before its own, as in the previews.
fn reads(unit: usize) -> Vec<usize> {
    let Some(wave) = (unit / WIDTH).checked_sub(1) else {
        return Vec::new();
    };
    vec![
        wave * WIDTH + (unit * 3) % WIDTH,
        wave * WIDTH + (unit * 7 + 1) % WIDTH,
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_graph_has_four_resources_a_unit_and_refers_to_nothing_that_is_not_there() {
        let configuration = configuration(45);
        let resources = configuration["resource"]["terraform_data"]
            .as_object()
            .unwrap();
        assert_eq!(resources.len(), 4 * 45);
        let text = configuration.to_string();
        let mut references = BTreeSet::new();
        for part in text.split("${").skip(1) {
            let (reference, _) = part.split_once('}').unwrap();
            let mut words = reference.split('.');
            assert_eq!(words.next(), Some("terraform_data"), "{reference}");
            let name = words.next().unwrap();
            assert!(resources.contains_key(name), "{reference}");
            assert_eq!(
                (words.next(), words.next()),
                (Some("id"), None),
                "{reference}"
            );
            references.insert(name);
        }
        for unit in 0..45 {
            for own in ["log_group", "queue"] {
                assert!(references.contains(format!("unit_{unit}_{own}").as_str()));
            }
            for read in reads(unit) {
                assert!(references.contains(format!("unit_{read}_group").as_str()));
            }
        }
    }

    #[test]
    fn a_unit_reads_two_of_the_wave_before_its_own_and_the_first_wave_nothing() {
        assert_eq!(reads(19), Vec::<usize>::new());
        assert_eq!(reads(20), [0, 1]);
        assert_eq!(reads(41), [23, 28]);
        for unit in WIDTH..200 {
            let wave = unit / WIDTH;
            assert!(reads(unit).iter().all(|read| read / WIDTH + 1 == wave));
        }
    }

    #[test]
    fn terraform_is_looked_for_where_programs_are() {
        let folder = tempfile::tempdir().unwrap();
        let folders = || [PathBuf::from("/nowhere"), folder.path().to_owned()].into_iter();
        assert_eq!(installed(folders()), None);
        fs::write(folder.path().join("terraform"), "").unwrap();
        assert_eq!(installed(folders()), Some(folder.path().join("terraform")));
    }

    #[test]
    fn a_run_that_fails_is_no_figure() {
        let folder = tempfile::tempdir().unwrap();
        assert!(median(Path::new("/bin/true"), folder.path()).is_ok());
        assert!(median(Path::new("/bin/false"), folder.path()).is_err());
    }
}
