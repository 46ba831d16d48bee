//! Where the events of each source name what they are about.

use super::Reading::{Arn, Named, Resources, Special, Typed};
use super::{Reading, special};

/// The readings of a source, most specific first.
pub(super) fn readings(source: &str) -> &'static [Reading] {
    let known = SOURCES.iter().find(|(name, _)| *name == source);
    known.map_or(&[Resources], |(_, readings)| readings)
}

const FUNCTION: &str = "AWS::Lambda::Function";
const REPLICATION_GROUP: &str = "AWS::ElastiCache::ReplicationGroup";
const CACHE_CLUSTER: &str = "AWS::ElastiCache::CacheCluster";

/// Sources: the events reference of EventBridge, and the user guide of each service. `detail` has
/// `requestParameters` in the calls that `CloudTrail` reports.
#[rustfmt::skip]
const SOURCES: &[(&str, &[Reading])] = &[
    ("aws.ecs", &[
        Resources,
        Arn(&["taskArn"]),
        Special(special::ecs_service),
        Arn(&["taskDefinitionArn"]),
    ]),
    ("aws.cloudwatch", &[
        Resources,
        Named(&["alarmName"], "AWS::CloudWatch::Alarm"),
        Special(special::alarm_dimensions),
    ]),
    ("aws.cloudformation", &[
        Typed(&["resource-type"], &["physical-resource-id"]),
        Resources,
        Arn(&["stack-id"]),
    ]),
    ("aws.rds", &[
        Resources,
        Arn(&["SourceArn"]),
        Special(special::rds_source),
        Named(&["requestParameters", "dBInstanceIdentifier"], "AWS::RDS::DBInstance"),
        Named(&["requestParameters", "dBClusterIdentifier"], "AWS::RDS::DBCluster"),
    ]),
    ("aws.elasticache", &[
        Resources,
        Named(&["cacheClusterId"], CACHE_CLUSTER),
        Named(&["replicationGroupId"], REPLICATION_GROUP),
        Named(&["requestParameters", "cacheClusterId"], CACHE_CLUSTER),
        Named(&["requestParameters", "replicationGroupId"], REPLICATION_GROUP),
    ]),
    ("aws.autoscaling", &[
        Named(&["EC2InstanceId"], "AWS::EC2::Instance"),
        Resources,
        Named(&["AutoScalingGroupName"], "AWS::AutoScaling::AutoScalingGroup"),
        Special(special::scalable_target),
    ]),
    ("aws.application-autoscaling", &[Resources, Special(special::scalable_target)]),
    ("aws.health", &[Special(special::health_entities), Resources]),
    ("aws.lambda", &[Resources, Named(&["requestParameters", "functionName"], FUNCTION)]),
    // What a function's destination sends.
    ("lambda", &[Arn(&["requestContext", "functionArn"]), Resources]),
    ("aws.ec2", &[
        Resources,
        Named(&["instance-id"], "AWS::EC2::Instance"),
        Named(&["EC2InstanceId"], "AWS::EC2::Instance"),
    ]),
    ("aws.s3", &[Resources, Named(&["bucket", "name"], "AWS::S3::Bucket")]),
    ("aws.config", &[
        Arn(&["configurationItem", "ARN"]),
        Typed(&["configurationItem", "resourceType"], &["configurationItem", "resourceId"]),
        Typed(&["resourceType"], &["resourceId"]),
        Resources,
    ]),
    ("aws.backup", &[Arn(&["resourceArn"]), Resources]),
    ("aws.secretsmanager", &[
        Resources,
        Arn(&["additionalEventData", "SecretId"]),
        Arn(&["requestParameters", "secretId"]),
    ]),
];
