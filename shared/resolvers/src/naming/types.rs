//! The types of resources that names are made for, as data. Types that AWS names itself or that
//! bear no name (file systems, access points, VPCs) are not among them.

use super::limits::{First, Limits, Uniqueness};

/// The name of a listener's rule is its priority, a number from 1 to 50,000.
pub(super) const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

use First::{Alphanumeric, Letter};
use Uniqueness::{
    Account, Cluster, Global, Listener, Namespace, Nowhere, Region, ScheduleGroup, Vpc,
};

/// What most types have in common, to be narrowed type by type.
const fn named(
    resource_type: &'static str,
    abbreviation: &'static str,
    longest: usize,
    unique: Uniqueness,
) -> Limits {
    Limits {
        resource_type,
        abbreviation,
        shortest: 1,
        longest,
        upper: true,
        others: "",
        first: First::Any,
        alphanumeric_end: false,
        single_hyphens: false,
        reserved_starts: &[],
        reserved_ends: &[],
        unique,
        document: "",
    }
}

macro_rules! narrowing {
    ($($(#[$doc:meta])* $name:ident($($given:ident: $type:ty)?) $field:ident = $value:expr;)*) => {
        impl Limits {
            $($(#[$doc])* const fn $name(mut self, $($given: $type)?) -> Self {
                self.$field = $value;
                self
            })*
        }
    };
}

narrowing! {
    /// AWS keeps the name in lower case, so that case tells no two names apart.
    lower() upper = false;
    at_least(length: usize) shortest = length;
    with(characters: &'static str) others = characters;
    starting(with: First) first = with;
    ending_alphanumeric() alphanumeric_end = true;
    with_single_hyphens() single_hyphens = true;
    reserving(starts: &'static [&'static str]) reserved_starts = starts;
    reserving_ends(ends: &'static [&'static str]) reserved_ends = ends;
    per(place: &'static str) document = place;
}

impl Limits {
    /// As RDS and ElastiCache want their identifiers.
    const fn identifier(self) -> Self {
        self.starting(Letter)
            .ending_alphanumeric()
            .with_single_hyphens()
    }
}

/// Every type, in the order of their names.
pub(super) static KNOWN: [Limits; 30] = [
    named("AWS::ApiGatewayV2::Api", "api", 128, Nowhere)
        .per("API Gateway version 2 API reference, Apis")
        .with("_."),
    named("AWS::CloudFormation::Stack", "stack", 128, Region)
        .per("CloudFormation API reference, CreateStack")
        .starting(Letter),
    named("AWS::DynamoDB::Table", "table", 255, Region)
        .per("DynamoDB API reference, CreateTable")
        .at_least(3)
        .with("_."),
    // A group's name cannot look like the id of one.
    named("AWS::EC2::SecurityGroup", "sg", 255, Vpc)
        .per("EC2 API reference, CreateSecurityGroup")
        .with("_./")
        .reserving(&["sg-"]),
    // AWS allows single separators within; `-` is enough.
    named("AWS::ECR::Repository", "repo", 256, Region)
        .per("ECR API reference, CreateRepository")
        .at_least(2)
        .lower()
        .starting(Letter)
        .ending_alphanumeric(),
    named("AWS::ECS::Cluster", "ecs", 255, Region)
        .per("ECS API reference, CreateCluster")
        .with("_"),
    named("AWS::ECS::Service", "svc", 255, Cluster)
        .per("ECS API reference, CreateService")
        .with("_"),
    named("AWS::ECS::TaskDefinition", "task", 255, Region)
        .per("ECS API reference, RegisterTaskDefinition")
        .with("_"),
    named("AWS::ElastiCache::ReplicationGroup", "cache", 40, Region)
        .per("ElastiCache API reference, CreateReplicationGroup")
        .lower()
        .identifier(),
    named("AWS::ElastiCache::SubnetGroup", "cachesub", 255, Region)
        .per("ElastiCache API reference, CreateCacheSubnetGroup")
        .lower()
        .starting(Letter),
    named(LISTENER_RULE, "rule", 5, Listener)
        .per("Elastic Load Balancing API reference, CreateRule"),
    named(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "lb",
        32,
        Region,
    )
    .per("Elastic Load Balancing API reference, CreateLoadBalancer")
    .starting(Alphanumeric)
    .ending_alphanumeric()
    .reserving(&["internal-"]),
    named("AWS::ElasticLoadBalancingV2::TargetGroup", "tg", 32, Region)
        .per("Elastic Load Balancing API reference, CreateTargetGroup")
        .starting(Alphanumeric)
        .ending_alphanumeric(),
    // Slashes are for the buses of partners.
    named("AWS::Events::EventBus", "bus", 256, Region)
        .per("EventBridge API reference, CreateEventBus")
        .with("_.")
        .reserving(&["aws."]),
    // AWS does not tell roles apart by case; neither do claims.
    named("AWS::IAM::Role", "role", 64, Account)
        .per("IAM API reference, CreateRole")
        .with("_."),
    named("AWS::Lambda::Function", "fn", 64, Region)
        .per("Lambda API reference, CreateFunction")
        .with("_"),
    named("AWS::Logs::LogGroup", "logs", 512, Region)
        .per("CloudWatch Logs API reference, CreateLogGroup")
        .with("_./")
        .reserving(&["aws/"]),
    named("AWS::RDS::DBInstance", "db", 63, Region)
        .per("RDS API reference, CreateDBInstance")
        .lower()
        .identifier(),
    named("AWS::RDS::DBParameterGroup", "dbparams", 255, Region)
        .per("RDS API reference, CreateDBParameterGroup")
        .lower()
        .identifier(),
    named("AWS::RDS::DBSubnetGroup", "dbsub", 255, Region)
        .per("RDS API reference, CreateDBSubnetGroup")
        .lower()
        .with("_.")
        .starting(Letter),
    // Dots would break the certificate of an address that begins with the bucket's name.
    named("AWS::S3::Bucket", "bucket", 63, Global)
        .per("S3 user guide, general purpose bucket naming rules")
        .at_least(3)
        .lower()
        .starting(Alphanumeric)
        .ending_alphanumeric()
        .reserving(&["xn--", "sthree-", "amzn-s3-demo-"])
        .reserving_ends(&["-s3alias", "--ol-s3", "--x-s3", "--table-s3"]),
    named("AWS::SNS::Topic", "topic", 256, Region)
        .per("SNS API reference, CreateTopic")
        .with("_"),
    named("AWS::SQS::Queue", "queue", 80, Region)
        .per("SQS API reference, CreateQueue")
        .with("_"),
    // AWS counts the ARN, at most 1,011 characters. A hierarchy would have to begin with a slash.
    named("AWS::SSM::Parameter", "param", 900, Region)
        .per("Systems Manager API reference, PutParameter")
        .with("_.")
        .reserving(&["aws", "ssm"]),
    named("AWS::Scheduler::Schedule", "schedule", 64, ScheduleGroup)
        .per("EventBridge Scheduler API reference, CreateSchedule")
        .with("_."),
    named("AWS::Scheduler::ScheduleGroup", "schedules", 64, Region)
        .per("EventBridge Scheduler API reference, CreateScheduleGroup")
        .with("_."),
    named("AWS::SecretsManager::Secret", "secret", 512, Region)
        .per("Secrets Manager API reference, CreateSecret")
        .with("_./"),
    // AWS allows 253 characters, and 63 between two dots.
    named("AWS::ServiceDiscovery::PrivateDnsNamespace", "ns", 63, Vpc)
        .per("Cloud Map API reference, CreatePrivateDnsNamespace")
        .with(".")
        .starting(Alphanumeric)
        .ending_alphanumeric(),
    // A label of a DNS name.
    named("AWS::ServiceDiscovery::Service", "disc", 63, Namespace)
        .per("Cloud Map API reference, CreateService")
        .starting(Alphanumeric)
        .ending_alphanumeric(),
    named("AWS::StepFunctions::StateMachine", "machine", 80, Region)
        .per("Step Functions API reference, CreateStateMachine")
        .with("_"),
];
