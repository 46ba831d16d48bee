//! What acceptance writes, and what it refuses.

use groundplane_model::{DeploymentStatus, Outbox};
use serde_json::json;

use super::*;
use crate::fixture::{at, demand, id, instance, landing_zone, one, principal, saved, submission};

fn submit(current: Option<Instance>) -> Result<Accepted, Failure> {
    let principal = principal();
    let spec = json!({ "spec": {} });
    accept(submission(demand(&principal, 2, at(9)), &spec), current)
}

fn wish_to_destroy(current: Instance) -> Result<Accepted, Failure> {
    accept_destroy(demand(&principal(), 2, at(9)), current)
}

#[test]
fn a_new_instance_is_accepted_with_all_that_its_deployment_needs() {
    let accepted = submit(None).unwrap();
    assert_eq!(accepted.changes.len(), 6);
    assert!(accepted.is_new());
    let counted = Quota::Instances.count(&accepted.instance.tenant, (1, None), at(9));
    assert!(accepted.changes.contains(&counted));
    let bounded = Quota::Instances.count(&accepted.instance.tenant, (1, Some(3)), at(9));
    assert!(accepted.clone().within(Some(3)).changes.contains(&bounded));
    let instance: Instance = one(&accepted.changes);
    assert_eq!(instance, accepted.instance);
    assert_eq!(instance.status, InstanceStatus::Deploying);
    assert_eq!(instance.active_deployment, Some(id(2)));
    assert_eq!((instance.revision, instance.last_revision), (None, 0));
    assert_eq!((instance.created_at, instance.version), (at(9), 0));
    assert_eq!(instance.labels["team"], "shop");
    let deployment: Deployment = one(&accepted.changes);
    assert_eq!(deployment, accepted.deployment);
    assert_eq!(deployment.status, DeploymentStatus::Accepted);
    assert_eq!(deployment.requested_by, "kim");
    assert_eq!(deployment.incarnation, instance.incarnation);
    let submitted: DeploymentSpec = one(&accepted.changes);
    assert_eq!(submitted.spec, json!({ "spec": {} }));
    assert_eq!(submitted.landing_zone, landing_zone());
    let member: Member = one(&accepted.changes);
    assert_eq!(member.instance, instance.id);
    assert_eq!(
        (member.environment, member.version),
        (instance.environment, 0)
    );
    let outbox: Outbox = one(&accepted.changes);
    assert_eq!(outbox.id, format!("{}.start", id(2)));
    let start = OutboxMessage::StartDeployment {
        tenant: instance.tenant,
        instance: instance.id,
        deployment: id(2),
    };
    assert_eq!(outbox.message, start);
}

#[test]
fn an_update_goes_on_with_the_life_of_the_instance() {
    for status in [InstanceStatus::Active, InstanceStatus::Failed] {
        let accepted = submit(Some(Instance {
            status,
            ..instance()
        }))
        .unwrap();
        let known = instance();
        assert_eq!(accepted.instance.incarnation, known.incarnation);
        assert_eq!(accepted.instance.created_at, known.created_at);
        assert_eq!(accepted.instance.revision, Some(1));
        assert_eq!(accepted.instance.version, known.version);
        assert_eq!(accepted.instance.status, InstanceStatus::Deploying);
        assert_eq!(accepted.instance.updated_at, at(9));
    }
}

#[test]
fn a_destroyed_instance_begins_a_new_life_and_goes_on_counting_revisions() {
    let elsewhere = "elsewhere".parse().unwrap();
    let accepted = submit(Some(Instance {
        status: InstanceStatus::Destroyed,
        revision: None,
        last_revision: 4,
        landing_zone: elsewhere,
        ..instance()
    }))
    .unwrap();
    assert_ne!(accepted.instance.incarnation, instance().incarnation);
    assert_eq!(accepted.instance.created_at, at(9));
    assert_eq!(accepted.instance.revision, None);
    assert_eq!(accepted.instance.last_revision, 4);
    assert_eq!(accepted.instance.landing_zone, landing_zone().name);
    assert_eq!(accepted.instance.version, instance().version);
}

#[test]
fn nothing_is_accepted_while_a_deployment_runs() {
    let busy = Instance {
        active_deployment: Some(id(1)),
        ..instance()
    };
    for refused in [submit(Some(busy.clone())), wish_to_destroy(busy)] {
        let failure = refused.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Conflict);
        assert_eq!(failure.link, Some(format!("/v1/deployments/{}", id(1))));
    }
}

#[test]
fn an_instance_does_not_follow_its_environment_to_another_landing_zone() {
    let current = Instance {
        landing_zone: "elsewhere".parse().unwrap(),
        ..instance()
    };
    let failure = submit(Some(current)).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert_eq!(
        failure.message,
        "`web-service.dev` stands in landing zone `elsewhere`, and its environment is now in \
         `sandbox`; destroy it first"
    );
}

#[test]
fn a_destroy_keeps_what_is_known_of_the_instance() {
    let accepted = wish_to_destroy(instance()).unwrap();
    let expected = Instance {
        status: InstanceStatus::Destroying,
        active_deployment: Some(id(2)),
        last_deployment: id(2),
        updated_at: at(9),
        ..instance()
    };
    assert_eq!(accepted.instance, expected);
    assert_eq!(accepted.deployment.action, Action::Destroy);
    assert_eq!(accepted.deployment.incarnation, instance().incarnation);
    let submitted: DeploymentSpec = one(&accepted.changes);
    assert_eq!(submitted.spec, Value::Null);
}

#[test]
fn what_was_destroyed_is_not_there_to_be_destroyed() {
    let failure = wish_to_destroy(Instance {
        status: InstanceStatus::Destroyed,
        ..instance()
    })
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(failure.message, "there is no instance `web-service.dev`");
}

#[test]
fn an_idempotency_key_is_remembered_over_an_expired_one() {
    let principal = principal();
    let claim = IdempotencyClaim {
        key_digest: Digest::of(b"key"),
        request_digest: Digest::of(b"request"),
        version: 6,
    };
    let demand = Demand {
        idempotency: Some(claim.clone()),
        ..demand(&principal, 2, at(9))
    };
    let accepted = accept(submission(demand, &Value::Null), None).unwrap();
    let remembered: Idempotency = one(&accepted.changes);
    assert_eq!(remembered.key_digest, claim.key_digest);
    assert_eq!(remembered.request_digest, claim.request_digest);
    assert_eq!(remembered.deployment, id(2));
    assert_eq!(remembered.instance, accepted.instance.id);
    assert!(accepted.changes.contains(&Change::save(&Idempotency {
        version: 6,
        ..remembered
    })));
    let unkeyed = submit(None).unwrap();
    assert_eq!(saved::<Idempotency>(&unkeyed.changes), []);
}

#[test]
fn an_instance_joins_its_environment_once_in_each_life() {
    let joins = |accepted: &Accepted| {
        let mut keys = accepted.changes.iter().map(|change| &change.key().sort);
        keys.any(|sort| sort.starts_with(Member::PREFIX))
    };
    let with = |status| {
        Some(Instance {
            status,
            ..instance()
        })
    };
    assert!(joins(&submit(None).unwrap()));
    assert!(joins(&submit(with(InstanceStatus::Destroyed)).unwrap()));
    for status in [InstanceStatus::Active, InstanceStatus::Failed] {
        assert!(!joins(&submit(with(status)).unwrap()), "{status:?}");
    }
    assert!(!joins(&wish_to_destroy(instance()).unwrap()));
}
