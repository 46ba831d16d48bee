//! Each rule catches its cases and lets the nearest good ones pass: `tests/cases/<rule>.json`.
//! A case is the properties of a resource of the file's type, a resource, or a whole template.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_guardrails::Violation;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::starter::STARTER;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(default, rename = "type")]
    resource_type: String,
    caught: BTreeMap<String, Value>,
    fine: BTreeMap<String, Value>,
}

fn crate_folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The cases by rule.
fn cases() -> BTreeMap<String, Cases> {
    let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let mut cases = BTreeMap::new();
    for group in files(crate_folder("tests/cases")) {
        for file in files(group.clone()) {
            let text = fs::read_to_string(&file).unwrap();
            let read = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            cases.insert(format!("{}/{}", name(&group), name(&file)), read);
        }
    }
    cases
}

fn template(resource_type: &str, case: &Value) -> Value {
    if case.get("Resources").is_some() {
        return case.clone();
    }
    let resource = if case.get("Type").is_some() {
        case.clone()
    } else {
        json!({ "Type": resource_type, "Properties": case })
    };
    json!({ "Resources": { "Resource": resource } })
}

fn broken(resource_type: &str, case: &Value) -> Vec<Violation> {
    let template = template(resource_type, case);
    STARTER.evaluate("unit", &template).unwrap()
}

#[test]
fn every_rule_catches_its_cases() {
    for (rule, cases) in cases() {
        for (name, case) in &cases.caught {
            let violations = broken(&cases.resource_type, case);
            let caught = violations.iter().find(|violation| violation.rule == rule);
            assert!(caught.is_some(), "{rule} does not catch `{name}`");
        }
    }
}

#[test]
fn every_rule_lets_the_nearest_good_cases_pass() {
    for (rule, cases) in cases() {
        assert!(!cases.fine.is_empty(), "{rule} has no good case");
        for (name, case) in &cases.fine {
            let violations = broken(&cases.resource_type, case);
            let caught = violations.iter().find(|violation| violation.rule == rule);
            assert_eq!(caught, None, "{rule} catches `{name}`");
        }
    }
}

/// The rules that a policy speaks of, as `group/rule`.
fn rules_of(policy: &str) -> BTreeSet<String> {
    let mut lines = policy.lines();
    let package = lines.find_map(|line| line.strip_prefix("package guardrails."));
    let group = package.unwrap().replace('_', "-");
    let beginning = format!("\"{group}/");
    let ends = policy.split(&beginning).skip(1);
    ends.map(|rest| format!("{group}/{}", rest.split_once('"').unwrap().0))
        .collect()
}

fn policies() -> Vec<String> {
    let files = files(crate_folder("rules"));
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts.collect()
}

#[test]
fn every_rule_has_cases() {
    let rules: BTreeSet<String> = policies()
        .iter()
        .flat_map(|policy| rules_of(policy))
        .collect();
    assert_eq!(rules, cases().into_keys().collect());
}

#[test]
fn every_rule_says_what_it_demands_and_where_aws_says_so() {
    for policy in policies() {
        let blocks: Vec<&str> = policy.split("# METADATA\n").skip(1).collect();
        assert_eq!(
            blocks.len(),
            1 + rules_of(&policy).len(),
            "the package and each rule need annotations: {policy}"
        );
        for block in blocks {
            assert!(block.starts_with("# title: "), "{block}");
            let comments: Vec<&str> = block
                .lines()
                .take_while(|line| line.starts_with('#'))
                .collect();
            let source = |line: &&str| line.starts_with("# - ref: https://docs.aws.amazon.com/");
            assert!(comments.iter().any(source), "{block}");
        }
    }
}

#[test]
fn a_violation_points_to_the_property_and_says_what_to_do() {
    let ingress = json!({
        "SecurityGroupIngress": [
            { "IpProtocol": "tcp", "SourceSecurityGroupId": "sg-1" },
            { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0" },
        ],
    });
    let violations = broken("AWS::EC2::SecurityGroup", &ingress);
    let expected = Violation {
        rule: "public-access/security-group".to_owned(),
        resource: "Resource".to_owned(),
        pointer: "/Resources/Resource/Properties/SecurityGroupIngress/1/CidrIp".to_owned(),
        action: None,
        message: "the security group must not let in `0.0.0.0/0`: name a security group or a private range".to_owned(),
    };
    assert_eq!(violations, [expected]);
}

#[test]
fn a_pointer_escapes_what_pointers_escape() {
    let template = json!({ "Resources": { "a/b~c": { "Type": "AWS::EFS::FileSystem" } } });
    let violations = STARTER.evaluate("unit", &template).unwrap();
    let pointers: Vec<&str> = violations
        .iter()
        .map(|violation| violation.pointer.as_str())
        .collect();
    assert_eq!(
        pointers,
        [
            "/Resources/a~1b~0c/Properties/Encrypted",
            "/Resources/a~1b~0c/Properties/FileSystemPolicy",
        ]
    );
}

#[test]
fn violations_come_all_at_once_in_the_order_of_resources_and_places() {
    let template = json!({
        "Resources": {
            "Z": { "Type": "AWS::SQS::Queue" },
            "A": { "Type": "AWS::RDS::DBInstance", "Properties": { "Engine": "mysql" } },
        },
    });
    let violations = STARTER.evaluate("unit", &template).unwrap();
    let places: Vec<(&str, &str)> = violations
        .iter()
        .map(|violation| (violation.resource.as_str(), violation.rule.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            ("A", "encryption-in-transit/database"),
            ("A", "public-access/database"),
            ("A", "encryption-at-rest/database"),
            ("Z", "encryption-at-rest/queue"),
        ]
    );
}
