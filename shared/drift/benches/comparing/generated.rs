//! Resources of the kinds and about the size that specs become, as AWS answers them.

use anyhow::Result;
use groundplane_drift::{Known, Observation, Seen, Source};
use groundplane_model::UnitName;
use serde_json::{Value, json};

/// How many resources a unit has.
const UNIT: usize = 5;

/// The resources that a revision knows.
pub(crate) fn known(resources: usize) -> Result<Vec<Known>> {
    (0..resources)
        .map(|number| {
            Ok(Known {
                unit: unit(number)?,
                logical_id: format!("Resource{number}"),
                resource_type: resource(number).0.to_owned(),
                physical_id: Some(format!("resource-{number}")),
            })
        })
        .collect()
}

/// The same as a source sees them; of ten, one has drifted if asked for.
pub(crate) fn observed(resources: usize, drifted: bool) -> Result<Vec<Observation>> {
    (0..resources)
        .map(|number| {
            let (resource_type, expected, mut actual) = resource(number);
            if let Some(fields) = actual
                .as_object_mut()
                .filter(|_| drifted && number % 10 == 0)
            {
                fields.insert("Changed".to_owned(), "by hand".into());
            }
            Ok(Observation {
                unit: unit(number)?,
                logical_id: format!("Resource{number}"),
                resource_type: resource_type.to_owned(),
                physical_id: Some(format!("resource-{number}")),
                source: Source::CloudFormation,
                seen: Seen::There { expected, actual },
                scaling: None,
            })
        })
        .collect()
}

fn unit(number: usize) -> Result<UnitName> {
    Ok(UnitName::parse(&format!("unit-{}", number / UNIT))?)
}

/// The type, what was asked for, and the same with the noise of AWS.
fn resource(number: usize) -> (&'static str, Value, Value) {
    match number % 4 {
        0 => role(),
        1 => group(),
        2 => queue(),
        _ => service(number),
    }
}

fn role() -> (&'static str, Value, Value) {
    let actions = ["ecr:BatchGetImage", "logs:PutLogEvents", "s3:GetObject"];
    let statement = json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let text = document.to_string().replace(',', ", ");
    let tags = json!([{ "Key": "owner", "Value": "shop" }, { "Key": "stage", "Value": "dev" }]);
    let answered = json!([
        { "Key": "stage", "Value": "dev" },
        { "Key": "aws:cloudformation:stack-name", "Value": "web" },
        { "Key": "owner", "Value": "shop" },
    ]);
    (
        "AWS::IAM::Role",
        json!({ "AssumeRolePolicyDocument": document, "Tags": tags }),
        json!({ "AssumeRolePolicyDocument": text, "Tags": answered, "Path": "/" }),
    )
}

fn group() -> (&'static str, Value, Value) {
    let rule = |port: u16| json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "10.0.0.0/8" });
    let ports = [80, 443, 8080, 6379];
    let asked: Vec<Value> = ports.map(rule).to_vec();
    let answered: Vec<Value> = asked.iter().rev().cloned().collect();
    (
        "AWS::EC2::SecurityGroup",
        json!({ "GroupDescription": "web", "SecurityGroupIngress": asked }),
        json!({ "GroupDescription": "web", "SecurityGroupIngress": answered }),
    )
}

fn queue() -> (&'static str, Value, Value) {
    (
        "AWS::SQS::Queue",
        json!({ "SqsManagedSseEnabled": true, "MessageRetentionPeriod": 1_209_600 }),
        json!({ "SqsManagedSseEnabled": "true", "MessageRetentionPeriod": "1209600" }),
    )
}

fn service(number: usize) -> (&'static str, Value, Value) {
    let network = json!({ "AwsvpcConfiguration": {
        "AssignPublicIp": "DISABLED",
        "SecurityGroups": ["sg-1"],
        "Subnets": ["subnet-1", "subnet-2"],
    }});
    let properties = |cluster: &str| {
        json!({
            "ServiceName": format!("web-{number}"),
            "Cluster": cluster,
            "DesiredCount": 2,
            "LaunchType": "FARGATE",
            "DeploymentConfiguration": { "MaximumPercent": 200, "MinimumHealthyPercent": 100 },
            "NetworkConfiguration": network,
        })
    };
    let arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/sandbox";
    ("AWS::ECS::Service", properties("sandbox"), properties(arn))
}
