//! Who may do what, what is allowed, and what was done.

use groundplane_authority::Action;
use groundplane_model::{AccessPolicy, ComplianceFramework, Guardrail, Tenant};

use crate::contract::says;
use crate::routes::Routes;
use crate::{System, Table, audit, compliance, ground, tenants};

/// Who may do what, what is allowed, and what was done.
pub(super) fn routes<T: Table, S: System>() -> Routes<T, S> {
    of_governance().merge(of_rules()).merge(of_compliance())
}

/// Who may do what, and who did.
fn of_governance<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/access-policies",
            Action::AccessRead,
            says(
                "listAccessPolicies",
                "Lists the access policy, of which there is one",
            ),
            ground::list::<AccessPolicy, T, S>,
        )
        .put(
            "/v1/access-policies/{name}",
            Action::AccessManage,
            says("applyAccessPolicy", "Applies the access policy")
                .besides(|sheet| sheet.takes_document("access-policy")),
            ground::apply::<AccessPolicy, T, S>,
        )
        .get(
            "/v1/access-policies/{name}",
            Action::AccessRead,
            says("showAccessPolicy", "Shows the access policy"),
            ground::show::<AccessPolicy, T, S>,
        )
        .get(
            "/v1/audit",
            Action::AuditRead,
            says("listAudit", "Lists who did what, the oldest first"),
            audit::list::<T, S>,
        )
}

/// What is allowed, and how much of it.
fn of_rules<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/guardrails",
            Action::GuardrailRead,
            says("listGuardrails", "Lists guardrails"),
            ground::list::<Guardrail, T, S>,
        )
        .put(
            "/v1/guardrails/{name}",
            Action::ComponentGovern,
            says("applyGuardrail", "Applies a guardrail")
                .besides(|sheet| sheet.takes_document("guardrail")),
            ground::apply::<Guardrail, T, S>,
        )
        .get(
            "/v1/guardrails/{name}",
            Action::GuardrailRead,
            says("showGuardrail", "Shows a guardrail"),
            ground::show::<Guardrail, T, S>,
        )
        .get(
            "/v1/tenants",
            Action::TenantManage,
            says("listTenants", "Lists what tenants are allowed"),
            ground::list::<Tenant, T, S>,
        )
        .put(
            "/v1/tenants/{name}",
            Action::TenantManage,
            says("applyTenant", "Says what a tenant is allowed")
                .besides(|sheet| sheet.takes_document("tenant")),
            tenants::apply::<T, S>,
        )
        .get(
            "/v1/tenants/{name}",
            Action::TenantRead,
            says("showTenant", "Shows what a tenant is allowed and uses"),
            tenants::show::<T, S>,
        )
}

/// What proves that it was kept.
fn of_compliance<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/compliance-frameworks",
            Action::ComplianceRead,
            says("listComplianceFrameworks", "Lists compliance frameworks"),
            ground::list::<ComplianceFramework, T, S>,
        )
        .put(
            "/v1/compliance-frameworks/{name}",
            Action::ComponentGovern,
            says("applyComplianceFramework", "Applies a compliance framework")
                .besides(|sheet| sheet.takes_document("compliance-framework")),
            ground::apply::<ComplianceFramework, T, S>,
        )
        .get(
            "/v1/compliance-frameworks/{name}",
            Action::ComplianceRead,
            says("showComplianceFramework", "Shows a compliance framework"),
            ground::show::<ComplianceFramework, T, S>,
        )
        .get(
            "/v1/compliance/report",
            Action::ComplianceRead,
            says(
                "reportCompliance",
                "Says how controls stand for what is deployed",
            )
            .besides(compliance::answered),
            compliance::report::<T, S>,
        )
}
