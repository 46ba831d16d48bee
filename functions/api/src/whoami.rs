//! `GET /v1/whoami`: who the platform takes the caller for, and what the caller may do.

use axum::Json;
use groundplane_model::TenantId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::gate::Caller;

/// Who calls.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Caller)]
pub(crate) struct CallerView {
    subject: String,
    tenant: TenantId,
    groups: Vec<String>,
    roles: Vec<String>,
    actions: Vec<&'static str>,
}

/// `GET /v1/whoami`
pub(crate) async fn show(caller: Caller) -> Json<CallerView> {
    let roles = caller.roles();
    let actions = caller.actions().into_iter();
    let actions = actions.map(groundplane_authority::Action::name).collect();
    let principal = caller.principal;
    Json(CallerView {
        subject: principal.subject,
        tenant: principal.tenant,
        groups: principal.groups,
        roles,
        actions,
    })
}
