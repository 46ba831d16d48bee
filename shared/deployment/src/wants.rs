//! What a deployment wants from resolvers, and what it makes of what they hand out.

use std::collections::BTreeMap;

use groundplane_model::{
    Allocation, BoundInput, Deployment, DeploymentSpec, Digest, Problem, ResolverName, UnitName,
};
use groundplane_planner::{Resolved, wanted};
use serde_json::Value;

/// One value that a resolver is to give.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WantedValue {
    pub(crate) resolver: ResolverName,
    pub(crate) unit: UnitName,
    pub(crate) input: String,
    pub(crate) inputs: BTreeMap<String, String>,
}

/// Everything that a submitted spec wants. Nothing for a destroy.
pub(crate) fn wants_of(submitted: &DeploymentSpec) -> Vec<WantedValue> {
    wants(&submitted.spec, &submitted.bound)
}

/// Everything that a spec wants whose inputs `bound` resolvers give.
pub(crate) fn wants(spec: &Value, bound: &[BoundInput]) -> Vec<WantedValue> {
    let of_units = wanted(spec).into_iter().map(|wanted| WantedValue {
        resolver: wanted.want.resolver,
        unit: wanted.unit,
        input: wanted.want.input,
        inputs: wanted.want.inputs,
    });
    // INVARIANT: the name is a unit's name; a test parses it.
    let owner = UnitName::parse(Allocation::SPEC).ok();
    let of_inputs = bound.iter().filter_map(|bound| {
        Some(WantedValue {
            resolver: bound.resolver.clone(),
            unit: owner.clone()?,
            input: owned_input(bound),
            inputs: bound.inputs.clone(),
        })
    });
    of_units.chain(of_inputs).collect()
}

/// What an owner calls a bound input. Other arguments are another value: the one that is there is
/// kept until nothing uses it any more.
pub(crate) fn owned_input(bound: &BoundInput) -> String {
    // INVARIANT: a map of strings always serialises.
    let inputs = serde_json::to_vec(&bound.inputs).unwrap_or_default();
    format!("{}#{}", bound.pointer, Digest::of(&inputs).short(8))
}

/// What the resolvers handed out to `deployment`'s instance, for its units.
#[must_use]
pub fn resolved_of(deployment: &Deployment, allocations: &[Allocation]) -> Resolved {
    of_this_life(deployment, allocations)
        .map(|allocation| {
            let owner = &allocation.owner;
            (
                (owner.unit.clone(), owner.input.clone()),
                allocation.value.clone(),
            )
        })
        .collect()
}

/// The submitted spec with what the resolvers gave to its bound inputs.
///
/// # Errors
/// Where a resolver gave no such output, or the input is not in the document.
pub fn bound_spec(
    deployment: &Deployment,
    submitted: &DeploymentSpec,
    allocations: &[Allocation],
) -> Result<Value, Vec<Problem>> {
    let mut spec = submitted.spec.clone();
    let mut problems = Vec::new();
    for bound in &submitted.bound {
        let input = owned_input(bound);
        let answer = of_this_life(deployment, allocations).find(|held| {
            held.is_of_the_spec() && held.owner.input == input && held.resolver == bound.resolver
        });
        let value = answer.and_then(|held| given(bound, held));
        let is_set = value.is_some_and(|value| set(&mut spec, &bound.pointer, value));
        if !is_set {
            let message = format!("the resolver `{}` gave no value for this", bound.resolver);
            problems.push(Problem::error(bound.pointer.clone(), message));
        }
    }
    if problems.is_empty() {
        Ok(spec)
    } else {
        Err(problems)
    }
}

/// What a bound input takes of an answer.
pub(crate) fn given<'a>(bound: &BoundInput, held: &'a Allocation) -> Option<&'a String> {
    match &bound.output {
        Some(output) => held.outputs.get(output),
        None => Some(&held.value),
    }
}

fn of_this_life<'a>(
    deployment: &'a Deployment,
    allocations: &'a [Allocation],
) -> impl Iterator<Item = &'a Allocation> {
    allocations
        .iter()
        .filter(|allocation| allocation.owner.incarnation == deployment.incarnation)
}

/// Sets the field at `pointer`, whose parent must be an object. A value that is a number where a
/// number was stays one.
pub(crate) fn set(document: &mut Value, pointer: &str, value: &str) -> bool {
    let Some((parent, field)) = pointer.rsplit_once('/') else {
        return false;
    };
    let Some(Value::Object(fields)) = document.pointer_mut(parent) else {
        return false;
    };
    let field = field.replace("~1", "/").replace("~0", "~");
    let number = fields.get(&field).is_some_and(Value::is_number);
    let value = match value.parse::<u64>() {
        Ok(parsed) if number => parsed.into(),
        _ => value.into(),
    };
    fields.insert(field, value);
    true
}

#[cfg(test)]
#[path = "wants_tests.rs"]
mod tests;
