//! Walks `tests/golden`: each folder has the spec that is deployed and the one that would be, and
//! what is said of it. `UPDATE_GOLDEN=1` writes what is said instead of comparing.

use std::fs;
use std::path::{Path, PathBuf};

use groundplane_preview::{Colour, Preview, UnitOperation, markdown, text};

use crate::applying::applied;
use crate::ground::{between_specs, templates};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let entries = fs::read_dir(folder).unwrap();
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    cases.retain(|path| path.is_dir());
    cases.sort();
    assert!(!cases.is_empty());
    cases
}

fn preview_of(case: &Path) -> Preview {
    let read = |name: &str| fs::read_to_string(case.join(name)).ok();
    between_specs(
        read("before.yaml").as_deref(),
        read("after.yaml").as_deref(),
    )
}

#[test]
fn every_golden_change_is_previewed_as_its_folder_says() {
    for case in cases() {
        let preview = preview_of(&case);
        let json = format!("{:#}\n", serde_json::to_value(&preview).unwrap());
        for (name, actual) in [
            ("preview.json", json),
            ("preview.txt", text(&preview, Colour::Never)),
            ("preview.md", markdown(&preview)),
        ] {
            let path = case.join(name);
            if std::env::var_os("UPDATE_GOLDEN").is_some() {
                fs::write(&path, &actual).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert!(actual == expected, "{} is now\n{actual}", path.display());
        }
    }
}

#[test]
fn a_preview_survives_the_way_through_json_and_its_digest_is_stable() {
    for case in cases() {
        let (one, other) = (preview_of(&case), preview_of(&case));
        assert_eq!(one.digest(), other.digest());
        let json = serde_json::to_string(&one).unwrap();
        let mut read: Preview = serde_json::from_str(&json).unwrap();
        // What stands in for a value is no part of what is said.
        for (read, one) in read.allocations.iter_mut().zip(&one.allocations) {
            read.stand_in.clone_from(&one.stand_in);
        }
        assert_eq!(read, one);
    }
}

#[test]
fn no_two_previews_have_the_same_digest() {
    let mut digests: Vec<_> = cases()
        .iter()
        .map(|case| preview_of(case).digest())
        .collect();
    let all = digests.len();
    digests.sort();
    digests.dedup();
    assert_eq!(digests.len(), all);
}

#[test]
fn what_is_deployed_already_is_nothing_to_do() {
    for case in cases() {
        let Ok(spec) = fs::read_to_string(case.join("after.yaml")) else {
            continue;
        };
        let preview = between_specs(Some(&spec), Some(&spec));
        assert!(
            preview.is_empty() && preview.units.is_empty(),
            "{preview:#?}"
        );
        assert!(preview.counts.keep > 0);
    }
}

#[test]
fn what_is_announced_leads_to_the_templates_of_the_new_spec() {
    let mut tried = 0;
    for case in cases() {
        let read = |name: &str| fs::read_to_string(case.join(name));
        let (Ok(before), Ok(after)) = (read("before.yaml"), read("after.yaml")) else {
            continue;
        };
        let preview = between_specs(Some(&before), Some(&after));
        assert_eq!(applied(&preview, templates(&before)), templates(&after));
        tried += 1;
    }
    assert!(tried > 3);
}

#[test]
fn a_first_deployment_creates_and_a_destroy_removes_everything() {
    for case in cases() {
        let Ok(spec) = fs::read_to_string(case.join("before.yaml")) else {
            continue;
        };
        let created = between_specs(None, Some(&spec));
        let removed = between_specs(Some(&spec), None);
        let all = |preview: &Preview, operation| {
            preview.units.iter().all(|unit| unit.operation == operation)
        };
        assert!(all(&created, UnitOperation::Create));
        assert!(all(&removed, UnitOperation::Delete));
        let gone = removed.counts.delete + removed.counts.retain;
        assert_eq!(created.counts.create, gone);
        assert_eq!(created.units.len(), removed.units.len());
    }
}
