//! `/v1/tenants`: what tenants are allowed, and what they use of it. A tenant sees itself; whoever
//! runs the platform sees all. By what other accounts know a tenant is for those who answer for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use groundplane_accounts::external_id;
use groundplane_authority::{Action, Object};
use groundplane_governance::bound_of;
use groundplane_model::{ExternalId, Failure, FailureKind, Quota, Tenant, TenantId};
use groundplane_quotas::{rules_of, used};
use serde::Serialize;
use utoipa::ToSchema;

use crate::gate::Caller;
use crate::ground::{self, DocumentView, Ground as _};
use crate::problem::Refused;
use crate::request::Named;
use crate::submission::Submitted;
use crate::view::AppliedView;
use crate::{Platform, System, Table};

/// Everything that is counted.
const QUOTAS: [Quota; 4] = [
    Quota::Instances,
    Quota::Allocations,
    Quota::DeploymentsPerHour,
    Quota::RequestsPerMinute,
];

/// How much of a quota is used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QuotaUsage)]
pub(crate) struct UsageView {
    used: u64,
    most: u64,
}

/// What a tenant is allowed, and what it uses of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TenantDocument)]
pub(crate) struct TenantView {
    #[serde(flatten)]
    document: DocumentView,
    /// By quota; those that are not bounded are not counted.
    usage: BTreeMap<&'static str, UsageView>,
    /// By what other accounts know the tenant; for those who answer for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
}

/// `PUT /v1/tenants/{name}`. With its document a tenant gets the id by which other accounts know it, if
/// it has none yet.
pub(crate) async fn apply<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
    submitted: Submitted,
) -> Result<Json<AppliedView>, Refused> {
    let state = State(Arc::clone(&platform));
    let named = Named(name.clone());
    let applied = ground::apply::<Tenant, T, S>(state, caller, named, submitted).await?;
    if let Ok(tenant) = TenantId::parse(&name) {
        external_id(&platform.table, &platform.system, &tenant).await?;
    }
    Ok(applied)
}

/// `GET /v1/tenants/{name}`
pub(crate) async fn show<T: Table, S: System>(
    State(platform): State<Arc<Platform<T, S>>>,
    caller: Caller,
    Named(name): Named,
) -> Result<Json<TenantView>, Refused> {
    let absent = || Failure::new(FailureKind::NotFound, "there is no such tenant");
    let tenant = TenantId::parse(&name).map_err(|_| absent())?;
    let is_own = caller.principal.tenant == tenant;
    // Who manages tenants does so for all of them.
    let may = |action| caller.may(action, Object::of(&caller.about)).allowed;
    let manages = may(Action::TenantManage);
    if !is_own && !manages {
        return Err(absent().into());
    }
    let rules = rules_of(&platform.table, &tenant).await?;
    let rules = rules.ok_or_else(|| {
        let message = format!("nobody has said what the tenant `{tenant}` is allowed: everything");
        Failure::new(FailureKind::NotFound, message)
    })?;
    let now = platform.system.now();
    let mut usage = BTreeMap::new();
    for quota in QUOTAS {
        let Some(most) = bound_of(Some(&rules), quota) else {
            continue;
        };
        let used = used(&platform.table, &tenant, quota, now).await?;
        let used = u64::try_from(used).unwrap_or_default();
        usage.insert(quota.as_str(), UsageView { used, most });
    }
    let mut external_id = None;
    if manages || may(Action::TrustRead) {
        let key = ExternalId::key_of(&tenant);
        let stored: Option<ExternalId> = platform.table.get(&key).await?;
        external_id = stored.map(|stored| stored.value);
    }
    Ok(Json(TenantView {
        document: rules.view(),
        usage,
        external_id,
    }))
}
