//! The secret resolver on a real table and a CloudFormation in memory: one owner has one secret,
//! nobody ever sees it, and nothing of it is left behind.

mod world;

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{FailureKind, Owner, ResolverCall, TenantId};
use groundplane_ports::Clock;
use groundplane_resolve_secret::{Engine, handle};
use groundplane_resolvers::{SecretConfig, SecretStack};
use groundplane_tests::accounts::OwnAccount;
use groundplane_tests::fake_stacks::{FakeTemplate, Leftover};
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::{Value, json};

use crate::accepted;
use crate::memory::MemoryTable;
use crate::system::TestSystem;

use world::*;

#[tokio::test]
async fn a_secret_is_generated_once_and_told_by_reference() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let held = world.resolve(1, &token, &[]).await;
    let name = stack_of(&token);
    let arn = arn(&name);
    let expected = json!({
        "arn": arn, "reference": format!("{{{{resolve:secretsmanager:{arn}}}}}"),
        "name": name, "stack": name, "generation": "0",
    });
    assert_eq!(
        serde_json::to_value(&held.outputs).unwrap(),
        sorted(expected)
    );
    assert_eq!(held.value, arn);
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([name.clone()]));
    assert_eq!(
        (world.cloud.count("change"), world.cloud.count("execute")),
        (1, 1)
    );
    let tags = world.cloud.stacks.tags(&name).unwrap();
    for (tag, value) in [
        ("installation", "one"),
        ("tenant", "acme"),
        ("instance", "web-service.dev"),
        ("unit", "spec"),
        ("input", "/spec/compute/secrets/TOKEN"),
    ] {
        assert_eq!(tags[&format!("groundplane:{tag}")], value);
    }
}

/// The object with its fields in order.
fn sorted(value: Value) -> Value {
    let fields: BTreeMap<String, Value> = serde_json::from_value(value).unwrap();
    serde_json::to_value(fields).unwrap()
}

#[tokio::test]
async fn what_else_a_stack_shows_is_kept_nowhere() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    world.resolve(1, &token, &[]).await;
    world.resolve(2, &token, &[]).await;
    let stored = format!("{:?}", world.table.dump().await);
    assert!(stored.contains(&stack_of(&token)) && !stored.contains(CANARY));
    let templates = world.cloud.artifacts.0.lock().unwrap().clone();
    assert_eq!(templates.len(), 1);
    for template in templates {
        assert!(
            template.contains("GenerateSecretString") && !template.contains("\"SecretString\"")
        );
    }
}

#[tokio::test]
async fn a_new_configuration_waits_for_the_next_value() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let first = world.resolve(1, &token, &[]).await;
    // The second deployment was accepted with longer secrets.
    assert_eq!(world.resolve(2, &token, &[]).await, first);
    assert_eq!(world.cloud.count("execute"), 1);
    let longer = SecretConfig {
        length: Some(64),
        ..config()
    };
    world.cloud.define(&token, &longer, 1);
    let rotated = world.resolve(2, &token, &[("rotation", "2026-01")]).await;
    assert_eq!(
        (rotated.output("generation"), &rotated.value),
        ("1", &first.value)
    );
    assert_eq!(world.cloud.count("execute"), 2);
}

#[tokio::test]
async fn every_change_of_the_rotation_makes_one_new_value_of_the_same_secret() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let first = world.resolve(1, &token, &[("rotation", "a")]).await;
    for (turn, rotation) in [(1, "b"), (2, "a"), (3, "c")] {
        let next = world.resolve(1, &token, &[("rotation", rotation)]).await;
        assert_eq!(next.output("generation"), turn.to_string());
        assert_eq!(next.value, first.value);
        assert_eq!(world.cloud.count("execute"), turn + 1);
    }
    assert_eq!(world.cloud.stacks.names().len(), 1);
}

#[tokio::test]
async fn several_secrets_are_made_side_by_side() {
    let owners: Vec<Owner> = (0..20)
        .map(|number| owner(&format!("/spec/{number}#1")))
        .collect();
    let world = World::start(&owners.iter().collect::<Vec<_>>()).await;
    let requests = owners.iter().map(|owner| request(1, owner, &[])).collect();
    world.send(resolve(1, requests)).await.unwrap();
    assert_eq!(world.cloud.stacks.names().len(), 20);
    let waited = world.cloud.time.now().as_second() - TestSystem::default().now().as_second();
    // As long as for one of them.
    assert!(waited <= 15, "{waited} s");
    world.release(&owners).await;
    assert!(world.cloud.stacks.names().is_empty() && world.allocations().await.is_empty());
}

#[tokio::test]
async fn a_secret_that_exists_is_looked_up_by_name_or_arn() {
    let token = owner(TOKEN);
    let world = World::start(&[]).await;
    world.cloud.secrets.add("shop/api-key", &[], false);
    world
        .cloud
        .secrets
        .add("own", &[("groundplane:tenant", "acme")], false);
    for (input, given, name) in [
        ("name", "shop/api-key".to_owned(), "shop/api-key"),
        ("name", arn("own"), "own"),
        ("value", "own".to_owned(), "own"),
    ] {
        let held = world.resolve(1, &token, &[(input, &given)]).await;
        assert_eq!((held.value.clone(), held.output("name")), (arn(name), name));
    }
    assert!(world.cloud.stacks.log().is_empty());
    world.release(&[token]).await;
    assert_eq!(world.allocations().await.len(), 0);
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_is_refused_before_any_is_made() {
    let (token, other) = (owner(TOKEN), owner("/spec/lambda/0/environment/KEY#1"));
    let world = World::start(&[&other]).await;
    world.cloud.secrets.add("gone", &[], true);
    world
        .cloud
        .secrets
        .add("foreign", &[("groundplane:tenant", "umbrella")], false);
    let cases = [
        ("missing", "there is no secret `missing`"),
        ("foreign", "there is no secret `foreign`"),
        (
            "gone",
            "the secret `gone` was deleted; it has to be restored first",
        ),
        ("a b", "`a b` is not the name or ARN of a secret"),
    ];
    for (name, reason) in cases {
        assert_eq!(world.refused(&token, &[("name", name)]).await, reason);
    }
    let requests = vec![
        request(1, &other, &[]),
        request(1, &token, &[("name", "missing")]),
        request(1, &owner("key"), &[("name", "gone")]),
    ];
    let failure = world.send(resolve(1, requests)).await.unwrap_err();
    assert_eq!(failure.message, "2 secrets cannot be used");
    assert_eq!(failure.problems[0].pointer, "/spec/compute/secrets/TOKEN");
    assert!(world.cloud.stacks.log().is_empty());
}

#[tokio::test]
async fn a_secret_that_someone_deleted_is_not_quietly_made_anew() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    world.resolve(1, &token, &[]).await;
    world.cloud.secrets.0.lock().unwrap().clear();
    let requests = vec![request(2, &token, &[])];
    let failure = world.send(resolve(2, requests)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(
        failure
            .message
            .ends_with("was deleted; it has to be restored first"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_stack_that_fails_says_why_and_can_be_released() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let stack = SecretStack::of(INSTALLATION, &token);
    let content = stack.template(&config(), 0).to_string();
    let fails = Some(("Secret".to_owned(), "no such key".to_owned()));
    let template = FakeTemplate {
        fails,
        ..FakeTemplate::default()
    };
    world
        .cloud
        .stacks
        .define(&artifact(content.as_bytes()), template);
    let failure = world
        .send(resolve(1, vec![request(1, &token, &[])]))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(failure.message.contains("no such key"), "{failure}");
    world.release(&[token]).await;
    assert!(world.cloud.stacks.names().is_empty() && world.allocations().await.is_empty());
}

#[tokio::test]
async fn a_stack_of_that_name_that_is_someone_elses_is_never_touched() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let theirs = Leftover::of_somebody_else();
    world.cloud.stacks.leave(&stack_of(&token), theirs);
    let failure = world
        .send(resolve(1, vec![request(1, &token, &[])]))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(world.cloud.stacks.log().is_empty());
}

#[tokio::test]
async fn cloudformation_that_does_not_get_on_is_asked_again_later() {
    let token = owner(TOKEN);
    let world = World::start(&[&token]).await;
    let engine = Engine {
        stacks: OwnAccount(&Stuck),
        artifacts: Faults::none().wrap(&world.cloud.artifacts),
        system: world.cloud.time.clone(),
        installation: INSTALLATION.to_owned(),
    };
    let call = resolve(1, vec![request(1, &token, &[])]);
    let secrets = OwnAccount(&world.cloud.secrets);
    let failure = handle(&*world.table, &secrets, &engine, call.clone())
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unavailable);
    assert!(
        failure
            .message
            .starts_with("CloudFormation is still at work on `gp-secret-")
    );
    // What was begun is written down, and goes on.
    let intent = held(&*world.table, &token).await.unwrap();
    assert_eq!(
        (intent.value.as_str(), intent.output("stack")),
        ("", stack_of(&token).as_str())
    );
    world.resolve(1, &token, &[]).await;
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_removed_first() {
    let old = owner(TOKEN);
    let new = Owner {
        incarnation: "2".to_owned(),
        ..old.clone()
    };
    let world = World::start(&[&old, &new]).await;
    world.resolve(1, &old, &[]).await;
    world.resolve(1, &new, &[]).await;
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([stack_of(&new)]));
    // Nor does the old owner take it back.
    let stranger = Owner {
        tenant: TenantId::parse("umbrella").unwrap(),
        ..new.clone()
    };
    world.release(&[old, stranger]).await;
    assert_eq!(world.cloud.stacks.names(), BTreeSet::from([stack_of(&new)]));
    assert_eq!(world.allocations().await.len(), 1);
}

/// Sends a call until it has an answer, as the state machine does.
async fn insist(
    (table, cloud): (&MemoryTable, &Cloud),
    faults: &Faults,
    call: ResolverCall,
) -> std::result::Result<(), String> {
    for _ in 0..TOO_MANY {
        let stacks = faults.wrap(&cloud.stacks);
        let engine = Engine {
            stacks: OwnAccount(&stacks),
            artifacts: faults.wrap(&cloud.artifacts),
            system: cloud.time.clone(),
            installation: INSTALLATION.to_owned(),
        };
        let table = faults.wrap(table);
        let secrets = OwnAccount(&cloud.secrets);
        let handled = handle(&table, &secrets, &engine, call.clone());
        match faults.invocation(handled).await {
            Ok(Ok(_)) => return Ok(()),
            Err(_) => {}
            Ok(Err(failure)) => match failure.kind {
                FailureKind::Unavailable | FailureKind::Conflict => {}
                FailureKind::Invalid
                | FailureKind::NotFound
                | FailureKind::Unauthenticated
                | FailureKind::Denied
                | FailureKind::ProvisionFailed
                | FailureKind::Cancelled
                | FailureKind::QuotaExceeded
                | FailureKind::Internal => return Err(failure.to_string()),
            },
        }
    }
    Err("it does not come to an end".to_owned())
}

#[tokio::test]
async fn whatever_crashes_or_is_repeated_there_is_one_secret_and_after_the_release_none() {
    const PASSING: [Fault; 5] = [
        Fault::Before,
        Fault::After,
        Fault::Twice,
        Fault::CrashBefore,
        Fault::CrashAfter,
    ];
    let report = explore(&PASSING, async |faults: Faults| {
        let token = owner(TOKEN);
        let (table, cloud) = (MemoryTable::default(), Cloud::with(&[&token]));
        accepted::accept(&table, 1, &[]).await;
        let asks = |rotation| vec![request(1, &token, &[("rotation", rotation)])];
        for rotation in ["a", "b"] {
            insist((&table, &cloud), &faults, resolve(1, asks(rotation))).await?;
        }
        let own = held(&table, &token).await.ok_or("nothing is handed out")?;
        if own.output("generation") != "1" || cloud.count("execute") != 2 {
            return Err(format!("{:?} {:?}", own.outputs, cloud.stacks.log()));
        }
        insist((&table, &cloud), &faults, release(&[token])).await?;
        let left = (cloud.stacks.names().len(), table.count("allocation"));
        if left == (0, 0) {
            Ok(())
        } else {
            Err(format!("left behind: {left:?}"))
        }
    })
    .await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.runs > 100, "{report}");
}
