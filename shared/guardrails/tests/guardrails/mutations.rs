//! Every guard of the golden templates is taken away, one at a time, and each loss is caught.

use groundplane_guardrails::Violation;
use serde_json::{Value, json};

use crate::goldens::{Golden, goldens};
use crate::loss::{Loss, Mutation, demanded, mutation};
use crate::starter::STARTER;

fn encryption() -> Vec<Mutation> {
    let on_off = |rule, at| demanded(rule, at, json!(true), json!(false));
    let mut mutations = Vec::new();
    mutations.extend(on_off(
        "encryption-at-rest/file-system",
        "Properties/Encrypted",
    ));
    mutations.extend(on_off(
        "encryption-at-rest/cache",
        "Properties/AtRestEncryptionEnabled",
    ));
    mutations.extend(on_off(
        "encryption-at-rest/database",
        "Properties/StorageEncrypted",
    ));
    mutations.extend(on_off(
        "encryption-at-rest/queue",
        "Properties/SqsManagedSseEnabled",
    ));
    mutations.extend(on_off(
        "encryption-in-transit/cache",
        "Properties/TransitEncryptionEnabled",
    ));
    mutations.extend(demanded(
        "encryption-in-transit/mount",
        "EFSVolumeConfiguration/TransitEncryption",
        json!("ENABLED"),
        json!("DISABLED"),
    ));
    let database = "encryption-in-transit/database";
    mutations.extend(demanded(
        database,
        "Parameters/rds.force_ssl",
        json!("1"),
        json!("0"),
    ));
    mutations.extend(demanded(
        database,
        "Parameters/require_secure_transport",
        json!("ON"),
        json!("OFF"),
    ));
    mutations.push(mutation(
        database,
        "DBParameterGroupName",
        None,
        Loss::LeftOut,
    ));
    let file_system = "encryption-in-transit/file-system";
    mutations.push(mutation(
        file_system,
        "Properties/FileSystemPolicy",
        None,
        Loss::LeftOut,
    ));
    mutations
}

fn access() -> Vec<Mutation> {
    let anywhere = |name, range: &str| {
        let at = "SecurityGroupIngress/*/SourceSecurityGroupId";
        let loss = Loss::Joined(name, json!(range));
        mutation("public-access/security-group", at, None, loss).pointing_to(name)
    };
    let mut mutations = vec![
        anywhere("CidrIp", "0.0.0.0/0"),
        anywhere("CidrIpv6", "::/0"),
    ];
    mutations.extend(demanded(
        "public-access/database",
        "Properties/PubliclyAccessible",
        json!(false),
        json!(true),
    ));
    mutations.extend(demanded(
        "public-access/task",
        "AwsvpcConfiguration/AssignPublicIp",
        json!("DISABLED"),
        json!("ENABLED"),
    ));
    let source = "Properties/SourceArn";
    let unnamed = mutation("public-access/function", source, None, Loss::LeftOut);
    mutations.push(unnamed.pointing_to("Principal"));
    let password = Loss::Becomes(json!("correct horse"));
    mutations.push(mutation(
        "secrets/password",
        "MasterUserPassword",
        None,
        password,
    ));
    mutations
}

fn privileges() -> Vec<Mutation> {
    let statement = |rule, property: &'static str, value: Value| {
        mutation(rule, property, None, Loss::Becomes(value))
    };
    let action = "least-privilege/action";
    let resource = "least-privilege/resource";
    vec![
        statement(action, "PolicyDocument/Statement/*/Action", json!("*")),
        statement(action, "PolicyDocument/Statement/*/Action", json!("s3:*")),
        mutation(
            action,
            "PolicyDocument/Statement/*/Action/0",
            None,
            Loss::Becomes(json!("ecs:Run*")),
        ),
        statement(
            action,
            "AssumeRolePolicyDocument/Statement/*/Action",
            json!("sts:*"),
        ),
        statement(resource, "PolicyDocument/Statement/*/Resource", json!("*")),
        statement(
            resource,
            "PolicyDocument/Statement/*/Resource",
            json!("arn:aws:s3:::*"),
        ),
        mutation(
            resource,
            "PolicyDocument/Statement/*/Resource/0",
            None,
            Loss::Becomes(json!("*")),
        ),
        // The only golden statement that denies holds for everyone: allowing it opens the files.
        mutation(
            "least-privilege/principal",
            "FileSystemPolicy/Statement/*/Effect",
            json!("Deny"),
            Loss::Becomes(json!("Allow")),
        )
        .pointing_to("Principal"),
        mutation(
            "least-privilege/managed-policy",
            "Properties/AssumeRolePolicyDocument",
            None,
            Loss::Joined(
                "ManagedPolicyArns",
                json!(["arn:aws:iam::aws:policy/AdministratorAccess"]),
            ),
        )
        .pointing_to("ManagedPolicyArns/0"),
    ]
}

/// Judges as a unit that no exception names.
fn judge(template: &Value) -> Vec<Violation> {
    STARTER.evaluate("some-unit", template).unwrap()
}

fn all_are_caught(mutations: Vec<Mutation>) {
    let goldens = goldens();
    for mutation in mutations {
        let mut places = 0;
        for Golden {
            case,
            unit,
            template,
        } in &goldens
        {
            for place in mutation.places(template) {
                places += 1;
                let (mutated, pointer) = mutation.apply(template, &place);
                let caught = judge(&mutated)
                    .iter()
                    .any(|found| found.rule == mutation.rule && found.pointer == pointer);
                assert!(
                    caught,
                    "{}: nothing at {pointer} of {case}/{unit}",
                    mutation.rule
                );
            }
        }
        assert!(
            places > 0,
            "{}: no golden has {}",
            mutation.rule,
            mutation.at
        );
    }
}

#[test]
fn every_loss_of_encryption_is_caught() {
    all_are_caught(encryption());
}

#[test]
fn every_opening_is_caught() {
    all_are_caught(access());
}

#[test]
fn every_wider_policy_is_caught() {
    all_are_caught(privileges());
}
