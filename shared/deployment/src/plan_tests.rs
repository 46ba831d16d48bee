//! Plans, and the digest that binds them.

use groundplane_planner::PlannedUnit;
use proptest::prelude::*;

use super::*;
use crate::fixture::{apply, artifact, begun, deployment, key, planned, unit_name};

fn scheduled(unit: &str, template: &str) -> ScheduledStep {
    let planned = PlannedUnit {
        unit: unit_name(unit),
        stack_name: format!("gp-{unit}"),
        template: template.as_bytes().to_vec(),
        digest: Digest::of(template.as_bytes()),
        parameters: BTreeMap::from([("Group".to_owned(), key("foundation.group"))]),
        outputs: BTreeMap::from([(key("compute.arn"), "Arn".to_owned())]),
        exports: BTreeSet::from([key("compute.arn")]),
        after: BTreeSet::from([unit_name("foundation")]),
    };
    ScheduledStep {
        id: StepId::apply(&unit_name(unit)),
        unit: unit_name(unit),
        stack_name: format!("gp-{unit}"),
        work: Work::Apply(Box::new(planned)),
        repair: false,
    }
}

fn removal(unit: &str) -> ScheduledStep {
    ScheduledStep {
        id: StepId::suffixed(&unit_name(unit), "destroy"),
        work: Work::Destroy,
        ..scheduled(unit, "")
    }
}

fn stored() -> BTreeMap<Digest, Artifact> {
    ["one", "two"]
        .map(|content| (artifact(content).digest, artifact(content)))
        .into()
}

fn digest_of(schedule: Vec<Vec<ScheduledStep>>) -> Digest {
    let running = deployment(DeploymentStatus::Running);
    let planned = plan(&running, schedule, &stored()).unwrap();
    planned.deployment.plan_digest.unwrap()
}

#[test]
fn every_scheduled_step_is_a_pending_step_in_its_wave() {
    let schedule = vec![
        vec![scheduled("storage", "one")],
        vec![scheduled("compute", "two"), removal("cache")],
    ];
    let running = deployment(DeploymentStatus::Running);
    let planned = plan(&running, schedule, &stored()).unwrap();
    let seen: Vec<_> = planned
        .steps
        .iter()
        .map(|step| (step.wave, step.id.as_str(), step.status, step.version))
        .collect();
    assert_eq!(
        seen,
        [
            (0, "storage", StepStatus::Pending, 0),
            (1, "compute", StepStatus::Pending, 0),
            (1, "cache.destroy", StepStatus::Pending, 0),
        ]
    );
    let StepAction::Apply {
        artifact: template,
        parameters,
        outputs,
        exports,
        after,
    } = &planned.steps[1].action
    else {
        panic!("{:?}", planned.steps[1]);
    };
    assert_eq!(*template, artifact("two"));
    assert_eq!(parameters["Group"], key("foundation.group"));
    assert_eq!(outputs[&key("compute.arn")], "Arn");
    assert!(exports.contains(&key("compute.arn")));
    assert!(after.contains(&unit_name("foundation")));
    assert_eq!(planned.steps[2].action, StepAction::Destroy);
}

#[test]
fn the_state_machine_gets_the_waves_that_were_planned() {
    let schedule = vec![
        vec![scheduled("storage", "one"), scheduled("cache", "one")],
        vec![removal("compute")],
    ];
    let running = deployment(DeploymentStatus::Running);
    let planned = plan(&running, schedule, &stored()).unwrap();
    let waves = serde_json::to_value(waves_of(&planned.deployment)).unwrap();
    assert_eq!(
        waves,
        serde_json::json!([
            { "steps": [{ "step": "storage" }, { "step": "cache" }] },
            { "steps": [{ "step": "compute.destroy" }] },
        ])
    );
}

#[test]
fn a_template_that_was_not_stored_is_a_fault() {
    let running = deployment(DeploymentStatus::Running);
    let failure = plan(
        &running,
        vec![vec![scheduled("compute", "lost")]],
        &stored(),
    )
    .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Internal);
    assert_eq!(failure.message, "the template of `compute` was not stored");
}

#[test]
fn a_deployment_that_does_not_run_is_not_planned() {
    for status in [
        DeploymentStatus::Accepted,
        DeploymentStatus::Compensating,
        DeploymentStatus::Succeeded,
        DeploymentStatus::Failed,
    ] {
        let failure = plan(&deployment(status), Vec::new(), &stored()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Internal, "{status:?}");
    }
}

#[test]
fn the_same_plan_of_another_deployment_has_the_same_digest() {
    let schedule = || vec![vec![scheduled("compute", "one")]];
    let other = Deployment {
        id: crate::fixture::id(9),
        ..deployment(DeploymentStatus::Running)
    };
    let planned = plan(&other, schedule(), &stored()).unwrap();
    assert_eq!(planned.deployment.plan_digest, Some(digest_of(schedule())));
}

#[test]
fn whatever_changes_what_a_plan_does_changes_its_digest() {
    let base = digest_of(vec![
        vec![scheduled("compute", "one")],
        vec![removal("cache")],
    ]);
    let mut elsewhere = scheduled("compute", "one");
    elsewhere.stack_name = "gp-other".to_owned();
    let mut unbound = scheduled("compute", "one");
    let Work::Apply(unit) = &mut unbound.work else {
        panic!("not an apply");
    };
    unit.parameters.clear();
    for other in [
        vec![vec![scheduled("compute", "two")], vec![removal("cache")]],
        vec![vec![scheduled("compute", "one"), removal("cache")]],
        vec![vec![removal("cache")], vec![scheduled("compute", "one")]],
        vec![vec![scheduled("compute", "one")]],
        vec![vec![elsewhere], vec![removal("cache")]],
        vec![vec![unbound], vec![removal("cache")]],
    ] {
        let changed = format!("{other:?}");
        assert_ne!(digest_of(other), base, "{changed}");
    }
}

#[test]
fn a_deployment_without_a_plan_is_never_complete() {
    let running = deployment(DeploymentStatus::Running);
    assert!(!is_complete(&running, &[]));
    assert!(is_complete(&planned(DeploymentStatus::Running, &[]), &[]));
}

proptest! {
    #[test]
    fn a_deployment_is_complete_when_every_step_has_ended_well(statuses in prop::collection::vec(0_usize..7, 1..6)) {
        const ALL: [StepStatus; 7] = [
            StepStatus::Succeeded,
            StepStatus::Unchanged,
            StepStatus::Pending,
            StepStatus::Running,
            StepStatus::Failed,
            StepStatus::Undone,
            StepStatus::UndoFailed,
        ];
        let steps: Vec<Step> = statuses
            .iter()
            .enumerate()
            .map(|(number, status)| begun(ALL[*status], apply(&format!("unit-{number}"), "one")))
            .collect();
        let deployment = planned(DeploymentStatus::Running, &steps);
        let well = statuses.iter().all(|status| *status < 2);
        prop_assert_eq!(is_complete(&deployment, &steps), well);
        prop_assert!(!is_complete(&deployment, &steps[1..]), "a step is missing");
    }
}

#[test]
fn a_plan_that_repairs_is_another_plan() {
    let repairing = vec![vec![ScheduledStep {
        repair: true,
        ..scheduled("compute", "one")
    }]];
    let running = deployment(DeploymentStatus::Running);
    let planned = plan(&running, repairing.clone(), &stored()).unwrap();
    assert!(planned.steps.iter().all(|step| step.repair));
    let plain = vec![vec![scheduled("compute", "one")]];
    assert_ne!(digest_of(repairing), digest_of(plain));
}
