//! A landing zone in another account: the shipped template makes that account ready, and the platform's
//! functions work there under its role, and nowhere else.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::{Cloud, elements};
use super::command::{Platform, variable};
use super::{patient, spec};

const OTHER: &str = "222222222222";
const ENVIRONMENT: &str = "abroad";
/// How long a stack, a deployment or a check may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Makes a stack of a template of `infra/` and gives its outputs.
fn stack(cloud: &Cloud, name: &str, file: &str, parameters: &[(&str, &str)]) -> Value {
    let template = crate::platform::template(file).unwrap();
    cloud.deploy(name, &template, parameters);
    let described = patient(PATIENCE, || {
        let path = format!("/?Action=DescribeStacks&Version=2010-05-15&StackName={name}");
        let described = cloud.ask("cloudformation", &path);
        assert!(!described.contains("_FAILED<"), "{described}");
        let is_done = described.contains("CREATE_COMPLETE<");
        is_done.then_some(described)
    });
    let keys = elements(&described, "OutputKey").into_iter();
    let outputs = keys.zip(elements(&described, "OutputValue"));
    let outputs = outputs.map(|(key, value)| (key.to_owned(), json!(value)));
    Value::Object(outputs.collect())
}

/// The external id of the tenant, as the account that lets it in is told.
fn external_id(platform: &Platform, tenant: &str) -> String {
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Tenant",
        "metadata": {"name": tenant}, "spec": {"owner": "platform-team"},
    });
    let applied = platform.run_with(&document.to_string(), &["apply", "-", "-o", "json"]);
    assert_eq!(applied.code, 0, "{applied:?}");
    let callers = "arn:aws:iam::000000000000:role/groundplane";
    let policy = [
        "tenant",
        "trust-policy",
        tenant,
        "--callers",
        callers,
        "-o",
        "json",
    ];
    let policy = platform.run(&policy);
    assert_eq!(policy.code, 0, "{policy:?}");
    let id = &policy.answer["externalIds"][tenant];
    id.as_str().unwrap().to_owned()
}

/// Registers an environment in the other account.
fn environment(platform: &Platform, ground: &Value, access: &Value) {
    let list = |name: &str| -> Vec<String> {
        let all = ground[name].as_str().unwrap().split(',');
        all.map(str::to_owned).collect()
    };
    platform.apply_environment(ENVIRONMENT, |zone| {
        for (field, output) in [
            ("assumeRoleArn", "AssumeRoleArn"),
            ("serviceRoleArn", "ServiceRoleArn"),
            ("permissionsBoundaryArn", "PermissionsBoundaryArn"),
        ] {
            zone[field] = access[output].clone();
        }
        zone["account"] = OTHER.into();
        zone["cluster"] = ground["ClusterName"].clone();
        zone["network"] = json!({
            "vpcId": ground["VpcId"],
            "privateSubnetIds": list("PrivateSubnetIds"),
            "publicSubnetIds": list("PublicSubnetIds"),
        });
        zone["loadBalancer"] = json!({
            "listenerArn": ground["ListenerArn"],
            "securityGroupId": ground["LoadBalancerSecurityGroupId"],
        });
    });
}

/// Makes the other account ready and registers an environment in it.
fn make_ready(platform: &Platform, other: &Cloud) {
    let whoami = platform.get("/v1/whoami").body;
    let external_id = external_id(platform, whoami["tenant"].as_str().unwrap());
    let bucket = variable("GROUNDPLANE_TEST_BUCKET");
    let ground = stack(other, "ground", "bootstrap.yaml", &[("Egress", "none")]);
    let access = [
        ("PlatformAccount", "000000000000"),
        (
            "CallerRoleArns",
            "arn:aws:iam::000000000000:role/groundplane",
        ),
        ("ExternalIds", &external_id),
        ("Installation", "00000000-0000-0000-0000-000000000000"),
        ("ArtifactBucketName", &bucket),
        (
            "EventBusArn",
            "arn:aws:events:us-east-1:000000000000:event-bus/groundplane-events",
        ),
    ];
    let access = stack(other, "groundplane", "landing-zone-account.yaml", &access);
    environment(platform, &ground, &access);
}

/// The local AWS looks for a template among the buckets of whoever asks for the change set, and on AWS
/// the policy of the platform's bucket lets the other account read it. So here provisioning comes as far
/// as to be refused by the other account for a template that the platform's own account has.
#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn what_is_provisioned_in_another_account_is_asked_of_that_account_under_its_role() {
    let platform = Platform::from_env();
    let (own, other) = (Cloud::from_env(), Cloud::of_account(OTHER));
    make_ready(&platform, &other);

    let failed = platform.run_with(
        &spec("embassy"),
        &["deploy", "-", "--env", ENVIRONMENT, "--wait", "-o", "json"],
    );
    assert_eq!(failed.code, 1, "{failed:?}");
    let deployment = platform
        .run(&["status", "embassy.abroad", "-o", "json"])
        .answer;
    let error = &deployment["deployment"]["error"];
    let cause = error["cause"].as_str().unwrap_or_default();
    assert!(cause.contains("Template not found"), "{deployment}");
    let (_, address) = cause.split_once("http").unwrap();
    let (_, path) = address.split_once("://").unwrap();
    let (_, path) = path.split_once('/').unwrap();
    let path = path.split([' ', '(', ')']).next().unwrap();
    let template = own.ask("s3", &format!("/{path}"));
    assert!(
        template.contains("\"Resources\""),
        "it is there: {template}"
    );
    assert!(!own.stacks().contains("-embassy-"), "nothing at home");
    assert!(!other.stacks().contains("-embassy-"), "nothing is left");
}
