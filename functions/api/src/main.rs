//! Wires the HTTP API to AWS.

use groundplane_api::{Identity, Platform, router};
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, setting, setting_or, start_telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let identity = Identity {
        tenant_claim: setting_or("TENANT_CLAIM", "custom:tenant"),
        groups_claim: setting_or("GROUPS_CLAIM", "cognito:groups"),
        platform_group: setting_or("PLATFORM_GROUP", "platform"),
    };
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    lambda_http::run(router(
        Platform {
            table,
            system: System,
        },
        identity,
    ))
    .await
}
