//! What is bound, and what may not be.

use groundplane_model::ResolverSpec;
use serde_json::json;

use super::*;
use crate::fixture::at;

fn resolver(name: &str, bindings: &Value) -> Resolver {
    let spec = json!({ "config": {}, "bindings": bindings });
    let spec: ResolverSpec = serde_json::from_value(spec).unwrap();
    Resolver {
        name: ResolverName::parse(name).unwrap(),
        spec,
        updated_at: at(0),
        updated_by: "ops".to_owned(),
        version: 1,
    }
}

fn image(user_value: &str) -> Resolver {
    let binding = json!({
        "input": "/spec/compute/image", "userValue": user_value, "arguments": { "pin": "yes" },
    });
    resolver("image", &json!([binding]))
}

fn given() -> Value {
    json!({ "spec": { "compute": { "image": "web:~1" } } })
}

#[test]
fn an_input_that_the_user_leaves_out_is_bound_whatever_its_default() {
    let spec = json!({ "spec": { "compute": { "image": "default" } } });
    let silent = json!({ "spec": { "compute": {} } });
    for user_value in ["refuse", "keep", "resolve"] {
        let bound = bound_inputs(&[image(user_value)], &spec, &silent).unwrap();
        assert_eq!(bound.len(), 1, "{user_value}");
        assert_eq!(bound[0].pointer, "/spec/compute/image");
        assert_eq!(bound[0].inputs.len(), 1, "{user_value}");
    }
}

#[test]
fn a_users_value_is_refused_kept_or_told_to_the_resolver() {
    let refused = bound_inputs(&[image("refuse")], &given(), &given()).unwrap_err();
    assert_eq!(
        refused[0].to_string(),
        "/spec/compute/image: this is what the resolver `image` gives (leave it out)"
    );
    assert_eq!(
        bound_inputs(&[image("keep")], &given(), &given()),
        Ok(Vec::new())
    );
    let told = bound_inputs(&[image("resolve")], &given(), &given()).unwrap();
    assert_eq!(told[0].inputs["value"], "web:~1");
    assert_eq!(told[0].inputs["pin"], "yes");
}

#[test]
fn a_section_that_is_not_declared_has_no_inputs() {
    let other = json!({ "spec": { "storage": {} } });
    assert_eq!(
        bound_inputs(&[image("refuse")], &other, &other),
        Ok(Vec::new())
    );
}

#[test]
fn a_star_stands_for_every_item() {
    let spec = json!({ "spec": {
        "lambda": { "functions": [{ "name": "a" }, { "name": "b" }] },
        "compute": { "environment": { "A/B": "x", "C": "y" } },
    } });
    let everything = resolver(
        "image",
        &json!([
            { "input": "/spec/lambda/functions/*/image" },
            { "input": "/spec/compute/environment/*", "userValue": "resolve" },
            { "input": "/spec/lambda/functions/7/image" },
        ]),
    );
    let bound = bound_inputs(&[everything], &spec, &spec).unwrap();
    let places: Vec<&str> = bound.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(
        places,
        [
            "/spec/compute/environment/A~1B",
            "/spec/compute/environment/C",
            "/spec/lambda/functions/0/image",
            "/spec/lambda/functions/1/image",
        ]
    );
}

#[test]
fn two_bindings_of_one_input_are_a_problem_that_names_both() {
    let other = resolver(
        "licence",
        &json!([{ "input": "/spec/compute/image", "userValue": "resolve" }]),
    );
    let problems = bound_inputs(&[image("resolve"), other], &given(), &given()).unwrap_err();
    assert!(
        problems[0].message.contains("`image` and `licence`"),
        "{problems:?}"
    );
}
