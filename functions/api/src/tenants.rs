//! `/v1/tenants`: what tenants are allowed, and what they use of it. A tenant sees itself; whoever
//! runs the platform sees all.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_authority::{Action, Object};
use groundplane_governance::bound_of;
use groundplane_model::{Failure, FailureKind, Quota, TenantId};
use groundplane_quotas::{rules_of, used};
use serde_json::{Map, Value, json};

use crate::gate::Caller;
use crate::ground;
use crate::problem::Refused;
use crate::request::Named;
use crate::{Platform, System, Table};

/// Everything that is counted.
const QUOTAS: [Quota; 4] = [
    Quota::Instances,
    Quota::Allocations,
    Quota::DeploymentsPerHour,
    Quota::RequestsPerMinute,
];

/// `GET /v1/tenants/{name}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
) -> Result<Json<Value>, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such tenant");
    let tenant = TenantId::parse(&name).map_err(|_| absent())?;
    let is_own = caller.principal.tenant == tenant;
    let manages = || {
        caller
            .may(Action::TenantManage, Object::of(&tenant))
            .allowed
    };
    if !is_own && !manages() {
        return Err(absent().into());
    }
    let rules = rules_of(&platform.table, &tenant).await?;
    let rules = rules.ok_or_else(|| {
        let message = format!("nobody has said what the tenant `{tenant}` is allowed: everything");
        Failure::new(FailureKind::NotFound, message)
    })?;
    let now = platform.system.now();
    let mut usage = Map::new();
    for quota in QUOTAS {
        let Some(most) = bound_of(Some(&rules), quota) else {
            continue;
        };
        let used = used(&platform.table, &tenant, quota, now).await?;
        let used = json!({ "used": used.max(0), "most": most });
        usage.insert(quota.as_str().to_owned(), used);
    }
    let mut view = ground::view(&rules);
    if let Value::Object(fields) = &mut view {
        fields.insert("usage".to_owned(), Value::Object(usage));
    }
    Ok(Json(view))
}
