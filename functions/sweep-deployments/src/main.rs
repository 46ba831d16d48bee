//! Wires the sweeper to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_sweep_deployments::handle;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let machine = aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?);
    serve(async |_tick: Value| handle(&table, &machine, &System).await).await
}
