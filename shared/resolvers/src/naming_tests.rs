//! What the naming resolver promises about the names that it makes.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use groundplane_model::{DeploymentId, InstanceId, ResolverName, TenantId, UnitName};

#[path = "naming/golden_tests.rs"]
mod golden_tests;
#[path = "naming/legal_names.rs"]
mod legal_names;
#[path = "naming/property_tests.rs"]
pub(super) mod property_tests;
#[path = "naming/world_tests.rs"]
mod world_tests;

pub(super) fn owner(tenant: &str, instance: &str, unit: &str) -> Owner {
    Owner {
        tenant: TenantId::parse(tenant).unwrap(),
        instance: InstanceId::parse(instance).unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse(unit).unwrap(),
        input: "stack".to_owned(),
    }
}

fn request(owner: Owner, resource_type: &str) -> ResolutionRequest {
    ResolutionRequest {
        resolver: ResolverName::naming(),
        owner,
        deployment: DeploymentId::from_number(1),
        inputs: BTreeMap::from([("resourceType".to_owned(), resource_type.to_owned())]),
    }
}

pub(super) fn wanted<'a>(owner: &'a Owner, resource_type: &'a str) -> NameRequest<'a> {
    NameRequest {
        owner,
        resource_type,
        account: Some("012345678901"),
        region: Some("eu-central-1"),
    }
}

fn naming(pattern: &str, installation: &str) -> Naming {
    Naming {
        pattern: Pattern::parse(pattern).unwrap(),
        installation: installation.to_owned(),
    }
}

/// The name with the number 7 for `acme`'s `web-service.dev`.
fn name(pattern: &str, resource_type: &str) -> String {
    let owner = owner("acme", "web-service.dev", "compute");
    let naming = naming(pattern, "one");
    let claim = naming.claim(&wanted(&owner, resource_type), 0, Some(7));
    claim.unwrap().name
}

const STACK: &str = "AWS::CloudFormation::Stack";
const DATABASE: &str = "AWS::RDS::DBInstance";

#[test]
fn another_installation_incarnation_or_attempt_gives_another_name() {
    let here = naming(Pattern::DEFAULT, "one");
    let asked = request(owner("acme", "web-service.dev", "compute"), STACK);
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
fn a_name_follows_its_pattern() {
    let cases = [
        ("{env}-{service}-{type}-{seq:03d}", "dev-web-service-db-007"),
        ("{env|short:2}-{service|short:4|upper}-{seq}", "de-WEB-7"),
        ("{tenant}.{unit}_{input}/{seq}", "acme.compute_stack/7"),
        (
            "{account}-{region}-{seq:06d}",
            "012345678901-eu-central-1-000007",
        ),
        ("{service | upper | lower}-{seq:01d}", "web-service-7"),
        ("Web{seq}", "Web7"),
        ("{seq}-{service}", "7-web-service"),
    ];
    for (pattern, expected) in cases {
        assert_eq!(name(pattern, DATABASE), expected, "{pattern}");
    }
}

#[test]
fn a_filtered_hash_is_the_hash_of_the_value() {
    let hash = Digest::of(b"web-service");
    assert_eq!(
        name("{service|hash:8}-{seq}", STACK),
        format!("{}-7", hash.short(8))
    );
    let hash = Digest::of(b"web");
    assert_eq!(
        name("{service|short:4|hash:8}-{seq}", STACK),
        format!("{}-7", hash.short(8))
    );
}

#[test]
fn values_with_short_do_not_give_way() {
    let pattern = "gp-{service|short:20}-{unit}-{hash:8}";
    let long = owner("acme", "checkout-payments-gateway.dev", "service-discovery");
    let naming = naming(pattern, "one");
    let claim = naming.claim(
        &wanted(&long, "AWS::ElastiCache::ReplicationGroup"),
        0,
        None,
    );
    let name = claim.unwrap().name;
    assert!(
        name.starts_with("gp-checkout-payments-ga-service-"),
        "{name}"
    );
    assert_eq!(name.len(), 40, "{name}");
}

#[test]
fn what_no_pattern_can_rule_out_is_mended() {
    let cases = [
        (
            "internal-web.dev",
            "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "{service}-{seq}",
            "xinternal-web-7",
        ),
        (
            "sg-web.dev",
            "AWS::EC2::SecurityGroup",
            "{service|upper}-{seq}",
            "xSG-WEB-7",
        ),
        (
            "aws.dev",
            "AWS::Logs::LogGroup",
            "{service}/{seq}",
            "xaws/7",
        ),
        (
            "aws-things.dev",
            "AWS::SSM::Parameter",
            "{service}-{seq}",
            "xaws-things-7",
        ),
        (
            "web-s3alias.dev",
            "AWS::S3::Bucket",
            "{hash:6}-{service}",
            "-web-s3aliasx",
        ),
        ("a--b---c.dev", DATABASE, "{service}-{seq}", "a-b-c-7"),
    ];
    for (instance, resource_type, pattern, expected) in cases {
        let owner = owner("acme", instance, "compute");
        let claim = naming(pattern, "one").claim(&wanted(&owner, resource_type), 0, Some(7));
        let name = claim.unwrap().name;
        assert!(name.ends_with(expected), "{name}");
    }
}

#[test]
fn free_text_becomes_a_word() {
    let cases = [
        ("log-group", "log-group-7"),
        ("/spec/Database/0/name", "spec-database-0-name-7"),
        ("42", "input-7"),
        ("é", "input-7"),
    ];
    for (input, expected) in cases {
        let owner = Owner {
            input: input.to_owned(),
            ..owner("acme", "web-service.dev", "compute")
        };
        let claim = naming("{input}-{seq}", "one").claim(&wanted(&owner, STACK), 0, Some(7));
        assert_eq!(claim.unwrap().name, expected);
    }
}

#[test]
fn what_is_missing_is_named() {
    let owner = owner("acme", "web-service.dev", "compute");
    let bare = request(owner.clone(), STACK);
    let unknown = request(owner.clone(), "AWS::Moon::Base");
    let nothing = ResolutionRequest {
        inputs: BTreeMap::new(),
        ..bare.clone()
    };
    let cases = [
        (
            "{seq}",
            &bare,
            "the pattern holds `{seq}`, and no number was taken for the name",
        ),
        (
            "{region}-{hash:6}",
            &bare,
            "the pattern holds `{region}`, and the request for a name does not say it",
        ),
        (
            "{hash:6}",
            &unknown,
            "names for `AWS::Moon::Base` are not known",
        ),
        (
            "{hash:6}",
            &nothing,
            "the request for a name has no input `resourceType`",
        ),
    ];
    for (pattern, asked, expected) in cases {
        let error = naming(pattern, "one").candidate(asked, 0).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn the_inputs_of_a_request_say_the_place() {
    let owner = owner("acme", "web-service.dev", "compute");
    let mut asked = request(owner, STACK);
    asked
        .inputs
        .insert("region".to_owned(), "eu-west-1".to_owned());
    asked.inputs.insert("account".to_owned(), "42".to_owned());
    let claim = naming("gp-{region}-{account}-{hash:6}", "one").candidate(&asked, 0);
    let name = claim.unwrap().name;
    assert!(name.starts_with("gp-eu-west-1-000000000042-"), "{name}");
}

#[test]
fn a_counter_counts_for_a_name_or_for_a_type() {
    let owner = owner("acme", "web-service.dev", "compute");
    let cases = [
        (
            "{env|upper}-{seq:03d}",
            DATABASE,
            SequencePer::Name,
            Some("AWS::RDS::DBInstance dev-{seq}"),
        ),
        (
            "x-{seq}-{env}-{hash:6}",
            DATABASE,
            SequencePer::Name,
            Some("AWS::RDS::DBInstance x-{seq}-dev"),
        ),
        ("{env}-{seq}", DATABASE, SequencePer::Type, Some(DATABASE)),
        ("{env}-{hash:6}", DATABASE, SequencePer::Name, None),
        ("{env}-{seq}", LISTENER_RULE, SequencePer::Name, None),
    ];
    for (pattern, resource_type, per, expected) in cases {
        let wanted = wanted(&owner, resource_type);
        let scope = naming(pattern, "one").counter_scope(&wanted, per).unwrap();
        assert_eq!(scope.as_deref(), expected, "{pattern}");
    }
}

#[test]
fn a_claim_is_the_same_in_capitals() {
    let key = NameClaim::key_of("AWS::IAM::Role", "Web-7");
    assert_eq!(key, NameClaim::key_of("AWS::IAM::Role", "web-7"));
    assert_eq!(key.partition.as_str(), "NAME#AWS::IAM::Role#web-7");
}
