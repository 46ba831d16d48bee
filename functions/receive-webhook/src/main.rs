//! Wires the taking of webhooks to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, setting, start_telemetry};
use groundplane_receive_webhook::{Receiver, router};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    lambda_http::run(router(Receiver {
        table: aws.table(setting("TABLE_NAME")?),
        secrets: aws.own_secrets(setting("INSTALLATION")?),
        bus: aws.event_bus(setting("EVENT_BUS_NAME")?),
        clock: System,
    }))
    .await
}
