//! Wires the routing of events to AWS.

use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, start_telemetry};
use groundplane_lives::{Definitions, Lives};
use groundplane_route_event::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let lives = Lives {
        table: &aws.table(setting("TABLE_NAME")?),
        clock: &System,
        definitions: &Definitions::default(),
    };
    serve(async |batch| handle(&lives, batch).await).await
}
