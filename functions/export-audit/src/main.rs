//! Wires the export of the audit log to AWS.

use groundplane_aws::Aws;
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_export_audit::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let log = Aws::from_env().await.audit_log(setting("AUDIT_BUCKET")?);
    serve(async |batch| handle(&log, batch).await).await
}
