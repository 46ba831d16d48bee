//! What holds for every combination of sections.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::{Sections, capabilities};
use groundplane_model::{ContextKey, Digest, UnitName};
use groundplane_planner::{Earlier, Plan, Want, schedule, wanted};
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::ground::{Ground, SECTIONS, resolved_for, spec_with};
use crate::specs::{sections, specs};
use crate::world::World;

/// Only this spec was ever deployed.
fn deployed(spec: &Value) -> Earlier<'_> {
    Earlier {
        deployed: Some(spec),
        failed: &[],
    }
}

/// Every name that a template refers to by `Ref`, `Fn::GetAtt` or `DependsOn`.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    let mut refer = |target: &Value| {
        let first = target
            .as_array()
            .map_or(Some(target), |parts| parts.first());
        found.extend(first.and_then(Value::as_str).map(str::to_owned));
    };
    for (name, field) in value.as_object().into_iter().flatten() {
        match name.as_str() {
            "Ref" | "Fn::GetAtt" => refer(field),
            "DependsOn" => {
                let others = field.as_array().into_iter().flatten();
                others.for_each(&mut refer);
            }
            _ => {}
        }
    }
    let fields = value.as_object().into_iter().flat_map(Map::values);
    let items = value.as_array().into_iter().flatten();
    fields
        .chain(items)
        .for_each(|inner| references(inner, found));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_key_that_a_unit_reads_was_written_by_an_earlier_wave(spec in specs()) {
        let plan = Ground::sandbox().plan(&spec);
        let mut written: BTreeSet<&ContextKey> = BTreeSet::new();
        let mut done: BTreeSet<&UnitName> = BTreeSet::new();
        for wave in &plan.waves {
            for unit in wave {
                for key in unit.parameters.values() {
                    prop_assert!(written.contains(key), "{} reads {key}", unit.unit);
                }
                prop_assert!(unit.after.iter().all(|other| done.contains(other)));
            }
            written.extend(wave.iter().flat_map(|unit| unit.outputs.keys()));
            done.extend(wave.iter().map(|unit| &unit.unit));
        }
    }

    #[test]
    fn a_deployed_spec_turns_into_any_other_also_where_it_is_interrupted(
        (before, after, cut) in (sections(), sections(), 0_usize..8)
    ) {
        let ground = Ground::sandbox();
        let (before, after) = (spec_with(&before), spec_with(&after));
        let resolved = resolved_for(&after);
        let input = ground.input(&after, &resolved);
        let plan = ground.plan(&after);
        let mut world = World::deployed(&ground, &before);
        let steps = schedule(&input, &plan, &world.states(), deployed(&before)).unwrap();
        steps.iter().take(cut).for_each(|wave| world.run(wave));
        steps.iter().skip(cut).take(1).for_each(|wave| world.begin(wave));
        // The revision is still the earlier one.
        let steps = schedule(&input, &plan, &world.states(), deployed(&before)).unwrap();
        steps.iter().for_each(|wave| world.run(wave));
        let wanted: BTreeMap<UnitName, Digest> = plan
            .units()
            .map(|unit| (unit.unit.clone(), unit.digest.clone()))
            .collect();
        prop_assert_eq!(world.digests(), wanted);
        let again = schedule(&input, &plan, &world.states(), deployed(&after)).unwrap();
        prop_assert!(again.is_empty());
    }

    #[test]
    fn no_unit_waits_longer_than_it_has_to(spec in specs()) {
        let plan = Ground::sandbox().plan(&spec);
        for pair in plan.waves.windows(2) {
            let earlier: BTreeSet<&UnitName> = pair[0].iter().map(|unit| &unit.unit).collect();
            for unit in &pair[1] {
                let waits = unit.after.iter().any(|other| earlier.contains(other));
                prop_assert!(waits, "{} could be a wave earlier", unit.unit);
            }
        }
    }

    #[test]
    fn the_same_spec_is_the_same_bytes(spec in specs()) {
        let (one, other) = (Ground::sandbox().plan(&spec), Ground::sandbox().plan(&spec));
        prop_assert_eq!(one.digest(), other.digest());
        let templates = |plan: &Plan| -> Vec<Vec<u8>> {
            plan.units().map(|unit| unit.template.clone()).collect()
        };
        prop_assert_eq!(templates(&one), templates(&other));
    }

    #[test]
    fn every_reference_in_a_template_resolves(spec in specs()) {
        for unit in Ground::sandbox().plan(&spec).units() {
            let template: Value = serde_json::from_slice(&unit.template).unwrap();
            let mut found = BTreeSet::new();
            references(&template, &mut found);
            for name in found {
                let known = ["Parameters", "Resources"]
                    .iter()
                    .any(|part| template.get(part).is_some_and(|all| all.get(&name).is_some()));
                prop_assert!(known || name.starts_with("AWS::"), "{}: {name}", unit.unit);
            }
            for output in unit.outputs.values() {
                prop_assert!(template["Outputs"][output]["Value"] != Value::Null, "{output}");
            }
        }
    }

    #[test]
    fn every_unit_is_asked_a_name_for_its_stack(spec in specs()) {
        let stacks: BTreeSet<UnitName> = wanted(&spec)
            .into_iter()
            .filter(|wanted| wanted.want.input == Want::STACK)
            .map(|wanted| wanted.unit)
            .collect();
        let units = Ground::sandbox().plan(&spec).units().map(|unit| unit.unit.clone()).collect();
        prop_assert_eq!(stacks, units);
    }
}

#[test]
fn a_unit_reads_only_from_units_of_its_own_phase_or_an_earlier_one() {
    let spec = spec_with(SECTIONS);
    let sections = Sections::of(&spec);
    for capability in capabilities() {
        for key in capability.reads(&sections) {
            let mut writers = capabilities()
                .iter()
                .filter(|c| c.writes(&sections).contains(&key));
            let writer = writers.next().unwrap();
            assert!(writers.next().is_none(), "{key} is written twice");
            assert!(writer.phase() <= capability.phase(), "{key}");
        }
    }
}

#[test]
fn every_unit_and_key_of_the_registry_is_well_formed_and_unique() {
    let spec = spec_with(SECTIONS);
    let sections = Sections::of(&spec);
    let mut units = BTreeSet::new();
    let mut parameters = BTreeSet::new();
    for capability in capabilities() {
        assert!(units.insert(UnitName::parse(capability.unit()).unwrap()));
        for key in capability.writes(&sections) {
            let key = ContextKey::parse(&key).unwrap();
            assert!(parameters.insert(key.logical_name()), "{key}");
        }
    }
}
