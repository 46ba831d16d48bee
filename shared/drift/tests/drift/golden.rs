//! Walks `tests/golden`: each file has what a revision knows, what was observed, and what must come
//! of it in `report`. `UPDATE_GOLDEN=1` writes what comes next to it, as `<name>.json`.

use std::fs;
use std::path::{Path, PathBuf};

use groundplane_drift::{Known, Observation, Report, Rules, Tagged, compare};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    known: Vec<Known>,
    #[serde(default)]
    observed: Vec<Observation>,
    #[serde(default)]
    tagged: Vec<Tagged>,
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    paths.sort();
    paths
}

fn read(path: &Path) -> Case {
    let text = fs::read_to_string(path).unwrap();
    let document = groundplane_spec::parse(&text)
        .unwrap_or_else(|problems| panic!("{}: {problems:?}", path.display()));
    serde_json::from_value(document.value().clone())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn report(case: &Case) -> Report {
    compare(&case.known, &case.observed, &case.tagged, Rules::built_in())
}

/// The report with its status, without the digest: that one has tests of its own.
fn shown(report: &Report) -> String {
    let mut value = serde_json::to_value(report).unwrap();
    value.as_object_mut().unwrap().remove("digest");
    value["status"] = serde_json::to_value(report.status()).unwrap();
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

#[test]
fn every_pair_gives_the_report_next_to_it() {
    let cases = cases();
    assert!(cases.len() >= 5);
    for path in cases {
        let shown = shown(&report(&read(&path)));
        let expected = path.with_extension("json");
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&expected, &shown).unwrap();
        }
        let expected = fs::read_to_string(expected).unwrap();
        assert!(expected == shown, "{} is now\n{shown}", path.display());
    }
}

#[test]
fn the_order_of_what_is_observed_means_nothing() {
    for path in cases() {
        let mut case = read(&path);
        let report_before = report(&case);
        case.known.reverse();
        case.observed.reverse();
        case.tagged.reverse();
        assert_eq!(report(&case), report_before, "{}", path.display());
    }
}

#[test]
fn a_report_is_kept_and_read_again_without_loss() {
    for path in cases() {
        let report = report(&read(&path));
        let kept: Value = serde_json::to_value(&report).unwrap();
        assert_eq!(serde_json::from_value::<Report>(kept).unwrap(), report);
    }
}
