//! Whatever is given for a template gets a verdict or a refusal, and always the same one.

use groundplane_guardrails::GuardrailError;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::goldens::goldens;
use crate::starter::STARTER;

/// Words that the rules look for, so that random templates reach into them.
const WORDS: [&str; 40] = [
    "Resources",
    "Type",
    "Properties",
    "Transform",
    "Fn::Transform",
    "Fn::Sub",
    "Fn::Join",
    "Fn::If",
    "Fn::GetAtt",
    "Ref",
    "Statement",
    "Effect",
    "Allow",
    "Action",
    "NotAction",
    "Resource",
    "Principal",
    "Condition",
    "StringEquals",
    "aws:SourceArn",
    "*",
    "arn:aws:s3:::*",
    "SecurityGroupIngress",
    "CidrIp",
    "0.0.0.0/0",
    "Volumes",
    "EFSVolumeConfiguration",
    "FileSystemPolicy",
    "ManagedPolicyArns",
    "Ebs",
    "AwsvpcConfiguration",
    "MasterUserPassword",
    "Engine",
    "postgres",
    "Family",
    "DefaultActions",
    "Protocol",
    "HTTP",
    "ListenerArn",
    "SecurityGroups",
];

const TYPES: [&str; 16] = [
    "AWS::EC2::Instance",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::ECS::TaskDefinition",
    "AWS::EFS::FileSystem",
    "AWS::ElastiCache::ReplicationGroup",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::ListenerRule",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::IAM::Policy",
    "AWS::Lambda::Permission",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBParameterGroup",
    "AWS::S3::Bucket",
    "AWS::S3::BucketPolicy",
    "AWS::SQS::Queue",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(&WORDS[..]).prop_map(str::to_owned), 1 => ".{0,8}"]
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let fields = prop::collection::vec((word(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            fields.prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A template of known types whose properties are anything.
fn resembling() -> impl Strategy<Value = Value> {
    let resource = (prop::sample::select(&TYPES[..]), anything())
        .prop_map(|(name, properties)| json!({ "Type": name, "Properties": properties }));
    prop::collection::vec(resource, 1..4).prop_map(|resources| {
        let named = resources.into_iter().enumerate();
        let named: Map<_, _> = named
            .map(|(index, resource)| (format!("R{index}"), resource))
            .collect();
        json!({ "Resources": named })
    })
}

/// A golden template with something else at one of its places.
fn disturbed() -> impl Strategy<Value = Value> {
    let templates: Vec<Value> = goldens()
        .into_iter()
        .map(|golden| golden.template)
        .collect();
    (
        prop::sample::select(templates),
        any::<prop::sample::Index>(),
        anything(),
    )
        .prop_map(|(mut template, place, other)| {
            let places = count(&template);
            replace(&mut template, &mut place.index(places), other);
            template
        })
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Puts `other` at the place that `left` counts down to; gives it back where that is elsewhere.
fn replace(value: &mut Value, left: &mut usize, other: Value) -> Option<Value> {
    if *left == 0 {
        *value = other;
        return None;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items
            .iter_mut()
            .try_fold(other, |other, item| replace(item, left, other)),
        Value::Object(fields) => fields
            .values_mut()
            .try_fold(other, |other, field| replace(field, left, other)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(other),
    }
}

/// What comes of it, in words.
fn judged(template: &Value) -> String {
    match STARTER.examine("lambda", template) {
        Ok(verdict) => serde_json::to_string(&verdict).unwrap(),
        Err(error) => error.to_string(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn anything_is_judged_twice_alike(template in prop_oneof![anything(), resembling(), disturbed()]) {
        prop_assert_eq!(judged(&template), judged(&template));
    }
}

#[test]
fn what_is_no_template_breaks_no_rule() {
    let resources = json!({ "Resources": { "A": null, "B": [], "C": { "Type": 1 }, "D": { "Type": "AWS::SQS::Nothing" } } });
    for template in [
        json!(null),
        json!([]),
        json!("text"),
        json!({}),
        json!({ "Resources": [] }),
        resources,
    ] {
        assert_eq!(
            STARTER.evaluate("unit", &template).unwrap(),
            [],
            "{template}"
        );
    }
}

#[test]
fn what_is_nested_too_deeply_is_refused() {
    let nested = |levels| {
        let inner = (0..levels).fold(json!(1), |inner, _| json!([inner]));
        json!({ "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "Properties": inner } } })
    };
    assert!(STARTER.evaluate("unit", &nested(124)).is_ok());
    for levels in [125, 1_000] {
        let refusal = STARTER.evaluate("unit", &nested(levels)).unwrap_err();
        assert!(
            matches!(refusal, GuardrailError::TooDeep { limit: 128 }),
            "{refusal:?}"
        );
    }
}

#[test]
fn a_template_as_large_as_they_come_is_judged() {
    let statement =
        json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Principal": "*" });
    let policy = json!({ "PolicyDocument": { "Statement": [statement.clone(), statement] } });
    let resources: Map<_, _> = (0..500)
        .map(|index| {
            (
                format!("Policy{index}"),
                json!({ "Type": "AWS::IAM::Policy", "Properties": policy }),
            )
        })
        .collect();
    let violations = STARTER
        .evaluate("unit", &json!({ "Resources": resources }))
        .unwrap();
    assert_eq!(violations.len(), 500 * 2 * 3);
}

#[test]
fn guardrails_can_be_shared_among_threads() {
    let golden = goldens().swap_remove(0);
    let expected = judged(&golden.template);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(judged(&golden.template), expected));
        }
    });
}
