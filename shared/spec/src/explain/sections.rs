//! The sections that no document can have yet, by their schemas alone.

use super::*;
use crate::{defaults, parse, rules};
use serde_json::json;

/// What a section of that name becomes, or its problems.
fn section(name: &str, text: &str) -> Result<Value, Vec<String>> {
    let schema = Schema::of_file(name);
    let document = parse(text).unwrap();
    let mut filled = document.value().clone();
    defaults::fill(&schema, &schema.composed, &mut filled);
    let mut found = problems(&schema, &document, &filled);
    found.extend(rules::problems(&schema, &document, &filled));
    if found.is_empty() {
        return Ok(filled);
    }
    Err(found.iter().map(ToString::to_string).collect())
}

fn refused(name: &str, text: &str, problem: &str) {
    let problems = section(name, text).unwrap_err();
    assert!(
        problems.iter().any(|found| found.contains(problem)),
        "{name} {text}: {problems:#?}"
    );
}

#[test]
fn a_cache_has_the_version_of_its_engine() {
    assert_eq!(
        section("cache", "engine: redis").unwrap(),
        json!({
            "engine": "redis", "engineVersion": "7.1", "nodeType": "cache.t3.micro", "numNodes": 1,
            "transitEncryption": true, "atRestEncryption": true
        })
    );
    assert_eq!(
        section("cache", "engine: valkey").unwrap()["engineVersion"],
        "8.0"
    );
    refused(
        "cache",
        "engine: valkey\nengineVersion: '7.1'",
        "a version of valkey, at least 7.2",
    );
    refused(
        "cache",
        "engine: redis\nengineVersion: '7.2'",
        "a version of redis, at most 7.1",
    );
    refused(
        "cache",
        "engine: redis\nengineVersion: 7.10",
        "put it in quotes: \"7.10\"",
    );
}

#[test]
fn a_cache_without_an_engine_or_with_another_is_refused() {
    refused("cache", "numNodes: 2", "`engine` is missing");
    refused("cache", "engine: rediss", "did you mean `redis`?");
    refused("cache", "{engine: redis, numNodes: 7}", "must be at most 6");
    refused(
        "cache",
        "{engine: redis, nodeType: db.t3.micro}",
        "must be an ElastiCache node type",
    );
}

#[test]
fn a_database_has_the_version_of_its_engine() {
    assert_eq!(
        section("database", "{}").unwrap(),
        json!({
            "engine": "postgres", "engineVersion": "16.4", "instanceClass": "db.t3.micro",
            "allocatedStorage": 20, "multiAz": false, "backupRetentionDays": 7, "dbName": "app",
            "dbUsername": "app", "onDelete": "snapshot"
        })
    );
    assert_eq!(
        section("database", "engine: mysql").unwrap()["engineVersion"],
        "8.0.40"
    );
    refused(
        "database",
        "engineVersion: '8.0.40'",
        "a version of postgres",
    );
    refused(
        "database",
        "{engine: mysql, engineVersion: '16.4'}",
        "a version of mysql",
    );
}

#[test]
fn a_database_keeps_to_the_limits_of_rds() {
    for (text, problem) in [
        ("allocatedStorage: 19", "must be at least 20"),
        ("backupRetentionDays: 36", "must be at most 35"),
        ("dbName: 1shop", "starting with a letter"),
        (
            "dbUsername: admin",
            "none of the names that the engines keep for themselves",
        ),
        (
            "dbUsername: aaaaaaaaaaaaaaaaa",
            "1 to 16 lower-case letters",
        ),
        (
            "instanceClass: cache.t3.micro",
            "must be an RDS instance class",
        ),
        ("onDelete: snapshoot", "did you mean `snapshot`?"),
        ("dbPassword: hunter2", "unknown field `dbPassword`"),
    ] {
        refused("database", text, problem);
    }
}

#[test]
fn a_namespace_is_a_dns_name() {
    assert!(section("serviceDiscovery", "namespace: shop.internal").is_ok());
    refused(
        "serviceDiscovery",
        "{}",
        "for example `namespace: shop.internal`",
    );
    for bad in ["-a", "a..b", "A", "a.", "a_b"] {
        refused(
            "serviceDiscovery",
            &format!("namespace: '{bad}'"),
            "must be a DNS name",
        );
    }
}

#[test]
fn each_function_gets_its_defaults() {
    let text =
        "functions: [{name: resize, image: 'shop/resize:1'}, {name: send, image: x, memory: 128}]";
    let functions = section("lambda", text).unwrap();
    assert_eq!(functions["functions"][0]["memory"], 2048);
    assert_eq!(functions["functions"][0]["timeout"], 120);
    assert_eq!(functions["functions"][1]["memory"], 128);
}

#[test]
fn functions_have_a_name_of_their_own_and_the_limits_of_lambda() {
    for (text, problem) in [
        ("functions: []", "must have at least 1 item"),
        (
            "functions: [{name: resize}]",
            "`image` is missing in item 1 of `functions`",
        ),
        (
            "functions: [{name: abc, image: x}, {name: abc, image: y}]",
            "is that of item 1 too",
        ),
        (
            "functions: [{name: abc, image: x, memory: 64}]",
            "must be at least 128",
        ),
        (
            "functions: [{name: abc, image: x, timeout: 901}]",
            "must be at most 900",
        ),
        (
            "functions: [{name: abc, image: x, environment: {A: 1}}]",
            "put it in quotes: \"1\"",
        ),
        ("functions: {name: abc}", "must be a list"),
    ] {
        refused("lambda", text, problem);
    }
}

#[test]
fn schedules_are_rates_crons_or_points_in_time() {
    let schedule = |expression: &str| {
        format!("schedules: [{{name: abc, target: compute, expression: '{expression}'}}]")
    };
    for good in [
        "rate(1 minute)",
        "rate(5 minutes)",
        "cron(0 3 * * ? *)",
        "cron(0/15 8-18 ? * MON-FRI *)",
        "at(2030-01-31T12:00:00)",
    ] {
        assert!(section("triggers", &schedule(good)).is_ok(), "{good}");
    }
    for bad in [
        "5 minutes",
        "rate(0 minutes)",
        "cron(0 3 * * ?)",
        "at(tomorrow)",
        "rate(1 week)",
    ] {
        refused(
            "triggers",
            &schedule(bad),
            "must be a rate, a cron expression of six fields",
        );
    }
}

#[test]
fn the_input_of_a_schedule_reaches_no_secret_at_any_depth() {
    let schedule = |input: &str| {
        format!("schedules: [{{name: abc, target: abc, expression: rate(1 day), input: {input}}}]")
    };
    assert!(section("triggers", &schedule("{a: [1, {b: true}], c: }")).is_ok());
    for bad in [
        "{a: '{{resolve:ssm:x}}'}",
        "{a: [{b: 'x{{resolve:ssm:x}}'}]}",
        "{'{{resolve:ssm:x}}': 1}",
    ] {
        refused("triggers", &schedule(bad), "must not contain `{{resolve:`");
    }
    refused("triggers", &schedule("text"), "must be a mapping of fields");
}

#[test]
fn triggers_can_be_empty() {
    let triggers = section("triggers", "{}").unwrap();
    assert_eq!(triggers, json!({"schedules": [], "webhookGateway": false}));
}

#[test]
fn ingress_needs_a_host_and_leaves_priority_and_zone_open() {
    assert_eq!(
        section("ingress", "{host: shop.example.com, dns: {}}").unwrap(),
        json!({"host": "shop.example.com", "path": "/*", "public": true, "dns": {}})
    );
    for (text, problem) in [
        ("{}", "for example `host: shop.example.com`"),
        (
            "{host: shop.example.com, priority: 0}",
            "must be at least 1",
        ),
        (
            "{host: shop.example.com, priority: 50001}",
            "must be at most 50000",
        ),
        ("{host: shop.example.com, path: api}", "must start with `/`"),
        ("{host: shop.example.com, public: yes}", "write `true`"),
        (
            "{host: shop.example.com, dns: {zone: example.com}}",
            "must be a hosted zone id",
        ),
    ] {
        refused("ingress", text, problem);
    }
}

#[test]
fn access_has_the_settings_of_its_provider_and_of_no_other() {
    let cognito = "cognito: {userPoolArn: 'arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbC', clientId: abc, domain: shop-users}";
    assert!(
        section(
            "access",
            &format!("provider: cognito\n{cognito}\nallow: {{groups: [a b]}}")
        )
        .is_ok()
    );
    refused("access", "provider: cognito", "`cognito` is missing");
    refused("access", "provider: oidc", "`oidc` is missing");
    refused(
        "access",
        &format!("provider: oidc\n{cognito}"),
        "`cognito` is only for `provider` cognito",
    );
    refused("access", "{provider: saml}", "must be `cognito` or `oidc`");
    refused(
        "access",
        &format!("provider: cognito\n{cognito}\nallow: {{}}"),
        "must have at least 1 field",
    );
}

#[test]
fn the_secret_of_an_oidc_client_is_referred_to_and_never_shown() {
    let text = "{provider: oidc, oidc: {clientSecret: hunter2}}";
    refused("access", text, "never the secret itself");
    let problems = section("access", text).unwrap_err();
    assert!(problems.iter().all(|problem| !problem.contains("hunter2")));
    refused(
        "access",
        "{provider: oidc, oidc: {issuer: 'http://x'}}",
        "starts with `https://`",
    );
}
