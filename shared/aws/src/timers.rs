//! Timers: one-time schedules of EventBridge Scheduler that delete themselves.

use aws_sdk_scheduler::Client;
use aws_sdk_scheduler::error::ProvideErrorMetadata as _;
use aws_sdk_scheduler::operation::create_schedule::CreateScheduleError;
use aws_sdk_scheduler::types::{
    ActionAfterCompletion, DeadLetterConfig, FlexibleTimeWindow, FlexibleTimeWindowMode,
    RetryPolicy, Target,
};
use groundplane_ports::{PortError, Result, SetTimers};
use jiff::{SignedDuration, Timestamp, Unit};

use crate::error::port_error;

/// Whom a timer calls, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimerTarget {
    /// The group that its schedules are in.
    pub group: String,
    /// The ARN of the function that is called.
    pub function_arn: String,
    /// The role that EventBridge Scheduler takes for it.
    pub role_arn: String,
    /// Where calls go that could not be made.
    pub dead_letters_arn: String,
}

/// The timers of a schedule group.
#[derive(Debug, Clone)]
pub struct Timers {
    client: Client,
    target: TimerTarget,
}

impl Timers {
    /// Timers that call `target`, which `client` reaches.
    #[must_use]
    pub const fn new(client: Client, target: TimerTarget) -> Self {
        Self { client, target }
    }

    fn target(&self, input: &str) -> Result<Target> {
        let broken =
            |error: aws_sdk_scheduler::error::BuildError| PortError::Internal(error.to_string());
        let letters = DeadLetterConfig::builder().arn(&self.target.dead_letters_arn);
        let retry = RetryPolicy::builder()
            .maximum_retry_attempts(5)
            .maximum_event_age_in_seconds(3600);
        Target::builder()
            .arn(&self.target.function_arn)
            .role_arn(&self.target.role_arn)
            .input(input)
            .dead_letter_config(letters.build())
            .retry_policy(retry.build())
            .build()
            .map_err(broken)
    }
}

impl SetTimers for Timers {
    async fn set_timer(&self, name: &str, at: Timestamp, input: &str) -> Result<()> {
        let window = FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off);
        let window = window
            .build()
            .map_err(|error| PortError::Internal(error.to_string()))?;
        let created = self
            .client
            .create_schedule()
            .name(name)
            .group_name(&self.target.group)
            .schedule_expression(expression(at))
            .schedule_expression_timezone("UTC")
            .flexible_time_window(window)
            .action_after_completion(ActionAfterCompletion::Delete)
            .target(self.target(input)?)
            .send()
            .await;
        match created {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                // The name is the timer's, so it is the one that was wanted.
                Some(CreateScheduleError::ConflictException(_)) => Ok(()),
                // A time that is over, or too many timers: whoever looks for what is due finds it.
                Some(
                    refused @ (CreateScheduleError::ValidationException(_)
                    | CreateScheduleError::ServiceQuotaExceededException(_)),
                ) => {
                    tracing::warn!(
                        timer = name,
                        cause = refused.message(),
                        "the timer was refused"
                    );
                    Ok(())
                }
                _ => Err(port_error("setting a timer", &error)),
            },
        }
    }
}

/// `at(…)` in whole seconds, not before `at`: a timer that comes early finds nothing to do.
fn expression(at: Timestamp) -> String {
    let whole = at.round(Unit::Second).unwrap_or(at);
    let late = if whole < at {
        whole.saturating_add(SignedDuration::from_secs(1))
    } else {
        Ok(whole)
    };
    let text = late
        .unwrap_or(whole)
        .strftime("%Y-%m-%dT%H:%M:%S")
        .to_string();
    format!("at({text})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timer_is_never_early() {
        let cases = [
            ("2026-11-21T10:00:00Z", "at(2026-11-21T10:00:00)"),
            ("2026-11-21T10:00:00.001Z", "at(2026-11-21T10:00:01)"),
            ("2026-11-21T10:00:00.999Z", "at(2026-11-21T10:00:01)"),
            ("2026-12-31T23:59:59.5Z", "at(2027-01-01T00:00:00)"),
        ];
        for (at, expected) in cases {
            assert_eq!(expression(at.parse().unwrap()), expected);
        }
    }
}
