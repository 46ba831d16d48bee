//! Looking at stacks.

use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types;
use groundplane_model::Resource;
use groundplane_ports::{
    ChangeSet, ChangeSetState, ExecutionState, PortError, ReadStacks, Result, Stack, StackEvent,
};
use jiff::Timestamp;

use super::{CloudFormation, Meaning, meaning, refusal};

impl ReadStacks for CloudFormation {
    async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        match self.client.describe_stacks().stack_name(name).send().await {
            Ok(answer) => Ok(answer
                .stacks()
                .first()
                .map(stack)
                .filter(|stack| stack.status != "DELETE_COMPLETE")),
            Err(error) if meaning(&error) == Meaning::Missing => Ok(None),
            Err(error) => Err(refusal("looking at the stack", &error)),
        }
    }

    async fn change_set(&self, stack_name: &str, name: &str) -> Result<Option<ChangeSet>> {
        let asked = self
            .client
            .describe_change_set()
            .stack_name(stack_name)
            .change_set_name(name)
            .send()
            .await;
        match asked {
            Ok(answer) => change_set(&answer),
            Err(error) if meaning(&error) == Meaning::Missing => Ok(None),
            Err(error) => Err(refusal("looking at the change set", &error)),
        }
    }

    async fn events(&self, stack_id: &str) -> Result<Vec<StackEvent>> {
        let mut pages = self
            .client
            .describe_stack_events()
            .stack_name(stack_id)
            .into_paginator()
            .send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refusal("reading the stack's events", &error))?;
            let found = page.stack_events();
            events.extend(found.iter().map(event));
            // Pages go back in time; older operations do not matter.
            if found.iter().any(begins_operation) {
                break;
            }
        }
        Ok(events)
    }

    async fn resources(&self, stack_name: &str) -> Result<Vec<Resource>> {
        let mut pages = self
            .client
            .list_stack_resources()
            .stack_name(stack_name)
            .into_paginator()
            .send();
        let mut resources = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| refusal("listing the stack's resources", &error))?;
            resources.extend(page.stack_resource_summaries().iter().filter_map(resource));
        }
        Ok(resources)
    }
}

fn stack(found: &types::Stack) -> Stack {
    let tags = found.tags().iter();
    let outputs = found.outputs().iter();
    Stack {
        id: text(found.stack_id()),
        status: found
            .stack_status()
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        reason: reason(found.stack_status_reason()),
        tags: tags.map(|it| (text(it.key()), text(it.value()))).collect(),
        outputs: outputs
            .map(|it| (text(it.output_key()), text(it.output_value())))
            .collect(),
    }
}

fn change_set(answer: &DescribeChangeSetOutput) -> Result<Option<ChangeSet>> {
    let status = answer.status().map_or("", |status| status.as_str());
    let execution = answer
        .execution_status()
        .map_or("", |status| status.as_str());
    let Some(state) = state(status)? else {
        return Ok(None);
    };
    Ok(Some(ChangeSet {
        state,
        execution: execution_state(execution)?,
        reason: reason(answer.status_reason()),
    }))
}

/// None where the change set is gone.
fn state(status: &str) -> Result<Option<ChangeSetState>> {
    match status {
        "CREATE_PENDING" | "CREATE_IN_PROGRESS" => Ok(Some(ChangeSetState::Creating)),
        "CREATE_COMPLETE" => Ok(Some(ChangeSetState::Ready)),
        "FAILED" | "DELETE_FAILED" => Ok(Some(ChangeSetState::Failed)),
        "DELETE_PENDING" | "DELETE_IN_PROGRESS" => Ok(Some(ChangeSetState::Deleting)),
        "DELETE_COMPLETE" => Ok(None),
        unknown => Err(not_understood("a change set's status", unknown)),
    }
}

fn execution_state(status: &str) -> Result<ExecutionState> {
    match status {
        "UNAVAILABLE" | "AVAILABLE" => Ok(ExecutionState::NotStarted),
        "EXECUTE_IN_PROGRESS" => Ok(ExecutionState::Running),
        "EXECUTE_COMPLETE" => Ok(ExecutionState::Complete),
        "EXECUTE_FAILED" => Ok(ExecutionState::Failed),
        "OBSOLETE" => Ok(ExecutionState::Obsolete),
        unknown => Err(not_understood("a change set's execution status", unknown)),
    }
}

fn not_understood(what: &str, found: &str) -> PortError {
    PortError::Internal(format!("`{found}` is not known as {what}"))
}

fn event(found: &types::StackEvent) -> StackEvent {
    let at = found.timestamp().and_then(|at| {
        let nanoseconds = i32::try_from(at.subsec_nanos()).ok()?;
        Timestamp::new(at.secs(), nanoseconds).ok()
    });
    StackEvent {
        logical_id: text(found.logical_resource_id()),
        resource_type: text(found.resource_type()),
        status: found
            .resource_status()
            .map_or_else(String::new, |status| status.as_str().to_owned()),
        reason: reason(found.resource_status_reason()),
        token: reason(found.client_request_token()),
        at: at.unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

fn begins_operation(event: &types::StackEvent) -> bool {
    let of_the_stack = event.physical_resource_id() == event.stack_id();
    let status = event.resource_status().map_or("", |status| status.as_str());
    let begins = ["CREATE", "UPDATE", "DELETE", "IMPORT"]
        .iter()
        .any(|operation| status.strip_prefix(operation) == Some("_IN_PROGRESS"));
    of_the_stack && begins
}

/// None for a resource that was never made or is gone: it has no name in the cloud.
fn resource(found: &types::StackResourceSummary) -> Option<Resource> {
    let status = found.resource_status().map_or("", |status| status.as_str());
    let physical_id = reason(found.physical_resource_id())?;
    (status != "DELETE_COMPLETE").then(|| Resource {
        logical_id: text(found.logical_resource_id()),
        resource_type: text(found.resource_type()),
        physical_id,
    })
}

fn text(found: Option<&str>) -> String {
    found.unwrap_or_default().to_owned()
}

fn reason(found: Option<&str>) -> Option<String> {
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudformation::types::{ChangeSetStatus, ExecutionStatus, ResourceStatus};

    use super::*;

    #[test]
    fn every_status_of_a_change_set_is_known_and_no_other() {
        for status in ChangeSetStatus::values() {
            assert!(state(status).is_ok(), "{status}");
        }
        for status in ExecutionStatus::values() {
            assert!(execution_state(status).is_ok(), "{status}");
        }
        assert_eq!(
            state("VANISHED"),
            Err(PortError::Internal(
                "`VANISHED` is not known as a change set's status".to_owned()
            ))
        );
        assert!(execution_state("").is_err());
    }

    #[test]
    fn an_operation_begins_with_an_event_of_the_stack_itself() {
        let event = |physical: &str, status: &str| {
            types::StackEvent::builder()
                .stack_id("arn:stack")
                .physical_resource_id(physical)
                .resource_status(ResourceStatus::from(status))
                .build()
        };
        assert!(begins_operation(&event("arn:stack", "UPDATE_IN_PROGRESS")));
        assert!(!begins_operation(&event("arn:other", "UPDATE_IN_PROGRESS")));
        assert!(!begins_operation(&event(
            "arn:stack",
            "ROLLBACK_IN_PROGRESS"
        )));
        assert!(!begins_operation(&event(
            "arn:stack",
            "UPDATE_ROLLBACK_IN_PROGRESS"
        )));
    }

    #[test]
    fn resources_that_were_never_made_are_left_out() {
        let summary = types::StackResourceSummary::builder()
            .logical_resource_id("Files")
            .resource_type("AWS::EFS::FileSystem")
            .resource_status(ResourceStatus::CreateFailed);
        assert_eq!(
            resource(&summary.clone().physical_resource_id("").build()),
            None
        );
        let made = summary.physical_resource_id("fs-1");
        assert_eq!(resource(&made.clone().build()).unwrap().physical_id, "fs-1");
        let gone = made.resource_status(ResourceStatus::DeleteComplete);
        assert_eq!(resource(&gone.build()), None);
    }
}
