//! Wires the checks to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_check_drift::{Sources, handle};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = aws.table(setting("TABLE_NAME")?);
    let table = Recorded::new(table, System, "check-drift", kept);
    let (accounts, installation) = (aws.accounts(), setting("INSTALLATION")?);
    let stacks = accounts.each(Aws::cloudformation);
    let services = accounts.each(Aws::services);
    let tags = accounts.each(move |aws| aws.tagged_resources(installation.clone()));
    let sources = Sources {
        stacks: &stacks,
        services: &services,
        tags: &tags,
    };
    serve(async |request| handle(&table, sources, &System, request).await).await
}
