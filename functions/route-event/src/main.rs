//! Wires the routing of events to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_lives::{Definitions, Lives};
use groundplane_route_event::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = aws.table(setting("TABLE_NAME")?);
    let lives = Lives {
        table: &Recorded::new(table, System, "route-event", kept),
        clock: &System,
        definitions: &Definitions::default(),
    };
    serve(async |batch| handle(&lives, batch).await).await
}
