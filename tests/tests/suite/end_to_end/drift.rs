//! What is changed behind the platform's back: the fleet's machine and checks on demand find it,
//! name the property and tell of it, and what the local AWS cannot look at is named.

use std::time::Duration;

use serde_json::{Value, json};

use super::cloud::Cloud;
use super::command::{Platform, Ran, variable};
use super::outside::logged;
use super::{patient, spec};

/// How long a check of a few instances, and the way of its event, may take.
const PATIENCE: Duration = Duration::from_secs(180);
const ENVIRONMENT: &str = "drifting";
const ADRIFT: &str = "adrift.drifting";
const BUSY: &str = "busy.drifting";
/// What the local AWS cannot look at, of the resources of the example. The service is looked at by
/// ECS instead.
const NOT_CHECKED: [(&str, &str); 10] = [
    ("AccessPoint", "AWS::EFS::AccessPoint"),
    ("ComputeGroup", "AWS::EC2::SecurityGroup"),
    ("Execution", "AWS::IAM::Policy"),
    ("FileSystem", "AWS::EFS::FileSystem"),
    ("MountTarget", "AWS::EFS::MountTarget"),
    ("MountTarget", "AWS::EFS::MountTarget"),
    ("Service", "AWS::ECS::Service"),
    ("StorageGroup", "AWS::EC2::SecurityGroup"),
    ("TaskAccess", "AWS::IAM::Policy"),
    ("TaskDefinition", "AWS::ECS::TaskDefinition"),
];

/// Registers an environment whose turn does not come by itself while a test runs.
pub(super) fn environment(platform: &Platform, name: &str, action: &str) {
    policed(
        platform,
        name,
        &json!({"default": action, "schedule": "720h"}),
    );
}

/// Registers an environment with this to be done about drift.
pub(super) fn policed(platform: &Platform, name: &str, drift: &Value) {
    let document = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "Environment", "metadata": {"name": name},
        "spec": {"landingZone": "sandbox", "drift": drift},
    });
    let applied = platform.run_with(&document.to_string(), &["apply", "-", "-o", "json"]);
    assert_eq!(applied.code, 0, "{applied:?}");
}

/// The example in that environment.
pub(super) fn spec_in(name: &str, environment: &str) -> String {
    let there = format!("environment: {environment}");
    spec(name).replacen("environment: dev", &there, 1)
}

/// Begins the check of an environment as its schedule does, and waits for its end. Gives how many
/// instances came to what, and who was left out.
pub(super) fn fleet(cloud: &Cloud, environment: &str, patience: Duration) -> Value {
    let call = |operation: &str, input: &Value| -> Value {
        let answer = cloud.call("states", &format!("AWSStepFunctions.{operation}"), input);
        serde_json::from_str(&answer).unwrap()
    };
    let started = call(
        "StartExecution",
        &json!({
            "stateMachineArn": variable("GROUNDPLANE_TEST_DRIFT_MACHINE"),
            "input": json!({"environment": environment}).to_string(),
        }),
    );
    let execution = json!({"executionArn": started["executionArn"]});
    let ended = patient(patience, || {
        let described = call("DescribeExecution", &execution);
        (described["status"] != "RUNNING").then_some(described)
    });
    assert_eq!(ended["status"], "SUCCEEDED", "{ended}");
    serde_json::from_str(ended["output"].as_str().unwrap()).unwrap()
}

/// Text as a query may have it.
fn encoded(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes()
        .map(|byte| match safe(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

/// Calls IAM.
pub(super) fn iam(cloud: &Cloud, action: &str, parameters: &[(&str, &str)]) -> String {
    let parameters = parameters
        .iter()
        .map(|(name, value)| format!("&{name}={}", encoded(value)));
    let parameters: String = parameters.collect();
    let asked = format!("/?Action={action}&Version=2010-05-08{parameters}");
    cloud.ask("iam", &asked)
}

/// What stands between these two, each time.
fn between<'t>(text: &'t str, begin: &str, end: &str) -> Vec<&'t str> {
    let parts = text.split(begin).skip(1);
    parts.map(|part| part.split(end).next().unwrap()).collect()
}

/// The names of the roles of an instance that have this in their names.
pub(super) fn roles(cloud: &Cloud, instance: &str, word: &str) -> Vec<String> {
    let roles = iam(cloud, "ListRoles", &[]);
    let names = between(&roles, "<RoleName>", "</RoleName>");
    let foundation = format!("-{instance}-foundation-");
    let is_wanted = |name: &&&str| name.contains(&foundation) && name.contains(word);
    let found = names.iter().filter(is_wanted);
    found.map(|name| (*name).to_owned()).collect()
}

/// The name of the one of them.
fn role(cloud: &Cloud, instance: &str, word: &str) -> String {
    let mut found = roles(cloud, instance, word);
    assert_eq!(found.len(), 1, "{word}: {found:?}");
    found.remove(0)
}

/// A policy of this one statement.
#[expect(clippy::needless_pass_by_value, reason = "callers make it for this")]
fn policy(statement: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

/// Somebody has the logs of an instance kept for three days only.
pub(super) fn forget_logs(cloud: &Cloud, outputs: &Value) {
    let group = outputs["compute.log_group.name"].as_str().unwrap();
    let retention = json!({"logGroupName": group, "retentionInDays": 3});
    cloud.call("logs", "Logs_20140328.PutRetentionPolicy", &retention);
}

/// Somebody has a service run four tasks.
pub(super) fn run_four(cloud: &Cloud, outputs: &Value) {
    let arn = outputs["compute.service.arn"].as_str().unwrap();
    let cluster = arn.split('/').nth(1).unwrap();
    let scaled = json!({"cluster": cluster, "service": arn, "desiredCount": 4});
    let target = "AmazonEC2ContainerServiceV20141113.UpdateService";
    let answer = cloud.call("ecs", target, &scaled);
    assert!(answer.contains("\"desiredCount\":4") || answer.contains("\"desiredCount\": 4"));
}

/// Somebody changes a retention, who may take on a role, what a role may do, and how many tasks
/// there are.
fn change(cloud: &Cloud, outputs: &Value) {
    forget_logs(cloud, outputs);
    run_four(cloud, outputs);
    // Names of roles are cut to their length.
    let trusted = role(cloud, "adrift", "-Exec");
    let anybody = json!({
        "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole",
    });
    let document = policy(anybody);
    let of_role = [
        ("RoleName", trusted.as_str()),
        ("PolicyDocument", &document),
    ];
    iam(cloud, "UpdateAssumeRolePolicy", &of_role);
    let everything = policy(json!({"Effect": "Allow", "Action": "*", "Resource": "*"}));
    let inline = [
        ("RoleName", trusted.as_str()),
        ("PolicyName", "compute"),
        ("PolicyDocument", &everything),
    ];
    iam(cloud, "PutRolePolicy", &inline);
}

/// Somebody deletes the role of an instance's tasks with all that it may do.
pub(super) fn delete_role(cloud: &Cloud, instance: &str) {
    let name = role(cloud, instance, "-TaskR");
    let policies = iam(cloud, "ListRolePolicies", &[("RoleName", &name)]);
    for policy in between(&policies, "<member>", "</member>") {
        let of_role = [("RoleName", name.as_str()), ("PolicyName", policy)];
        iam(cloud, "DeleteRolePolicy", &of_role);
    }
    iam(cloud, "DeleteRole", &[("RoleName", &name)]);
}

/// What a report found: resource, property and kind, each once.
pub(super) fn found(report: &Value) -> Vec<String> {
    let differences = report["differences"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found: Vec<String> = differences
        .iter()
        .map(|it| {
            [&it["resource"], &it["property"], &it["kind"]]
                .map(text)
                .join(" ")
        })
        .collect();
    found.sort();
    found
}

/// The first of the differences in this property, with both its values.
fn values(report: &Value, property: &str) -> (Value, Value) {
    let differences = report["differences"].as_array().unwrap();
    let found = differences.iter().find(|it| it["property"] == property);
    let found = found.unwrap_or_else(|| panic!("{property} is not in {report}"));
    (found["expected"].clone(), found["actual"].clone())
}

/// Names in the template, the subnet in that of a mount target left out, with their types.
fn unchecked(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let named = report["notChecked"].as_array().unwrap().iter().map(|it| {
        let name = text(&it["resource"]);
        let name = match name.strip_prefix("MountTarget") {
            Some(_) => "MountTarget".to_owned(),
            None => name,
        };
        (name, text(&it["resourceType"]))
    });
    let mut named: Vec<_> = named.collect();
    named.sort();
    named
}

fn checked_now(platform: &Platform) -> Ran {
    platform.run(&["drift", ADRIFT, "--wait", "-o", "json"])
}

/// How often the instance was told of drift.
fn told(platform: &Platform) -> usize {
    logged(platform, ADRIFT, "Drift Detected").len()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn what_is_changed_behind_the_platforms_back_is_found_named_and_told() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    environment(&platform, ENVIRONMENT, "signal");
    let never = platform.run(&["drift", ADRIFT, "-o", "json"]);
    assert_eq!(never.code, 1, "it is not there: {never:?}");
    let mine = spec_in("adrift", ENVIRONMENT);
    let first = platform.run_with(&mine, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(first.code, 0, "{first:?}");

    // Nobody has touched it. What the local AWS cannot look at is named, and nothing else.
    let calm = checked_now(&platform);
    assert_eq!(calm.code, 0, "{calm:?}");
    let report = &calm.answer["report"];
    assert_eq!(report["status"], "in-sync");
    let expected = NOT_CHECKED.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    assert_eq!(unchecked(report), expected, "not checked");

    // The fleet's machine finds what was changed; what a role may do is in policies, which the
    // local AWS does not look at: `Execution` above.
    change(&cloud, &first.answer["instance"]["outputs"]);
    let counts = &fleet(&cloud, ENVIRONMENT, PATIENCE)["counts"];
    assert_eq!(
        (&counts["drifted"], &counts["failed"]),
        (&json!(1), &json!(0)),
        "{counts}"
    );
    let shown = platform.run(&["drift", ADRIFT, "-o", "json"]);
    assert_eq!(shown.code, 3, "{shown:?}");
    let report = &shown.answer["report"];
    assert_eq!(
        found(report),
        [
            "ExecutionRole /AssumeRolePolicyDocument/Statement/0/Condition removed",
            "ExecutionRole /AssumeRolePolicyDocument/Statement/0/Principal/AWS added",
            "ExecutionRole /AssumeRolePolicyDocument/Statement/0/Principal/Service removed",
            "LogGroup /RetentionInDays changed",
            "Service /DesiredCount changed",
        ]
    );
    assert_eq!(values(report, "/RetentionInDays"), (json!(30), json!(3)));
    assert_eq!(values(report, "/DesiredCount"), (json!(1), json!(4)));
    assert_eq!(unchecked(report), expected, "not checked");
    patient(PATIENCE, || (told(&platform) == 1).then_some(()));

    // The same drift is told once. Another is told again, and found by a check on demand.
    assert_eq!(checked_now(&platform).code, 3);
    delete_role(&cloud, "adrift");
    let gone = checked_now(&platform);
    assert_eq!(gone.code, 3, "{gone:?}");
    let names = found(&gone.answer["report"]);
    assert!(names.contains(&"TaskRole  deleted".to_owned()), "{names:?}");
    patient(PATIENCE, || (told(&platform) >= 2).then_some(()));
    assert_eq!(told(&platform), 2);

    a_deployment_is_not_disturbed(&platform, &cloud);
    for id in [ADRIFT, BUSY] {
        let ended = platform.run(&["destroy", id, "--wait", "--yes", "-o", "json"]);
        assert_eq!(ended.code, 0, "{ended:?}");
    }
}

/// While one instance is being deployed, the environment is checked: the instance is left out and
/// named, and its deployment succeeds.
fn a_deployment_is_not_disturbed(platform: &Platform, cloud: &Cloud) {
    let busy = spec_in("busy", ENVIRONMENT);
    let accepted = platform.run_with(&busy, &["deploy", "-", "-o", "json"]);
    assert_eq!(accepted.code, 0, "{accepted:?}");
    let refused = platform.post(&format!("/v1/instances/{BUSY}/drift"), "");
    assert_eq!(refused.status, 409, "{}", refused.body);
    let deployment = accepted.answer["deployment"].as_str().unwrap();
    assert_eq!(
        refused.body["link"],
        format!("/v1/deployments/{deployment}")
    );
    let ended = fleet(cloud, ENVIRONMENT, PATIENCE);
    assert_eq!(ended["skipped"], json!([BUSY]), "{ended}");
    assert_eq!(ended["counts"]["drifted"], 1, "{ended}");
    let listed = platform.run(&["drift", "--environment", ENVIRONMENT, "-o", "json"]);
    assert_eq!(listed.code, 3, "{listed:?}");
    let items = listed.answer["items"].as_array().unwrap();
    let skipped = items.iter().find(|it| it["instance"] == BUSY).unwrap();
    assert_eq!(skipped["skipped"]["reason"], "deployment-in-progress");
    let watched = platform.run(&["watch", BUSY, "-o", "json"]);
    assert_eq!(watched.code, 0, "{watched:?}");
    assert_eq!(watched.answer["instance"]["status"], "active");
}
