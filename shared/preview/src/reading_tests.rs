//! What expressions come to.

use groundplane_model::{ResolverName, UnitName};
use serde_json::json;

use super::*;
use crate::allocation::AllocationAction;

fn scope() -> Scope<'static> {
    let unknown = Argument::Unknown(Cause::new("why".to_owned(), false));
    Scope {
        arguments: BTreeMap::from([
            ("Known", Argument::Known("k".to_owned())),
            ("Same", Argument::Steady),
            ("Unknown", unknown),
        ]),
        standings: BTreeMap::from([
            ("Steady", Standing::Steady),
            ("Updated", Standing::Updated),
            ("Replaced", Standing::Replaced { certain: true }),
            ("Perhaps", Standing::Replaced { certain: false }),
            ("New", Standing::New),
        ]),
        physical_ids: BTreeMap::from([("Steady", "id-1"), ("Replaced", "id-2")]),
        stand_ins: Vec::new(),
        hidden: BTreeSet::new(),
    }
}

/// The reasons and the certainty of what is unknown.
fn unknown(value: &Value) -> (Vec<String>, bool) {
    match scope().read(value) {
        Reading::Unknown(cause) => (cause.reasons.into_iter().collect(), cause.certain),
        other @ (Reading::Known(_) | Reading::Steady(_)) => panic!("{other:?}"),
    }
}

#[test]
fn what_is_known_is_filled_in() {
    let scope = scope();
    for (expression, value) in [
        (json!("text"), json!("text")),
        (json!([1, { "a": null }]), json!([1, { "a": null }])),
        (json!({ "Ref": "Known" }), json!("k")),
        (json!({ "Ref": "Steady" }), json!("id-1")),
        (json!({ "a": [{ "Ref": "Known" }] }), json!({ "a": ["k"] })),
        (
            json!({ "Fn::Join": ["-", ["a", { "Ref": "Known" }, 5]] }),
            json!("a-k-5"),
        ),
        (
            json!({ "Fn::Sub": "${Known}/${!Known}/${Steady}" }),
            json!("k/${Known}/id-1"),
        ),
        (
            json!({ "Fn::Sub": ["${X}", { "X": { "Ref": "Known" } }] }),
            json!("k"),
        ),
        (
            json!({ "Fn::Select": [0, [{ "Ref": "Known" }]] }),
            json!({ "Fn::Select": [0, ["k"]] }),
        ),
    ] {
        assert_eq!(scope.read(&expression), known(value), "{expression}");
    }
}

#[test]
fn what_stays_the_same_is_told_from_what_may_not() {
    for expression in [
        json!({ "Ref": "Same" }),
        json!({ "Ref": "Updated" }),
        json!({ "Ref": "AWS::Region" }),
        json!({ "Fn::GetAtt": ["Steady", "Endpoint.Port"] }),
        json!({ "Fn::GetAtt": ["Updated", "Arn"] }),
        json!({ "Fn::ImportValue": "other" }),
        json!({ "Fn::Sub": "${AWS::Region}-${Known}" }),
        json!(["a", { "Ref": "Same" }]),
    ] {
        assert!(
            matches!(scope().read(&expression), Reading::Steady(_)),
            "{expression}"
        );
    }
    for (expression, reason, certain) in [
        (json!({ "Ref": "Unknown" }), "why", false),
        (json!({ "Ref": "Replaced" }), "`Replaced` is replaced", true),
        (
            json!({ "Fn::GetAtt": "Perhaps.Arn" }),
            "`Perhaps` may be replaced",
            false,
        ),
        (
            json!({ "Fn::GetAtt": ["New", "Arn"] }),
            "`New` is created",
            true,
        ),
        (
            json!({ "Fn::GetAtt": ["Updated", "Endpoint.Port"] }),
            "`Updated` is updated",
            false,
        ),
        (
            json!({ "Fn::Sub": "a ${Replaced.Arn}" }),
            "`Replaced` is replaced",
            true,
        ),
        (
            json!({ "Fn::Select": [0, [{ "Ref": "New" }]] }),
            "`New` is created",
            true,
        ),
    ] {
        assert_eq!(
            unknown(&expression),
            (vec![reason.to_owned()], certain),
            "{expression}"
        );
    }
}

#[test]
fn a_value_is_as_certain_as_the_most_certain_part_of_it() {
    let both =
        json!({ "Fn::Join": ["", [{ "Ref": "Unknown" }, { "Ref": "New" }, { "Ref": "Same" }]] });
    let reasons = vec!["`New` is created".to_owned(), "why".to_owned()];
    assert_eq!(unknown(&both), (reasons, true));
}

#[test]
fn what_a_resolver_was_not_asked_for_is_unknown_where_it_stands() {
    let allocation = Allocation {
        action: AllocationAction::Take,
        resolver: ResolverName::parse("naming").unwrap(),
        unit: UnitName::parse("compute").unwrap(),
        input: "service".to_owned(),
        value: None,
        stand_in: Some("4711".to_owned()),
    };
    let scope = Scope {
        stand_ins: vec![&allocation],
        ..Scope::default()
    };
    for held in [json!(4711), json!("a 4711 b"), json!([{ "deep": "4711" }])] {
        let reading = scope.read(&held);
        let Reading::Unknown(cause) = reading else {
            panic!("{held}: {reading:?}");
        };
        let reason = "`service` of `compute` is handed out by the resolver `naming`";
        assert_eq!(cause, Cause::new(reason.to_owned(), true));
    }
    for other in [json!(47110), json!("471"), json!(true)] {
        assert_eq!(scope.read(&other), known(other.clone()));
    }
}
