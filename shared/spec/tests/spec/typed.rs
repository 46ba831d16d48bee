//! Documents as the rest of the platform sees them: places, sections, model types.

use std::collections::BTreeMap;

use groundplane_model::{
    ApprovalPolicy, DriftPolicy, Egress, EnvironmentSpec, LandingZoneName, LandingZoneSpec, Limit,
    LoadBalancer, Network, Position, ResolverConfigs, ResolverName, Severity,
};
use groundplane_spec::{Document, Kind, ValidDocument, parse, parse_all, parse_bytes, validate};
use serde_json::{Value, json};

const SERVICE: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata: {name: web-service, environment: dev, labels: {team: shop}}
spec:
  compute:
    image: nginx:1.27
    command:
      - node
      - server.js
  cahce: {}
";

fn document(text: &str) -> Document {
    parse(text).unwrap()
}

fn place(line: usize, column: usize) -> Option<Position> {
    Some(Position { line, column })
}

#[test]
fn values_stand_where_they_are_and_mappings_at_their_key() {
    let document = document(SERVICE);
    for (pointer, position) in [
        ("", place(1, 1)),
        ("/kind", place(2, 7)),
        ("/metadata/name", place(3, 18)),
        ("/spec/compute", place(5, 3)),
        ("/spec/compute/image", place(6, 12)),
        ("/spec/compute/command", place(7, 5)),
        ("/spec/compute/command/1", place(9, 9)),
    ] {
        assert_eq!(document.position(pointer), position, "{pointer}");
    }
}

#[test]
fn what_is_not_there_stands_at_the_nearest_part_around_it() {
    let document = document(SERVICE);
    for (pointer, position) in [
        ("/spec/compute/port", place(5, 3)),
        ("/spec/compute/command/7", place(7, 5)),
        ("/spec/compute/command/x", place(7, 5)),
        ("/spec/compute/image/x/y", place(6, 12)),
        ("/nothing", place(1, 1)),
        ("not a pointer", None),
    ] {
        assert_eq!(document.position(pointer), position, "{pointer}");
    }
}

#[test]
fn columns_count_characters_and_pointers_are_escaped() {
    let document = document("{é: 1, 'a/b': {'m~n': 2}}");
    assert_eq!(document.position("/é"), place(1, 5));
    assert_eq!(document.position("/a~1b/m~0n"), place(1, 23));
}

#[test]
fn an_alias_stands_where_it_is_used() {
    let document = document("a: &x {b: 1}\nc: *x\n");
    assert_eq!(document.position("/c"), place(2, 1));
    assert_eq!(document.position("/c/b"), place(1, 11));
    assert_eq!(document.value(), &json!({"a": {"b": 1}, "c": {"b": 1}}));
}

#[test]
fn a_service_offers_its_known_sections_with_their_defaults() {
    let validated = validate(&document(SERVICE)).unwrap();
    assert_eq!(validated.document.kind(), Kind::Service);
    assert_eq!(validated.document.name(), "web-service");
    let ValidDocument::Service(service) = validated.document else {
        panic!("not a service");
    };
    assert_eq!(service.environment.as_ref().unwrap().as_str(), "dev");
    assert_eq!(service.labels["team"], "shop");
    let sections: Vec<_> = service.sections().map(|(name, _)| name).collect();
    assert_eq!(sections, ["compute"]);
    assert_eq!(service.section("compute").unwrap()["port"], 80);
    assert_eq!(service.section("storage"), None);
    assert_eq!(service.section("cahce"), None);
}

#[test]
fn an_ignored_section_is_a_warning_at_its_key() {
    let warnings = validate(&document(SERVICE)).unwrap().warnings;
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert_eq!(warning.severity, Severity::Warning);
    assert_eq!(warning.pointer, "/spec/cahce");
    assert_eq!(warning.position, place(10, 3));
    assert_eq!(warning.message, "unknown section `cahce` is ignored");
}

#[test]
fn a_service_without_environment_and_labels_has_none() {
    let text = "{apiVersion: groundplane.dev/v1, kind: Service, metadata: {name: abc}, spec: {}}";
    let ValidDocument::Service(service) = validate(&document(text)).unwrap().document else {
        panic!("not a service");
    };
    assert_eq!(service.environment, None);
    assert!(service.labels.is_empty());
}

#[test]
fn the_kind_is_what_the_document_says() {
    assert_eq!(document("kind: Whatever").kind(), Some("Whatever"));
    assert_eq!(document("kind: 1").kind(), None);
    assert_eq!(document("a: 1").kind(), None);
}

#[test]
fn several_documents_are_read_in_their_order_and_empty_ones_left_out() {
    let all = parse_all("---\nkind: A\n---\n---\n# nothing\n---\nkind: B\n...\n").unwrap();
    let kinds: Vec<_> = all.iter().map(Document::kind).collect();
    assert_eq!(kinds, [Some("A"), Some("B")]);
    assert_eq!(all[1].position("/kind"), place(7, 7));
    assert!(parse("kind: A\n---\n").is_ok());
}

#[test]
fn one_bad_document_refuses_the_text_with_its_place() {
    let problems = parse_all("kind: A\n---\n- 1\n---\nkind: B\n---\nword\n").unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| problem.position).collect();
    assert_eq!(places, [place(3, 1), place(7, 1)]);
}

#[test]
fn bytes_are_read_like_text() {
    let read = parse_bytes(SERVICE.as_bytes()).unwrap();
    assert_eq!(read.value(), document(SERVICE).value());
    let problems = parse_bytes(b"kind: \xff").unwrap_err();
    assert_eq!(problems[0].to_string(), "1:7: the text is not UTF-8");
}

fn envelope(kind: &str, spec: &Value) -> Document {
    let whole = json!({
        "apiVersion": "groundplane.dev/v1", "kind": kind, "metadata": {"name": "sandbox"}, "spec": spec
    });
    document(&whole.to_string())
}

fn resolvers() -> ResolverConfigs {
    BTreeMap::from([(ResolverName::ipam(), json!({ "pool": "dev" }))])
}

fn load_balancer() -> LoadBalancer {
    LoadBalancer {
        listener_arn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/a/1/2"
            .to_owned(),
        security_group_id: "sg-0a1b2c3d4e5f60718".to_owned(),
        https: true,
        dns_name: Some("a-1.eu-west-1.elb.amazonaws.com".to_owned()),
        canonical_hosted_zone_id: Some("Z32O12XQLNTSW2".to_owned()),
    }
}

fn limits() -> Vec<Limit> {
    let limit = json!({
        "name": "everything", "owner": "platform", "input": "/spec/lambda/functions/*/memory",
        "minimum": 128, "maximum": 1024.5, "allowed": ["a", 1, true], "pattern": "^a",
    });
    vec![serde_json::from_value(limit).unwrap()]
}

fn approval() -> ApprovalPolicy {
    let policy = json!({"required": true, "deadline": "12h", "selfApproval": true});
    serde_json::from_value(policy).unwrap()
}

fn drift() -> DriftPolicy {
    let policy = json!({
        "schedule": "5m", "default": "signal", "coolDown": "30m",
        "rules": [{
            "class": "availability", "resourceType": "AWS::ECS::Service",
            "property": "/DesiredCount", "action": "accept",
        }],
    });
    serde_json::from_value(policy).unwrap()
}

/// A field that is added to the model breaks this until the schema has it too.
#[test]
fn every_field_of_a_landing_zone_passes_through_schema_and_model() {
    let spec = LandingZoneSpec {
        account: "123456789012".to_owned(),
        region: "eu-west-1".to_owned(),
        network: Network {
            vpc_id: "vpc-00000001".to_owned(),
            private_subnet_ids: vec!["subnet-00000001".to_owned()],
            public_subnet_ids: vec!["subnet-00000002".to_owned()],
            private_route_table_ids: vec!["rtb-00000001".to_owned()],
            egress: Some(Egress::Nat),
        },
        cluster: "sandbox".to_owned(),
        load_balancer: Some(load_balancer()),
        internal_load_balancer: Some(load_balancer()),
        hosted_zone_id: Some("Z1234567890".to_owned()),
        resolvers: resolvers(),
        limits: limits(),
        namespaces: BTreeMap::from([("shop.internal".to_owned(), "ns-a1b2c3d4".to_owned())]),
        assume_role_arn: Some("arn:aws:iam::123456789012:role/a".to_owned()),
        service_role_arn: Some("arn:aws:iam::123456789012:role/b".to_owned()),
        permissions_boundary_arn: Some("arn:aws:iam::123456789012:policy/c".to_owned()),
    };
    let document = envelope("LandingZone", &serde_json::to_value(&spec).unwrap());
    let ValidDocument::LandingZone(zone) = validate(&document).unwrap().document else {
        panic!("not a landing zone");
    };
    assert_eq!(zone.spec, spec);
}

#[test]
fn every_field_of_an_environment_passes_through_schema_and_model() {
    let spec = EnvironmentSpec {
        landing_zone: LandingZoneName::parse("sandbox").unwrap(),
        production: true,
        approval: Some(approval()),
        resolvers: resolvers(),
        limits: limits(),
        drift: Some(drift()),
    };
    let document = envelope("Environment", &serde_json::to_value(&spec).unwrap());
    let ValidDocument::Environment(environment) = validate(&document).unwrap().document else {
        panic!("not an environment");
    };
    assert_eq!(environment.spec, spec);
}
