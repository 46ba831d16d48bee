//! Wires the HTTP API to AWS.

use groundplane_api::{Gate, Identity, Platform, SignIn, Surroundings, router, sign_in};
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
    let mut gate = Gate::from(identity);
    gate.retention = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let aws = Aws::from_env().await;
    let secrets = aws.own_secrets(setting("INSTALLATION")?);
    let artifacts = aws.artifacts(setting("ARTIFACT_BUCKET")?);
    let executions = aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?);
    let table = aws.table(setting("TABLE_NAME")?);
    let system = Surroundings::new(System, secrets, artifacts, executions);
    let platform = Platform::new(table, system);
    lambda_http::run(router(platform, gate).merge(sign_in(SignIn::read()?))).await
}
