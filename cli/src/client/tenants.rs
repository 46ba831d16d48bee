//! By what other accounts know tenants.

use groundplane_model::TenantId;
use serde::Deserialize;

use super::transport::{Call, Method};
use super::{CallError, Client};

/// What of a tenant is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    external_id: Option<String>,
}

impl Client {
    /// The external id of a tenant; none where the caller may not see it.
    pub(crate) fn external_id(&self, tenant: &TenantId) -> Result<Option<String>, CallError> {
        let path = format!("/v1/tenants/{tenant}");
        let shown: Shown = self.send(&Call::new(Method::Get, &path))?;
        Ok(shown.external_id)
    }
}
