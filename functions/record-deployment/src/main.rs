//! Wires the recording of steps and deployments to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_record_deployment::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let table = Aws::from_env().await.table(setting("TABLE_NAME")?);
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = Recorded::new(table, System, "record-deployment", kept);
    serve(async |request| handle(&table, &System, request).await).await
}
