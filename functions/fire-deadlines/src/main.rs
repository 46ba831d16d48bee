//! Wires deadlines to AWS.

use groundplane_audit::Recorded;
use groundplane_aws::{Aws, System};
use groundplane_edge::{Error, serve, setting, setting_or, start_telemetry};
use groundplane_fire_deadlines::handle;
use groundplane_lives::{Definitions, Lives};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let kept = setting_or("AUDIT_RETENTION_DAYS", "400").parse()?;
    let table = aws.table(setting("TABLE_NAME")?);
    let lives = Lives {
        table: &Recorded::new(table, System, "fire-deadlines", kept),
        clock: &System,
        definitions: &Definitions::default(),
    };
    let machine = aws.transition_machine(setting("TRANSITION_MACHINE_ARN")?);
    serve(async |request| handle(&lives, &machine, request).await).await
}
