//! The rules are what their documents say, every noise rule does what its cases say, and what is
//! said of specs and templates is true of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use groundplane_model::UnitName;
use groundplane_spec::{Kind as Document, has_field, parse};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::{Known, Observation, Report, Scaling, Seen, Source, compare};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("rules")
}

fn document(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(name)).unwrap();
    let document = parse(&text).unwrap_or_else(|problems| panic!("{name}: {problems:?}"));
    document.value().clone()
}

/// A noise rule as its author writes it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: String,
    resource_type: Value,
    property: Value,
    kind: Value,
    reason: String,
    document: String,
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    #[serde(default = "any_type")]
    resource_type: String,
    #[serde(default)]
    expected: Value,
    #[serde(default)]
    actual: Value,
    physical_ids: Option<(String, String)>,
    scaling: Option<Scaling>,
    noise: Option<bool>,
    hidden: Option<bool>,
}

fn any_type() -> String {
    "AWS::Test::Thing".to_owned()
}

fn written() -> Vec<Written> {
    serde_json::from_value(document("noise.yaml")["noise"].clone()).unwrap()
}

/// The rules as they are compiled in: without reasons and cases.
fn compiled() -> Value {
    let rules: Vec<Value> = written()
        .into_iter()
        .map(|rule| {
            json!({
                "resourceType": rule.resource_type,
                "property": rule.property,
                "kind": rule.kind,
            })
        })
        .collect();
    let mut all = Map::new();
    all.insert("noise".to_owned(), rules.into());
    for name in ["classes", "inputs"] {
        all.insert(
            name.to_owned(),
            document(&format!("{name}.yaml"))[name].clone(),
        );
    }
    Value::Object(all)
}

/// After a change of the documents, run the tests with `UPDATE_GOLDEN=1`.
#[test]
fn what_is_compiled_in_is_what_the_documents_say() {
    let shown = serde_json::to_string_pretty(&compiled()).unwrap() + "\n";
    let path = folder().join("rules.json");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &shown).unwrap();
    }
    assert!(
        fs::read_to_string(path).unwrap() == shown,
        "rules.json is old"
    );
    let rules: Rules = serde_json::from_value(compiled()).unwrap();
    assert_eq!(Rules::built_in().noise.len(), rules.noise.len());
}

impl Case {
    fn run(&self, rules: &Rules) -> Report {
        let unit = UnitName::parse("unit").unwrap();
        let (known, observed) = self.physical_ids.clone().unzip();
        let known = Known {
            unit: unit.clone(),
            logical_id: "Thing".to_owned(),
            resource_type: self.resource_type.clone(),
            physical_id: known,
        };
        let observation = Observation {
            unit,
            logical_id: "Thing".to_owned(),
            resource_type: self.resource_type.clone(),
            physical_id: observed,
            source: Source::CloudFormation,
            seen: Seen::There {
                expected: self.expected.clone(),
                actual: self.actual.clone(),
            },
            scaling: self.scaling,
        };
        compare(&[known], &[observation], &[], rules)
    }

    /// Whether the rules find a difference.
    fn differs(&self, rules: &Rules) -> bool {
        !self.run(rules).differences.is_empty()
    }

    /// Whether a report shows the secret.
    fn shows(&self, rules: &Rules) -> bool {
        let report = self.run(rules);
        assert!(!report.differences.is_empty(), "{self:?} differs");
        serde_json::to_string(&report).unwrap().contains("s3cret")
    }
}

#[test]
fn every_noise_rule_does_what_its_cases_say() {
    let all = Rules::built_in();
    let documents = written();
    assert_eq!(documents.len(), all.noise.len());
    for (index, (written, rule)) in documents.iter().zip(&all.noise).enumerate() {
        let without = all.without_noise();
        // Order and form may differ in one list: rules for the same place belong together.
        let near = all.noise.iter().filter(|other| {
            other.property == rule.property && other.resource_type == rule.resource_type
        });
        let with = Rules {
            noise: near.cloned().collect(),
            ..without.clone()
        };
        let mut others = all.clone();
        others.noise.remove(index);
        for case in &written.cases {
            let what = format!("{}: {case:?}", written.id);
            match (case.noise, case.hidden) {
                (Some(true), None) => {
                    assert!(!case.differs(all), "{what} is noise");
                    assert!(case.differs(&others), "{what} is noise without the rule");
                }
                (Some(false), None) => {
                    assert!(case.differs(all), "{what} differs by all rules");
                    assert!(case.differs(&with), "{what} differs");
                }
                (None, Some(true)) => {
                    assert!(!case.shows(all), "{what} is hidden");
                    assert!(case.shows(&others), "{what} is hidden without the rule");
                }
                (None, Some(false)) => assert!(case.shows(all), "{what} is shown"),
                (None | Some(_), _) => panic!("{what}: `noise` or `hidden`"),
            }
        }
    }
}

#[test]
fn every_noise_rule_has_cases_either_way_a_reason_and_a_document() {
    let mut ids = BTreeSet::new();
    for rule in written() {
        let outcomes: BTreeSet<_> = rule
            .cases
            .iter()
            .map(|case| case.noise.or(case.hidden))
            .collect();
        assert_eq!(
            outcomes,
            BTreeSet::from([Some(false), Some(true)]),
            "{} has cases either way",
            rule.id
        );
        assert!(rule.reason.ends_with('.'), "{}", rule.id);
        let is_aws = rule.document.starts_with("https://docs.aws.amazon.com/");
        assert!(is_aws, "{}", rule.id);
        assert!(ids.insert(rule.id.clone()), "{} is there twice", rule.id);
    }
}

#[test]
fn every_input_is_one_that_a_service_has() {
    for rule in &Rules::built_in().inputs {
        for input in &rule.inputs {
            assert!(has_field(Document::Service, input), "{input}");
        }
    }
}

/// Type and properties of every resource of the templates that specs become.
fn rendered() -> Vec<(String, Value)> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../planner/tests/golden");
    let mut found = Vec::new();
    for case in fs::read_dir(golden).unwrap() {
        let templates = fs::read_dir(case.unwrap().path().join("templates"));
        for template in templates.into_iter().flatten() {
            let text = fs::read_to_string(template.unwrap().path()).unwrap();
            let template: Value = serde_json::from_str(&text).unwrap();
            for resource in template["Resources"].as_object().unwrap().values() {
                let kind = resource["Type"].as_str().unwrap().to_owned();
                found.push((kind, resource["Properties"].clone()));
            }
        }
    }
    found
}

#[test]
fn every_property_that_can_be_accepted_is_rendered() {
    let rendered = rendered();
    let inputs = document("inputs.yaml");
    for rule in inputs["inputs"].as_array().unwrap() {
        let pointer = rule["property"].as_str().unwrap();
        let is_rendered = |(kind, properties): &(String, Value)| {
            rule["resourceType"] == **kind && properties.pointer(pointer).is_some()
        };
        assert!(rendered.iter().any(is_rendered), "{rule}");
    }
}

/// Type, property, class and severity of a change.
const CHANGES: &[(&str, &str, PropertyClass, Severity)] = {
    use PropertyClass::{Availability, Configuration, Metadata, Security};
    use Severity::{Critical, High, Low, Medium};
    &[
        ("AWS::IAM::Role", "/Tags/0/Value", Metadata, Low),
        (
            "AWS::IAM::Role",
            "/AssumeRolePolicyDocument/Statement/0",
            Security,
            Critical,
        ),
        (
            "AWS::EC2::SecurityGroup",
            "/SecurityGroupIngress/-",
            Security,
            Critical,
        ),
        ("AWS::RDS::DBInstance", "/StorageEncrypted", Security, High),
        (
            "AWS::RDS::DBInstance",
            "/PubliclyAccessible",
            Security,
            Critical,
        ),
        ("AWS::RDS::DBInstance", "/MultiAZ", Availability, High),
        ("AWS::ECS::Service", "/DesiredCount", Availability, High),
        (
            "AWS::ECS::Service",
            "/NetworkConfiguration/A/AssignPublicIp",
            Security,
            Critical,
        ),
        (
            "AWS::Logs::LogGroup",
            "/RetentionInDays",
            Configuration,
            Medium,
        ),
        ("AWS::SQS::Queue", "/SqsManagedSseEnabled", Security, High),
    ]
};

#[test]
fn the_first_class_that_speaks_of_a_property_counts() {
    for (kind, property, class, severity) in CHANGES {
        let words: Vec<&str> = property.split('/').skip(1).collect();
        let steps: Vec<Step<'_>> = words.iter().map(|word| Step::Field(word)).collect();
        let found = Rules::built_in().class_of(kind, &steps, Kind::Changed);
        assert_eq!(found, (*class, *severity), "{kind} {property}");
    }
}

#[test]
fn a_resource_that_is_gone_is_grave() {
    for (kind, class, severity) in [
        (
            "AWS::SQS::Queue",
            PropertyClass::Availability,
            Severity::High,
        ),
        (
            "AWS::RDS::DBInstance",
            PropertyClass::Availability,
            Severity::Critical,
        ),
        (
            "AWS::IAM::Role",
            PropertyClass::Security,
            Severity::Critical,
        ),
    ] {
        let found = Rules::built_in().class_of(kind, &[], Kind::Deleted);
        assert_eq!(found, (class, severity), "{kind}");
    }
}
