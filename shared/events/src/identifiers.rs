//! Under which identifiers one resource can be found, so that events about it meet it.

use crate::arn::Ground;
use crate::kinds::{Kind, Names, kind};

/// The identifiers of a resource, its ARN first. `physical_id` is what CloudFormation gives.
///
/// An id that AWS never gives twice stands for itself. A name that is its own in one account and
/// region only, such as a database's, becomes `account/region/type/name`. A type that is not known,
/// or that has no identity of its own, has none.
#[must_use]
pub fn identifiers(
    resource_type: &str,
    physical_id: &str,
    account: &str,
    region: &str,
) -> Vec<String> {
    of(resource_type, physical_id, Ground::new(account, region))
}

/// The identifiers of a resource on known ground.
pub(crate) fn of(resource_type: &str, id: &str, ground: Ground<'_>) -> Vec<String> {
    match kind(resource_type) {
        Some(kind) if !id.is_empty() => of_kind(kind, id, ground),
        _ => Vec::new(),
    }
}

fn of_kind(kind: &Kind, id: &str, ground: Ground<'_>) -> Vec<String> {
    let lower = || id.to_ascii_lowercase();
    match kind.names {
        Names::Nothing => Vec::new(),
        _ if id.starts_with("arn:") => vec![id.to_owned()],
        Names::Arn => Vec::new(),
        Names::Unique(start) if id.starts_with(start) => {
            let mut found = arn(kind, id, ground);
            found.push(id.to_owned());
            found
        }
        Names::Unique(_) => Vec::new(),
        Names::PartitionName => arn(kind, id, ground),
        Names::Name => named(kind, id, ground),
        Names::LowerCaseName => named(kind, &lower(), ground),
        Names::QueueUrl => {
            let name = id.rsplit('/').next().unwrap_or(id);
            named(kind, name, ground)
        }
    }
}

fn named(kind: &Kind, name: &str, ground: Ground<'_>) -> Vec<String> {
    if !ground.is_known() {
        return Vec::new();
    }
    let mut found = arn(kind, name, ground);
    let Ground {
        account, region, ..
    } = ground;
    found.push(format!("{account}/{region}/{}/{name}", kind.name));
    found
}

fn arn(kind: &Kind, id: &str, ground: Ground<'_>) -> Vec<String> {
    let is_known = !kind.arn.is_empty() && ground.is_known();
    is_known
        .then(|| ground.arn(kind.arn, id))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(resource_type: &str, id: &str) -> Vec<String> {
        identifiers(resource_type, id, "123456789012", "eu-central-1")
    }

    #[test]
    fn a_resource_is_found_by_its_arn_and_by_what_is_its_own() {
        let service = "arn:aws:ecs:eu-central-1:123456789012:service/main/web";
        let at = "eu-central-1:123456789012";
        for (resource_type, id, expected) in [
            ("AWS::ECS::Service", service, vec![service.to_owned()]),
            (
                "AWS::EFS::FileSystem",
                "fs-0a1b",
                vec![
                    format!("arn:aws:elasticfilesystem:{at}:file-system/fs-0a1b"),
                    "fs-0a1b".to_owned(),
                ],
            ),
            (
                "AWS::RDS::DBInstance",
                "Orders",
                vec![
                    format!("arn:aws:rds:{at}:db:orders"),
                    "123456789012/eu-central-1/AWS::RDS::DBInstance/orders".to_owned(),
                ],
            ),
            (
                "AWS::IAM::Role",
                "web-task",
                vec![
                    "arn:aws:iam::123456789012:role/web-task".to_owned(),
                    "123456789012/eu-central-1/AWS::IAM::Role/web-task".to_owned(),
                ],
            ),
            (
                "AWS::SQS::Queue",
                "https://sqs.eu-central-1.amazonaws.com/123456789012/letters",
                vec![
                    format!("arn:aws:sqs:{at}:letters"),
                    "123456789012/eu-central-1/AWS::SQS::Queue/letters".to_owned(),
                ],
            ),
            (
                "AWS::S3::Bucket",
                "orders",
                vec!["arn:aws:s3:::orders".to_owned()],
            ),
        ] {
            assert_eq!(here(resource_type, id), expected, "{resource_type}");
        }
    }

    #[test]
    fn what_is_not_a_resources_own_does_not_find_it() {
        for (resource_type, id) in [
            ("AWS::Route53::RecordSet", "web.example.org"),
            ("AWS::ApiGatewayV2::Stage", "$default"),
            ("AWS::Scheduler::Schedule", "nightly"),
            ("AWS::EFS::FileSystem", "orders"),
            ("AWS::ECS::Service", "web"),
            ("AWS::RDS::DBInstance", ""),
            ("AWS::New::Thing", "web"),
            (
                "Custom::Thing",
                "arn:aws:ecs:eu-central-1:1:service/main/web",
            ),
            (
                "AWS::SecretsManager::SecretTargetAttachment",
                "arn:aws:secretsmanager:eu-central-1:1:secret:a",
            ),
        ] {
            assert_eq!(here(resource_type, id), [""; 0], "{resource_type} {id}");
        }
    }

    #[test]
    fn the_same_name_elsewhere_is_something_else() {
        let database = |account, region| identifiers("AWS::RDS::DBInstance", "a", account, region);
        let here = database("123456789012", "eu-central-1");
        for other in [
            database("210987654321", "eu-central-1"),
            database("123456789012", "eu-west-1"),
        ] {
            assert!(here.iter().all(|id| !other.contains(id)), "{other:?}");
        }
        for nowhere in [database("", "eu-central-1"), database("1", "")] {
            assert_eq!(nowhere, [""; 0]);
        }
    }

    #[test]
    fn other_partitions_have_arns_of_their_own() {
        let found = identifiers("AWS::S3::Bucket", "orders", "1", "cn-north-1");
        assert_eq!(found, ["arn:aws-cn:s3:::orders"]);
        let found = identifiers("AWS::DynamoDB::Table", "t", "1", "us-gov-west-1");
        assert_eq!(found[0], "arn:aws-us-gov:dynamodb:us-gov-west-1:1:table/t");
    }

    #[test]
    fn a_name_cannot_pass_for_another_resource() {
        let victim = here("AWS::RDS::DBInstance", "orders");
        for (resource_type, id) in [
            ("AWS::RDS::DBCluster", "orders"),
            (
                "AWS::S3::Bucket",
                "123456789012/eu-central-1/AWS::RDS::DBInstance/orders",
            ),
            (
                "AWS::Logs::LogGroup",
                "123456789012/eu-central-1/AWS::RDS::DBInstance/orders",
            ),
            ("AWS::Lambda::Function", "{account}:db:orders"),
        ] {
            let found = here(resource_type, id);
            assert!(found.iter().all(|own| !victim.contains(own)), "{found:?}");
        }
        // Nor can a bucket be called like a file system and take its events.
        assert!(!here("AWS::S3::Bucket", "fs-0a1b").contains(&"fs-0a1b".to_owned()));
    }
}
