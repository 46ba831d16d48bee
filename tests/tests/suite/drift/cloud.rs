//! CloudFormation, as far as it looks for drift, in memory. It looks at stacks while time passes.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

use groundplane_model::{InstanceId, TenantId};
use groundplane_ports::{
    Detection, DetectionProgress, Found, PortError, ReadDrift, ReadTagged, ResourceDrift, Result,
    TaggedPage, TaggedResource,
};
use jiff::Timestamp;
use serde_json::Value;

/// How often a look is asked for until it is over.
const LOOKS: u32 = 2;

/// The stacks, and what there is of each resource.
#[derive(Debug, Default)]
pub(crate) struct FakeDrift(Mutex<State>);

#[derive(Debug, Default)]
pub(crate) struct State {
    /// What a look finds, by stack and resource.
    pub(crate) stacks: BTreeMap<String, BTreeMap<String, (String, Found)>>,
    /// How often each stack was looked at.
    pub(crate) begun: BTreeMap<String, u32>,
    /// How often the looks were asked for, by id.
    asked: BTreeMap<String, u32>,
    /// Stacks of which another asked for a look first.
    pub(crate) busy: Vec<String>,
    /// Stacks of which not everything can be looked at, and why.
    pub(crate) partial: BTreeMap<String, String>,
    /// Whether looks never end.
    pub(crate) hangs: bool,
    /// When looks begin.
    pub(crate) now: Timestamp,
    /// The resources that carry the instance's tags, page by page.
    pub(super) tagged: Vec<Vec<TaggedResource>>,
    /// Whether nobody may look for tags.
    pub(super) tags_are_denied: bool,
}

impl FakeDrift {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Adds a resource that is as it was asked for.
    pub(crate) fn add(&self, stack: &str, resource: (&str, &str), properties: &Value) {
        let there = Found::There {
            expected: properties.clone(),
            actual: properties.clone(),
        };
        self.set(stack, resource, there);
    }

    /// Changes what is found of a resource.
    pub(crate) fn set(&self, stack: &str, (name, kind): (&str, &str), found: Found) {
        let mut state = self.lock();
        let resources = state.stacks.entry(stack.to_owned()).or_default();
        resources.insert(name.to_owned(), (kind.to_owned(), found));
    }

    /// How often stacks were looked at.
    pub(crate) fn looks(&self) -> Vec<u32> {
        self.lock().begun.values().copied().collect()
    }
}

impl ReadDrift for FakeDrift {
    async fn detect(&self, stack_name: &str) -> Result<Detection> {
        let mut state = self.lock();
        if !state.stacks.contains_key(stack_name) {
            return Ok(Detection::Gone);
        }
        if let Some(place) = state.busy.iter().position(|busy| busy == stack_name) {
            state.busy.remove(place);
            return Ok(Detection::Busy);
        }
        let count = state.begun.entry(stack_name.to_owned()).or_default();
        *count += 1;
        let id = format!("{stack_name}/{count}");
        Ok(Detection::Begun { id })
    }

    async fn detection(&self, id: &str) -> Result<DetectionProgress> {
        let mut state = self.lock();
        let (stack, _) = id.split_once('/').unwrap();
        let reason = state.partial.get(stack).cloned();
        let hangs = state.hangs;
        let asked = state.asked.entry(id.to_owned()).or_default();
        *asked += 1;
        Ok(match reason {
            _ if hangs || *asked < LOOKS => DetectionProgress::Running,
            Some(reason) => DetectionProgress::Partial { reason },
            None => DetectionProgress::Complete,
        })
    }

    async fn drifts(&self, stack_name: &str) -> Result<Option<Vec<ResourceDrift>>> {
        let state = self.lock();
        let Some(resources) = state.stacks.get(stack_name) else {
            return Ok(None);
        };
        let drift = |(name, (kind, found)): (&String, &(String, Found))| ResourceDrift {
            logical_id: name.clone(),
            resource_type: kind.clone(),
            physical_id: None,
            checked_at: state.now,
            found: found.clone(),
        };
        Ok(Some(resources.iter().map(drift).collect()))
    }
}

impl ReadTagged for FakeDrift {
    async fn tagged(
        &self,
        _: &TenantId,
        _: &InstanceId,
        cursor: Option<&str>,
    ) -> Result<TaggedPage> {
        let state = self.lock();
        if state.tags_are_denied {
            return Err(PortError::Denied("not allowed".to_owned()));
        }
        let page: usize = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let next = page + 1;
        Ok(TaggedPage {
            resources: state.tagged.get(page).cloned().unwrap_or_default(),
            cursor: (next < state.tagged.len()).then(|| next.to_string()),
        })
    }
}
