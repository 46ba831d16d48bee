//! What a preview announces is what CloudFormation's change sets do: ten edits of the example with
//! every section, each previewed, deployed as that plan, and compared resource by resource.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::cloud::{Cloud, elements};
use super::command::Platform;

const ENVIRONMENT: &str = "previews";

/// What happens to the resources of a stack, by their names in the template.
type Operations = BTreeMap<String, String>;

/// One edit of a spec: what it is, the text that goes, the text that comes.
type Edit = (&'static str, &'static str, &'static str);

const EDITS: [Edit; 10] = [
    ("another image", "nginx:1.27", "nginx:1.28"),
    (
        "a larger task",
        "cpu: 512\n    memory: 1024",
        "cpu: 1024\n    memory: 2048",
    ),
    ("one more node", "numNodes: 2", "numNodes: 3"),
    (
        "one more variable",
        "OWN_HOST:",
        "LOG_LEVEL: debug\n      OWN_HOST:",
    ),
    (
        "a larger disk",
        "allocatedStorage: 30",
        "allocatedStorage: 40",
    ),
    ("a shorter timeout", "timeout: 60", "timeout: 30"),
    ("another schedule", "cron(0 3 * * ? *)", "cron(0 4 * * ? *)"),
    ("a schedule by another name", "name: nightly", "name: early"),
    (
        "another folder, which replaces the access point",
        "path: /previews",
        "path: /files",
    ),
    (
        "another host, which replaces the record",
        "host: shop.example.com",
        "host: store.example.com",
    ),
];

/// The first element of that name.
fn element<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    elements(text, name).first().copied()
}

fn cloudformation(cloud: &Cloud, question: &str) -> String {
    let path = format!("/?Version=2010-05-15&Action={question}");
    cloud.ask("cloudformation", &path)
}

/// What the change set did that was executed last on a stack. That each deployment tags anew what
/// it touches is no change of a resource.
fn carried_out(cloud: &Cloud, stack: &str) -> Operations {
    let listed = cloudformation(cloud, &format!("ListChangeSets&StackName={stack}"));
    let summaries = element(&listed, "Summaries").unwrap_or_else(|| panic!("{stack}: {listed}"));
    let mut executed: Vec<(&str, &str)> = elements(summaries, "member")
        .into_iter()
        .filter(|summary| element(summary, "ExecutionStatus") == Some("EXECUTE_COMPLETE"))
        .map(|summary| {
            let field = |name| element(summary, name).unwrap();
            (field("CreationTime"), field("ChangeSetName"))
        })
        .collect();
    executed.sort_unstable();
    let (_, name) = executed
        .last()
        .unwrap_or_else(|| panic!("{stack}: {listed}"));
    let question = format!("DescribeChangeSet&StackName={stack}&ChangeSetName={name}");
    let described = cloudformation(cloud, &question);
    let changes = elements(&described, "ResourceChange").into_iter();
    changes
        .filter_map(|change| {
            let field = |name| element(change, name);
            let scope = elements(field("Scope").unwrap_or_default(), "member");
            let operation = match (field("Action").unwrap(), field("Replacement")) {
                ("Modify", _) if scope == ["Tags"] => return None,
                ("Modify", Some("True")) => "replace",
                ("Modify", Some("Conditional")) => "may_replace",
                ("Modify", _) => "update",
                ("Add", _) => "create",
                ("Remove", _) => "delete",
                (other, _) => other,
            };
            let name = field("LogicalResourceId").unwrap();
            Some((name.to_owned(), operation.to_owned()))
        })
        .collect()
}

/// What a preview announces of each resource of a unit that something happens to.
fn announced(unit: &Value) -> Operations {
    let resources = unit["resources"].as_array().unwrap().iter();
    resources
        .filter(|resource| resource["operation"] != "keep")
        .map(|resource| {
            let field = |name: &str| resource[name].as_str().unwrap().to_owned();
            (field("logicalId"), field("operation"))
        })
        .collect()
}

/// Whether a change set did what was announced of one resource, if it did anything.
fn agrees(announced: &str, done: Option<&str>) -> bool {
    match announced {
        "may_update" => matches!(done, None | Some("update")),
        "may_replace" => matches!(done, None | Some("update" | "may_replace" | "replace")),
        "retain" => done == Some("delete"),
        certain => done == Some(certain),
    }
}

/// What became of a resource of which a change set left open whether it is replaced: it has the
/// name in the cloud that it had when it was previewed, or another one.
fn decided(cloud: &Cloud, stack: &str, (unit, name): (&Value, &str)) -> &'static str {
    let mut resources = unit["resources"].as_array().unwrap().iter();
    let before = resources.find(|resource| resource["logicalId"] == name);
    let before = before.unwrap()["physicalId"].as_str().unwrap();
    let question = format!("DescribeStackResource&StackName={stack}&LogicalResourceId={name}");
    let found = cloudformation(cloud, &question);
    match element(&found, "PhysicalResourceId") {
        Some(now) if now == before => "update",
        _ => "replace",
    }
}

/// Whether a deployment gave a stack something to do.
fn has_changed(deployment: &Value, stack: &str) -> bool {
    let mut waves = deployment["waves"].as_array().unwrap().iter();
    waves.any(|wave| {
        let mut steps = wave["units"].as_array().unwrap().iter();
        steps.any(|step| step["stackName"] == stack && step["status"] == "succeeded")
    })
}

/// Checks what a deployment did to a unit; gives how many resources were compared.
fn must_agree(cloud: &Cloud, (edit, deployment): (&str, &Value), unit: &Value) -> usize {
    let stack = unit["stackName"].as_str().unwrap();
    let announced = announced(unit);
    if unit["operation"] == "keep" {
        assert!(announced.is_empty(), "{edit}: {unit:#}");
        assert!(!has_changed(deployment, stack), "{edit}: {unit:#}");
        return 0;
    }
    let done = match has_changed(deployment, stack) {
        true => carried_out(cloud, stack),
        false => Operations::new(),
    };
    for (name, operation) in &announced {
        let mut done = done.get(name).map(String::as_str);
        let certain = matches!(operation.as_str(), "update" | "replace");
        if certain && done == Some("may_replace") {
            done = Some(decided(cloud, stack, (unit, name)));
        }
        assert!(
            agrees(operation, done),
            "{edit}: {stack}: {name} was announced as {operation}, and {done:?} was done"
        );
    }
    for (name, operation) in &done {
        assert!(
            announced.contains_key(name),
            "{edit}: {stack}: nobody announced {operation} of {name}: {unit:#}"
        );
    }
    announced.len()
}

fn command(platform: &Platform, spec: &str, arguments: &[&str]) -> Value {
    let ran = platform.run_with(spec, arguments);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.answer
}

fn preview(platform: &Platform, spec: &str) -> Value {
    let line = ["preview", "-", "--env", ENVIRONMENT, "-o", "json"];
    let mut answer = command(platform, spec, &line);
    match answer["items"].as_array_mut() {
        Some(items) => items.remove(0),
        None => answer,
    }
}

/// The example under names of its own: another test deploys it at the same time.
fn not_disturbing_others(example: &str) -> String {
    let others = [
        ("name: full-service", "name: previewed"),
        ("shop.internal", "previews.internal"),
        ("path: /uploads", "path: /previews"),
    ];
    others.iter().fold(example.to_owned(), |spec, (old, new)| {
        assert!(spec.contains(old), "the example has `{old}`");
        spec.replace(old, new)
    })
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn what_a_preview_announces_is_what_the_change_sets_do() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let zone = cloud.create_hosted_zone("preview.example.com");
    platform.apply_environment(ENVIRONMENT, |landing_zone| {
        landing_zone["hostedZoneId"] = json!(zone);
        let balancer = &mut landing_zone["loadBalancer"];
        balancer["https"] = json!(true);
        balancer["dnsName"] = json!("balancer.example.com");
        balancer["canonicalHostedZoneId"] = json!("Z35SXDOTRQ7X7K");
    });
    let example = crate::platform::example("full-service.yaml").unwrap();
    let mut spec = not_disturbing_others(&example);
    let deploy = ["deploy", "-", "--env", ENVIRONMENT, "--wait", "-o", "json"];
    command(&platform, &spec, &deploy);
    let mut compared = 0;
    for (edit, old, new) in EDITS {
        let edited = spec.replacen(old, new, 1);
        assert_ne!(edited, spec, "{edit}");
        let previewed = preview(&platform, &edited);
        let plan = previewed["plan"].as_str().unwrap();
        let bound: Vec<&str> = deploy.iter().copied().chain(["--plan", plan]).collect();
        let deployed = command(&platform, &edited, &bound);
        for unit in previewed["units"].as_array().unwrap() {
            compared += must_agree(&cloud, (edit, &deployed["deployment"]), unit);
        }
        spec = edited;
    }
    assert!(compared >= EDITS.len(), "each edit changes a resource");
    let again = preview(&platform, &spec);
    assert_eq!(again["counts"]["changedUnits"], 0, "{again:#}");
    let gone = platform.run(&[
        "destroy",
        "previewed.previews",
        "--wait",
        "--yes",
        "-o",
        "json",
    ]);
    assert_eq!(gone.code, 0, "{gone:?}");
}
