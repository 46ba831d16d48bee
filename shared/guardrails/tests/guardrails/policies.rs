//! Policies and exceptions that cannot be used are refused, with the place and the cause.

use groundplane_guardrails::{GuardrailError, Guardrails, Violation};
use serde_json::json;

const NAMED: &str = "package names\n\ndeny contains violation if {\n\tsome id in object.keys(input.Resources)\n\tviolation := {\"rule\": \"names/none\", \"resource\": id, \"pointer\": \"\", \"msg\": \"no\"}\n}\n";

fn refusal(rules: &[(&str, &str)], exceptions: &str) -> GuardrailError {
    Guardrails::parse(rules, exceptions).unwrap_err()
}

#[test]
fn the_starter_rules_can_be_used() {
    assert!(Guardrails::starter().is_ok());
}

#[test]
fn policies_that_do_not_parse_are_named_with_their_places_all_at_once() {
    let rules = [
        ("names.rego", NAMED),
        (
            "unfinished.rego",
            "package unfinished\n\ndeny contains 1 if {\n\tinput.a ==\n}\n",
        ),
        ("unnamed.rego", "deny contains 1 if true\n"),
    ];
    let refusal = refusal(&rules, "[]");
    let GuardrailError::Policies(problems) = &refusal else {
        panic!("{refusal:?}")
    };
    let places: Vec<&str> = problems
        .iter()
        .map(|problem| problem.place.as_str())
        .collect();
    assert_eq!(places, ["unfinished.rego:5:1", "unnamed.rego:1:1"]);
    assert_eq!(
        refusal.to_string(),
        "unfinished.rego:5:1: expecting expression\nunnamed.rego:1:1: expecting `package` Missing package declaration."
    );
}

#[test]
fn a_policy_that_uses_a_name_that_nothing_defines_is_refused() {
    let text =
        "package slip\n\ndeny contains found if {\n\tx := resurces\n\tx > 0\n\tfound := 1\n}\n";
    let refusal = refusal(&[("slip.rego", text)], "[]");
    let GuardrailError::Policies(problems) = &refusal else {
        panic!("{refusal:?}")
    };
    assert_eq!(problems[0].place, "slip.rego:4:10");
    assert!(problems[0].message.contains("resurces"), "{refusal}");
}

#[test]
fn policies_without_a_rule_to_break_are_refused() {
    for rules in [
        &[][..],
        &[("empty.rego", "package empty\n\nfine := true\n")],
    ] {
        let refusal = refusal(rules, "[]");
        assert!(matches!(refusal, GuardrailError::NoRules), "{refusal:?}");
    }
}

#[test]
fn an_exception_without_a_reason_is_refused() {
    let exceptions = json!([
        { "rule": "names/none", "unit": "cache", "resource": "Cache", "reason": "it is right" },
        { "rule": "names/none", "unit": "storage", "resource": "Files", "reason": " " },
        { "rule": "names/none", "unit": "database", "resource": "Rows", "reason": "" },
    ]);
    let refusal = refusal(&[("names.rego", NAMED)], &exceptions.to_string());
    assert_eq!(
        refusal.to_string(),
        "an exception needs a reason: `names/none` in `storage`, `names/none` in `database`"
    );
}

#[test]
fn exceptions_that_are_none_are_refused() {
    let unknown = r#"[{ "rule": "a/b", "unit": "c", "resource": "D", "reason": "e", "line": 1 }]"#;
    let unreasoned = r#"[{ "rule": "a/b", "unit": "c", "resource": "D" }]"#;
    for text in ["", "{}", unknown, unreasoned] {
        let refusal = refusal(&[("names.rego", NAMED)], text);
        assert!(
            matches!(refusal, GuardrailError::Exceptions(_)),
            "{refusal:?}"
        );
    }
}

#[test]
fn an_exception_names_its_resources_by_their_beginning_only_where_it_says_so() {
    let exception = |resource| {
        let list =
            json!([{ "rule": "names/none", "unit": "u", "resource": resource, "reason": "r" }]);
        Guardrails::parse(&[("names.rego", NAMED)], &list.to_string()).unwrap()
    };
    let template = json!({ "Resources": { "Route": {}, "RouteOrders": {} } });
    let left = |guardrails: Guardrails| -> Vec<String> {
        let violations = guardrails.evaluate("u", &template).unwrap();
        violations.into_iter().map(|found| found.resource).collect()
    };
    assert_eq!(left(exception("Route")), ["RouteOrders"]);
    assert!(left(exception("Route*")).is_empty());
    assert_eq!(left(exception("Other*")), ["Route", "RouteOrders"]);
}

#[test]
fn a_rule_about_an_action_is_excepted_by_naming_the_action() {
    let text = NAMED.replace("\"msg\"", "\"action\": \"s3:ListAllMyBuckets\", \"msg\"");
    let template = json!({ "Resources": { "Role": {} } });
    let left = |actions: &[&str]| {
        let list = json!([{
            "rule": "names/none", "unit": "u", "resource": "Role", "actions": actions, "reason": "r",
        }]);
        let guardrails = Guardrails::parse(&[("names.rego", &text)], &list.to_string()).unwrap();
        guardrails.evaluate("u", &template).unwrap().len()
    };
    assert_eq!(left(&["s3:ListAllMyBuckets"]), 0);
    assert_eq!(left(&["s3:GetObject"]), 1);
    assert_eq!(
        left(&[]),
        1,
        "an exception for one action must not be for all"
    );
}

#[test]
fn rules_of_one_package_in_several_files_count_once() {
    let other = NAMED.replace("names/none", "names/other");
    let guardrails =
        Guardrails::parse(&[("one.rego", NAMED), ("other.rego", &other)], "[]").unwrap();
    let template = json!({ "Resources": { "Queue": {} } });
    let rules: Vec<String> = guardrails
        .evaluate("u", &template)
        .unwrap()
        .into_iter()
        .map(|Violation { rule, .. }| rule)
        .collect();
    assert_eq!(rules, ["names/none", "names/other"]);
}

#[test]
fn a_rule_that_gives_no_violation_is_no_pass() {
    for body in [
        "deny := input.Resources != {}",
        "deny contains \"no\" if input.Resources",
    ] {
        let text = format!("package p\n\n{body}\n");
        let guardrails = Guardrails::parse(&[("p.rego", &text)], "[]").unwrap();
        let refusal = guardrails
            .evaluate("u", &json!({ "Resources": { "A": {} } }))
            .unwrap_err();
        assert!(
            matches!(refusal, GuardrailError::NoViolation(_)),
            "{body}: {refusal:?}"
        );
    }
}

#[test]
fn a_rule_that_contradicts_itself_on_a_template_is_no_pass() {
    let text = "package p\n\nsize := input.a\n\nsize := input.b\n\ndeny contains size\n";
    let guardrails = Guardrails::parse(&[("p.rego", text)], "[]").unwrap();
    let refusal = guardrails
        .evaluate("u", &json!({ "a": 1, "b": 2 }))
        .unwrap_err();
    let GuardrailError::Failed(problem) = &refusal else {
        panic!("{refusal:?}")
    };
    assert!(problem.place.starts_with("p.rego:"), "{refusal}");
}

#[test]
fn rules_that_take_too_long_are_given_up() {
    let text = "package p\n\ndeny contains 1 if {\n\tsome a in input.n\n\tsome b in input.n\n\tsome c in input.n\n\ta + b + c < 0\n}\n";
    let guardrails = Guardrails::parse(&[("p.rego", text)], "[]").unwrap();
    let numbers = |count: u32| json!({ "n": (0..count).collect::<Vec<_>>() });
    assert_eq!(guardrails.evaluate("u", &numbers(10)).unwrap(), []);
    let refusal = guardrails.evaluate("u", &numbers(1000)).unwrap_err();
    assert!(
        matches!(refusal, GuardrailError::TooLong { .. }),
        "{refusal:?}"
    );
    assert_eq!(
        guardrails.evaluate("u", &numbers(10)).unwrap(),
        [],
        "each template has a bound of its own"
    );
}

#[test]
fn a_policy_of_ones_own_names_its_rules_and_finds_no_others() {
    let named = Guardrails::own("names", NAMED).unwrap();
    assert_eq!(named.names().collect::<Vec<_>>(), ["names/none"]);
    let template = json!({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}});
    assert_eq!(named.evaluate("x", &template).unwrap().len(), 1);
    let refusal = Guardrails::own("others", NAMED).unwrap_err();
    assert!(
        refusal.to_string().contains("call them `others/…`"),
        "{refusal}"
    );
    let elsewhere = NAMED.replace("\"rule\": \"names/none\"", "\"rule\": \"names/else\"");
    let elsewhere =
        elsewhere.replace("names/else", "secrets/password") + "\nname := \"names/none\"\n";
    let other = Guardrails::own("names", &elsewhere).unwrap();
    let failed = other.evaluate("x", &template).unwrap_err();
    assert!(matches!(failed, GuardrailError::UnknownRule(_)), "{failed}");
}

#[test]
fn nobody_writes_in_packages_that_are_groundplanes_own() {
    for package in ["guardrails.template", "groundplane"] {
        let policy = NAMED.replace("package names", &format!("package {package}"));
        let refusal = Guardrails::own("names", &policy).unwrap_err();
        assert!(
            refusal.to_string().contains("is Groundplane's own"),
            "{refusal}"
        );
    }
}

#[test]
fn the_names_of_the_starter_rules_are_those_of_the_cases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut named = Vec::new();
    for group in std::fs::read_dir(folder).unwrap() {
        let group = group.unwrap().path();
        for case in std::fs::read_dir(&group).unwrap() {
            let case = case.unwrap().path();
            let group = group.file_name().unwrap().to_str().unwrap();
            named.push(format!(
                "{group}/{}",
                case.file_stem().unwrap().to_str().unwrap()
            ));
        }
    }
    named.sort();
    let starter = Guardrails::starter().unwrap();
    assert_eq!(starter.names().collect::<Vec<_>>(), named);
}
