//! Wires the outbox to AWS.

use groundplane_aws::{Aws, TimerTarget};
use groundplane_dispatch_outbox::{Outlets, handle};
use groundplane_edge::{Error, serve, setting, start_telemetry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    start_telemetry();
    let aws = Aws::from_env().await;
    let target = TimerTarget {
        group: setting("TIMER_GROUP")?,
        function_arn: setting("FIRE_DEADLINES_FUNCTION_ARN")?,
        role_arn: setting("TIMER_ROLE_ARN")?,
        dead_letters_arn: setting("TIMER_DEAD_LETTERS_ARN")?,
    };
    let outlets = Outlets {
        deployments: &aws.deploy_machine(setting("DEPLOY_MACHINE_ARN")?),
        checks: &aws.drift_machine(setting("DRIFT_MACHINE_ARN")?),
        runs: &aws.transition_machine(setting("TRANSITION_MACHINE_ARN")?),
        timers: &aws.timers(target),
        bus: &aws.event_bus(setting("EVENT_BUS_NAME")?),
    };
    serve(async |batch| handle(&outlets, batch).await).await
}
