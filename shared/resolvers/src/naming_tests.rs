//! What the naming resolver promises.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{DeploymentId, InstanceId, ResolverName, TenantId, UnitName};
use proptest::prelude::*;

use super::*;

fn request(tenant: &str, instance: &str, unit: &str, resource_type: &str) -> ResolutionRequest {
    ResolutionRequest {
        resolver: ResolverName::Naming,
        owner: Owner {
            tenant: TenantId::parse(tenant).unwrap(),
            instance: InstanceId::parse(instance).unwrap(),
            incarnation: "1".to_owned(),
            unit: UnitName::parse(unit).unwrap(),
            input: "stack".to_owned(),
        },
        deployment: DeploymentId::from_number(1),
        inputs: BTreeMap::from([("resourceType".to_owned(), resource_type.to_owned())]),
    }
}

fn naming(pattern: &str, installation: &str) -> Naming {
    Naming {
        pattern: Pattern::parse(pattern).unwrap(),
        installation: installation.to_owned(),
    }
}

const STACK: &str = "AWS::CloudFormation::Stack";

#[test]
fn a_name_follows_the_pattern() {
    let claim = naming(Pattern::DEFAULT, "one")
        .candidate(&request("acme", "web-service.dev", "compute", STACK), 0)
        .unwrap();
    let (readable, hash) = claim.name.rsplit_once('-').unwrap();
    assert_eq!(readable, "gp-acme-dev-web-service-compute");
    assert_eq!(hash.len(), 8);
    assert_eq!(claim.scope, STACK);
}

#[test]
fn another_installation_incarnation_or_attempt_gives_another_name() {
    let here = naming(Pattern::DEFAULT, "one");
    let asked = request("acme", "web-service.dev", "compute", STACK);
    let mut reborn = asked.clone();
    reborn.owner.incarnation = "2".to_owned();
    let names = BTreeSet::from([
        here.candidate(&asked, 0).unwrap().name,
        here.candidate(&asked, 1).unwrap().name,
        here.candidate(&reborn, 0).unwrap().name,
        naming(Pattern::DEFAULT, "two")
            .candidate(&asked, 0)
            .unwrap()
            .name,
    ]);
    assert_eq!(names.len(), 4);
    assert_eq!(here.candidate(&asked, 0), here.candidate(&asked, 0));
}

#[test]
fn a_long_name_is_cut_and_keeps_its_hash() {
    let long = format!("{}.{}", "s".repeat(32), "e".repeat(32));
    let unit = "u".repeat(41);
    let name = naming(Pattern::DEFAULT, "one")
        .candidate(
            &request(
                &"t".repeat(63),
                &long,
                &unit,
                "AWS::ElastiCache::ReplicationGroup",
            ),
            0,
        )
        .unwrap()
        .name;
    assert!(name.len() <= 40, "{name}");
    assert_eq!(name.rsplit_once('-').unwrap().1.len(), 8, "{name}");
}

#[test]
fn a_pattern_that_cannot_work_is_refused_with_the_reason() {
    let cases = [
        ("gp-{env", "brace without its partner"),
        ("gp-env}-{hash:8}", "brace without its partner"),
        ("gp-{colour}-{hash:8}", "no placeholder `{colour}`"),
        ("gp-{hash:2}", "no placeholder `{hash:2}`"),
        ("Gp-{hash:8}", "lower-case letters"),
        ("gp_{hash:8}", "lower-case letters"),
        ("{hash:8}-{env}", "must start with a letter"),
        ("", "must start with a letter"),
        ("{env}-{service}", "must hold {hash:N}"),
    ];
    for (pattern, reason) in cases {
        let error = Pattern::parse(pattern).unwrap_err().to_string();
        assert!(error.contains(reason), "{pattern}: {error}");
    }
}

#[test]
fn a_name_for_an_unknown_type_is_refused() {
    let naming = naming(Pattern::DEFAULT, "one");
    let mut asked = request("acme", "web-service.dev", "compute", "AWS::Moon::Base");
    assert_eq!(
        naming.candidate(&asked, 0),
        Err(NamingError::UnknownResourceType(
            "AWS::Moon::Base".to_owned()
        ))
    );
    asked.inputs.clear();
    assert_eq!(
        naming.candidate(&asked, 0),
        Err(NamingError::NoResourceType)
    );
}

proptest! {
    #[test]
    fn every_name_is_legal_for_its_type(
        tenant in "[a-z0-9][a-z0-9-]{0,62}",
        service in "[a-z][a-z0-9-]{1,30}[a-z0-9]",
        environment in "[a-z][a-z0-9-]{1,30}[a-z0-9]",
        unit in "[a-z][a-z0-9-]{0,40}",
        index in 0..Scope::KNOWN.len(),
        attempt in 0_u32..5,
    ) {
        let (resource_type, limit) = Scope::KNOWN[index];
        prop_assume!(resource_type != LISTENER_RULE);
        let asked = request(&tenant, &format!("{service}.{environment}"), &unit, resource_type);
        let name = naming(Pattern::DEFAULT, "one").candidate(&asked, attempt).unwrap().name;
        prop_assert!(name.len() <= limit, "{name}");
        prop_assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
        prop_assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        prop_assert!(!name.contains("--") || tenant.contains("--") || service.contains("--")
            || environment.contains("--") || unit.contains("--"), "{name}");
    }

    #[test]
    fn every_rule_gets_a_priority_that_a_listener_takes(
        service in "[a-z][a-z0-9-]{1,30}[a-z0-9]",
        attempt in 0_u32..16,
    ) {
        let asked = request("acme", &format!("{service}.dev"), "ingress", LISTENER_RULE);
        let name = naming(Pattern::DEFAULT, "one").candidate(&asked, attempt).unwrap().name;
        let priority: u32 = name.parse().unwrap();
        prop_assert!((1..=50_000).contains(&priority), "{priority}");
    }

    #[test]
    fn no_pattern_makes_the_parser_panic(pattern in ".{0,60}") {
        let _ = Pattern::parse(&pattern);
    }
}
