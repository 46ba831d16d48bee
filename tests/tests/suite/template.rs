//! What the platform's own template promises, resource by resource: nobody may do more than it is
//! listed for here, nothing is lost, kept in the clear or kept forever.

mod accounts;
mod provisioning;
mod table;
mod workloads;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// What may be done to every resource, by the resource of the template that allows it: AWS takes no
/// narrower one for it, or the name is not known before (the comments in the template say which).
const ANY_RESOURCE: &str = include_str!("template/any_resource.json");

/// Actions that are written with a `*`.
const ANY_ACTION: &str = include_str!("template/any_action.json");

/// One of the project's templates.
fn whole(file: &str) -> Value {
    yaml::read(&crate::platform::template(file).unwrap())
}

fn resources(file: &str) -> BTreeMap<String, Value> {
    let resources = whole(file)["Resources"].as_object().unwrap().clone();
    resources.into_iter().collect()
}

pub(crate) fn template() -> BTreeMap<String, Value> {
    let resources = resources("template.yaml");
    assert!(resources.len() > 50, "the template was not read");
    resources
}

pub(crate) fn of_type<'t>(
    template: &'t BTreeMap<String, Value>,
    kind: &str,
) -> Vec<(&'t String, &'t Value)> {
    let found: Vec<_> = template
        .iter()
        .filter(|(_, resource)| resource["Type"] == kind)
        .map(|(name, resource)| (name, &resource["Properties"]))
        .collect();
    assert!(!found.is_empty(), "the template has no {kind}");
    found
}

/// One text or several.
fn texts(value: &Value) -> Vec<String> {
    let several = value
        .as_array()
        .map_or(std::slice::from_ref(value), Vec::as_slice);
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    several.iter().map(text).collect()
}

/// Every statement that allows something, below `value`.
fn permissions<'t>(value: &'t Value, into: &mut Vec<&'t Value>) {
    match value {
        Value::Object(fields) => {
            if fields.get("Effect").is_some_and(|effect| effect == "Allow") {
                into.push(value);
            }
            fields.values().for_each(|inner| permissions(inner, into));
        }
        Value::Array(items) => items.iter().for_each(|inner| permissions(inner, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The actions of each resource's permissions for which `counts` says so.
fn actions(counts: impl Fn(&Value, &str) -> bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, resource) in template() {
        let mut statements = Vec::new();
        permissions(&resource, &mut statements);
        let counting = statements.into_iter().flat_map(|statement| {
            let mut actions = texts(&statement["Action"]);
            actions.retain(|action| counts(statement, action));
            actions
        });
        let counting: BTreeSet<String> = counting.collect();
        if !counting.is_empty() {
            found.insert(name, counting);
        }
    }
    found
}

/// Somebody who allows more has to say so in the list too.
fn must_be_listed(found: &BTreeMap<String, BTreeSet<String>>, list: &str) {
    let listed: BTreeMap<String, BTreeSet<String>> = serde_json::from_str(list).unwrap();
    let found_text = serde_json::to_string_pretty(found).unwrap();
    assert_eq!(*found, listed, "the list would have to be {found_text}");
}

#[test]
fn nothing_may_be_done_to_every_resource_but_what_is_listed() {
    let any = actions(|statement, _| {
        statement["Principal"].is_null() && texts(&statement["Resource"]).iter().any(|it| it == "*")
    });
    must_be_listed(&any, ANY_RESOURCE);
}

#[test]
fn no_action_is_written_with_a_star_but_what_is_listed() {
    let any = actions(|_, action| action.contains('*'));
    must_be_listed(&any, ANY_ACTION);
}

#[test]
fn every_role_takes_the_boundary_that_the_installation_is_given() {
    let boundary = json!({"Fn::If": [
        "HasRoleBoundary", {"Ref": "RoleBoundaryArn"}, {"Ref": "AWS::NoValue"},
    ]});
    let template = template();
    for (name, role) in of_type(&template, "AWS::IAM::Role") {
        assert_eq!(role["PermissionsBoundary"], boundary, "{name}");
    }
    assert_eq!(
        whole("template.yaml")["Globals"]["Function"]["PermissionsBoundary"],
        boundary
    );
    for (name, function) in of_type(&template, "AWS::Serverless::Function") {
        assert!(
            function["PermissionsBoundary"].is_null(),
            "{name} has its own"
        );
        assert!(function["Role"].is_null(), "{name} has a role of its own");
    }
}

/// The resource that a value refers to, by its name or its ARN.
fn referred(value: &Value) -> Option<&str> {
    value["Ref"]
        .as_str()
        .or_else(|| value["Fn::GetAtt"][0].as_str())
}

/// The queues below `value` that something puts what it cannot deliver into.
fn collect_queues(value: &Value, into: &mut BTreeSet<String>) {
    const QUEUES: [&str; 4] = ["deadLetterTargetArn", "Arn", "Destination", "TargetArn"];
    let fields = value.as_object().into_iter().flatten();
    let queues = fields.filter(|(key, _)| QUEUES.contains(&key.as_str()));
    into.extend(queues.filter_map(|(_, queue)| referred(queue).map(str::to_owned)));
    for inner in value.as_object().into_iter().flatten() {
        collect_queues(inner.1, into);
    }
    for inner in value.as_array().into_iter().flatten() {
        collect_queues(inner, into);
    }
}

/// Every queue of that kind.
fn dead_letter_queues(template: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for resource in template.values() {
        collect_queues(&resource["Properties"], &mut found);
    }
    found
}

#[test]
fn every_queue_is_encrypted_and_has_a_dead_letter_queue_or_is_one() {
    let template = template();
    let dead = dead_letter_queues(&template);
    for (name, queue) in of_type(&template, "AWS::SQS::Queue") {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{name}");
        let is_one = name.ends_with("DeadLetters") && dead.contains(name);
        let has_one = queue["RedrivePolicy"]["deadLetterTargetArn"].is_object();
        assert!(has_one || is_one, "what {name} cannot deliver is lost");
        if is_one {
            let most = json!(14 * 24 * 60 * 60);
            assert_eq!(queue["MessageRetentionPeriod"], most, "{name}");
        }
    }
}

#[test]
fn what_is_delivered_later_is_never_lost() {
    let template = template();
    for (name, schedule) in of_type(&template, "AWS::Scheduler::Schedule") {
        let queue = referred(&schedule["Target"]["DeadLetterConfig"]["Arn"]);
        assert!(queue.is_some(), "{name} has no dead-letter queue");
    }
    for (name, rule) in of_type(&template, "AWS::Events::Rule") {
        for target in rule["Targets"].as_array().unwrap() {
            let queue = referred(&target["DeadLetterConfig"]["Arn"]);
            assert!(queue.is_some(), "{name} has no dead-letter queue");
        }
    }
    for (name, function) in of_type(&template, "AWS::Serverless::Function") {
        for (event, source) in function["Events"].as_object().into_iter().flatten() {
            if source["Type"] == "DynamoDB" {
                let queue = &source["Properties"]["DestinationConfig"]["OnFailure"];
                assert!(queue.is_object(), "{name} loses what {event} brings");
            }
        }
    }
}

#[test]
fn what_is_kept_is_encrypted_and_stays_when_the_stack_goes() {
    let template = template();
    for (name, table) in of_type(&template, "AWS::DynamoDB::Table") {
        assert_eq!(table["SSESpecification"]["SSEEnabled"], true, "{name}");
        let recovery = &table["PointInTimeRecoverySpecification"];
        assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{name}");
    }
    for (name, bucket) in of_type(&template, "AWS::S3::Bucket") {
        assert!(bucket["BucketEncryption"].is_object(), "{name}");
        let access = bucket["PublicAccessBlockConfiguration"]
            .as_object()
            .unwrap();
        assert!(
            access.len() == 4 && access.values().all(|it| it == true),
            "{name}"
        );
        let policies = of_type(&template, "AWS::S3::BucketPolicy");
        let of_it = |policy: &Value| referred(&policy["Bucket"]) == Some(name);
        let refuses = policies
            .iter()
            .any(|(_, policy)| of_it(policy) && policy.to_string().contains("aws:SecureTransport"));
        assert!(refuses, "{name} takes plain HTTP");
    }
    for (name, resource) in &template {
        let keeps = ["AWS::DynamoDB::Table", "AWS::S3::Bucket"];
        if keeps.iter().any(|kind| resource["Type"] == *kind) {
            assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{name}");
            assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{name}");
        }
    }
}

#[test]
fn every_function_and_machine_logs_for_as_long_as_the_installation_says() {
    let template = template();
    for (name, group) in of_type(&template, "AWS::Logs::LogGroup") {
        assert_eq!(
            group["RetentionInDays"],
            json!({"Ref": "LogRetentionDays"}),
            "{name}"
        );
    }
    let groups: BTreeSet<&String> = of_type(&template, "AWS::Logs::LogGroup")
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    for (name, function) in of_type(&template, "AWS::Serverless::Function") {
        let group = referred(&function["LoggingConfig"]["LogGroup"]).unwrap();
        assert!(groups.contains(&group.to_owned()), "{name}");
    }
    for (name, machine) in of_type(&template, "AWS::Serverless::StateMachine") {
        let logging = &machine["Logging"];
        assert_eq!(logging["IncludeExecutionData"], false, "{name}");
        assert!(logging["Destinations"].is_array(), "{name}");
    }
}
