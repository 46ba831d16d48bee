//! Services, their scaling and databases in memory. Time passes when it is told to: then every
//! rollout comes to its end, and every database has gone over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use groundplane_ports::{
    ChangeScaling, ChangeServices, Database, FailOverDatabases, PortError, ReadDatabases,
    ReadScaling, ReadServices, Result, Rollout, RolloutState, ScalingLimits, ServiceHealth,
    ServicePlace,
};

/// What there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct FakeCloud(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    /// By cluster and name.
    pub(crate) services: BTreeMap<(String, String), ServiceHealth>,
    pub(crate) limits: Option<ScalingLimits>,
    pub(crate) is_paused: bool,
    pub(crate) databases: BTreeMap<String, Database>,
    /// Whether new containers do not start.
    pub(crate) is_broken: bool,
    /// Clusters that do not answer.
    pub(crate) down: Vec<String>,
    calls: Vec<String>,
    rollouts: usize,
}

/// The ARN of the service of that name.
pub(crate) fn arn_of(cluster: &str, name: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:service/{cluster}/{name}")
}

/// The ARN of the task definition that a service of that name begins with.
pub(crate) fn task_definition(name: &str) -> String {
    format!("arn:aws:ecs:eu-west-1:123456789012:task-definition/{name}:1")
}

impl FakeCloud {
    /// What changes were asked for.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.lock().calls.clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Adds a service with so many containers.
    pub(crate) fn add_service(&self, cluster: &str, name: &str, desired: u32) {
        let mut state = self.lock();
        let rollout = state.rollout(desired, RolloutState::Completed);
        let service = ServiceHealth {
            arn: arn_of(cluster, name),
            is_active: true,
            desired,
            running: desired,
            pending: 0,
            task_definition: Some(task_definition(name)),
            rollouts: vec![rollout],
        };
        let key = (cluster.to_owned(), name.to_owned());
        state.services.insert(key, service);
    }

    /// Adds a database in the zone `a`.
    pub(crate) fn add_database(&self, identifier: &str, has_standby: bool) {
        let database = Database {
            identifier: identifier.to_owned(),
            arn: format!("arn:aws:rds:eu-west-1:123456789012:db:{identifier}"),
            status: "available".to_owned(),
            has_standby,
            zone: Some("a".to_owned()),
        };
        let mut state = self.lock();
        state.databases.insert(identifier.to_owned(), database);
    }

    /// Changes a service behind everybody's back.
    pub(crate) fn change(&self, name: &str, change: impl FnOnce(&mut ServiceHealth)) {
        let mut state = self.lock();
        let service = state.services.iter_mut().find(|((_, own), _)| own == name);
        change(service.unwrap().1);
    }

    /// Lets time pass.
    pub(crate) fn tick(&self) {
        let mut state = self.lock();
        let is_broken = state.is_broken;
        for service in state.services.values_mut() {
            finish(service, is_broken);
        }
        for database in state.databases.values_mut() {
            if database.status == "rebooting" {
                database.status = "available".to_owned();
                database.zone = Some("b".to_owned());
            }
        }
    }
}

/// The newest rollout comes to its end: the others go, or it fails and they stay.
fn finish(service: &mut ServiceHealth, is_broken: bool) {
    let desired = service.desired;
    let Some(primary) = service.rollouts.first_mut() else {
        return;
    };
    if is_broken && primary.state == RolloutState::InProgress {
        primary.state = RolloutState::Failed;
        primary.reason = Some("tasks failed to\u{1b} start".to_owned());
        return;
    }
    primary.state = RolloutState::Completed;
    primary.tasks = desired;
    service.rollouts.truncate(1);
    service.running = desired;
}

impl State {
    fn rollout(&mut self, tasks: u32, state: RolloutState) -> Rollout {
        self.rollouts += 1;
        Rollout {
            id: format!("ecs-svc/{}", self.rollouts),
            is_primary: true,
            state,
            reason: None,
            tasks,
        }
    }

    fn service(&mut self, place: &ServicePlace) -> Result<&mut ServiceHealth> {
        let key = (place.cluster.clone(), place.name.clone());
        let found = self.services.get_mut(&key);
        found.ok_or_else(|| PortError::Refused("ServiceNotFoundException".to_owned()))
    }
}

impl ReadServices for FakeCloud {
    async fn services(&self, cluster: &str, names: &[&str]) -> Result<Vec<ServiceHealth>> {
        let state = self.lock();
        if state.down.iter().any(|down| down == cluster) {
            return Err(PortError::Unavailable("no answer".to_owned()));
        }
        let wanted = |key: &(String, String)| key.0 == cluster && names.contains(&key.1.as_str());
        let found = state.services.iter().filter(|(key, _)| wanted(key));
        Ok(found.map(|(_, service)| service.clone()).collect())
    }
}

impl ChangeServices for FakeCloud {
    async fn restart(&self, place: &ServicePlace) -> Result<ServiceHealth> {
        let mut state = self.lock();
        state.calls.push(format!("restart {}", place.name));
        let rollout = state.rollout(0, RolloutState::InProgress);
        let service = state.service(place)?;
        for older in &mut service.rollouts {
            older.is_primary = false;
        }
        service.rollouts.insert(0, rollout);
        Ok(service.clone())
    }

    async fn set_count(&self, place: &ServicePlace, desired: u32) -> Result<()> {
        let mut state = self.lock();
        state.calls.push(format!("count {} {desired}", place.name));
        state.service(place)?.desired = desired;
        Ok(())
    }
}

impl ReadScaling for FakeCloud {
    async fn limits(&self, _: &ServicePlace) -> Result<Option<ScalingLimits>> {
        Ok(self.lock().limits)
    }
}

impl ChangeScaling for FakeCloud {
    async fn set_limits(&self, place: &ServicePlace, limits: ScalingLimits) -> Result<()> {
        let mut state = self.lock();
        let ScalingLimits { min, max } = limits;
        state
            .calls
            .push(format!("limits {} {min} {max}", place.name));
        state.limits = Some(limits);
        Ok(())
    }

    async fn set_paused(&self, place: &ServicePlace, paused: bool) -> Result<()> {
        let mut state = self.lock();
        let what = if paused { "pause" } else { "resume" };
        state.calls.push(format!("{what} {}", place.name));
        state.is_paused = paused;
        Ok(())
    }
}

impl ReadDatabases for FakeCloud {
    async fn databases(&self, identifiers: &[&str]) -> Result<Vec<Database>> {
        let state = self.lock();
        let wanted = |name: &String| identifiers.iter().any(|one| one.eq_ignore_ascii_case(name));
        let found = state.databases.iter().filter(|(name, _)| wanted(name));
        Ok(found.map(|(_, database)| database.clone()).collect())
    }
}

impl FailOverDatabases for FakeCloud {
    async fn fail_over(&self, identifier: &str) -> Result<()> {
        let mut state = self.lock();
        let Some(database) = state.databases.get_mut(identifier) else {
            return Err(PortError::Refused("DBInstanceNotFound".to_owned()));
        };
        if database.status != "available" {
            return Err(PortError::Conflict(format!("`{identifier}`")));
        }
        database.status = "rebooting".to_owned();
        state.calls.push(format!("fail over {identifier}"));
        Ok(())
    }
}
