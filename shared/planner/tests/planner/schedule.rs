//! The steps of a deployment, from what is there to what is planned.

use groundplane_model::{DeploymentId, Digest, UnitName, UnitState};
use groundplane_planner::{
    Earlier, Plan, ScheduledStep, Work, left_by, schedule, schedule_destroy,
};
use serde_json::{Value, json};

use crate::ground::{Ground, resolved_for, spec_with};
use crate::world::{self, applied};

fn all_applied(ground: &Ground, plan: &Plan) -> Vec<UnitState> {
    plan.units().map(|unit| applied(ground, unit)).collect()
}

fn interrupted(state: UnitState) -> UnitState {
    UnitState {
        pending: Some(DeploymentId::from_number(2)),
        ..state
    }
}

fn begun(ground: &Ground, unit: &str) -> UnitState {
    world::begun(ground, &UnitName::parse(unit).unwrap())
}

fn scheduled(
    ground: &Ground,
    spec: &Value,
    current: &[UnitState],
    previous: Option<&Value>,
) -> Vec<Vec<ScheduledStep>> {
    let earlier = Earlier {
        deployed: previous,
        failed: &[],
    };
    scheduled_after(ground, spec, current, earlier)
}

fn scheduled_after(
    ground: &Ground,
    spec: &Value,
    current: &[UnitState],
    earlier: Earlier<'_>,
) -> Vec<Vec<ScheduledStep>> {
    let resolved = resolved_for(spec);
    let input = ground.input(spec, &resolved);
    schedule(&input, &ground.plan(spec), current, earlier).unwrap()
}

fn ids(waves: &[Vec<ScheduledStep>]) -> Vec<Vec<&str>> {
    waves
        .iter()
        .map(|wave| wave.iter().map(|step| step.id.as_str()).collect())
        .collect()
}

fn digest_of(waves: &[Vec<ScheduledStep>], id: &str) -> Digest {
    let step = waves.iter().flatten().find(|step| step.id.as_str() == id);
    match &step.unwrap().work {
        Work::Apply(unit) => unit.digest.clone(),
        Work::Destroy => panic!("{id} destroys"),
    }
}

#[test]
fn the_first_deployment_applies_every_unit_after_those_it_reads_from() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute", "storage"]);
    let waves = scheduled(&ground, &spec, &[], None);
    assert_eq!(ids(&waves), [["foundation"], ["storage"], ["compute"]]);
}

#[test]
fn a_spec_that_is_deployed_already_takes_no_step() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute", "storage"]);
    let current = all_applied(&ground, &ground.plan(&spec));
    let waves = scheduled(&ground, &spec, &current, Some(&spec));
    assert_eq!(waves, Vec::<Vec<ScheduledStep>>::new());
}

#[test]
fn a_change_of_one_section_is_a_step_for_it_and_for_what_reads_from_it() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let current = all_applied(&ground, &ground.plan(&before));

    let mut after = before.clone();
    after["spec"]["compute"]["cpu"] = json!(512);
    after["spec"]["compute"]["memory"] = json!(1024);
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(ids(&waves), [["compute"]]);

    let mut after = before.clone();
    after["spec"]["storage"]["lifecyclePolicy"] = json!("AFTER_7_DAYS");
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(ids(&waves), [["storage"], ["compute"]]);
}

#[test]
fn a_unit_that_a_deployment_was_interrupted_at_is_never_left_out() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute", "storage"]);
    let mut current = all_applied(&ground, &ground.plan(&spec));
    let compute = current.pop().unwrap();
    current.push(interrupted(compute));
    let waves = scheduled(&ground, &spec, &current, Some(&spec));
    assert_eq!(ids(&waves), [["compute"]]);
}

#[test]
fn a_unit_keeps_the_stack_that_it_has() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["storage"]);
    let mut current = all_applied(&ground, &ground.plan(&spec));
    for state in &mut current {
        state.stack_name = format!("elsewhere-{}", state.unit);
        state.pending = Some(DeploymentId::from_number(2));
    }
    for step in scheduled(&ground, &spec, &current, Some(&spec))
        .iter()
        .flatten()
    {
        assert_eq!(step.stack_name, format!("elsewhere-{}", step.unit));
        match &step.work {
            Work::Apply(unit) => assert_eq!(unit.stack_name, step.stack_name),
            Work::Destroy => panic!("nothing is to go"),
        }
    }
}

#[test]
fn a_removed_section_goes_after_what_used_it_and_what_served_it_shrinks_last() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let after = spec_with(&["compute"]);
    let current = all_applied(&ground, &ground.plan(&before));
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(
        ids(&waves),
        [["compute"], ["storage.destroy"], ["foundation.shrink"]]
    );
    let wanted = ground.plan(&after);
    assert_eq!(
        digest_of(&waves, "foundation.shrink"),
        wanted.waves[0][0].digest
    );
}

#[test]
fn what_serves_both_is_applied_first_where_something_is_added_as_well() {
    let ground = Ground::sandbox();
    let before = spec_with(&["storage"]);
    let after = spec_with(&["compute"]);
    let current = all_applied(&ground, &ground.plan(&before));
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(
        ids(&waves),
        [
            ["foundation"],
            ["compute"],
            ["storage.destroy"],
            ["foundation.shrink"]
        ]
    );
    let both = ground.plan(&spec_with(&["compute", "storage"]));
    assert_eq!(digest_of(&waves, "foundation"), both.waves[0][0].digest);
    assert_ne!(
        digest_of(&waves, "foundation"),
        digest_of(&waves, "foundation.shrink")
    );
}

#[test]
fn several_units_shrink_in_the_reverse_of_their_order() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let after = spec_with(&["storage"]);
    let current = all_applied(&ground, &ground.plan(&before));
    let waves = scheduled(&ground, &after, &current, Some(&before));
    // The storage's policy on the task role goes before the role.
    assert_eq!(
        ids(&waves),
        [
            ["compute.destroy"],
            ["storage.shrink"],
            ["foundation.shrink"]
        ]
    );
}

#[test]
fn a_removal_that_broke_off_goes_on_where_it_stopped() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let after = spec_with(&["compute"]);
    let [foundation, storage] =
        [0, 1].map(|wave| applied(&ground, &ground.plan(&before).waves[wave][0]));
    let compute = applied(&ground, &ground.plan(&after).waves[1][0]);

    // While the file system was being removed.
    let current = [foundation.clone(), interrupted(storage), compute.clone()];
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(ids(&waves), [["storage.destroy"], ["foundation.shrink"]]);

    // While the foundation was being taken back: nothing is left that it has to serve.
    let current = [interrupted(foundation), compute];
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(ids(&waves), [["foundation"], ["compute"]]);
    assert_eq!(
        digest_of(&waves, "foundation"),
        ground.plan(&after).waves[0][0].digest
    );
}

/// The tasks are gone, and the storage was being told: its policy may still be on their role.
#[test]
fn what_is_not_yet_as_planned_keeps_what_it_has_used() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let after = spec_with(&["storage"]);
    let [foundation, storage, _] = all_applied(&ground, &ground.plan(&before))
        .try_into()
        .unwrap();
    for storage in [storage.clone(), interrupted(storage)] {
        let current = [foundation.clone(), storage];
        let waves = scheduled(&ground, &after, &current, Some(&before));
        assert_eq!(ids(&waves), [["storage"], ["foundation.shrink"]]);
    }
}

/// The record was being removed beside the file system, which is gone by now.
#[test]
fn nobody_is_made_to_read_what_is_gone_for_the_sake_of_what_goes() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "ingress", "access", "storage"]);
    let left = spec_with(&["compute", "ingress", "access"]);
    let mut current = all_applied(&ground, &ground.plan(&left));
    let foundation = applied(&ground, &ground.plan(&before).waves[0][0]);
    current.retain(|state| !["foundation", "ingress-dns"].contains(&state.unit.as_str()));
    current.extend([foundation, begun(&ground, "ingress-dns")]);
    let after = spec_with(&["compute"]);
    let waves = scheduled(&ground, &after, &current, Some(&before));
    let planned = ground.plan(&after);
    let compute = planned.units().find(|unit| unit.unit.as_str() == "compute");
    assert_eq!(digest_of(&waves, "compute"), compute.unwrap().digest);
    let going = &ids(&waves)[1..];
    assert_eq!(
        going,
        [
            vec!["ingress-dns.destroy"],
            vec!["foundation.shrink", "ingress.destroy"]
        ]
    );
}

#[test]
fn what_a_failed_deployment_left_behind_goes_first() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute"]);
    let with_storage = ground.plan(&spec_with(&["compute", "storage"]));
    let mut current = all_applied(&ground, &ground.plan(&spec));
    current[0] = interrupted(applied(&ground, &with_storage.waves[0][0]));
    current.push(begun(&ground, "storage"));
    let waves = scheduled(&ground, &spec, &current, Some(&spec));
    assert_eq!(
        ids(&waves),
        [["storage.destroy"], ["foundation"], ["compute"]]
    );
}

/// A removal failed after the storage was added that the tasks use by now, and the storage is given up.
#[test]
fn what_a_failed_deployment_left_in_use_goes_once_nobody_uses_it() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute"]);
    let failed = [spec_with(&["compute", "storage"])];
    let earlier = Earlier {
        deployed: Some(&spec),
        failed: &failed,
    };
    let current = all_applied(&ground, &ground.plan(&failed[0]));
    let late = [["compute"], ["storage.destroy"], ["foundation.shrink"]];
    let waves = scheduled_after(&ground, &spec, &current, earlier);
    assert_eq!(ids(&waves), late, "the foundation serves it already");

    // It is made to, whatever state it was left in.
    let [foundation, storage, compute] = current.try_into().unwrap();
    let current = [interrupted(foundation), storage, compute];
    let waves = scheduled_after(&ground, &spec, &current, earlier);
    assert_eq!(ids(&waves[..1]), [["foundation"]]);
    assert_eq!(ids(&waves[1..]), late);
    let serving = &ground.plan(&failed[0]).waves[0][0].digest;
    assert_eq!(digest_of(&waves, "foundation"), *serving);
}

/// What tasks use whose first deployment broke off is not known.
#[test]
fn what_may_be_in_use_goes_like_what_is() {
    let ground = Ground::sandbox();
    let spec = spec_with(&["compute"]);
    let failed = [spec_with(&["compute", "storage"])];
    let earlier = Earlier {
        deployed: None,
        failed: &failed,
    };
    let foundation = applied(&ground, &ground.plan(&failed[0]).waves[0][0]);
    let current = [
        foundation,
        begun(&ground, "storage"),
        begun(&ground, "compute"),
    ];
    let waves = scheduled_after(&ground, &spec, &current, earlier);
    let expected = [["compute"], ["storage.destroy"], ["foundation.shrink"]];
    assert_eq!(ids(&waves), expected);
}

#[test]
fn the_specs_that_count_are_of_those_who_left_what_nobody_asks_for() {
    let ground = Ground::sandbox();
    let with_storage = spec_with(&["compute", "storage"]);
    let [foundation, storage, compute] = all_applied(&ground, &ground.plan(&with_storage))
        .try_into()
        .unwrap();
    let current = [interrupted(foundation), interrupted(storage), compute];
    let of = |numbers: [u128; 2]| numbers.map(DeploymentId::from_number).into();
    let spec = spec_with(&["compute"]);
    assert_eq!(left_by(&spec, Some(&spec), &current), of([1, 2]));
    assert_eq!(left_by(&spec, None, &current), of([1, 2]));
    let nobody = std::collections::BTreeSet::new();
    assert_eq!(left_by(&with_storage, Some(&spec), &current), nobody);
    assert_eq!(left_by(&spec, Some(&with_storage), &current), nobody);
}

#[test]
fn the_foundation_goes_too_when_nothing_needs_it() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "storage"]);
    let current = all_applied(&ground, &ground.plan(&before));
    assert_eq!(
        ids(&schedule_destroy(&current)),
        [
            ["compute.destroy"],
            ["storage.destroy"],
            ["foundation.destroy"]
        ]
    );
}

#[test]
fn what_was_never_recorded_is_destroyed_before_what_it_may_depend_on() {
    let ground = Ground::sandbox();
    let plan = ground.plan(&spec_with(&["storage"]));
    let foundation = applied(&ground, &plan.waves[0][0]);
    let current = [
        foundation,
        begun(&ground, "compute"),
        begun(&ground, "storage"),
    ];
    assert_eq!(
        ids(&schedule_destroy(&current)),
        [
            ["compute.destroy"],
            ["storage.destroy"],
            ["foundation.destroy"]
        ]
    );
}

#[test]
fn a_unit_that_no_capability_is_known_for_is_destroyed_all_the_same() {
    let ground = Ground::sandbox();
    let plan = ground.plan(&spec_with(&["storage"]));
    let mut current = all_applied(&ground, &plan);
    current.push(begun(&ground, "retired-kind"));
    assert_eq!(
        ids(&schedule_destroy(&current)),
        [
            ["retired-kind.destroy"],
            ["storage.destroy"],
            ["foundation.destroy"]
        ]
    );
}

#[test]
fn nothing_is_destroyed_where_nothing_is() {
    assert!(schedule_destroy(&[]).is_empty());
}

#[test]
fn a_record_goes_before_the_service_that_it_leads_to_and_the_rule_after_it() {
    let ground = Ground::sandbox();
    let before = spec_with(&["compute", "ingress", "access"]);
    let after = spec_with(&["compute"]);
    let current = all_applied(&ground, &ground.plan(&before));
    let waves = scheduled(&ground, &after, &current, Some(&before));
    assert_eq!(
        ids(&waves),
        [
            vec!["ingress-dns.destroy"],
            vec!["compute.shrink"],
            vec!["foundation.shrink", "ingress.destroy"],
        ]
    );
    assert_eq!(
        ids(&schedule_destroy(&current)),
        [
            vec!["ingress-dns.destroy"],
            vec!["compute.destroy"],
            vec!["foundation.destroy", "ingress.destroy"]
        ]
    );
}

#[test]
fn a_protected_database_is_neither_removed_nor_replaced() {
    let ground = Ground::like_sandbox(&json!({}), true);
    let before = spec_with(&["compute", "database"]);
    let current = all_applied(&ground, &ground.plan(&before));
    let refused = |after: &Value| -> Vec<String> {
        let resolved = resolved_for(after);
        let input = ground.input(after, &resolved);
        let earlier = Earlier {
            deployed: Some(&before),
            failed: &[],
        };
        let problems = schedule(&input, &ground.plan(after), &current, earlier).unwrap_err();
        problems
            .iter()
            .map(|problem| problem.pointer.clone())
            .collect()
    };
    assert_eq!(refused(&spec_with(&["compute"])), ["/spec/database"]);
    let mut other = before.clone();
    other["spec"]["database"]["dbName"] = json!("other");
    assert_eq!(refused(&other), ["/spec/database/dbName"]);
}
