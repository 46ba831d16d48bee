//! What happens to units and what resolvers hand out.

use groundplane_model::{DeploymentId, InstanceId, ResolverName};
use groundplane_planner::Plan;
use groundplane_preview::{
    Allocation, AllocationAction, Colour, LiveUnit, PreviewInput, UnitOperation, preview, text,
};
use serde_json::{Value, json};

use crate::deployed::{Deployed, between, change, over, resource, steps, unit, unit_name};

fn queue(delay: u32) -> Value {
    json!({ "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "DelaySeconds": delay } } })
}

#[test]
fn units_come_change_go_and_stay() {
    let before = [
        unit("changes", queue(1)),
        unit("goes", queue(1)),
        unit("stays", queue(1)),
    ];
    let after = [
        unit("changes", queue(2)),
        unit("comes", queue(1)),
        unit("stays", queue(1)),
    ];
    let preview = between(&before, &after);
    let operations: Vec<_> = preview
        .units
        .iter()
        .map(|it| (it.step.as_str(), it.operation))
        .collect();
    assert_eq!(
        operations,
        [
            ("changes", UnitOperation::Update),
            ("comes", UnitOperation::Create),
            ("stays", UnitOperation::Keep),
            ("goes.destroy", UnitOperation::Delete),
        ]
    );
    let counts = preview.counts;
    assert_eq!((counts.changed_units, counts.kept_units), (3, 1));
    assert_eq!(
        (counts.create, counts.update, counts.delete, counts.keep),
        (1, 1, 1, 1)
    );
}

#[test]
fn a_unit_that_no_step_is_about_is_kept() {
    let units = [unit("one", queue(1)), unit("two", queue(1))];
    let live = Deployed::of(&units);
    let plan = Plan {
        waves: vec![units.to_vec()],
    };
    let preview = preview(&PreviewInput {
        instance: &InstanceId::parse("web-service.dev").unwrap(),
        plan: &plan,
        schedule: &[],
        live: &live.live(),
        allocations: &[],
    })
    .unwrap();
    assert!(preview.is_empty());
    assert_eq!(preview.kept_units, [unit_name("one"), unit_name("two")]);
    assert_eq!(preview.counts.keep, 2);
}

#[test]
fn a_unit_that_was_interrupted_is_done_again() {
    let units = [unit("one", queue(1))];
    let mut live = Deployed::of(&units);
    live.states[0].pending = Some(DeploymentId::from_number(2));
    let found = over(&live, &units, &[]);
    assert!(found.units[0].interrupted && !found.is_empty());
    assert_eq!(found.units[0].operation, UnitOperation::Update);

    // Nothing was ever recorded: all that is known is what would be there.
    live.states[0].applied = None;
    let found = over(&live, &units, &[]);
    assert!(found.units[0].interrupted);
    assert_eq!(found.units[0].operation, UnitOperation::Create);
    let removed = over(&live, &[], &[]);
    assert_eq!(removed.units[0].operation, UnitOperation::Delete);
    assert!(removed.units[0].resources.is_empty());
}

#[test]
fn a_second_step_of_a_unit_starts_from_what_the_first_has_left() {
    let live = Deployed::of(&[unit("one", queue(1))]);
    let mut schedule = steps(&live, &[unit("one", queue(2))]);
    schedule.extend(steps(&live, &[unit("one", queue(3))]));
    let preview = preview(&PreviewInput {
        instance: &InstanceId::parse("web-service.dev").unwrap(),
        plan: &Plan::default(),
        schedule: &schedule,
        live: &live.live(),
        allocations: &[],
    })
    .unwrap();
    let shown: Vec<_> = preview
        .units
        .iter()
        .map(|unit| {
            let change = change(&unit.resources[0], "/Properties/DelaySeconds");
            (
                &change.before.as_ref().unwrap().template,
                &change.after.as_ref().unwrap().template,
            )
        })
        .collect();
    assert_eq!(shown, [(&json!(1), &json!(2)), (&json!(2), &json!(3))]);
}

fn taken(input: &str, stand_in: &str) -> Allocation {
    Allocation {
        action: AllocationAction::Take,
        resolver: ResolverName::parse("naming").unwrap(),
        unit: unit_name("one"),
        input: input.to_owned(),
        value: None,
        stand_in: Some(stand_in.to_owned()),
    }
}

#[test]
fn what_a_resolver_was_not_asked_for_is_unknown() {
    let named = json!({ "Queue": {
        "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "q-TO-BE-NAMED", "DelaySeconds": 7 },
    } });
    let allocations = [taken("queue", "TO-BE-NAMED"), taken("stack", "gp-one")];
    let preview = over(&Deployed::of(&[]), &[unit("one", named)], &allocations);
    assert_eq!(preview.allocations.len(), 2);
    assert_eq!(preview.units[0].stack_name, None);
    let name = change(resource(&preview, "Queue"), "/Properties/QueueName");
    assert_eq!(
        name.after.as_ref().unwrap().unknown,
        ["`queue` of `one` is handed out by the resolver `naming`"]
    );
    let said = text(&preview, Colour::Never);
    assert!(!said.contains("TO-BE-NAMED"), "{said}");
    let delay = change(resource(&preview, "Queue"), "/Properties/DelaySeconds");
    assert!(delay.after.as_ref().unwrap().unknown.is_empty());
}

#[test]
fn the_longer_of_two_stand_ins_is_the_one_that_is_meant() {
    let named = json!({ "Queue": {
        "Type": "AWS::SQS::Queue", "Properties": { "QueueName": "gp-one-queue" },
    } });
    let allocations = [taken("queue", "gp-one-queue"), taken("stack", "gp-one")];
    let preview = over(&Deployed::of(&[]), &[unit("one", named)], &allocations);
    let name = change(resource(&preview, "Queue"), "/Properties/QueueName");
    assert_eq!(name.after.as_ref().unwrap().unknown.len(), 1);
}

#[test]
fn a_template_that_is_no_json_is_named() {
    let units = [unit("one", queue(1))];
    let live = Deployed::of(&units);
    let broken = [LiveUnit {
        state: &live.states[0],
        template: b"{",
    }];
    let error = preview(&PreviewInput {
        instance: &InstanceId::parse("web-service.dev").unwrap(),
        plan: &Plan::default(),
        schedule: &steps(&live, &[unit("one", queue(2))]),
        live: &broken,
        allocations: &[],
    })
    .unwrap_err();
    assert_eq!(error.to_string(), "the template of `one` cannot be read");
}
