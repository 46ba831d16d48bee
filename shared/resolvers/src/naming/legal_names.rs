//! What AWS's documents say of names, written down a second time and in another way: for each
//! type the shape of a whole name.

/// Whether the whole name has a shape: how it begins, goes on and ends, and its length.
struct Shape {
    first: &'static str,
    inner: &'static str,
    last: &'static str,
    length: std::ops::RangeInclusive<usize>,
}

const LETTER: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALNUM: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const ALNUM_HYPHEN: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
const WORD: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const WORD_DOT: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
const WORD_PATH: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";
const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const LOWER_ALNUM: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
const LOWER_HYPHEN: &str = "abcdefghijklmnopqrstuvwxyz0123456789-";
const LOWER_WORD_DOT: &str = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
const LOWER_DNS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

fn shape(resource_type: &str) -> Shape {
    let (first, inner, last, length) = match resource_type {
        "AWS::ApiGatewayV2::Api" => (WORD_DOT, WORD_DOT, WORD_DOT, 1..=128),
        "AWS::CloudFormation::Stack" => (LETTER, ALNUM_HYPHEN, ALNUM_HYPHEN, 1..=128),
        "AWS::DynamoDB::Table" => (WORD_DOT, WORD_DOT, WORD_DOT, 3..=255),
        "AWS::EC2::SecurityGroup" => (WORD_PATH, WORD_PATH, WORD_PATH, 1..=255),
        "AWS::ECR::Repository" => (LOWER, LOWER_HYPHEN, LOWER_ALNUM, 2..=256),
        "AWS::ECS::Cluster" | "AWS::ECS::Service" | "AWS::ECS::TaskDefinition" => {
            (WORD, WORD, WORD, 1..=255)
        }
        "AWS::ElastiCache::ReplicationGroup" => (LOWER, LOWER_HYPHEN, LOWER_ALNUM, 1..=40),
        "AWS::ElastiCache::SubnetGroup" => (LOWER, LOWER_HYPHEN, LOWER_HYPHEN, 1..=255),
        "AWS::ElasticLoadBalancingV2::LoadBalancer"
        | "AWS::ElasticLoadBalancingV2::TargetGroup" => (ALNUM, ALNUM_HYPHEN, ALNUM, 1..=32),
        "AWS::Events::EventBus" => (WORD_DOT, WORD_DOT, WORD_DOT, 1..=256),
        "AWS::IAM::Role" => (WORD_DOT, WORD_DOT, WORD_DOT, 1..=64),
        "AWS::Lambda::Function" => (WORD, WORD, WORD, 1..=64),
        "AWS::Logs::LogGroup" => (WORD_PATH, WORD_PATH, WORD_PATH, 1..=512),
        "AWS::RDS::DBInstance" => (LOWER, LOWER_HYPHEN, LOWER_ALNUM, 1..=63),
        "AWS::RDS::DBParameterGroup" => (LOWER, LOWER_HYPHEN, LOWER_ALNUM, 1..=255),
        "AWS::RDS::DBSubnetGroup" => (LOWER, LOWER_WORD_DOT, LOWER_WORD_DOT, 1..=255),
        "AWS::S3::Bucket" => (LOWER_ALNUM, LOWER_HYPHEN, LOWER_ALNUM, 3..=63),
        "AWS::SNS::Topic" => (WORD, WORD, WORD, 1..=256),
        "AWS::SQS::Queue" => (WORD, WORD, WORD, 1..=80),
        "AWS::SSM::Parameter" => (WORD_DOT, WORD_DOT, WORD_DOT, 1..=1011),
        "AWS::Scheduler::Schedule" | "AWS::Scheduler::ScheduleGroup" => {
            (WORD_DOT, WORD_DOT, WORD_DOT, 1..=64)
        }
        "AWS::SecretsManager::Secret" => (WORD_PATH, WORD_PATH, WORD_PATH, 1..=512),
        "AWS::ServiceDiscovery::PrivateDnsNamespace" => (ALNUM, LOWER_DNS, ALNUM, 1..=253),
        "AWS::ServiceDiscovery::Service" => (ALNUM, ALNUM_HYPHEN, ALNUM, 1..=63),
        "AWS::StepFunctions::StateMachine" => (WORD, WORD, WORD, 1..=80),
        other => panic!("the shape of names for {other} is not written down"),
    };
    Shape {
        first,
        inner,
        last,
        length,
    }
}

fn refused_whole(resource_type: &str, name: &str) -> bool {
    let lower = name.to_lowercase();
    match resource_type {
        "AWS::EC2::SecurityGroup" => lower.starts_with("sg-"),
        "AWS::ElastiCache::ReplicationGroup"
        | "AWS::RDS::DBInstance"
        | "AWS::RDS::DBParameterGroup" => name.contains("--"),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => lower.starts_with("internal-"),
        "AWS::Events::EventBus" => lower.starts_with("aws."),
        "AWS::Logs::LogGroup" => lower.starts_with("aws/"),
        "AWS::SSM::Parameter" => lower.starts_with("aws") || lower.starts_with("ssm"),
        "AWS::S3::Bucket" => {
            ["xn--", "sthree-", "amzn-s3-demo-"]
                .iter()
                .any(|start| name.starts_with(start))
                || ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"]
                    .iter()
                    .any(|end| name.ends_with(end))
        }
        "AWS::ServiceDiscovery::PrivateDnsNamespace" => name.split('.').any(|label| {
            label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-')
        }),
        _ => false,
    }
}

/// Whether AWS takes the name.
pub(super) fn is_legal(resource_type: &str, name: &str) -> bool {
    if resource_type == "AWS::ElasticLoadBalancingV2::ListenerRule" {
        return name
            .parse()
            .is_ok_and(|priority: u32| (1..=50_000).contains(&priority));
    }
    let shape = shape(resource_type);
    let within = |letters: &str, c: Option<char>| c.is_some_and(|c| letters.contains(c));
    shape.length.contains(&name.len())
        && within(shape.first, name.chars().next())
        && within(shape.last, name.chars().last())
        && name.chars().all(|c| shape.inner.contains(c))
        && !refused_whole(resource_type, name)
}

#[test]
fn the_shapes_tell_legal_names_from_illegal_ones() {
    let cases = [
        ("AWS::RDS::DBInstance", "a-b", true),
        ("AWS::RDS::DBInstance", "a--b", false),
        ("AWS::RDS::DBInstance", "a-", false),
        ("AWS::RDS::DBInstance", "1a", false),
        ("AWS::S3::Bucket", "ab", false),
        ("AWS::S3::Bucket", "abC", false),
        ("AWS::EC2::SecurityGroup", "SG-1", false),
        (
            "AWS::ElasticLoadBalancingV2::TargetGroup",
            &"a".repeat(33),
            false,
        ),
        ("AWS::ElasticLoadBalancingV2::ListenerRule", "50001", false),
    ];
    for (resource_type, name, legal) in cases {
        assert_eq!(is_legal(resource_type, name), legal, "{name}");
    }
}
