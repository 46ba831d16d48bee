//! A CloudFormation in memory: stacks and change sets that move one step each time someone looks
//! at them, templates that fail on demand, and stacks left in any state by an earlier crash. It
//! refuses what CloudFormation would refuse.

mod ports;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use groundplane_model::{Artifact, Digest};
use groundplane_ports::ChangeSet;
use serde_json::Value;

pub use world::Drifted;
use world::{FakeChangeSet, FakeStack, World};

/// What provisioning a template comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FakeTemplate {
    /// The outputs of a stack that has it.
    pub outputs: BTreeMap<String, String>,
    /// The resources of a stack that has it: name in the template and type.
    pub resources: BTreeMap<String, String>,
    /// The resource that fails, and the reason.
    pub fails: Option<(String, String)>,
    /// Why no change set can be made of it.
    pub refused: Option<String>,
}

/// A stack that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leftover {
    /// Its status.
    pub status: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The template that it has.
    pub template: Option<Digest>,
    /// Its change sets by name.
    pub change_sets: BTreeMap<String, ChangeSet>,
    /// The template of those change sets that can be executed.
    pub pending: Option<Digest>,
}

impl Leftover {
    /// The finished stack of somebody who is not the platform.
    #[must_use]
    pub fn of_somebody_else() -> Self {
        Self {
            status: "CREATE_COMPLETE".to_owned(),
            tags: BTreeMap::new(),
            template: None,
            change_sets: BTreeMap::new(),
            pending: None,
        }
    }
}

/// A CloudFormation in memory.
#[derive(Debug, Default)]
pub struct FakeStacks {
    world: Mutex<World>,
}

impl FakeStacks {
    /// One without stacks, where every template succeeds.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what the template in `artifact` comes to. A template that nothing is said of has no
    /// outputs and one resource, `Thing`.
    pub fn define(&self, artifact: &Artifact, template: FakeTemplate) {
        self.world()
            .templates
            .insert(artifact.digest.clone(), template);
    }

    /// Puts a stack there.
    pub fn leave(&self, name: &str, leftover: Leftover) {
        let mut world = self.world();
        let id = world.new_id(name);
        let mut stack = FakeStack::new(id, leftover.tags);
        leftover.status.clone_into(&mut stack.status);
        stack.applied = leftover.template.map(|digest| (digest, BTreeMap::new()));
        for (name, seen) in leftover.change_sets {
            let template = leftover.pending.clone();
            let change_set = FakeChangeSet::left(seen, template, &leftover.status);
            stack.change_sets.insert(name, change_set);
        }
        world.stacks.insert(name.to_owned(), stack);
    }

    /// Lets the next `count` deletions of stacks fail.
    pub fn fail_deletions(&self, count: u8) {
        self.world().failing_deletions = count;
    }

    /// Lets the next `count` rollbacks of updates fail.
    pub fn fail_rollbacks(&self, count: u8) {
        self.world().failing_rollbacks = count;
    }

    /// Lets stacks that are being created or updated take no step the next `looks` times.
    pub fn dawdle(&self, looks: u8) {
        self.world().dawdling = looks;
    }

    /// Lets change sets vanish once they were executed, so that only events tell of them.
    pub fn sweep_executed_change_sets(&self) {
        self.world().sweeps = true;
    }

    /// Somebody sets a property of a resource behind CloudFormation's back, or deletes the resource
    /// where there is none.
    pub fn drift(&self, stack: &str, resource: &str, changed: Option<(&str, Value)>) {
        let mut world = self.world();
        let resources = world.drifted.entry(stack.to_owned()).or_default();
        let Some((property, value)) = changed else {
            resources.insert(resource.to_owned(), None);
            return;
        };
        let properties = resources.entry(resource.to_owned()).or_default();
        let properties = properties.get_or_insert_default();
        properties.insert(property.to_owned(), value);
    }

    /// From now on, whatever drifted is changed again as soon as it is taken back.
    pub fn drift_again_and_again(&self) {
        self.world().is_stubborn = true;
    }

    /// What of the stack `name` was changed behind CloudFormation's back.
    #[must_use]
    pub fn drifted(&self, name: &str) -> Drifted {
        self.world().drifted.get(name).cloned().unwrap_or_default()
    }

    /// The template that the stack `name` has.
    #[must_use]
    pub fn applied(&self, name: &str) -> Option<Digest> {
        let world = self.world();
        let applied = world.stacks.get(name)?.applied.as_ref()?;
        Some(applied.0.clone())
    }

    /// The names of the stacks that are there.
    #[must_use]
    pub fn names(&self) -> BTreeSet<String> {
        self.world().stacks.keys().cloned().collect()
    }

    /// The status of the stack `name`, without moving anything.
    #[must_use]
    pub fn status(&self, name: &str) -> Option<String> {
        let world = self.world();
        world.stacks.get(name).map(|stack| stack.status.clone())
    }

    /// The tags of the stack `name`.
    #[must_use]
    pub fn tags(&self, name: &str) -> Option<BTreeMap<String, String>> {
        let world = self.world();
        world.stacks.get(name).map(|stack| stack.tags.clone())
    }

    /// The change sets of the stack `name`.
    #[must_use]
    pub fn change_sets(&self, name: &str) -> BTreeSet<String> {
        let world = self.world();
        let stack = world.stacks.get(name);
        stack.map_or_else(BTreeSet::new, |it| it.change_sets.keys().cloned().collect())
    }

    /// The changes that were asked for and begun, in order, for example `execute gp-web`.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.world().log.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
