//! The golden templates of the planner keep all rules, but for what an exception allows and what
//! a spec asks for.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use groundplane_guardrails::Excepted;
use serde_json::Value;

use crate::starter::STARTER;

/// A template that the planner renders, with the case and the unit.
pub(crate) struct Golden {
    pub(crate) case: String,
    pub(crate) unit: String,
    pub(crate) template: Value,
}

/// All golden templates, in the order of their names.
pub(crate) fn goldens() -> Vec<Golden> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../planner/tests/golden");
    let mut goldens = Vec::new();
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        // A case that is refused renders nothing.
        let Ok(templates) = fs::read_dir(case.join("templates")) else {
            continue;
        };
        for template in templates {
            let template = template.unwrap().path();
            goldens.push(Golden {
                case: case.file_name().unwrap().to_str().unwrap().to_owned(),
                unit: template.file_stem().unwrap().to_str().unwrap().to_owned(),
                template: serde_json::from_str(&fs::read_to_string(&template).unwrap()).unwrap(),
            });
        }
    }
    goldens.sort_by(|one, other| (&one.case, &one.unit).cmp(&(&other.case, &other.unit)));
    assert!(goldens.len() >= 80, "the golden templates were not found");
    goldens
}

#[test]
fn golden_templates_break_rules_only_where_their_spec_asks_for_it() {
    let mut found = Vec::new();
    for golden in goldens() {
        let violations = STARTER
            .evaluate(&golden.unit, &golden.template)
            .unwrap_or_else(|error| panic!("{} {}: {error}", golden.case, golden.unit));
        found.extend(violations.into_iter().map(|violation| {
            let (case, unit) = (&golden.case, &golden.unit);
            format!("{case} {unit}: {} {}", violation.rule, violation.pointer)
        }));
    }
    // The spec of this case says `atRestEncryption: false` and `transitEncryption: false`.
    let asked_for = [
        "cache-in-the-clear cache: encryption-at-rest/cache /Resources/Cache/Properties/AtRestEncryptionEnabled",
        "cache-in-the-clear cache: encryption-in-transit/cache /Resources/Cache/Properties/TransitEncryptionEnabled",
    ];
    assert_eq!(found, asked_for);
}

#[test]
fn every_exception_is_needed_by_a_golden_template() {
    let mut excepted = Vec::new();
    for golden in goldens() {
        let verdict = STARTER.examine(&golden.unit, &golden.template).unwrap();
        excepted.extend(
            verdict
                .excepted
                .into_iter()
                .map(|found| (golden.unit.clone(), found)),
        );
    }
    for exception in STARTER.exceptions() {
        let used: BTreeSet<&String> = excepted
            .iter()
            .filter(|(unit, found)| exception.covers(unit, &found.violation))
            .inspect(|(_, Excepted { reason, .. })| assert_eq!(*reason, exception.reason))
            .map(|(_, found)| found.violation.action.as_ref().unwrap_or(&exception.rule))
            .collect();
        let written: BTreeSet<&String> = if exception.actions.is_empty() {
            BTreeSet::from([&exception.rule])
        } else {
            exception.actions.iter().collect()
        };
        assert_eq!(used, written, "no template needs all of {exception:?}");
    }
    assert!(!STARTER.exceptions().is_empty());
}

#[test]
fn an_exception_holds_for_its_unit_alone() {
    let golden = goldens()
        .into_iter()
        .find(|golden| golden.case == "lambda" && golden.unit == "lambda")
        .unwrap();
    assert_eq!(STARTER.evaluate("lambda", &golden.template).unwrap(), []);
    let elsewhere = STARTER.evaluate("compute", &golden.template).unwrap();
    let actions: Vec<&str> = elsewhere
        .iter()
        .filter_map(|violation| violation.action.as_deref())
        .collect();
    assert_eq!(
        actions,
        [
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ]
    );
}
