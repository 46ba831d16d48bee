//! Wires the outbox to AWS.

use groundplane_aws::Aws;
use groundplane_dispatch_outbox::handle;
use groundplane_edge::{Error, serve, setting, start_telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let machine = aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?);
    let bus = aws.event_bus(setting("EVENT_BUS_NAME")?);
    serve(async |batch| handle(&machine, &bus, batch).await).await
}
