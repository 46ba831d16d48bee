//! The words of Groundplane as types: identifiers, documents, records, events between steps.
//! Nothing here does I/O, reads a clock or knows of AWS.

mod artifact;
mod context;
mod deployment;
mod engine;
mod event;
mod failure;
mod ground;
mod identifier;
mod image_reference;
mod instance;
mod json_text;
mod outbox;
mod principal;
mod problem;
mod record;
mod resolution;
mod resolver;

pub use artifact::{Artifact, Digest};
pub use context::{Context, ContextValue, MissingKey};
pub use deployment::{
    Action, Deployment, DeploymentError, DeploymentRef, DeploymentSpec, DeploymentStatus,
    Idempotency, Outcome, Step, StepAction, StepStatus,
};
pub use engine::{EngineAction, EngineInput, EngineOutput, EngineStatus, Resource};
pub use event::Event;
pub use failure::{Failure, FailureKind};
pub use ground::{
    Egress, Environment, EnvironmentSpec, LandingZone, LandingZoneSpec, LoadBalancer, Network,
};
pub use identifier::{
    ContextKey, DeploymentId, EnvironmentName, InstanceId, InvalidIdentifier, LandingZoneName,
    PoolName, ResolverName, ServiceName, SpaceName, StepId, TenantId, UnitName,
};
pub use image_reference::{EcrRegistry, ImageReference, InvalidImageReference};
pub use instance::{Applied, Instance, InstanceStatus, Revision, UnitState};
pub use outbox::{Outbox, OutboxMessage};
pub use principal::Principal;
pub use problem::{Position, Problem, Severity};
pub use record::{Change, Index, Key, Partition, Record};
pub use resolution::{
    Allocation, BoundInput, Layer, Owner, ResolutionRequest, ResolvedValue, ResolverAnswer,
    ResolverCall,
};
pub use resolver::{Binding, Resolver, ResolverConfigs, ResolverSpec, UserValue};
