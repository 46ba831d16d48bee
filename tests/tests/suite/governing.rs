//! Guardrails and what tenants are allowed, in the way of deployments: the shipped machine refuses
//! with every violation, and nothing is left.

use groundplane_model::{
    Change, ComplianceFramework, DeploymentStatus, Environment, Guardrail, GuardrailSpec,
    InstanceId, InstanceStatus, Key, Leave, Partition, Ruling, Tenant, TenantSpec,
};
use groundplane_ports::{Clock as _, ReadTable as _, WriteTable as _};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::{Fault, Faults, explore};
use serde_json::{Value, json};

use crate::platform::{Problem, TestPlatform, example};

/// Faults after which a retry must get there.
const PASSING: [Fault; 5] = [
    Fault::Before,
    Fault::After,
    Fault::Twice,
    Fault::CrashBefore,
    Fault::CrashAfter,
];

/// A rule that every template with a task definition breaks.
const POLICY: &str = "package images\n\nimport data.guardrails.template\n\ndeny contains template.violation(\"images/none\", id, [], \"there are no tasks here\") if {\n\tsome id in object.keys(template.of_type[\"AWS::ECS::TaskDefinition\"])\n}\n";

fn id() -> InstanceId {
    InstanceId::parse("web-service.dev").unwrap()
}

fn text(error: impl std::fmt::Debug) -> Problem {
    format!("{error:?}")
}

async fn guard(platform: &TestPlatform, spec: Value) -> Result<(), Problem> {
    let spec: GuardrailSpec = serde_json::from_value(spec).map_err(text)?;
    let guardrail = Guardrail {
        name: "images".parse().map_err(text)?,
        spec,
        updated_at: platform.outside.now(),
        updated_by: "platform".to_owned(),
        version: 0,
    };
    let changes = vec![Change::save(&guardrail)];
    platform.table.commit(changes).await.map_err(text)
}

async fn allow(platform: &TestPlatform, spec: Value) -> Result<(), Problem> {
    let spec: TenantSpec = serde_json::from_value(spec).map_err(text)?;
    let tenant = Tenant {
        name: platform.tenant().clone(),
        spec,
        updated_at: platform.outside.now(),
        updated_by: "platform".to_owned(),
        version: 0,
    };
    let changes = vec![Change::save(&tenant)];
    platform.table.commit(changes).await.map_err(text)
}

/// A framework with a control about storage.
async fn frame(platform: &TestPlatform) -> Result<(), Problem> {
    let spec = json!({"version": "2017", "controls": [{
        "id": "CC6.1", "title": "Encryption", "appliesTo": {"sections": ["storage"]},
    }]});
    let framework = ComplianceFramework {
        name: "soc2".parse().map_err(text)?,
        spec: serde_json::from_value(spec).map_err(text)?,
        updated_at: platform.outside.now(),
        updated_by: "platform".to_owned(),
        version: 0,
    };
    let changes = vec![Change::save(&framework)];
    platform.table.commit(changes).await.map_err(text)
}

/// A deployment that a guardrail refuses, whatever else goes wrong.
async fn refused(faults: Faults, schedule: Schedule) -> Result<(), Problem> {
    let platform = TestPlatform::start(faults, schedule).await?;
    guard(&platform, json!({"owner": "x", "policy": POLICY})).await?;
    let spec = example("web-service.yaml")?;
    let (deployment, _) = platform.deploy(&spec).await?;
    if deployment.status != DeploymentStatus::Failed {
        return Err(text(deployment));
    }
    platform.must_be_empty(&id(), InstanceStatus::Failed).await
}

#[tokio::test]
async fn a_guardrail_refuses_a_deployment_and_whatever_goes_wrong_nothing_is_left() {
    let report = explore(&PASSING, |faults| refused(faults, Schedule::InOrder)).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.points.len() > 10, "{report}");
}

#[tokio::test]
async fn the_refusal_says_rule_resource_place_and_owner() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    guard(
        &platform,
        json!({"owner": "container-team", "policy": POLICY}),
    )
    .await
    .unwrap();
    let spec = example("web-service.yaml").unwrap();
    let (deployment, _) = platform.deploy(&spec).await.unwrap();
    let error = deployment.error.unwrap();
    assert_eq!(error.name, "Groundplane.Invalid");
    for part in [
        "guardrails refuse what would be deployed",
        "of the unit `compute`: there are no tasks here",
        "the rule `images/none` of the guardrail `images`",
        "`container-team` can say more about it",
    ] {
        assert!(error.cause.contains(part), "{}", error.cause);
    }
}

#[tokio::test]
async fn what_was_let_pass_is_kept_with_the_deployment() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let spec = json!({"owner": "x", "policy": POLICY, "severity": "warn"});
    guard(&platform, spec).await.unwrap();
    frame(&platform).await.unwrap();
    let spec = example("web-service.yaml").unwrap();
    let (deployment, _) = platform.deploy(&spec).await.unwrap();
    assert_eq!(deployment.status, DeploymentStatus::Succeeded);
    let key = Ruling::key_of(platform.tenant(), &deployment.id);
    let ruling: Ruling = platform.table.require(&key).await.unwrap();
    assert!(ruling.rules.contains("encryption-at-rest/file-system"));
    let warned = ruling.findings.iter().find(|it| it.rule == "images/none");
    assert_eq!(warned.unwrap().leave, Leave::Warned);
    assert_eq!(ruling.units.len(), 3);
    let tags = |unit: &str| &ruling.units[&unit.parse().unwrap()].tags;
    assert_eq!(tags("storage")["compliance:soc2:CC6.1"], "2017");
    assert!(tags("compute").is_empty());
}

#[tokio::test]
async fn what_a_tenant_is_not_allowed_any_more_is_not_deployed() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let submitted = platform
        .submit(&example("web-service.yaml").unwrap())
        .await
        .unwrap();
    let rules = json!({"owner": "platform-team", "sections": {"deny": ["storage"]}});
    allow(&platform, rules).await.unwrap();
    let (deployment, _) = platform.settle(&submitted).await.unwrap();
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let cause = deployment.error.unwrap().cause;
    assert!(
        cause.contains("the section `storage` is not allowed"),
        "{cause}"
    );
    platform
        .must_be_empty(&id(), InstanceStatus::Failed)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_rules_of_a_tenant_demand_an_approval_in_production() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    allow(
        &platform,
        json!({"owner": "x", "production": {"approval": true}}),
    )
    .await
    .unwrap();
    let key = Key::meta(Partition::environment(&"dev".parse().unwrap()));
    let mut place: Environment = platform.table.require(&key).await.unwrap();
    place.spec.production = true;
    platform
        .table
        .commit(vec![Change::save(&place)])
        .await
        .unwrap();
    let spec = example("web-service.yaml").unwrap();
    // Nobody answers: it waits, and fails when its time is over.
    let (deployment, _) = platform.deploy(&spec).await.unwrap();
    assert!(deployment.approval.is_some(), "{deployment:?}");
    assert_eq!(deployment.status, DeploymentStatus::Failed);
}

#[tokio::test]
async fn no_more_is_handed_out_than_the_quota_of_allocations_and_all_of_it_is_given_back() {
    let platform = TestPlatform::start(Faults::none(), Schedule::InOrder)
        .await
        .unwrap();
    let rules = json!({"owner": "platform-team", "quotas": {"allocations": 1}});
    allow(&platform, rules).await.unwrap();
    let spec = example("web-service.yaml").unwrap();
    let (deployment, _) = platform.deploy(&spec).await.unwrap();
    assert_eq!(deployment.status, DeploymentStatus::Failed);
    let error = deployment.error.unwrap();
    assert_eq!(error.name, "Groundplane.QuotaExceeded");
    assert!(
        error
            .cause
            .contains("the quota `allocations` is 1, and 1 are used"),
        "{}",
        error.cause
    );
    platform
        .must_be_empty(&id(), InstanceStatus::Failed)
        .await
        .unwrap();
}
