//! Looking for drift.

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{self, StackDriftDetectionStatus, StackResourceDriftStatus};
use groundplane_ports::{
    Detection, DetectionProgress, Found, PortError, ReadDrift, ResourceDrift, Result,
};
use jiff::Timestamp;
use serde_json::Value;

use super::{CloudFormation, Meaning, meaning, refusal};

/// The reason where CloudFormation gives none.
const UNSUPPORTED: &str = "CloudFormation does not detect drift of this type";

impl ReadDrift for CloudFormation {
    async fn detect(&self, stack_name: &str) -> Result<Detection> {
        let asked = self
            .client
            .detect_stack_drift()
            .stack_name(stack_name)
            .send()
            .await;
        match asked {
            Ok(answer) => {
                let id = answer.stack_drift_detection_id().map(str::to_owned);
                id.map(|id| Detection::Begun { id }).ok_or_else(nameless)
            }
            Err(error) if meaning(&error) == Meaning::Missing => Ok(Detection::Gone),
            Err(error) => {
                let service = error.as_service_error();
                let code = service.and_then(ProvideErrorMetadata::code);
                let message = service.and_then(ProvideErrorMetadata::message);
                refused(code.unwrap_or_default(), message.unwrap_or_default())
                    .ok_or_else(|| refusal("looking for drift", &error))
            }
        }
    }

    async fn detection(&self, id: &str) -> Result<DetectionProgress> {
        let asked = self
            .client
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(id)
            .send()
            .await;
        match asked {
            Ok(answer) => progress(
                answer.detection_status(),
                answer.detection_status_reason().unwrap_or_default(),
            ),
            Err(error) if meaning(&error) == Meaning::Missing => Ok(DetectionProgress::Forgotten),
            Err(error) => Err(refusal("seeing how far the look for drift is", &error)),
        }
    }

    async fn drifts(&self, stack_name: &str) -> Result<Option<Vec<ResourceDrift>>> {
        let mut drifts = Vec::new();
        let mut token = None;
        loop {
            let asked = self
                .client
                .describe_stack_resource_drifts()
                .stack_name(stack_name)
                .max_results(PAGE)
                .set_next_token(token)
                .send()
                .await;
            let page = match asked {
                Ok(page) => page,
                Err(error) if meaning(&error) == Meaning::Missing => return Ok(None),
                Err(error) => return Err(refusal("reading the drift of the stack", &error)),
            };
            for found in page.stack_resource_drifts() {
                drifts.push(drift(found)?);
            }
            token = page.next_token().map(str::to_owned);
            if token.is_none() {
                return Ok(Some(drifts));
            }
        }
    }
}

/// As many as one call gives ("`DescribeStackResourceDrifts`", CloudFormation API reference).
const PAGE: i32 = 100;

/// What a refusal to look means, if it has nothing to do with who asks or how often. There is no
/// code for it, only sentences.
fn refused(code: &str, message: &str) -> Option<Detection> {
    if code != "ValidationError" {
        return None;
    }
    let lower = message.to_ascii_lowercase();
    if lower.contains("already in progress") || lower.contains("already being") {
        return Some(Detection::Busy);
    }
    lower.contains("state").then(|| Detection::Unable {
        reason: message.to_owned(),
    })
}

fn nameless() -> PortError {
    PortError::Internal("CloudFormation began to look for drift under no name".to_owned())
}

fn progress(status: Option<&StackDriftDetectionStatus>, reason: &str) -> Result<DetectionProgress> {
    match status {
        Some(StackDriftDetectionStatus::DetectionInProgress) => Ok(DetectionProgress::Running),
        Some(StackDriftDetectionStatus::DetectionComplete) => Ok(DetectionProgress::Complete),
        Some(StackDriftDetectionStatus::DetectionFailed) => Ok(DetectionProgress::Partial {
            reason: reason.to_owned(),
        }),
        other => {
            let other = other.map_or("", |status| status.as_str());
            let message = format!("`{other}` is not known as a status of drift detection");
            Err(PortError::Internal(message))
        }
    }
}

fn drift(found: &types::StackResourceDrift) -> Result<ResourceDrift> {
    let seconds = found.timestamp().map_or(0, |at| at.secs());
    Ok(ResourceDrift {
        logical_id: found.logical_resource_id().unwrap_or_default().to_owned(),
        resource_type: found.resource_type().unwrap_or_default().to_owned(),
        physical_id: found
            .physical_resource_id()
            .filter(|id| !id.is_empty())
            .map(str::to_owned),
        checked_at: Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH),
        found: seen(found)?,
    })
}

fn seen(found: &types::StackResourceDrift) -> Result<Found> {
    match found.stack_resource_drift_status() {
        Some(StackResourceDriftStatus::Deleted) => Ok(Found::Gone),
        Some(StackResourceDriftStatus::InSync | StackResourceDriftStatus::Modified) => {
            Ok(Found::There {
                expected: properties(found.expected_properties())?,
                actual: properties(found.actual_properties())?,
            })
        }
        // Not checked, or a word that is newer than this code: nobody can tell.
        _ => {
            let reason = found.drift_status_reason().unwrap_or_default();
            let reason = if reason.is_empty() {
                UNSUPPORTED
            } else {
                reason
            };
            Ok(Found::NotChecked {
                reason: reason.to_owned(),
            })
        }
    }
}

/// The properties, which CloudFormation gives as text.
fn properties(text: Option<&str>) -> Result<Value> {
    let text = text.filter(|text| !text.is_empty()).unwrap_or("{}");
    serde_json::from_str(text).map_err(|_| {
        PortError::Internal("CloudFormation gave properties that are no JSON".to_owned())
    })
}

#[cfg(test)]
#[path = "drift_tests.rs"]
mod tests;
