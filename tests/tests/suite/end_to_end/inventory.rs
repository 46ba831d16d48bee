//! What `examples/full-service.yaml` must have made: for each resource, what its own service says
//! about it.

use serde_json::{Value, json};

use super::cloud::Cloud;

/// What one service says, and what must be in it.
struct Look {
    answer: String,
    expected: Vec<String>,
}

impl Look {
    fn at(answer: &str, expected: &[&str]) -> Self {
        // JSON in its one form, so that spaces play no part.
        let answer = serde_json::from_str::<Value>(answer)
            .map_or_else(|_| answer.to_owned(), |value| value.to_string());
        Self {
            answer,
            expected: expected.iter().map(|text| (*text).to_owned()).collect(),
        }
    }
}

/// The outputs of the instance.
pub(crate) struct Outputs<'a>(pub(crate) &'a Value);

impl Outputs<'_> {
    fn get(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap()
    }

    /// The cluster in the ARN of the service.
    fn cluster(&self) -> &str {
        self.get("compute.service.arn").split('/').nth(1).unwrap()
    }
}

/// Asserts that everything is there, with the values of the spec.
pub(crate) fn everything_is_there(cloud: &Cloud, outputs: &Outputs<'_>, zone: &str) {
    let looks = [
        data(cloud, outputs),
        code(cloud, outputs),
        traffic(cloud, outputs, zone),
    ];
    for look in looks.iter().flatten() {
        for expected in &look.expected {
            assert!(
                look.answer.contains(expected),
                "{expected} is not in {}",
                look.answer
            );
        }
    }
}

fn data(cloud: &Cloud, outputs: &Outputs<'_>) -> Vec<Look> {
    let file_system = outputs.get("storage.efs.filesystem_id");
    let lifecycle = format!("/2015-02-01/file-systems/{file_system}/lifecycle-configuration");
    let mounts = format!("/2015-02-01/mount-targets?FileSystemId={file_system}");
    vec![
        Look::at(
            &cloud.query("rds", "DescribeDBInstances", "2014-10-31"),
            &[
                outputs.get("database.endpoint"),
                "<Engine>postgres</Engine>",
                "<EngineVersion>16.10</EngineVersion>",
                "<DBInstanceClass>db.t3.micro</DBInstanceClass>",
                "<AllocatedStorage>30</AllocatedStorage>",
                "<BackupRetentionPeriod>7</BackupRetentionPeriod>",
                "<StorageEncrypted>true</StorageEncrypted>",
                "<PubliclyAccessible>false</PubliclyAccessible>",
                "<DBName>shop</DBName>",
            ],
        ),
        Look::at(
            &cloud.call("secretsmanager", "secretsmanager.ListSecrets", &json!({})),
            &[outputs.get("database.secret_arn")],
        ),
        Look::at(
            &cloud.query("elasticache", "DescribeReplicationGroups", "2015-02-02"),
            &[
                "<Engine>valkey</Engine>",
                "<CacheNodeType>cache.t3.micro</CacheNodeType>",
                "<AutomaticFailover>enabled</AutomaticFailover>",
                "<TransitEncryptionEnabled>true</TransitEncryptionEnabled>",
                "<AtRestEncryptionEnabled>true</AtRestEncryptionEnabled>",
                "-0001-002</CacheClusterId>",
            ],
        ),
        Look::at(&cloud.file_systems(), &[file_system, "\"Encrypted\":true"]),
        Look::at(
            &cloud.ask("elasticfilesystem", &lifecycle),
            &["AFTER_30_DAYS"],
        ),
        Look::at(
            &cloud.ask("elasticfilesystem", &mounts),
            &["us-east-1a", "us-east-1b"],
        ),
        Look::at(
            &cloud.ask("elasticfilesystem", "/2015-02-01/access-points"),
            &[
                outputs.get("storage.efs.access_point_id"),
                "\"Path\":\"/uploads\"",
                "\"Uid\":1000",
            ],
        ),
    ]
}

fn code(cloud: &Cloud, outputs: &Outputs<'_>) -> Vec<Look> {
    let ecs = |action: &str, arguments: &Value| {
        let target = format!("AmazonEC2ContainerServiceV20141113.{action}");
        cloud.call("ecs", &target, arguments)
    };
    let named = json!({
        "cluster": outputs.cluster(),
        "services": [outputs.get("compute.service.name")],
    });
    let services = ecs("DescribeServices", &named);
    let service: Value = serde_json::from_str(&services).unwrap();
    let definition = json!({ "taskDefinition": service["services"][0]["taskDefinition"] });
    let function = outputs.get("lambda.resize_image.name");
    let groups = json!({ "logGroupNamePrefix": outputs.get("compute.log_group.name") });
    vec![
        Look::at(
            &services,
            &[
                "\"desiredCount\":2",
                "\"rollback\":true",
                "\"assignPublicIp\":\"DISABLED\"",
            ],
        ),
        Look::at(
            &ecs("DescribeTaskDefinition", &definition),
            &[
                "\"image\":\"public.ecr.aws/nginx/nginx:1.27\"",
                "\"containerPort\":8080",
                "\"cpu\":\"512\"",
                "\"memory\":\"1024\"",
                outputs.get("database.endpoint"),
                outputs.get("cache.url"),
            ],
        ),
        Look::at(
            &cloud.call("logs", "Logs_20140328.DescribeLogGroups", &groups),
            &["\"retentionInDays\":30"],
        ),
        Look::at(
            &cloud.ask(
                "lambda",
                &format!("/2015-03-31/functions/{function}/configuration"),
            ),
            &[
                "\"MemorySize\":1024",
                "\"Timeout\":60",
                outputs.get("cache.url"),
            ],
        ),
    ]
}

fn traffic(cloud: &Cloud, outputs: &Outputs<'_>, zone: &str) -> Vec<Look> {
    let schedules = cloud.ask("scheduler", "/schedules");
    let listed: Value = serde_json::from_str(&schedules).unwrap();
    let mine: Vec<String> = listed["Schedules"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|schedule| schedule["Name"].as_str().unwrap().starts_with("gp-"))
        .map(|schedule| {
            let (name, group) = (&schedule["Name"], &schedule["GroupName"]);
            let (name, group) = (name.as_str().unwrap(), group.as_str().unwrap());
            cloud.ask("scheduler", &format!("/schedules/{name}?groupName={group}"))
        })
        .collect();
    let namespaces = "Route53AutoNaming_v20170314.ListNamespaces";
    let records = format!("/2013-04-01/hostedzone/{zone}/rrset");
    vec![
        Look::at(
            &mine.join("\n"),
            &[
                "\"cron(0 3 * * ? *)\"",
                "\"rate(1 hour)\"",
                outputs.get("lambda.resize_image.arn"),
                "\"DeadLetterConfig\"",
            ],
        ),
        Look::at(
            &cloud.ask("apigateway", "/v2/apis"),
            &["webhooks of full-service.full"],
        ),
        Look::at(
            &cloud.query("elasticloadbalancing", "DescribeTargetGroups", "2015-12-01"),
            &[
                "<HealthCheckPath>/health</HealthCheckPath>",
                "<TargetType>ip</TargetType>",
            ],
        ),
        Look::at(
            &cloud.query("elasticloadbalancing", "DescribeRules", "2015-12-01"),
            &["shop.example.com", "<Type>authenticate-cognito</Type>"],
        ),
        Look::at(
            &cloud.call("servicediscovery", namespaces, &json!({})),
            &["shop.internal"],
        ),
        Look::at(
            &cloud.ask("route53", &records),
            &["shop.example.com", "balancer.example.com"],
        ),
    ]
}
