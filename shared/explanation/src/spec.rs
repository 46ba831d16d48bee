//! The values of the spec.

use std::collections::BTreeMap;

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

/// The resolver that gave the value at `pointer`, and what it was told; the value may be one of
/// several in what it gave. What was kept through a rollback is known by its resolver alone.
fn bound(evidence: &Evidence<'_>, pointer: &str) -> Option<BoundInput> {
    let holds = |input: &str| {
        let rest = pointer.strip_prefix(input);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let submitted = evidence.submitted;
    let mut bound = submitted.bound.iter();
    let found = bound.find(|bound| holds(&bound.pointer)).cloned();
    found.or_else(|| {
        let kept = submitted.kept.iter().find(|kept| holds(&kept.input))?;
        Some(BoundInput {
            pointer: kept.input.clone(),
            resolver: kept.resolver.clone(),
            inputs: BTreeMap::new(),
            output: None,
        })
    })
}

fn answered(evidence: &Evidence<'_>, bound: BoundInput) -> Resolution {
    let is_answer = |value: &&ResolvedValue| {
        value.unit.as_str() == Allocation::SPEC && value.input == bound.pointer
    };
    match evidence.revision.resolved.iter().find(is_answer) {
        Some(value) => resolution(evidence, value),
        None => Resolution {
            configuration: configuration(evidence, &bound.resolver),
            resolver: bound.resolver,
            inputs: bound.inputs,
            layer: None,
            at: None,
        },
    }
}
