//! Workflows and their runs as they are kept.

use serde_json::json;

use crate::{Begun, InstanceId, Record, RunId, TenantId, Workflow, WorkflowRun, WorkflowSpec};

fn spec(arn: &str) -> WorkflowSpec {
    WorkflowSpec {
        state_machine_arn: arn.to_owned(),
        input: None,
        timeout: None,
    }
}

#[test]
fn only_machines_with_the_platforms_prefix_are_started() {
    let longest = "a".repeat(60);
    for good in [
        "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-warm-cache",
        "arn:aws-us-gov:states:us-gov-west-1:123456789012:stateMachine:groundplane-workflow-A_1",
        &format!(
            "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-{longest}"
        ),
    ] {
        assert!(spec(good).has_startable_machine(), "{good}");
    }
    for bad in [
        "",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:payroll",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-a:1",
        "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-a*",
        "arn:aws:states:eu-west-1:123456789012:execution:groundplane-workflow-a",
        "arn:aws:states:eu-west-1:12345678901:stateMachine:groundplane-workflow-a",
        "arn:aws:states:*:123456789012:stateMachine:groundplane-workflow-a",
        "arn:aws:states::123456789012:stateMachine:groundplane-workflow-a",
        "arn:other:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-a",
        "arn:aws:lambda:eu-west-1:123456789012:stateMachine:groundplane-workflow-a",
        &format!(
            "arn:aws:states:eu-west-1:123456789012:stateMachine:groundplane-workflow-{longest}a"
        ),
    ] {
        assert!(!spec(bad).has_startable_machine(), "{bad}");
    }
}

#[test]
fn a_workflow_is_kept_under_its_name_and_listed_with_all_others() {
    let workflow = Workflow {
        name: "warm-cache".parse().unwrap(),
        spec: WorkflowSpec {
            input: Some(json!({"type": "object", "properties": {"": {}}})),
            timeout: Some("1h".to_owned()),
            ..spec("arn:x")
        },
        updated_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        updated_by: "ops".to_owned(),
        version: 1,
    };
    let key = workflow.key();
    assert_eq!(key.partition.as_str(), "PLATFORM#WORKFLOW#warm-cache");
    assert_eq!(workflow.index().unwrap().partition, "PLATFORM#WORKFLOWS");
    let stored = serde_json::to_value(&workflow).unwrap();
    assert!(stored["spec"].is_string(), "{stored}");
    assert_eq!(
        serde_json::from_value::<Workflow>(stored).unwrap(),
        workflow
    );
}

#[test]
fn a_run_is_kept_with_its_instance_for_ninety_days() {
    let tenant = TenantId::parse("shop").unwrap();
    let instance = InstanceId::parse("web-service.dev").unwrap();
    let run = WorkflowRun {
        run: RunId::of(&tenant, &instance, "a", 1),
        tenant,
        instance,
        begun: Begun::Restart {
            service: "arn:x".to_owned(),
            before: "ecs-svc/1".to_owned(),
            after: None,
        },
        begun_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        version: 1,
    };
    assert_eq!(
        run.key().partition.as_str(),
        "TENANT#shop#INSTANCE#web-service.dev"
    );
    assert!(run.key().sort.starts_with("RUN#run-"));
    assert_eq!(
        run.expires_at().unwrap().to_string(),
        "2026-04-01T00:00:00Z"
    );
    let stored = serde_json::to_value(&run).unwrap();
    for taken in ["kind", "pk", "sk", "gsi1pk", "gsi1sk", "expires_at"] {
        assert!(stored.get(taken).is_none(), "{stored}");
    }
    assert_eq!(serde_json::from_value::<WorkflowRun>(stored).unwrap(), run);
}
