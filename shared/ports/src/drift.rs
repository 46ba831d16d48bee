//! What CloudFormation knows of the drift of its stacks.

use std::future::Future;

use jiff::Timestamp;
use serde_json::Value;

use crate::Result;

/// What came of asking CloudFormation to look at a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// It has begun.
    Begun {
        /// What it calls this look.
        id: String,
    },
    /// It is looking at the stack already, for whomever; ask again.
    Busy,
    /// It does not look at the stack as it is now.
    Unable {
        /// Why.
        reason: String,
    },
    /// There is no such stack.
    Gone,
}

/// How far a look is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetectionProgress {
    /// It goes on.
    Running,
    /// Every resource that can be looked at was.
    Complete,
    /// Some resources could not be looked at.
    Partial {
        /// Why.
        reason: String,
    },
    /// CloudFormation knows of no such look any more.
    Forgotten,
}

/// What CloudFormation found of one resource when it last looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceDrift {
    /// Its name in the template.
    pub logical_id: String,
    /// Its type.
    pub resource_type: String,
    /// Its name in the cloud, if CloudFormation tells.
    pub physical_id: Option<String>,
    /// When CloudFormation looked.
    pub checked_at: Timestamp,
    /// What it found.
    pub found: Found,
}

/// What CloudFormation found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The resource is there.
    There {
        /// The properties that the template asks for.
        expected: Value,
        /// The same properties as they are.
        actual: Value,
    },
    /// It is gone.
    Gone,
    /// CloudFormation cannot tell.
    NotChecked {
        /// Why.
        reason: String,
    },
}

/// Permission to have CloudFormation look for drift, and to read what it found. Nothing is changed.
pub trait ReadDrift: Send + Sync {
    /// Has CloudFormation look at all resources of the stack of that name.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn detect(&self, stack_name: &str) -> impl Future<Output = Result<Detection>> + Send;

    /// How far that look is.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn detection(&self, id: &str) -> impl Future<Output = Result<DetectionProgress>> + Send;

    /// What was found of each resource of the stack when it was last looked at; one that never was
    /// is left out. None where there is no such stack.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn drifts(
        &self,
        stack_name: &str,
    ) -> impl Future<Output = Result<Option<Vec<ResourceDrift>>>> + Send;
}

/// Permission to start executions of the drift state machine.
pub trait StartChecks: Send + Sync {
    /// Starts an execution named `name` with the JSON text `input`. An execution of that name that
    /// exists already is a success: it was started by an earlier call.
    ///
    /// # Errors
    /// As [`crate::PortError`] says.
    fn start_check(&self, name: &str, input: &str) -> impl Future<Output = Result<()>> + Send;
}
