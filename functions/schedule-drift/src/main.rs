//! Wires the schedule of checks to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_schedule_drift::handle;
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let table = aws.table(setting("TABLE_NAME")?);
    let machine = aws.drift_machine(setting("DRIFT_MACHINE_ARN")?);
    serve(async |_tick: Value| handle(&table, &machine, &System).await).await
}
