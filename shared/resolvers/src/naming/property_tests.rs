//! What holds for the names of all owners and of all patterns that are accepted.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::legal_names::is_legal;
use super::*;

pub(in crate::naming) fn any_owner() -> impl Strategy<Value = Owner> {
    let tenant = "[a-z0-9][a-z0-9-]{0,62}";
    let start =
        prop_oneof![4 => Just(""), 1 => Just("internal-"), 1 => Just("sg-"), 1 => Just("aws")];
    let service = (start, "[a-z][a-z0-9-]{1,12}[a-z0-9]", 0..18_usize)
        .prop_map(|(start, service, more)| format!("{start}{}{service}", "s".repeat(more)))
        .prop_map(|name| {
            name.chars()
                .take(32)
                .collect::<String>()
                .trim_end_matches('-')
                .to_owned()
        });
    let environment = "[a-z][a-z0-9-]{1,30}[a-z0-9]";
    let unit = "[a-z][a-z0-9-]{0,40}";
    (tenant, service, environment, unit, "[a-z/-]{0,50}").prop_map(
        |(tenant, service, environment, unit, input)| Owner {
            input,
            ..owner(&tenant, &format!("{service}.{environment}"), &unit)
        },
    )
}

fn any_pattern() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "tenant", "env", "service", "unit", "input", "type", "region", "account",
    ]);
    let filter = prop_oneof![
        4 => Just(String::new()),
        1 => Just("|lower".to_owned()),
        1 => Just("|upper".to_owned()),
        3 => (1..20_usize).prop_map(|length| format!("|short:{length}")),
        1 => (4..9_usize).prop_map(|length| format!("|hash:{length}")),
    ];
    let text = prop::sample::select(vec![
        "-",
        "gp-",
        "-x-",
        ".",
        "_",
        "/",
        "X",
        "--",
        "internal-",
        "xn-",
        ".-",
    ]);
    let part = prop_oneof![
        4 => (value, filter).prop_map(|(value, filter)| format!("{{{value}{filter}}}")),
        4 => text.prop_map(str::to_owned),
        2 => (6..13_usize).prop_map(|length| format!("{{hash:{length}}}")),
        1 => Just("{seq}".to_owned()),
        1 => Just("{seq:03d}".to_owned()),
    ];
    let start = prop::sample::select(vec!["", "gp-", "gp-", "{env|short:4}"]);
    let end = prop::sample::select(vec!["", "-{hash:8}", "-{seq}", "-{seq:02d}"]);
    (start, prop::collection::vec(part, 0..6), end)
        .prop_map(|(start, parts, end)| format!("{start}{}{end}", parts.concat()))
}

fn any_type() -> impl Strategy<Value = &'static str> {
    prop::sample::select(Limits::known()).prop_map(|limits| limits.resource_type)
}

proptest! {
    #[test]
    fn every_name_of_the_default_pattern_is_legal(
        owner in any_owner(),
        resource_type in any_type(),
        attempt in 0_u32..5,
    ) {
        let config = NamingConfig::default();
        let naming = config.naming(resource_type, "one").unwrap();
        let wanted = wanted(&owner, resource_type);
        let name = naming.claim(&wanted, attempt, None).unwrap().name;
        prop_assert!(is_legal(resource_type, &name), "{name}");
        prop_assert_eq!(naming.claim(&wanted, attempt, None).unwrap().name, name);
    }

    #[test]
    fn a_pattern_that_is_accepted_never_makes_an_illegal_name(
        pattern in any_pattern(),
        owner in any_owner(),
        resource_type in any_type(),
        number in prop_oneof![1..=9_u32, 1..=Counter::LAST],
    ) {
        let config = NamingConfig { pattern: Some(pattern), ..NamingConfig::default() };
        if let Ok(naming) = config.naming(resource_type, "one") {
            let name = naming.claim(&wanted(&owner, resource_type), 0, Some(number)).unwrap().name;
            prop_assert!(is_legal(resource_type, &name), "{name}");
        }
    }

    #[test]
    fn owners_never_share_a_name(
        pattern in any_pattern(),
        mut owners in prop::collection::vec(any_owner(), 2..12),
        resource_type in any_type(),
        per_type in any::<bool>(),
    ) {
        let config = NamingConfig { pattern: Some(pattern), ..NamingConfig::default() };
        prop_assume!(resource_type != LISTENER_RULE);
        let Ok(naming) = config.naming(resource_type, "one") else { return Ok(()) };
        // The same words in other places are what could be taken for each other.
        let twins: Vec<Owner> = owners.iter().map(|other| Owner {
            input: format!("{}x", other.input),
            ..other.clone()
        }).collect();
        owners.extend(twins);
        owners.sort();
        owners.dedup();
        let per = if per_type { SequencePer::Type } else { SequencePer::Name };
        let mut counters: BTreeMap<String, Counter> = BTreeMap::new();
        let mut names = BTreeSet::new();
        for owner in &owners {
            let wanted = wanted(owner, resource_type);
            let number = naming.counter_scope(&wanted, per).unwrap().map(|scope| {
                let counter = counters.entry(scope.clone()).or_insert_with(|| Counter::new(scope));
                let (number, after) = counter.take(Sequence::GapFree, 0).unwrap();
                *counter = after;
                number
            });
            names.insert(naming.claim(&wanted, 0, number).unwrap().name.to_ascii_lowercase());
        }
        prop_assert_eq!(names.len(), owners.len());
    }

    #[test]
    fn every_rule_gets_a_priority_that_a_listener_takes(
        owner in any_owner(),
        attempt in 0_u32..16,
    ) {
        let asked = request(owner, LISTENER_RULE);
        let name = naming(Pattern::DEFAULT, "one").candidate(&asked, attempt).unwrap().name;
        let priority: u32 = name.parse().unwrap();
        prop_assert!((1..=50_000).contains(&priority), "{priority}");
    }
}
