//! What holds for every combination of sections.

use std::collections::BTreeSet;

use groundplane_capabilities::{Sections, capabilities};
use groundplane_model::{ContextKey, UnitName};
use groundplane_planner::{PlannedUnit, names_wanted};
use proptest::prelude::*;

use crate::ground::{Ground, spec_with};

const SECTIONS: &[&str] = &["compute", "storage"];

fn sections() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(SECTIONS.to_vec(), 1..=SECTIONS.len())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_key_that_a_unit_reads_was_written_by_an_earlier_wave(sections in sections()) {
        let plan = Ground::sandbox().plan(&spec_with(&sections));
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
    fn no_unit_waits_longer_than_it_has_to(sections in sections()) {
        let plan = Ground::sandbox().plan(&spec_with(&sections));
        for pair in plan.waves.windows(2) {
            let earlier: BTreeSet<&UnitName> = pair[0].iter().map(|unit| &unit.unit).collect();
            for unit in &pair[1] {
                let waits = unit.after.iter().any(|other| earlier.contains(other));
                prop_assert!(waits, "{} could be a wave earlier", unit.unit);
            }
        }
    }

    #[test]
    fn the_same_sections_are_the_same_bytes(sections in sections()) {
        let spec = spec_with(&sections);
        let plan = Ground::sandbox().plan(&spec);
        prop_assert_eq!(plan.digest(), Ground::sandbox().plan(&spec).digest());
        let names: Vec<&PlannedUnit> = plan.units().collect();
        prop_assert_eq!(names.len(), plan.units().map(|unit| &unit.stack_name).collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn every_unit_is_asked_a_name_for_its_stack(sections in sections()) {
        let spec = spec_with(&sections);
        let stacks: BTreeSet<UnitName> = names_wanted(&spec)
            .into_iter()
            .filter(|wanted| wanted.input == "stack")
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
