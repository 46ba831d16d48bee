//! The values of the spec.

use groundplane_model::{Allocation, BoundInput, ResolvedValue};
use groundplane_spec::{Kind, default_decided_by};
use serde_json::Value;

use crate::leaves::leaves;
use crate::units::{configuration, resolution};
use crate::{Evidence, Explained, Origin, Resolution};

/// What the request says where the document does not.
const ENVIRONMENT: &str = "/metadata/environment";

/// Every value of the spec.
pub(crate) fn explained(evidence: &Evidence<'_>) -> Vec<Explained> {
    let values = leaves(&evidence.revision.spec).into_iter();
    values
        .map(|(pointer, value)| Explained {
            origin: origin(evidence, &pointer),
            value: value.clone(),
            pointer,
        })
        .collect()
}

fn origin(evidence: &Evidence<'_>, pointer: &str) -> Origin {
    if let Some(bound) = bound(evidence, pointer) {
        return Origin::Resolver(answered(evidence, bound));
    }
    let Some(lines) = evidence.lines else {
        return Origin::Document;
    };
    match lines.lines.pointer(pointer).and_then(first) {
        Some(line) => Origin::Spec { line },
        None if pointer == ENVIRONMENT => Origin::Request,
        None => Origin::Default {
            decided_by: default_decided_by(Kind::Service, &evidence.revision.spec, pointer),
        },
    }
}

/// The line of the first value in this part of a document.
fn first(lines: &Value) -> Option<usize> {
    match lines {
        Value::Number(line) => usize::try_from(line.as_u64()?).ok(),
        Value::Array(items) => items.iter().find_map(first),
        Value::Object(fields) => fields.values().find_map(first),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
    }
}

/// The binding that gave the value at `pointer`, which may be one of several in what it gave.
fn bound<'a>(evidence: &Evidence<'a>, pointer: &str) -> Option<&'a BoundInput> {
    evidence.submitted.bound.iter().find(|bound| {
        let rest = pointer.strip_prefix(bound.pointer.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

fn answered(evidence: &Evidence<'_>, bound: &BoundInput) -> Resolution {
    let is_answer = |value: &&ResolvedValue| {
        value.unit.as_str() == Allocation::SPEC && value.input == bound.pointer
    };
    match evidence.revision.resolved.iter().find(is_answer) {
        Some(value) => resolution(evidence, value),
        None => Resolution {
            resolver: bound.resolver.clone(),
            inputs: bound.inputs.clone(),
            layer: None,
            configuration: configuration(evidence, &bound.resolver),
            at: None,
        },
    }
}
