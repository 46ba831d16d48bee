//! Which inputs of a spec resolvers give values to.

use std::collections::BTreeMap;

use groundplane_model::{Binding, BoundInput, Problem, Resolver, ResolverName, UserValue, places};
use serde_json::Value;

/// What a resolver is told of the value that the user gave.
const VALUE: &str = "value";

/// The inputs of a spec that the `resolvers` are bound to: `spec` is the document with every
/// default, `given` the document as the user wrote it. A section that the spec does not declare
/// has no inputs.
///
/// # Errors
/// With every value that the user gave where none may be given, and every input that two bindings
/// claim.
pub fn bound_inputs(
    resolvers: &[Resolver],
    spec: &Value,
    given: &Value,
) -> Result<Vec<BoundInput>, Vec<Problem>> {
    let mut bound: BTreeMap<String, BoundInput> = BTreeMap::new();
    let mut problems = Vec::new();
    let places = resolvers.iter().flat_map(|resolver| {
        let bindings = resolver.spec.bindings.iter();
        bindings.flat_map(move |binding| {
            let places = places(&binding.input, spec).into_iter();
            places.map(move |pointer| (&resolver.name, binding, pointer))
        })
    });
    for (resolver, binding, pointer) in places {
        match bind(resolver, binding, &pointer, given.pointer(&pointer)) {
            Ok(None) => {}
            Ok(Some(input)) => {
                let before = bound.insert(pointer, input);
                problems.extend(before.map(|before| claimed_twice(&before, resolver)));
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(bound.into_values().collect())
    } else {
        Err(problems)
    }
}

fn claimed_twice(before: &BoundInput, other: &ResolverName) -> Problem {
    let message = format!(
        "the resolvers `{}` and `{other}` are both bound to this",
        before.resolver
    );
    Problem::error(before.pointer.clone(), message)
        .with_hint("the platform team has to take one of the bindings away")
}

fn bind(
    resolver: &ResolverName,
    binding: &Binding,
    pointer: &str,
    given: Option<&Value>,
) -> Result<Option<BoundInput>, Problem> {
    let mut inputs = binding.arguments.clone();
    match (given, binding.user_value) {
        (None, _) => {}
        (Some(_), UserValue::Keep) => return Ok(None),
        (Some(_), UserValue::Refuse) => {
            let message = format!("this is what the resolver `{resolver}` gives");
            return Err(Problem::error(pointer, message).with_hint("leave it out"));
        }
        (Some(value), UserValue::Resolve) => {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            inputs.insert(VALUE.to_owned(), text);
        }
    }
    Ok(Some(BoundInput {
        pointer: pointer.to_owned(),
        resolver: resolver.clone(),
        inputs,
        output: binding.output.clone(),
    }))
}

#[cfg(test)]
#[path = "bindings_tests.rs"]
mod tests;
