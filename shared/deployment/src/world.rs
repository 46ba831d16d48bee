//! A world in memory that lives through whole deployments: a table with real conditions, a cloud
//! whose stacks can break, and a state machine that can crash anywhere. What must always hold is
//! in `laws`; what must hold at the end of a deployment is in `life`.

mod cloud;
mod handlers;
mod laws;
mod life;
mod machine;
mod table;

use groundplane_model::{Deployment, DeploymentId, Failure, Instance};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::fixture::{demand, id, instance_id, principal, submission, tenant};
use crate::{accept, accept_destroy};
use cloud::Cloud;
use handlers::Event;
pub(crate) use table::Table;

/// What a move of the outside wants.
#[derive(Debug, Clone)]
enum Wish<'a> {
    /// This spec is to be deployed.
    Deploy(&'a Value),
    /// The instance is to be destroyed.
    Destroy,
}

/// Everything that there is.
#[derive(Debug)]
struct World {
    table: Table,
    cloud: Cloud,
    now: Timestamp,
    accepted: u128,
    commits: usize,
    /// What was told to the handlers so far, and whether they refused it.
    told: Vec<(DeploymentId, Event, bool)>,
}

impl World {
    fn new(values_depend_on_templates: bool) -> Self {
        Self {
            table: Table::default(),
            cloud: Cloud::new(values_depend_on_templates),
            now: crate::fixture::at(0),
            accepted: 0,
            commits: 0,
            told: Vec::new(),
        }
    }

    fn instance(&self) -> Option<Instance> {
        self.table.get(&Instance::key_of(&tenant(), &instance_id()))
    }

    fn deployment(&self, id: &DeploymentId) -> Deployment {
        self.table.get(&Deployment::key_of(&tenant(), id)).unwrap()
    }

    /// Accepts a wish, as the API does.
    fn accept(&mut self, wish: &Wish<'_>) -> Result<DeploymentId, Failure> {
        let principal = principal();
        let demand = demand(&principal, self.accepted + 1, self.now);
        let accepted = match (wish, self.instance()) {
            (Wish::Deploy(spec), current) => accept(submission(demand, spec), current)?,
            (Wish::Destroy, Some(current)) => accept_destroy(demand, current)?,
            (Wish::Destroy, None) => panic!("there is nothing to destroy"),
        };
        self.accepted += 1;
        self.commit(&accepted.changes);
        Ok(id(self.accepted))
    }

    /// Commits a decision that nobody could have come between. The same decision, taken by a
    /// second delivery at the same time, must then be refused.
    fn commit(&mut self, changes: &[groundplane_model::Change]) {
        if changes.is_empty() {
            return;
        }
        laws::permit(&self.table, changes);
        assert!(self.table.commit(changes), "refused: {changes:#?}");
        assert!(!self.table.commit(changes), "done twice: {changes:#?}");
        self.commits += 1;
        laws::hold(&self.table, &self.cloud);
    }

    fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }
}
