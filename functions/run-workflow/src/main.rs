//! Wires the workflows to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_run_workflow::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = aws.table(setting("TABLE_NAME")?);
    let table = Recorded::new(table, System, "run-workflow", kept);
    let accounts = aws.accounts();
    let services = accounts.each(Aws::services);
    let databases = accounts.each(Aws::databases);
    serve(async |request| handle(&table, &services, &databases, &System, request).await).await
}
