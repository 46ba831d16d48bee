//! What takes more than one field to tell: services of ECS, the dimensions of metrics, the sources
//! of RDS, scalable targets, what AWS Health affects.

use serde_json::Value;

use super::{Subjects, paths};
use crate::arn::{Arn, Ground};

const ECS_SERVICE: &str = "ecs:{region}:{account}:service/{id}";

/// The service of a task, from `group` and the cluster; and the long ARN of a service that the
/// envelope names by the short one, which older accounts have.
pub(super) fn ecs_service(subjects: &mut Subjects<'_>) {
    let Some(cluster) = subjects.text(&["clusterArn"]).and_then(Arn::parse) else {
        return;
    };
    let Some(cluster_name) = cluster.resource.strip_prefix("cluster/") else {
        return;
    };
    let group = subjects.text(&["group"]);
    let group = group.and_then(|group| group.strip_prefix("service:"));
    let short = subjects.event.resources.iter().filter_map(|resource| {
        let name = Arn::parse(resource)?.resource.strip_prefix("service/")?;
        (!name.contains('/')).then_some(name)
    });
    let names: Vec<&str> = group.into_iter().chain(short).collect();
    for name in names {
        let service = format!("{cluster_name}/{name}");
        subjects.add(&cluster.ground.arn(ECS_SERVICE, &service));
    }
}

/// What the value of a dimension tells.
#[derive(Debug)]
enum Tells {
    /// The physical id of a resource of this type.
    Id(&'static str),
    /// The end of an ARN.
    Arn(&'static str),
}

/// Dimensions by name. Sources: the metrics that each service documents.
#[rustfmt::skip]
const DIMENSIONS: [(&str, Tells); 18] = [
    ("DBInstanceIdentifier", Tells::Id("AWS::RDS::DBInstance")),
    ("DBClusterIdentifier", Tells::Id("AWS::RDS::DBCluster")),
    ("CacheClusterId", Tells::Id("AWS::ElastiCache::CacheCluster")),
    ("ReplicationGroupId", Tells::Id("AWS::ElastiCache::ReplicationGroup")),
    ("TargetGroup", Tells::Arn("elasticloadbalancing:{region}:{account}:{id}")),
    ("LoadBalancer", Tells::Arn("elasticloadbalancing:{region}:{account}:loadbalancer/{id}")),
    ("FunctionName", Tells::Id("AWS::Lambda::Function")),
    ("FileSystemId", Tells::Id("AWS::EFS::FileSystem")),
    ("QueueName", Tells::Id("AWS::SQS::Queue")),
    ("TopicName", Tells::Arn("sns:{region}:{account}:{id}")),
    ("TableName", Tells::Id("AWS::DynamoDB::Table")),
    ("BucketName", Tells::Id("AWS::S3::Bucket")),
    ("LogGroupName", Tells::Id("AWS::Logs::LogGroup")),
    ("ApiId", Tells::Id("AWS::ApiGatewayV2::Api")),
    ("RuleName", Tells::Id("AWS::Events::Rule")),
    ("ScheduleGroup", Tells::Id("AWS::Scheduler::ScheduleGroup")),
    ("InstanceId", Tells::Id("AWS::EC2::Instance")),
    ("AutoScalingGroupName", Tells::Id("AWS::AutoScaling::AutoScalingGroup")),
];

/// What the metrics of an alarm measure. A metric may be another account's.
pub(super) fn alarm_dimensions(subjects: &mut Subjects<'_>) {
    let event = subjects.event;
    for metric in paths::values(&event.detail, &["configuration", "metrics", "*"]) {
        let account = metric.get("accountId").and_then(Value::as_str);
        let ground = Ground::new(account.unwrap_or(&event.account), &event.region);
        let dimensions = metric.pointer("/metricStat/metric/dimensions");
        if let Some(dimensions) = dimensions.filter(|_| ground.is_known()) {
            read_dimensions(subjects, dimensions, ground);
        }
    }
}

fn read_dimensions(subjects: &mut Subjects<'_>, dimensions: &Value, ground: Ground<'_>) {
    let named = |name: &str| dimensions.get(name).and_then(Value::as_str);
    if let (Some(cluster), Some(service)) = (named("ClusterName"), named("ServiceName")) {
        subjects.add(&ground.arn(ECS_SERVICE, &format!("{cluster}/{service}")));
    }
    for (name, tells) in &DIMENSIONS {
        match (named(name), tells) {
            (Some(value), Tells::Id(kind)) => subjects.add_resource(kind, value, ground),
            (Some(value), Tells::Arn(template)) => subjects.add(&ground.arn(template, value)),
            (None, _) => {}
        }
    }
}

/// What RDS says something happened to, by the type of it.
pub(super) fn rds_source(subjects: &mut Subjects<'_>) {
    let kind = match subjects.text(&["SourceType"]) {
        Some("DB_INSTANCE") => "AWS::RDS::DBInstance",
        Some("CLUSTER") => "AWS::RDS::DBCluster",
        Some("DB_PARAMETER_GROUP") => "AWS::RDS::DBParameterGroup",
        _ => return,
    };
    if let Some(id) = subjects.text(&["SourceIdentifier"]) {
        subjects.add_resource(kind, id, subjects.ground);
    }
}

/// What Application Auto Scaling scales, for example `service/main/web`.
pub(super) fn scalable_target(subjects: &mut Subjects<'_>) {
    let ground = subjects.ground;
    let (Some(namespace), Some(id)) = (
        subjects.text(&["serviceNamespace"]),
        subjects.text(&["resourceId"]),
    ) else {
        return;
    };
    let Some((_, name)) = id.split_once(['/', ':']).filter(|_| ground.is_known()) else {
        return;
    };
    match namespace {
        "ecs" => subjects.add(&ground.arn(ECS_SERVICE, name)),
        "dynamodb" => subjects.add_resource("AWS::DynamoDB::Table", name, ground),
        "elasticache" => subjects.add_resource("AWS::ElastiCache::ReplicationGroup", name, ground),
        "rds" => subjects.add_resource("AWS::RDS::DBCluster", name, ground),
        "lambda" => subjects.add(&ground.arn("lambda:{region}:{account}:{id}", id)),
        _ => {}
    }
}

/// What the entities of each service are. Source: `detail.service` in the events of AWS Health.
const ENTITIES: [(&str, &[&str]); 8] = [
    ("RDS", &["AWS::RDS::DBInstance", "AWS::RDS::DBCluster"]),
    (
        "ELASTICACHE",
        &[
            "AWS::ElastiCache::CacheCluster",
            "AWS::ElastiCache::ReplicationGroup",
        ],
    ),
    ("LAMBDA", &["AWS::Lambda::Function"]),
    ("EC2", &["AWS::EC2::Instance", "AWS::EC2::Volume"]),
    ("ELASTICFILESYSTEM", &["AWS::EFS::FileSystem"]),
    ("SQS", &["AWS::SQS::Queue"]),
    ("DYNAMODB", &["AWS::DynamoDB::Table"]),
    ("S3", &["AWS::S3::Bucket"]),
];

/// What AWS Health says is affected: ARNs, or names of the service's resources.
pub(super) fn health_entities(subjects: &mut Subjects<'_>) {
    let event = subjects.event;
    let service = subjects.text(&["service"]).unwrap_or_default();
    let account = subjects.text(&["affectedAccount"]);
    let region = subjects.text(&["eventRegion"]);
    let ground = Ground::new(
        account.unwrap_or(&event.account),
        region.unwrap_or(&event.region),
    );
    let kinds = ENTITIES.iter().find(|(name, _)| *name == service);
    let kinds = kinds.map_or(&[] as &[&str], |(_, kinds)| kinds);
    for entity in subjects.texts(&["affectedEntities", "*", "entityValue"]) {
        if Arn::parse(entity).is_some() {
            subjects.add(entity);
        }
        for kind in kinds {
            subjects.add_resource(kind, entity, ground);
        }
    }
}
