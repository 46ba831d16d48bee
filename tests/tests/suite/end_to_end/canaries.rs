//! Secrets stay where they are kept: whatever went in through a door, or was made, is searched for
//! in the table, the bucket, the logs, the executions and the stacks.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cloud::{Cloud, elements};
use super::command::{Platform, Ran, variable};

const INSTANCE: &str = "canary.canaries";

/// What is shorter is no secret, and is found anywhere.
const SHORTEST: usize = 12;

/// The items of every page that a call gives: what it takes to go on is under `next` in an answer,
/// and again in the arguments of the next call.
fn pages(cloud: &Cloud, call: (&str, &str), arguments: &Value, next: (&str, &str)) -> Vec<Value> {
    let ((service, target), (given, taken)) = (call, next);
    let mut arguments = arguments.clone();
    let mut pages = Vec::new();
    loop {
        let answer: Value = serde_json::from_str(&cloud.call(service, target, &arguments)).unwrap();
        let more = answer[given].clone();
        pages.push(answer);
        if more.is_null() {
            return pages;
        }
        arguments[taken] = more;
    }
}

/// Every item of `list` in those pages.
fn items<'p>(pages: &'p [Value], list: &str) -> Vec<&'p Value> {
    let lists = pages.iter().filter_map(|page| page[list].as_array());
    lists.flatten().collect()
}

/// Everything that Secrets Manager keeps: each value, and each part of it. What goes while one looks
/// is left out.
fn kept_secrets(cloud: &Cloud) -> Vec<String> {
    let list = ("secretsmanager", "secretsmanager.ListSecrets");
    let pages = pages(cloud, list, &json!({}), ("NextToken", "NextToken"));
    let mut found = Vec::new();
    for secret in items(&pages, "SecretList") {
        let asked = json!({"SecretId": secret["ARN"]});
        let target = "secretsmanager.GetSecretValue";
        let Some(answer) = cloud.tried("secretsmanager", target, &asked) else {
            continue;
        };
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let text = answer["SecretString"].as_str().unwrap();
        found.push(text.to_owned());
        let parts: BTreeMap<String, Value> = serde_json::from_str(text).unwrap_or_default();
        // A user's name or a host is no secret, though it is kept with one.
        let is_secret = |name: &String| name.contains("pass") || name.contains("secret");
        let parts = parts.into_iter().filter(|(name, _)| is_secret(name));
        found.extend(parts.filter_map(|(_, part)| Some(part.as_str()?.to_owned())));
    }
    found
}

/// Every object of the platform's bucket.
fn objects(cloud: &Cloud) -> String {
    let bucket = variable("GROUNDPLANE_TEST_BUCKET");
    let mut found = String::new();
    let mut start = String::new();
    loop {
        let listed = cloud.ask("s3", &format!("/{bucket}?list-type=2&max-keys=1000{start}"));
        let keys = elements(&listed, "Key");
        for key in &keys {
            found.push_str(&cloud.ask("s3", &format!("/{bucket}/{key}")));
        }
        if !listed.contains("<IsTruncated>true") {
            return found;
        }
        start = format!("&start-after={}", keys.last().unwrap());
    }
}

/// What every execution of every machine was given, did and gave.
fn executions(cloud: &Cloud) -> String {
    let next = ("nextToken", "nextToken");
    let states = |operation: &str, arguments: &Value| {
        let target = format!("AWSStepFunctions.{operation}");
        pages(cloud, ("states", &target), arguments, next)
    };
    let mut found = String::new();
    let machines = states("ListStateMachines", &json!({}));
    for machine in items(&machines, "stateMachines") {
        let of_it = json!({"stateMachineArn": machine["stateMachineArn"]});
        let runs = states("ListExecutions", &of_it);
        for run in items(&runs, "executions") {
            let of_it = json!({"executionArn": run["executionArn"]});
            for page in states("GetExecutionHistory", &of_it) {
                found.push_str(&page.to_string());
            }
        }
    }
    found
}

/// What every function, machine and task has logged.
fn logs(cloud: &Cloud) -> String {
    let logs = |operation: &str, arguments: &Value| {
        let target = format!("Logs_20140328.{operation}");
        pages(
            cloud,
            ("logs", &target),
            arguments,
            ("nextToken", "nextToken"),
        )
    };
    let mut found = String::new();
    let groups = logs("DescribeLogGroups", &json!({}));
    for group in items(&groups, "logGroups") {
        let of_it = json!({"logGroupName": group["logGroupName"]});
        for page in logs("FilterLogEvents", &of_it) {
            found.push_str(&page["events"].to_string());
        }
    }
    found
}

/// Every item of the table.
fn table(cloud: &Cloud) -> String {
    let asked = json!({"TableName": variable("GROUNDPLANE_TEST_TABLE")});
    let scan = ("dynamodb", "DynamoDB_20120810.Scan");
    let pages = pages(
        cloud,
        scan,
        &asked,
        ("LastEvaluatedKey", "ExclusiveStartKey"),
    );
    pages.iter().map(Value::to_string).collect()
}

/// A service with a database, whose password is made, and a source of webhooks with its second
/// secret; asked for with a key that is nobody's business either. Gives what was put in or shown.
fn go_through_every_door(platform: &Platform) -> Vec<String> {
    let spec = "
apiVersion: groundplane.dev/v1
kind: Service
metadata: { name: canary, environment: canaries }
spec:
  compute:
    image: public.ecr.aws/nginx/nginx:1.27
    port: 8080
    secrets: { DB_PASSWORD: '${database.secret_arn}:password::' }
  database: { engine: postgres, dbName: shop, onDelete: delete }
";
    let ran = platform.run_with(spec, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let key = "canary-key-5d0c1a77e2b94f63".to_owned();
    let again = platform.post_with("/v1/instances", &[("idempotency-key", &key)], spec);
    assert_eq!(again.status, 202, "{}", again.body);

    let create = |name: &str, format: &str, auth: &str| {
        let source = [
            "event-source",
            "create",
            name,
            "--format",
            format,
            "--auth",
            auth,
        ];
        platform.run(&[&source[..], &["-o", "json"]].concat())
    };
    let signing = create("canary-signs", "json", "signature");
    let bearing = create("canary-bears", "alertmanager", "bearer");
    let rotated = platform.run(&["event-source", "rotate", "canary-bears", "-o", "json"]);
    let secret = |ran: &Ran| {
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.answer["secret"].as_str().unwrap().to_owned()
    };
    let shown = [&signing, &bearing, &rotated].map(secret);
    let path = bearing.answer["path"].as_str().unwrap();
    let nothing = json!({"version": "4", "status": "firing", "alerts": []}).to_string();
    for (secret, is_right) in [(&shown[1], true), (&shown[2], true), (&key, false)] {
        let authorization = format!("Bearer {secret}");
        let status = platform.webhook(path, &[("authorization", &authorization)], &nothing);
        assert_eq!(status < 300, is_right, "{status}");
    }
    let token = variable("GROUNDPLANE_TEST_TOKEN");
    // The signature alone would do for whoever has the rest.
    let signature = token.rsplit('.').next().unwrap().to_owned();
    [&shown[..], &[key, token, signature]].concat()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn no_secret_is_found_outside_the_place_that_keeps_it() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    platform.apply_environment("canaries", |_| ());
    let mut canaries = go_through_every_door(&platform);
    let kept = kept_secrets(&cloud);
    assert!(
        kept.len() >= 3,
        "the database's password and two of the source: {}",
        kept.len()
    );
    canaries.extend(kept);
    canaries.retain(|canary| canary.len() >= SHORTEST);

    let places = [
        ("the table", table(&cloud)),
        ("the bucket", objects(&cloud)),
        ("the executions", executions(&cloud)),
        ("the logs", logs(&cloud)),
        ("the stacks", cloud.stacks()),
    ];
    for (place, content) in &places {
        // It was looked at where the instance has left its traces.
        assert!(
            content.contains("canary"),
            "{place}: {} bytes",
            content.len()
        );
        for (number, canary) in canaries.iter().enumerate() {
            let is_there = content.contains(canary.as_str());
            assert!(
                !is_there,
                "canary {number} of {} is in {place}",
                canaries.len()
            );
        }
    }
    let gone = platform.run(&["destroy", INSTANCE, "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}
