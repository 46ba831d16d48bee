//! Wires the HTTP API to AWS.

use groundplane_api::{Identity, Platform, Surroundings, router};
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
    let aws = Aws::from_env().await;
    let secrets = aws.own_secrets(setting("INSTALLATION")?);
    let artifacts = aws.artifacts(setting("ARTIFACT_BUCKET")?);
    let executions = aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?);
    let table = aws.table(setting("TABLE_NAME")?);
    let system = Surroundings::new(System, secrets, artifacts, executions);
    let platform = Platform::new(table, system);
    lambda_http::run(router(platform, identity)).await
}
