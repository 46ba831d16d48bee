//! Events of AWS meet the resources that they are about: what an event names and what a resource is
//! found by have something in common, for every type that has events of its own.

use groundplane_events::{envelope, identifiers, subjects};
use groundplane_model::Event;
use serde_json::{Value, json};

use crate::cases::Case;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "eu-central-1";

fn event_of(case: &Case) -> Event {
    let text = case.text("event.json").unwrap();
    envelope::parse(&text).unwrap_or_else(|refused| panic!("{}: {refused}", case.name()))
}

/// The resources that the event of a case is about, as type and physical id.
fn resources_of(case: &Case) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let resources = case.json("resources.json").unwrap();
    let resources = resources.as_array().unwrap().iter();
    resources
        .map(|resource| (text(&resource["type"]), text(&resource["physicalId"])))
        .collect()
}

#[test]
fn every_event_names_what_its_folder_says() {
    for case in Case::all("aws") {
        case.compare("subjects.json", &json!(subjects(&event_of(&case))));
    }
}

#[test]
fn every_event_meets_its_resources() {
    for case in Case::all("aws") {
        let event = event_of(&case);
        let subjects = subjects(&event);
        for (kind, id) in resources_of(&case) {
            let identifiers = identifiers(&kind, &id, &event.account, &event.region);
            let meets = identifiers.iter().any(|own| subjects.contains(own));
            assert!(meets, "{}: {identifiers:?} in {subjects:?}", case.name());
        }
    }
}

#[test]
fn no_event_meets_the_same_names_in_another_account_or_region() {
    for case in Case::all("aws") {
        let subjects = subjects(&event_of(&case));
        // What AWS never gives twice is meant wherever it is asked for.
        let is_everywhere = |kind: &str| matches!(kind, "AWS::EFS::FileSystem" | "AWS::S3::Bucket");
        let resources = resources_of(&case).into_iter();
        for (kind, id) in resources.filter(|(kind, _)| !is_everywhere(kind)) {
            for (account, region) in [("999999999999", REGION), (ACCOUNT, "ap-south-2")] {
                let id = id.replace(ACCOUNT, account).replace(REGION, region);
                let identifiers = identifiers(&kind, &id, account, region);
                let meets = identifiers.iter().any(|own| subjects.contains(own));
                assert!(!meets, "{}: {identifiers:?}", case.name());
            }
        }
    }
}

#[test]
fn a_stack_event_meets_every_type_that_has_an_identity() {
    for (kind, id) in [
        ("AWS::ApiGatewayV2::Api", "a1b2c3d4e5"),
        ("AWS::DynamoDB::Table", "orders"),
        ("AWS::EC2::SecurityGroup", "sg-0a1b2c3d"),
        ("AWS::EC2::Subnet", "subnet-0a1b2c3d"),
        ("AWS::EFS::FileSystem", "fs-0a1b2c3d"),
        ("AWS::ElastiCache::ReplicationGroup", "orders"),
        ("AWS::Events::Rule", "nightly"),
        ("AWS::IAM::Role", "web-task"),
        ("AWS::Lambda::Function", "resize"),
        ("AWS::Logs::LogGroup", "/groundplane/web"),
        ("AWS::RDS::DBInstance", "Orders"),
        ("AWS::S3::Bucket", "orders"),
        (
            "AWS::SQS::Queue",
            "https://sqs.eu-central-1.amazonaws.com/123456789012/letters",
        ),
        ("AWS::Scheduler::ScheduleGroup", "web"),
        (
            "AWS::SecretsManager::Secret",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a",
        ),
        ("AWS::ServiceDiscovery::Service", "srv-0a1b2c3d"),
    ] {
        let event = json!({
            "id": "a", "source": "aws.cloudformation", "account": ACCOUNT, "region": REGION,
            "detail-type": "CloudFormation Resource Status Change",
            "time": "2026-11-21T10:00:00Z",
            "detail": { "resource-type": kind, "physical-resource-id": id }
        });
        let subjects = subjects(&envelope::parse(&event.to_string()).unwrap());
        assert!(!subjects.is_empty(), "{kind}");
        assert_eq!(subjects, identifiers(kind, id, ACCOUNT, REGION), "{kind}");
    }
}
