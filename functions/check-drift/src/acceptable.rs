//! The spec that asks for what is there.

use groundplane_drift::SpecChange;
use groundplane_model::{DeploymentSpec, Failure, FailureKind, Origin, Repair, Revision};
use groundplane_redeploy::Wish;
use groundplane_spec::validate_value;
use serde_json::Value;

/// The spec of the revision with these changes. No unit is repaired: what is there is what it asks
/// for.
///
/// # Errors
/// `Invalid` where the spec has no place for a change, or is not valid with it.
pub(crate) fn wish(
    revision: &Revision,
    changes: &[SpecChange],
    submitted: DeploymentSpec,
) -> Result<Wish, Failure> {
    let mut spec = revision.spec.clone();
    for SpecChange { pointer, value } in changes {
        if !set(&mut spec, pointer, value) {
            let message = format!("the spec has no place for `{pointer}`");
            return Err(Failure::new(FailureKind::Invalid, message));
        }
    }
    let refused = |problems| Failure::invalid_document("no spec may ask for it", problems);
    validate_value(&spec).map_err(refused)?;
    // What is accepted is what counts from now on, whatever a resolver would give.
    let mut bound = submitted.bound;
    bound.retain(|input| changes.iter().all(|change| change.pointer != input.pointer));
    Ok(Wish {
        spec,
        // What is accepted stands in no line of what the user wrote.
        lines: None,
        bound,
        kept: submitted.kept,
        origin: Origin::Wish,
        repair: Some(Repair::default()),
    })
}

/// Sets the field at `pointer`, whose parent must be there.
fn set(spec: &mut Value, pointer: &str, value: &Value) -> bool {
    if let Some(place) = spec.pointer_mut(pointer) {
        place.clone_from(value);
        return true;
    }
    let Some((parent, field)) = pointer.rsplit_once('/') else {
        return false;
    };
    let Some(Value::Object(fields)) = spec.pointer_mut(parent) else {
        return false;
    };
    let field = field.replace("~1", "/").replace("~0", "~");
    fields.insert(field, value.clone());
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_set_where_its_section_is() {
        let mut spec = json!({"spec": {"cache": {"numNodes": 1}}});
        assert!(set(&mut spec, "/spec/cache/numNodes", &json!(2)));
        assert!(set(
            &mut spec,
            "/spec/cache/nodeType",
            &json!("cache.t4g.small")
        ));
        assert!(!set(&mut spec, "/spec/database/multiAz", &json!(true)));
        assert!(!set(&mut spec, "nowhere", &json!(true)));
        let expected = json!({"numNodes": 2, "nodeType": "cache.t4g.small"});
        assert_eq!(spec, json!({"spec": {"cache": expected}}));
    }
}
