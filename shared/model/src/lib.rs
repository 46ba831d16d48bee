//! The words of Groundplane as types: identifiers, documents, records, events between steps.
//! Nothing here does I/O, reads a clock or knows of AWS.

mod access_policy;
mod account;
mod approval;
mod artifact;
mod audit;
mod compliance;
mod context;
mod deployment;
mod drift;
mod drift_check;
mod drift_standing;
mod duration;
mod engine;
mod event;
mod event_source;
mod failure;
mod ground;
mod guardrail;
mod identifier;
mod image_reference;
mod instance;
mod json_text;
mod life;
mod life_log;
#[cfg(test)]
mod life_tests;
mod lifecycle;
#[cfg(test)]
mod lifecycle_tests;
mod lifecycle_version;
mod limit;
mod member;
mod outbox;
mod place;
mod principal;
mod problem;
mod record;
mod resolution;
mod resolver;
mod resource_owner;
mod spec_lines;
mod tenant;
mod text_schema;
mod usage;
mod workflow;
#[cfg(test)]
mod workflow_tests;

pub use access_policy::{
    AccessPolicy, AccessPolicySpec, AccessRule, CustomRole, GroupRoles, Machine,
};
pub use account::{AccountRole, ExternalId};
pub use approval::{
    Approval, ApprovalDecision, ApprovalPolicy, ApprovalVerdict, Callback, Cancellation, TaskToken,
};
pub use artifact::{Artifact, Digest};
pub use audit::{AuditActor, AuditChange, AuditEntry, AuditOutcome};
pub use compliance::{AppliesTo, ComplianceFramework, Control, Evidence, FrameworkSpec};
pub use context::{Context, ContextValue, MissingKey};
pub use deployment::{
    Action, Deployment, DeploymentError, DeploymentRef, DeploymentSpec, DeploymentStatus,
    Idempotency, KeptInput, Origin, Outcome, Repair, Step, StepAction, StepStatus,
};
pub use drift::{DriftAction, DriftPolicy, DriftRule, PropertyClass};
pub use drift_check::{DriftCheck, DriftReport, DriftSeverity, DriftState, DriftStatus, UnitCheck};
pub use duration::parse_duration;
pub use engine::{EngineAction, EngineInput, EngineOutput, EngineStatus, Resource};
pub use event::Event;
pub use event_source::{
    EventSource, PreviousProof, Proof, SourceAuth, UnknownWord, WebhookClaim, WebhookFormat,
};
pub use failure::{Failure, FailureKind};
pub use ground::{
    Egress, Environment, EnvironmentSpec, LandingZone, LandingZoneSpec, LoadBalancer, Network,
};
pub use guardrail::{
    Finding, Guardrail, GuardrailException, GuardrailSeverity, GuardrailSpec, Leave, Ruling,
    UnitMakeup,
};
pub use identifier::{
    AccessPolicyName, ContextKey, DeploymentId, EnvironmentName, EventSourceName, FrameworkName,
    GuardrailName, InstanceId, InvalidIdentifier, LandingZoneName, LifecycleName, OperationName,
    PoolName, ResolverName, RunId, ServiceName, SignalName, SpaceName, StateName, StepId, TenantId,
    UnitName, WorkflowName,
};
pub use image_reference::{EcrRegistry, ImageReference, InvalidImageReference};
pub use instance::{Applied, Instance, InstanceStatus, Revision, UnitState};
pub use json_text::kept_size;
pub use life::{Deadline, Life, Run, RunCause, Waiting};
pub use life_log::{EventEntry, Passage, PassageOutcome, Verdict};
pub use lifecycle::{
    FromStates, Lifecycle, LifecycleSpec, OperationSpec, RouteSpec, RunSpec, StateSpec,
    TimeoutSpec, TransitionSpec,
};
pub use lifecycle_version::{
    InvalidLifecycleVersion, LifecycleRef, LifecycleRequest, LifecycleVersion,
};
pub use limit::Limit;
pub use member::{DriftSkip, DriftSummary, Member, SeverityCounts, SkipReason};
pub use outbox::{LifeTimer, Outbox, OutboxMessage};
pub use place::places;
pub use principal::{MachineIdentity, Principal};
pub use problem::{Documentation, Position, Problem, Severity};
pub use record::{Change, Index, Key, Partition, Record};
pub use resolution::{
    Allocation, BoundInput, Layer, Owner, ResolutionRequest, ResolvedValue, ResolverAnswer,
    ResolverCall,
};
pub use resolver::{Binding, Resolver, ResolverConfigs, ResolverSpec, UserValue};
pub use resource_owner::{Observation, Poller, ResourceOwner};
pub use spec_lines::SpecLines;
pub use tenant::{Choice, ProductionRules, Quotas, RequiredLabel, Tenant, TenantSpec};
pub use usage::{Quota, Usage};
pub use workflow::{Begun, Workflow, WorkflowRun, WorkflowSpec};
