//! What the table of types says, against what AWS's own resource schemas and documents say.

use super::*;

fn limits(resource_type: &str) -> &'static Limits {
    Limits::of(resource_type).unwrap()
}

#[test]
fn the_lengths_are_those_of_the_documents() {
    let cases = [
        ("AWS::CloudFormation::Stack", 1, 128),
        ("AWS::DynamoDB::Table", 3, 255),
        ("AWS::ECR::Repository", 2, 256),
        ("AWS::ECS::Service", 1, 255),
        ("AWS::ElastiCache::ReplicationGroup", 1, 40),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", 1, 32),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", 1, 32),
        ("AWS::Events::EventBus", 1, 256),
        ("AWS::IAM::Role", 1, 64),
        ("AWS::Lambda::Function", 1, 64),
        ("AWS::Logs::LogGroup", 1, 512),
        ("AWS::RDS::DBInstance", 1, 63),
        ("AWS::S3::Bucket", 3, 63),
        ("AWS::SNS::Topic", 1, 256),
        ("AWS::SQS::Queue", 1, 80),
        ("AWS::Scheduler::Schedule", 1, 64),
        ("AWS::SecretsManager::Secret", 1, 512),
        ("AWS::StepFunctions::StateMachine", 1, 80),
    ];
    for (resource_type, shortest, longest) in cases {
        let limits = limits(resource_type);
        assert_eq!(
            (limits.shortest, limits.longest),
            (shortest, longest),
            "{resource_type}"
        );
    }
}

#[test]
fn a_name_is_unique_where_the_documents_say() {
    for (resource_type, unique) in [
        ("AWS::S3::Bucket", Uniqueness::Global),
        ("AWS::IAM::Role", Uniqueness::Account),
        ("AWS::CloudFormation::Stack", Uniqueness::Region),
        ("AWS::EC2::SecurityGroup", Uniqueness::Vpc),
        ("AWS::ECS::Service", Uniqueness::Cluster),
        (
            "AWS::ElasticLoadBalancingV2::ListenerRule",
            Uniqueness::Listener,
        ),
        ("AWS::ServiceDiscovery::Service", Uniqueness::Namespace),
        ("AWS::Scheduler::Schedule", Uniqueness::ScheduleGroup),
        ("AWS::ApiGatewayV2::Api", Uniqueness::Nowhere),
    ] {
        assert_eq!(limits(resource_type).unique, unique, "{resource_type}");
    }
    // All names of a platform can be made of hyphens and lower-case letters.
    for limits in Limits::known() {
        assert!(
            "az09-".chars().all(|c| limits.allows(c)),
            "{}",
            limits.resource_type
        );
        assert!(!limits.allows(' ') && !limits.allows('#') && !limits.allows('é'));
    }
}

#[test]
fn a_character_is_allowed_by_type() {
    for (resource_type, allowed, refused) in [
        ("AWS::CloudFormation::Stack", "A", "_./"),
        ("AWS::Logs::LogGroup", "A_./", "#"),
        ("AWS::S3::Bucket", "a", "A_./"),
        ("AWS::RDS::DBSubnetGroup", "_.", "A/"),
    ] {
        let limits = limits(resource_type);
        assert!(allowed.chars().all(|c| limits.allows(c)), "{resource_type}");
        assert!(
            !refused.chars().any(|c| limits.allows(c)),
            "{resource_type}"
        );
    }
}

#[test]
fn what_aws_keeps_for_itself_is_seen_in_any_case() {
    let group = limits("AWS::EC2::SecurityGroup");
    assert_eq!(group.reserved_start("SG-1"), Some("sg-"));
    assert_eq!(group.reserved_start("xsg-1"), None);
    let bucket = limits("AWS::S3::Bucket");
    assert_eq!(bucket.reserved_end("a--x-s3"), Some("--x-s3"));
    assert_eq!(bucket.reserved_end("a--x-s3x"), None);
}
