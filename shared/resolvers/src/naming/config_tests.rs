//! What the configuration of names promises: what cannot work is refused here, with the reason.

use groundplane_model::Problem;
use proptest::prelude::*;
use serde_json::json;

use super::super::tests::property_tests::any_owner;
use super::super::tests::{owner, wanted};
use super::*;

#[path = "refusal_tests.rs"]
mod refusal_tests;

const STACK: &str = "AWS::CloudFormation::Stack";
const BUCKET: &str = "AWS::S3::Bucket";
const DATABASE: &str = "AWS::RDS::DBInstance";
const QUEUE: &str = "AWS::SQS::Queue";
const TARGET_GROUP: &str = "AWS::ElasticLoadBalancingV2::TargetGroup";
const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";

fn config(pattern: &str) -> NamingConfig {
    NamingConfig {
        pattern: Some(pattern.to_owned()),
        ..NamingConfig::default()
    }
}

fn messages(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect()
}

#[test]
fn the_default_pattern_fits_every_type() {
    assert_eq!(NamingConfig::default().check(), []);
    assert_eq!(NamingConfig::defaults().check(), []);
}

#[test]
fn patterns_at_the_limit_are_accepted() {
    let cases = [
        (
            "{env|short:8}-{service|short:8}-{type}-{seq:03d}",
            TARGET_GROUP,
        ),
        ("{env|short:12}-{service|short:12}-{seq}", TARGET_GROUP),
        ("gp-{tenant}-{env}-{service}-{hash:17}", TARGET_GROUP),
        ("{tenant}-{hash:8}", QUEUE),
        (
            "{env}.{service}-{hash:6}",
            "AWS::ServiceDiscovery::PrivateDnsNamespace",
        ),
        ("{env}-{service}-{type}-{seq:03d}", STACK),
    ];
    for (pattern, resource_type) in cases {
        assert_eq!(config(pattern).check_for(&[resource_type]), [], "{pattern}");
    }
}

#[test]
fn all_problems_are_reported_at_once_and_types_with_the_same_one_together() {
    let problems = NamingConfig {
        patterns: BTreeMap::from([
            (DATABASE.to_owned(), "{seq}_".to_owned()),
            (
                "AWS::RDS::DBInstanze".to_owned(),
                Pattern::DEFAULT.to_owned(),
            ),
            ("AWS::Moon/Base".to_owned(), Pattern::DEFAULT.to_owned()),
        ]),
        zone: Some("-x".to_owned()),
        ..config("gp_{hash:8}")
    }
    .check_for(&[DATABASE, TARGET_GROUP, LOAD_BALANCER, QUEUE]);
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "/pattern: names for `AWS::ElasticLoadBalancingV2::LoadBalancer`, `AWS::ElasticLoadBalancingV2::TargetGroup` must not hold `_`",
            "/patterns/AWS::Moon~1Base: names for `AWS::Moon/Base` are not known",
            "/patterns/AWS::RDS::DBInstance: names for `AWS::RDS::DBInstance` begin with a letter, and `{seq}` can begin with a digit (begin the pattern with text of its own, for example `gp-`)",
            "/patterns/AWS::RDS::DBInstance: names for `AWS::RDS::DBInstance` end with a letter or digit, not with `_`",
            "/patterns/AWS::RDS::DBInstance: names for `AWS::RDS::DBInstance` must not hold `_`",
            "/patterns/AWS::RDS::DBInstanze: names for `AWS::RDS::DBInstanze` are not known (did you mean `AWS::RDS::DBInstance`?)",
            "/zone: `-x` is not the name of a DNS zone (for example `dev.example.com`, at most 189 characters)",
        ]
    );
}

#[test]
fn layers_are_merged_and_every_value_knows_its_layer() {
    let provider: NamingConfig = serde_json::from_value(json!({
        "pattern": "{env}-{seq}", "patterns": {STACK: "a-{hash:8}", QUEUE: "b-{hash:8}"},
    }))
    .unwrap();
    let environment: NamingConfig = serde_json::from_value(json!({
        "patterns": {QUEUE: "c-{hash:8}"}, "zone": "dev.example.com", "gapFree": true,
        "sequencePer": "type",
    }))
    .unwrap();
    let (config, effective) = NamingConfig::effective([
        Layered::new(Layer::Environment, environment),
        Layered::new(Layer::Provider, provider),
    ]);
    assert_eq!(config.pattern_of(STACK), "a-{hash:8}");
    assert_eq!(config.pattern_of(QUEUE), "c-{hash:8}");
    assert_eq!(config.pattern_of(DATABASE), "{env}-{seq}");
    assert_eq!(config.sequence(), Sequence::GapFree);
    assert_eq!(config.sequence_per, Some(SequencePer::Type));
    let layers: Vec<_> = effective
        .entries
        .iter()
        .map(|entry| (entry.pointer.as_str(), entry.from.layer))
        .collect();
    assert_eq!(
        layers,
        [
            ("/gapFree", Layer::Environment),
            ("/pattern", Layer::Provider),
            ("/patterns/AWS::CloudFormation::Stack", Layer::Provider),
            ("/patterns/AWS::SQS::Queue", Layer::Environment),
            ("/sequencePer", Layer::Environment),
            ("/zone", Layer::Environment),
        ]
    );
    let (defaults, effective) = NamingConfig::effective([]);
    assert_eq!(defaults, NamingConfig::defaults());
    assert_eq!(effective.layer_of("/pattern"), Some(Layer::Default));
}

#[test]
fn what_the_configuration_does_not_know_is_refused() {
    for text in [
        r#"{"patern": "x"}"#,
        r#"{"sequencePer": "day"}"#,
        r#"{"gapFree": "yes"}"#,
    ] {
        assert!(
            serde_json::from_str::<NamingConfig>(text).is_err(),
            "{text}"
        );
    }
    assert_eq!(
        serde_json::to_value(NamingConfig::default()).unwrap(),
        json!({})
    );
}

#[test]
fn a_name_is_made_complete_where_it_can_be_a_part_of_a_dns_name() {
    let zone = |zone: &str| NamingConfig {
        zone: Some(zone.to_owned()),
        ..NamingConfig::default()
    };
    let long = "a".repeat(64);
    let cases = [
        ("dev.example.com", "web-1", Some("web-1.dev.example.com")),
        ("Example.com.", "WEB", Some("web.example.com")),
        ("example.com", "a_b", None),
        ("example.com", "a.b", None),
        ("example.com", "-a", None),
        ("example.com", "a-", None),
        ("example.com", "", None),
        ("example.com", long.as_str(), None),
    ];
    for (name_of_zone, name, expected) in cases {
        assert_eq!(zone(name_of_zone).check(), []);
        assert_eq!(zone(name_of_zone).fqdn(name).as_deref(), expected, "{name}");
    }
    assert_eq!(NamingConfig::default().fqdn("web"), None);
    let long = ["a".repeat(63), "b".repeat(63), "c".repeat(63)].join(".");
    for bad in ["", ".", "a..b", "a b", "é.com", "x-.com", long.as_str()] {
        assert_eq!(zone(bad).check().len(), 1, "{bad}");
    }
}

#[test]
fn a_preview_shows_the_name_and_its_rules() {
    let config = NamingConfig {
        zone: Some("example.com".to_owned()),
        ..config("{env}-{service}-{type}-{seq:03d}")
    };
    let owner = owner("acme", "web-service.dev", "compute");
    let shown = preview(&config, "one", &wanted(&owner, STACK), 12).unwrap();
    let shown = serde_json::to_value(shown).unwrap();
    assert_eq!(shown["name"], "dev-web-service-stack-012");
    assert_eq!(shown["fqdn"], "dev-web-service-stack-012.example.com");
    assert_eq!(shown["pattern"], "{env}-{service}-{type}-{seq:03d}");
    assert_eq!(shown["limits"]["longest"], 128);
    assert_eq!(shown["limits"]["unique"], "region");
    assert_eq!(
        shown["limits"]["document"],
        "CloudFormation API reference, CreateStack"
    );
}

#[test]
fn a_preview_refuses_what_could_not_be_made() {
    let owner = owner("acme", "web-service.dev", "compute");
    let refused = |pattern: &str, resource_type: &str| {
        let nowhere = NameRequest {
            region: None,
            ..wanted(&owner, resource_type)
        };
        let problems = preview(&config(pattern), "one", &nowhere, 1).unwrap_err();
        messages(&problems).join("; ")
    };
    assert_eq!(
        refused("gp-{hash:8}", "AWS::Moon::Base"),
        "names for `AWS::Moon::Base` are not known"
    );
    assert!(refused("gp_{hash:8}", STACK).contains("must not hold `_`"));
    assert!(refused("gp-{region}-{hash:8}", STACK).contains("holds `{region}`"));
    assert!(refused("gp-{", STACK).contains("brace"));
}

#[test]
fn every_type_is_known_once_and_says_where_its_rules_stand() {
    let mut abbreviations = BTreeSet::new();
    for limits in Limits::known() {
        let Limits {
            abbreviation,
            resource_type,
            ..
        } = *limits;
        assert_eq!(Limits::of(resource_type), Some(limits));
        assert!(abbreviations.insert(abbreviation), "{abbreviation}");
        assert!(abbreviation.len() <= 9 && abbreviation.chars().all(|c| c.is_ascii_lowercase()));
        assert!(!limits.document.is_empty(), "{resource_type}");
        assert!(limits.shortest <= limits.longest);
    }
    assert_eq!(Limits::of("AWS::Moon::Base"), None);
}

proptest! {
    #[test]
    fn no_configuration_makes_the_check_panic(pattern in ".{0,60}", zone in ".{0,20}", other in ".{0,20}") {
        let config = NamingConfig {
            zone: Some(zone),
            patterns: BTreeMap::from([(other.clone(), other), (BUCKET.to_owned(), pattern.clone())]),
            ..config(&pattern)
        };
        let _ = config.check();
    }

    #[test]
    fn no_pattern_makes_the_parser_panic(pattern in "[{}|:a-z0-9-]{0,40}") {
        let _ = Pattern::parse(&pattern);
    }

    #[test]
    fn a_preview_is_the_name_that_is_handed_out(owner in any_owner(), number in 1..1000_u32) {
        let config = config("{env|short:9}-{service|short:9}-{seq}");
        let shown = preview(&config, "one", &wanted(&owner, TARGET_GROUP), number).unwrap();
        let naming = config.naming(TARGET_GROUP, "one").unwrap();
        let claim = naming.claim(&wanted(&owner, TARGET_GROUP), 3, Some(number)).unwrap();
        prop_assert_eq!(shown.name, claim.name);
    }
}
