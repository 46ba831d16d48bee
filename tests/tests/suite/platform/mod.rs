//! The whole platform in-process: the shipped state machines, the real handlers, a table and a
//! CloudFormation in memory, and a fault injector around every port.

mod artifacts;
mod host;
mod observe;
mod outside;
mod people;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use groundplane_addresses::create_pool;
use groundplane_deployment::{Demand, Submission, accept, accept_destroy, bound_inputs};
use groundplane_model::{
    ApprovalPolicy, Change, Deployment, DeploymentId, Environment, ExternalId, Failure, Instance,
    InstanceId, Key, LandingZone, Limit, Origin, Partition, PoolName, Principal, Record, Resolver,
    ResolverName, TenantId,
};
use groundplane_ports::{Clock, ReadTable, WriteTable};
use groundplane_resolvers::{Pool, PoolDraft};
use groundplane_spec::{ValidDocument, parse, validate};
use serde_json::{Value, json};

use crate::memory::MemoryTable;
use groundplane_tests::accounts::FakeAccounts;
use groundplane_tests::asl::{Interpreter, Machine, Schedule, Trace, placeholders};
use groundplane_tests::fake_stacks::FakeStacks;
use groundplane_tests::faults::Faults;

pub(crate) use artifacts::FakeArtifacts;
pub(crate) use host::IMAGE_DIGEST;
pub(crate) use outside::Outside;
pub(crate) use people::{AN_ANSWER, People};

/// How often a sweep may be needed until a deployment has ended.
const SWEEPS: usize = 6;

/// The transitions after which an execution is lost: some units are there, some are not.
const LOST_AFTER: usize = 60;

/// What went wrong in a scenario.
pub(crate) type Problem = String;

/// One installation of Groundplane.
#[derive(Debug)]
pub(crate) struct TestPlatform {
    /// The table.
    pub(crate) table: Arc<MemoryTable>,
    /// The stacks of the platform's own account.
    pub(crate) stacks: Arc<FakeStacks>,
    /// That account and others.
    pub(crate) accounts: Arc<FakeAccounts>,
    /// The templates, and which of their resources fail.
    pub(crate) artifacts: FakeArtifacts,
    /// Executions and events, clock and identifiers.
    pub(crate) outside: Outside,
    /// What people do while a machine is at work.
    pub(crate) people: People,
    faults: Faults,
    schedule: Schedule,
    principal: Principal,
    resolvers: Vec<Resolver>,
    /// How many nodes the trees of addresses have before anything is handed out.
    nodes_at_rest: usize,
}

impl TestPlatform {
    /// An installation with the landing zone and environment of `examples/`.
    ///
    /// # Errors
    /// Where the examples are not valid.
    pub(crate) async fn start(faults: Faults, schedule: Schedule) -> Result<Self, Problem> {
        let stacks = Arc::new(FakeStacks::new());
        let accounts = Arc::new(FakeAccounts::new(Arc::clone(&stacks)));
        let mut platform = Self {
            nodes_at_rest: 0,
            resolvers: Vec::new(),
            table: Arc::default(),
            artifacts: FakeArtifacts::new(Arc::clone(&accounts)),
            accounts,
            stacks,
            outside: Outside::new(),
            people: People::default(),
            faults,
            schedule,
            principal: Principal {
                subject: "tester".to_owned(),
                tenant: TenantId::parse("acme").map_err(text)?,
                groups: Vec::new(),
                machine: None,
            },
        };
        platform.apply_ground().await?;
        platform.nodes_at_rest = platform.table.count("pool-node");
        Ok(platform)
    }

    async fn apply_ground(&self) -> Result<(), Problem> {
        let now = self.outside.now();
        let updated_by = "platform".to_owned();
        let ValidDocument::LandingZone(zone) = document(&example("landing-zone.yaml")?)? else {
            return Err("the example is no landing zone".to_owned());
        };
        let ValidDocument::Environment(place) = document(&example("environment.yaml")?)? else {
            return Err("the example is no environment".to_owned());
        };
        let zone = LandingZone {
            name: zone.name,
            spec: zone.spec,
            updated_at: now,
            updated_by: updated_by.clone(),
            version: 0,
        };
        let mut ground = place.spec;
        let config = json!({ "pool": "dev" });
        ground.resolvers.insert(ResolverName::ipam(), config);
        let place = Environment {
            name: place.name,
            spec: ground,
            updated_at: now,
            updated_by,
            version: 0,
        };
        self.table
            .commit(vec![Change::save(&zone), Change::save(&place)])
            .await
            .map_err(text)?;
        let draft = json!({ "cidr": "10.0.0.0/24", "allowedLengths": { "min": 26, "max": 28 } });
        let draft: PoolDraft = serde_json::from_value(draft).map_err(text)?;
        let pool = Pool {
            name: PoolName::parse("dev").map_err(text)?,
            incarnation: "first".to_owned(),
            spec: draft.check().map_err(|problems| format!("{problems:?}"))?,
            created_at: now,
            created_by: "platform".to_owned(),
            version: 0,
        };
        create_pool(self.table.as_ref(), &pool)
            .await
            .map_err(text)?;
        Ok(())
    }

    /// Submits a spec, as the API does, to the environment that it names.
    ///
    /// # Errors
    /// As acceptance says.
    pub(crate) async fn submit(&self, spec: &str) -> Result<Deployment, Problem> {
        let ValidDocument::Service(service) = document(spec)? else {
            return Err("the spec is no service".to_owned());
        };
        let environment = service
            .environment
            .clone()
            .ok_or("the spec names no environment")?;
        let instance = InstanceId::new(&service.name, &environment);
        let current = self.instance(&instance).await?;
        let given = parse(spec).map_err(listed)?;
        let bound = bound_inputs(&self.resolvers, &service.value, given.value()).map_err(listed)?;
        let submission = Submission {
            demand: self.demand(instance).await?,
            spec: service.value,
            lines: Some(given.lines()),
            bound,
            kept: Vec::new(),
            lifecycle: None,
            repair: None,
            labels: service.labels,
            incarnation: self.outside.fresh().to_string(),
        };
        let accepted = accept(submission, current).map_err(text)?;
        self.table.commit(accepted.changes).await.map_err(text)?;
        Ok(accepted.deployment)
    }

    /// The same platform with this resolver configured.
    pub(crate) fn with_resolver(mut self, name: &str, spec: Value) -> Result<Self, Problem> {
        self.resolvers.push(Resolver {
            name: ResolverName::parse(name).map_err(text)?,
            spec: serde_json::from_value(spec).map_err(text)?,
            updated_at: self.outside.now(),
            updated_by: "platform".to_owned(),
            version: 1,
        });
        Ok(self)
    }

    /// Gives the environment a limit.
    ///
    /// # Errors
    /// Where the environment cannot be changed.
    pub(crate) async fn limit(&self, limit: Limit) -> Result<(), Problem> {
        let name = "dev".parse().map_err(text)?;
        let mut environment: Environment = self.ground(Partition::environment(&name)).await?;
        environment.spec.limits.push(limit);
        let changes = vec![Change::save(&environment)];
        self.table.commit(changes).await.map_err(text)
    }

    /// Lets the environment demand approvals.
    ///
    /// # Errors
    /// Where the environment cannot be changed.
    pub(crate) async fn demand_approval(&self, policy: ApprovalPolicy) -> Result<(), Problem> {
        let name = "dev".parse().map_err(text)?;
        let mut environment: Environment = self.ground(Partition::environment(&name)).await?;
        environment.spec.approval = Some(policy);
        let changes = vec![Change::save(&environment)];
        self.table.commit(changes).await.map_err(text)
    }

    /// Puts the landing zone into another account, which is reached by this role.
    ///
    /// # Errors
    /// Where the landing zone cannot be changed.
    pub(crate) async fn reach_by(&self, role_arn: &str) -> Result<(), Problem> {
        let name = "sandbox".parse().map_err(text)?;
        let mut zone: LandingZone = self.ground(Partition::landing_zone(&name)).await?;
        zone.spec.assume_role_arn = Some(role_arn.to_owned());
        let changes = vec![Change::save(&zone)];
        self.table.commit(changes).await.map_err(text)
    }

    /// Gives a tenant its external id, and tells it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) async fn external_id(&self, tenant: &str, seed: u8) -> Result<String, Problem> {
        let tenant = TenantId::parse(tenant).map_err(text)?;
        let id = ExternalId::of(tenant, &[seed; 32], self.outside.now());
        let changes = vec![Change::save(&id)];
        self.table.commit(changes).await.map_err(text)?;
        Ok(id.value)
    }

    /// The same platform, from now on asked by another tenant.
    pub(crate) fn for_tenant(mut self, tenant: &str) -> Result<Self, Problem> {
        self.principal.tenant = TenantId::parse(tenant).map_err(text)?;
        Ok(self)
    }

    /// Destroys an instance, as the API does.
    ///
    /// # Errors
    /// As acceptance says.
    pub(crate) async fn destroy(&self, instance: &InstanceId) -> Result<Deployment, Problem> {
        let current = self
            .instance(instance)
            .await?
            .ok_or("there is no such instance")?;
        let demand = self.demand(instance.clone()).await?;
        let accepted = accept_destroy(demand, current).map_err(text)?;
        self.table.commit(accepted.changes).await.map_err(text)?;
        Ok(accepted.deployment)
    }

    /// Delivers the outbox, runs what it starts, and sweeps, until `deployment` has ended.
    ///
    /// # Errors
    /// Where it never ends.
    pub(crate) async fn settle(
        &self,
        deployment: &Deployment,
    ) -> Result<(Deployment, Trace), Problem> {
        let mut last = Trace::default();
        for _ in 0..SWEEPS {
            self.deliver_outbox().await?;
            for (name, input) in self.outside.take_starts() {
                last = self.run(&name, input).await?;
                self.outside.ended(&name);
            }
            let key = Deployment::key_of(&deployment.tenant, &deployment.id);
            let now: Deployment = self.table.require(&key).await.map_err(text)?;
            if now.status.has_ended() {
                self.deliver_outbox().await?;
                return Ok((now, last));
            }
            self.outside.pass_minutes(6);
            self.sweep().await;
        }
        Err(format!("`{}` is stuck", deployment.id))
    }

    /// Submits, and settles.
    ///
    /// # Errors
    /// As both say.
    pub(crate) async fn deploy(&self, spec: &str) -> Result<(Deployment, Trace), Problem> {
        let deployment = self.submit(spec).await?;
        self.settle(&deployment).await
    }

    /// The same platform, from now on with these faults.
    pub(crate) fn with(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// Runs the waiting execution on a spent budget: it is gone in the middle of a step, as if
    /// someone had stopped it.
    ///
    /// # Errors
    /// Where it ends all the same.
    pub(crate) async fn lose_the_execution_half_way(&self) -> Result<(), Problem> {
        self.deliver_outbox().await?;
        for (name, input) in self.outside.take_starts() {
            let lost = self
                .interpreter()?
                .budget(LOST_AFTER)
                .run("deploy", &name, input)
                .await;
            self.outside.ended(&name);
            if lost.is_ok() {
                return Err("the execution came to its end".to_owned());
            }
        }
        Ok(())
    }

    /// The instance, if there is one.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) async fn instance(&self, id: &InstanceId) -> Result<Option<Instance>, Problem> {
        self.table
            .get(&Instance::key_of(&self.principal.tenant, id))
            .await
            .map_err(text)
    }

    /// The tenant of every instance.
    #[must_use]
    pub(crate) const fn tenant(&self) -> &TenantId {
        &self.principal.tenant
    }

    async fn demand(&self, instance: InstanceId) -> Result<Demand<'_>, Problem> {
        let name = instance.environment().parse().map_err(text)?;
        let environment: Environment = self.ground(Partition::environment(&name)).await?;
        let zone = Partition::landing_zone(&environment.spec.landing_zone);
        Ok(Demand {
            principal: &self.principal,
            instance,
            landing_zone: self.ground(zone).await?,
            environment,
            resolvers: self.resolvers.clone(),
            deployment: DeploymentId::from_number(self.outside.fresh()),
            origin: Origin::Wish,
            idempotency: None,
            now: self.outside.now(),
        })
    }

    async fn ground<R: Record>(&self, at: Partition) -> Result<R, Problem> {
        self.table
            .require(&Key::meta(at))
            .await
            .map_err(|failure: Failure| failure.to_string())
    }

    async fn run(&self, name: &str, input: Value) -> Result<Trace, Problem> {
        Ok(self
            .interpreter()?
            .run("deploy", name, input)
            .await
            .map_err(text)?
            .trace)
    }

    fn interpreter(&self) -> Result<Interpreter<'_, Self>, Problem> {
        Ok(Interpreter::new(self)
            .machine("deploy", machine("deploy.asl.json")?)
            .machine(
                "CloudFormationEngineArn",
                machine("engines/cloudformation.asl.json")?,
            )
            .schedule(self.schedule))
    }
}

/// A shipped state machine; what the template would substitute stands for itself.
fn machine(file: &str) -> Result<Machine, Problem> {
    let text_of_machine = read(&format!("statemachines/{file}"))?;
    let names = placeholders(&text_of_machine)
        .into_iter()
        .map(|name| (name.clone(), name));
    Machine::load(&text_of_machine, &names.collect::<BTreeMap<_, _>>()).map_err(text)
}

/// An example document of the project.
///
/// # Errors
/// Where there is none of that name.
pub(crate) fn example(file: &str) -> Result<String, Problem> {
    read(&format!("examples/{file}"))
}

/// A template of the project.
///
/// # Errors
/// Where there is none of that name.
pub(crate) fn template(file: &str) -> Result<String, Problem> {
    read(&format!("infra/{file}"))
}

fn read(file: &str) -> Result<String, Problem> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
}

fn document(source: &str) -> Result<ValidDocument, Problem> {
    let document = parse(source).map_err(listed)?;
    Ok(validate(&document).map_err(listed)?.document)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn listed(problems: Vec<groundplane_model::Problem>) -> Problem {
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    problems.join("\n")
}

fn text(error: impl std::fmt::Display) -> Problem {
    error.to_string()
}
