//! What resolvers gave to units, what their templates were given, and what users see of them.

use groundplane_model::{
    Allocation, ContextKey, Layer, ResolvedValue, ResolverName, UnitName, UnitState,
};
use groundplane_resolvers::{Entry, layers_of};
use serde_json::Value;

use crate::{Evidence, Explained, Origin, Resolution};

/// What resolvers gave to units; what they gave to the spec is among its values.
pub(crate) fn resolved(evidence: &Evidence<'_>) -> Vec<Explained> {
    let values = evidence.revision.resolved.iter();
    let of_units = values.filter(|value| value.unit.as_str() != Allocation::SPEC);
    of_units
        .flat_map(|value| {
            let outputs = value.outputs.iter();
            outputs.map(|(name, output)| Explained {
                pointer: pointer(&["resolved", value.unit.as_str(), &value.input, name]),
                value: Value::from(output.as_str()),
                origin: Origin::Resolver(resolution(evidence, value)),
            })
        })
        .collect()
}

/// What the templates of the units were given.
pub(crate) fn parameters(evidence: &Evidence<'_>) -> Vec<Explained> {
    let mut explained = Vec::new();
    for unit in evidence.units {
        let bindings = evidence.bindings.get(&unit.unit);
        let parameters = unit.applied.iter().flat_map(|applied| &applied.parameters);
        for (name, value) in parameters {
            // One without a binding is of a deployment whose steps were forgotten.
            let Some(key) = bindings.and_then(|bindings| bindings.get(name)) else {
                continue;
            };
            explained.push(Explained {
                pointer: pointer(&["units", unit.unit.as_str(), "parameters", name]),
                value: Value::from(value.as_str()),
                origin: output(evidence, key),
            });
        }
    }
    explained
}

/// What users see of the units.
pub(crate) fn outputs(evidence: &Evidence<'_>) -> Vec<Explained> {
    let outputs = evidence.revision.outputs.iter();
    outputs
        .map(|(key, value)| Explained {
            pointer: pointer(&["outputs", key.as_str()]),
            value: Value::from(value.as_str()),
            origin: output(evidence, key),
        })
        .collect()
}

/// What a resolver was told for a value, and by whom.
pub(crate) fn resolution(evidence: &Evidence<'_>, value: &ResolvedValue) -> Resolution {
    Resolution {
        resolver: value.resolver.clone(),
        inputs: value.inputs.clone(),
        layer: Some(value.layer),
        configuration: configuration(evidence, &value.resolver),
        at: Some(value.at),
    }
}

/// What is configured for a resolver on the ground of the deployment.
pub(crate) fn configuration(evidence: &Evidence<'_>, resolver: &ResolverName) -> Vec<Entry> {
    let submitted = evidence.submitted;
    let layers = layers_of(
        resolver,
        &submitted.resolvers,
        &submitted.landing_zone,
        &submitted.environment,
    );
    let entries = layers.entries.into_iter();
    entries
        .filter(|entry| entry.from.layer != Layer::Default)
        .collect()
}

fn output(evidence: &Evidence<'_>, key: &ContextKey) -> Origin {
    let writes = |unit: &&UnitState| {
        let applied = unit.applied.as_ref();
        applied.is_some_and(|applied| applied.context.get(key).is_some())
    };
    let unit: Option<UnitName> = evidence
        .units
        .iter()
        .find(writes)
        .map(|unit| unit.unit.clone());
    Origin::Output {
        unit,
        key: key.clone(),
    }
}

fn pointer(tokens: &[&str]) -> String {
    tokens.iter().fold(String::new(), |pointer, token| {
        format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
    })
}
