//! Lifecycles as platform engineers write them, and as they are kept once published.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Digest, Index, Key, LifecycleName, LifecycleRef, LifecycleVersion, OperationName, Partition,
    Record, SignalName, StateName, WorkflowName,
};

/// The `spec` of a `kind: Lifecycle` document. Its JSON Schema is `schema/lifecycle.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleSpec {
    /// The state of a new instance.
    pub initial: StateName,
    /// The states.
    pub states: BTreeMap<StateName, StateSpec>,
    /// The ways between them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transitions: Vec<TransitionSpec>,
    /// What people can ask for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub operations: BTreeMap<OperationName, OperationSpec>,
    /// What events become; the first one that fits an event decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<RouteSpec>,
}

/// One state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateSpec {
    /// What happens when an instance stays too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<TimeoutSpec>,
    /// Whether it is the end.
    #[serde(default)]
    pub terminal: bool,
}

/// A signal that an instance gets when it stays in a state for long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TimeoutSpec {
    /// How long, for example `1h30m`.
    pub after: String,
    /// The signal.
    pub signal: SignalName,
}

/// One way from states to a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TransitionSpec {
    /// Where it begins.
    pub from: FromStates,
    /// The signal that it fires on.
    pub on: SignalName,
    /// Where it ends.
    pub to: StateName,
    /// The guard, an expression in CEL; the transition fires only if it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// What has to succeed on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunSpec>,
    /// Where it ends if the run fails; back where it began if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<StateName>,
    /// How long the run may take.
    pub timeout: String,
}

/// The states that a transition begins in: a name, a list of names, or `*`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum FromStates {
    /// Every state that is not terminal, is not where the transition ends, and has no transition of
    /// its own for the signal.
    Any,
    /// These states.
    Of(Vec<StateName>),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<StateName>),
}

impl TryFrom<Written> for FromStates {
    type Error = crate::InvalidIdentifier;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        Ok(match written {
            Written::One(name) if name == "*" => Self::Any,
            Written::One(name) => Self::Of(vec![StateName::parse(&name)?]),
            Written::Several(names) => Self::Of(names),
        })
    }
}

impl From<FromStates> for Written {
    fn from(from: FromStates) -> Self {
        match from {
            FromStates::Any => Self::One("*".to_owned()),
            FromStates::Of(names) => match names.as_slice() {
                [only] => Self::One(only.to_string()),
                _ => Self::Several(names),
            },
        }
    }
}

/// A workflow, and what it is told: a name, or `{ workflow, input }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenRun", into = "WrittenRun")]
pub struct RunSpec {
    /// The workflow.
    pub workflow: WorkflowName,
    /// What it is told; the input of an operation is laid over it.
    pub input: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WrittenRun {
    Name(WorkflowName),
    WithInput {
        workflow: WorkflowName,
        #[serde(default)]
        input: Map<String, Value>,
    },
}

impl From<WrittenRun> for RunSpec {
    fn from(written: WrittenRun) -> Self {
        let (workflow, input) = match written {
            WrittenRun::Name(workflow) => (workflow, Map::new()),
            WrittenRun::WithInput { workflow, input } => (workflow, input),
        };
        Self { workflow, input }
    }
}

impl From<RunSpec> for WrittenRun {
    fn from(run: RunSpec) -> Self {
        if run.input.is_empty() {
            return Self::Name(run.workflow);
        }
        Self::WithInput {
            workflow: run.workflow,
            input: run.input,
        }
    }
}

/// Something that people can ask for in some states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OperationSpec {
    /// The states in which it is allowed.
    pub required_states: Vec<StateName>,
    /// The JSON Schema of what it is told; without one it is told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Value>,
    /// What is run.
    pub run: RunSpec,
    /// The signal that the instance gets once it has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal_on_success: Option<SignalName>,
    /// How long the run may take.
    pub timeout: String,
}

/// What an event becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RouteSpec {
    /// Which events, as EventBridge's event patterns say it.
    pub pattern: Value,
    /// Which of those, an expression in CEL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The signal.
    pub signal: SignalName,
}

/// A lifecycle at one version; never changed once it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifecycle {
    /// Its name.
    pub name: LifecycleName,
    /// Its version.
    pub release: LifecycleVersion,
    /// What it is.
    #[serde(with = "crate::json_text")]
    pub spec: LifecycleSpec,
    /// The digest of what it is, by which publishing it again is recognised.
    pub digest: Digest,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: String,
    /// The version of this record.
    #[serde(default)]
    pub version: u64,
}

impl Lifecycle {
    /// The start of the sort key of every version of a lifecycle.
    pub const PREFIX: &'static str = "VERSION#";

    /// A version that is published now.
    #[must_use]
    pub fn publish(
        reference: LifecycleRef,
        spec: LifecycleSpec,
        by: impl Into<String>,
        now: Timestamp,
    ) -> Self {
        // INVARIANT: a spec is a plain struct with string keys, which always serialises.
        let text = serde_json::to_string(&spec).unwrap_or_default();
        Self {
            name: reference.name,
            release: reference.version,
            spec,
            digest: Digest::of(text.as_bytes()),
            published_at: now,
            published_by: by.into(),
            version: 0,
        }
    }

    /// Where the version lies.
    #[must_use]
    pub fn key_of(reference: &LifecycleRef) -> Key {
        Key::new(
            Partition::lifecycle(&reference.name),
            format!("{}{}", Self::PREFIX, reference.version.sort_key()),
        )
    }

    /// Which lifecycle at which version it is.
    #[must_use]
    pub fn reference(&self) -> LifecycleRef {
        LifecycleRef {
            name: self.name.clone(),
            version: self.release.clone(),
        }
    }
}

impl Record for Lifecycle {
    const KIND: &'static str = "lifecycle";

    fn key(&self) -> Key {
        Self::key_of(&self.reference())
    }

    fn version(&self) -> u64 {
        self.version
    }

    fn index(&self) -> Option<Index> {
        let release = self.release.sort_key();
        Some(Index::lifecycles(&format!("{}#{release}", self.name)))
    }
}
