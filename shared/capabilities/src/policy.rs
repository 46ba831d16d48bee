//! IAM roles and policies. Roles start without permissions: the unit that knows the ARN of a
//! resource attaches the permission to use it.

use groundplane_model::LandingZone;
use serde_json::{Map, Value, json};

use crate::Resource;

/// The account and region that a stack is in, as the start of an ARN pattern of `service`.
pub(crate) fn arn(service: &str, rest: &str) -> Value {
    json!({ "Fn::Sub": format!(
        "arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}"
    ) })
}

/// A role for `principal`, with the landing zone's permissions boundary. `conditions` keep other
/// accounts from having the service act on their behalf (the confused deputy). The role has no
/// name of its own, so that replacing it or deploying twice never clashes.
pub(crate) fn role(principal: &str, conditions: Option<Value>, zone: &LandingZone) -> Resource {
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), "Allow".into());
    statement.insert("Action".to_owned(), "sts:AssumeRole".into());
    statement.insert("Principal".to_owned(), json!({ "Service": principal }));
    statement.extend(conditions.map(|conditions| ("Condition".to_owned(), conditions)));
    let trust = json!({ "AssumeRolePolicyDocument": document(&[statement.into()]) });
    let role = Resource::new("AWS::IAM::Role", trust);
    match &zone.spec.permissions_boundary_arn {
        Some(boundary) => role.property("PermissionsBoundary", boundary.as_str().into()),
        None => role,
    }
}

/// The conditions under which a service acts for this account only.
pub(crate) fn only_from(source: &Value) -> Value {
    json!({
        "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } },
        "ArnLike": { "aws:SourceArn": source },
    })
}

/// Permission for `actions` on `resource`.
pub(crate) fn allow(actions: &[&str], resource: &Value) -> Value {
    json!({ "Effect": "Allow", "Action": actions, "Resource": resource })
}

/// Permission for `actions` on `resource` where all of `equal`, condition keys and what they must
/// be, hold.
pub(crate) fn allow_where(actions: &[&str], resource: &Value, equal: &Value) -> Value {
    json!({
        "Effect": "Allow", "Action": actions, "Resource": resource,
        "Condition": { "StringEquals": equal },
    })
}

/// A policy document of these statements.
pub(crate) fn document(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// A policy of these statements, attached to the roles with these names. `name` tells it from the
/// policies that other units attach to the same role.
pub(crate) fn attached(name: &str, roles: &[Value], statements: &[Value]) -> Resource {
    Resource::new(
        "AWS::IAM::Policy",
        json!({
            "PolicyName": name,
            "Roles": roles,
            "PolicyDocument": document(statements),
        }),
    )
}
