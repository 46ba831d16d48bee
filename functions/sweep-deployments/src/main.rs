//! Wires the sweeper to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_sweep_deployments::handle;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = aws.table(setting("TABLE_NAME")?);
    let table = Recorded::new(table, System, "sweep-deployments", kept);
    let machine = aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?);
    serve(async |_tick: Value| handle(&table, &machine, &System).await).await
}
