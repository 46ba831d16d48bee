//! Changing stacks. What was asked before and what is gone already are successes.

use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::types::{Capability, ChangeSetType, DeploymentMode, Parameter, Tag};
use groundplane_ports::{ChangeSetKind, ChangeStacks, NewChangeSet, PortError, Result};

use super::template_url::template_url;
use super::{CloudFormation, Meaning, meaning, refusal};

impl ChangeStacks for CloudFormation {
    async fn create_change_set(&self, new: &NewChangeSet) -> Result<()> {
        let region = self
            .templates
            .as_ref()
            .ok_or_else(|| PortError::Internal("no region is set".to_owned()))?
            .as_ref();
        // No client token: the name is unique for the call, while CloudFormation would take a
        // token that it has seen on an earlier stack of this name for a repetition.
        let asked = self
            .client
            .create_change_set()
            .change_set_name(&new.name)
            .stack_name(&new.stack_name)
            .change_set_type(kind(new.kind))
            .template_url(template_url(region, &new.template))
            .capabilities(Capability::CapabilityIam)
            .capabilities(Capability::CapabilityNamedIam)
            .set_parameters(Some(new.parameters.iter().map(parameter).collect()))
            .set_tags(Some(new.tags.iter().map(tag).collect()))
            .set_role_arn(new.role_arn.clone())
            .set_deployment_mode(new.reverts_drift.then_some(DeploymentMode::RevertDrift))
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::Repeated => Ok(()),
            Err(error) => Err(refusal("making the change set", &error)),
        }
    }

    async fn execute_change_set(&self, stack_name: &str, name: &str, token: &str) -> Result<()> {
        let asked = self
            .client
            .execute_change_set()
            .stack_name(stack_name)
            .change_set_name(name)
            .client_request_token(token)
            // The API reference calls `true` the default, and a stack must roll back.
            .disable_rollback(false)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) => match meaning(&error) {
                Meaning::Repeated => Ok(()),
                Meaning::Missing => Err(PortError::Conflict("the change set".to_owned())),
                Meaning::Moved | Meaning::Other => Err(refusal("executing the change set", &error)),
            },
        }
    }

    async fn delete_change_set(&self, stack_name: &str, name: &str) -> Result<()> {
        let asked = self
            .client
            .delete_change_set()
            .stack_name(stack_name)
            .change_set_name(name)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::Missing => Ok(()),
            Err(error) => Err(refusal("deleting the change set", &error)),
        }
    }

    async fn delete_stack(&self, name: &str, token: &str) -> Result<()> {
        let asked = self
            .client
            .delete_stack()
            .stack_name(name)
            .client_request_token(token)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) => match meaning(&error) {
                Meaning::Missing | Meaning::Repeated => Ok(()),
                Meaning::Moved | Meaning::Other => Err(refusal("deleting the stack", &error)),
            },
        }
    }

    async fn cancel_update(&self, name: &str, token: &str) -> Result<()> {
        let asked = self
            .client
            .cancel_update_stack()
            .stack_name(name)
            .client_request_token(token)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) if cannot_be_cancelled(&error) => Ok(()),
            Err(error) if meaning(&error) == Meaning::Repeated => Ok(()),
            Err(error) => Err(refusal("cancelling the update", &error)),
        }
    }

    async fn continue_rollback(&self, name: &str, token: &str) -> Result<()> {
        let asked = self
            .client
            .continue_update_rollback()
            .stack_name(name)
            .client_request_token(token)
            .send()
            .await;
        match asked {
            Ok(_) => Ok(()),
            Err(error) if meaning(&error) == Meaning::Repeated => Ok(()),
            Err(error) => Err(refusal("continuing the rollback", &error)),
        }
    }
}

/// "You can cancel only stacks that are in the `UPDATE_IN_PROGRESS` state" (`CancelUpdateStack`, AWS
/// CloudFormation API reference): any other has come to its end in the meantime.
fn cannot_be_cancelled<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let service = error.as_service_error();
    let message = service.and_then(ProvideErrorMetadata::message);
    message.is_some_and(|message| message.contains("CancelUpdateStack cannot be called"))
}

const fn kind(kind: ChangeSetKind) -> ChangeSetType {
    match kind {
        ChangeSetKind::Create => ChangeSetType::Create,
        ChangeSetKind::Update => ChangeSetType::Update,
    }
}

fn parameter((name, value): (&String, &String)) -> Parameter {
    Parameter::builder()
        .parameter_key(name)
        .parameter_value(value)
        .build()
}

fn tag((key, value): (&String, &String)) -> Tag {
    Tag::builder().key(key).value(value).build()
}
