//! The resource types that events are about, as a table: what CloudFormation gives as the physical
//! id of each, and how its ARN is made. What lies within something else, such as a route of an API,
//! has no identifier of its own: its id alone could mean another team's.

/// What the physical id of a type is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// Its ARN.
    Arn,
    /// An id that AWS makes and never gives twice; it starts like this.
    Unique(&'static str),
    /// A name that is its own in one account and region.
    Name,
    /// Such a name, which AWS writes in lower case.
    LowerCaseName,
    /// A name that is its own in the whole partition, so that its ARN says everything.
    PartitionName,
    /// The URL of a queue, which ends in its name.
    QueueUrl,
    /// Something that tells it from nothing else.
    Nothing,
}

/// One resource type.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its name in CloudFormation.
    pub(crate) name: &'static str,
    /// What its physical id is.
    pub(crate) names: Names,
    /// Its ARN after the partition, with `{region}`, `{account}` and `{id}`; empty where the id is
    /// the ARN, or does not tell it.
    pub(crate) arn: &'static str,
}

/// The kind with this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

const fn of(name: &'static str, names: Names, arn: &'static str) -> Kind {
    Kind { name, names, arn }
}

use Names::{Arn, LowerCaseName, Name, Nothing, PartitionName, QueueUrl, Unique};

/// Sources: "Return values" of each type in the template reference of CloudFormation; "Resource
/// types" of each service in the service authorization reference.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    of("AWS::ApiGatewayV2::Api", Name, "apigateway:{region}::/apis/{id}"),
    of("AWS::ApiGatewayV2::Integration", Nothing, ""),
    of("AWS::ApiGatewayV2::Route", Nothing, ""),
    of("AWS::ApiGatewayV2::Stage", Nothing, ""),
    of("AWS::ApplicationAutoScaling::ScalableTarget", Name, ""),
    of("AWS::ApplicationAutoScaling::ScalingPolicy", Arn, ""),
    of("AWS::AutoScaling::AutoScalingGroup", Name, ""),
    of("AWS::CloudFormation::Stack", Arn, ""),
    of("AWS::CloudWatch::Alarm", Name, "cloudwatch:{region}:{account}:alarm:{id}"),
    of("AWS::DynamoDB::Table", Name, "dynamodb:{region}:{account}:table/{id}"),
    of("AWS::EC2::Instance", Unique("i-"), "ec2:{region}:{account}:instance/{id}"),
    of("AWS::EC2::SecurityGroup", Unique("sg-"), "ec2:{region}:{account}:security-group/{id}"),
    of("AWS::EC2::Subnet", Unique("subnet-"), "ec2:{region}:{account}:subnet/{id}"),
    of("AWS::EC2::SubnetRouteTableAssociation", Nothing, ""),
    of("AWS::EC2::Volume", Unique("vol-"), "ec2:{region}:{account}:volume/{id}"),
    of("AWS::ECS::Service", Arn, ""),
    of("AWS::ECS::TaskDefinition", Arn, ""),
    of("AWS::EFS::AccessPoint", Unique("fsap-"), "elasticfilesystem:{region}:{account}:access-point/{id}"),
    of("AWS::EFS::FileSystem", Unique("fs-"), "elasticfilesystem:{region}:{account}:file-system/{id}"),
    of("AWS::EFS::MountTarget", Unique("fsmt-"), ""),
    of("AWS::ElastiCache::CacheCluster", LowerCaseName, "elasticache:{region}:{account}:cluster:{id}"),
    of("AWS::ElastiCache::ReplicationGroup", LowerCaseName, "elasticache:{region}:{account}:replicationgroup:{id}"),
    of("AWS::ElastiCache::ServerlessCache", LowerCaseName, "elasticache:{region}:{account}:serverlesscache:{id}"),
    of("AWS::ElastiCache::SubnetGroup", LowerCaseName, "elasticache:{region}:{account}:subnetgroup:{id}"),
    of("AWS::ElasticLoadBalancingV2::ListenerRule", Arn, ""),
    of("AWS::ElasticLoadBalancingV2::LoadBalancer", Arn, ""),
    of("AWS::ElasticLoadBalancingV2::TargetGroup", Arn, ""),
    of("AWS::Events::Rule", Name, "events:{region}:{account}:rule/{id}"),
    // A role may have a path, which its name does not tell; the platform gives its roles none.
    of("AWS::IAM::Role", Name, "iam::{account}:role/{id}"),
    of("AWS::IAM::Policy", Nothing, ""),
    of("AWS::Lambda::Function", Name, "lambda:{region}:{account}:function:{id}"),
    of("AWS::Lambda::Permission", Nothing, ""),
    of("AWS::Logs::LogGroup", Name, "logs:{region}:{account}:log-group:{id}"),
    of("AWS::RDS::DBCluster", LowerCaseName, "rds:{region}:{account}:cluster:{id}"),
    of("AWS::RDS::DBInstance", LowerCaseName, "rds:{region}:{account}:db:{id}"),
    of("AWS::RDS::DBParameterGroup", LowerCaseName, "rds:{region}:{account}:pg:{id}"),
    of("AWS::RDS::DBSubnetGroup", LowerCaseName, "rds:{region}:{account}:subgrp:{id}"),
    of("AWS::Route53::RecordSet", Nothing, ""),
    of("AWS::S3::Bucket", PartitionName, "s3:::{id}"),
    of("AWS::SNS::Topic", Arn, ""),
    of("AWS::SQS::Queue", QueueUrl, "sqs:{region}:{account}:{id}"),
    // The name is its own in its group only, and the group is not told.
    of("AWS::Scheduler::Schedule", Nothing, ""),
    of("AWS::Scheduler::ScheduleGroup", Name, "scheduler:{region}:{account}:schedule-group/{id}"),
    of("AWS::SecretsManager::Secret", Arn, ""),
    // Its id is the ARN of the secret, which is not its own.
    of("AWS::SecretsManager::SecretTargetAttachment", Nothing, ""),
    of("AWS::ServiceDiscovery::PrivateDnsNamespace", Unique("ns-"), "servicediscovery:{region}:{account}:namespace/{id}"),
    of("AWS::ServiceDiscovery::Service", Unique("srv-"), "servicediscovery:{region}:{account}:service/{id}"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// Every type that is named in the platform's capabilities.
    fn rendered() -> BTreeSet<String> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../capabilities/src");
        let mut open = vec![root];
        let mut found = BTreeSet::new();
        while let Some(path) = open.pop() {
            if path.is_dir() {
                let entries = fs::read_dir(path).unwrap();
                open.extend(entries.map(|entry| entry.unwrap().path()));
            } else {
                found.extend(types_in(&path));
            }
        }
        found
    }

    fn types_in(path: &PathBuf) -> Vec<String> {
        let text = fs::read_to_string(path).unwrap();
        let quoted = text.split('"').filter(|part| part.starts_with("AWS::"));
        let types = quoted.filter(|part| part.split("::").count() == 3);
        types.map(str::to_owned).collect()
    }

    #[test]
    fn every_type_that_the_platform_renders_is_in_the_table() {
        let rendered = rendered();
        assert!(rendered.contains("AWS::ECS::Service"), "{rendered:?}");
        let unknown: Vec<_> = rendered
            .iter()
            .filter(|name| kind(name).is_none())
            .collect();
        assert_eq!(unknown, Vec::<&String>::new());
    }

    #[test]
    fn the_table_names_each_type_once_and_in_order() {
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
    }
}
