//! What the functions do around the decisions: load, decide, save.

use std::collections::BTreeMap;

use groundplane_model::{
    Action, Allocation, Artifact, Change, Deployment, DeploymentId, DeploymentSpec, Digest,
    EngineOutput, Failure, Instance, Layer, Member, Partition, ResolutionRequest, Revision, Step,
    StepId, UnitState,
};
use groundplane_planner::{
    Earlier, PlanInput, ScheduledStep, Work, left_by, schedule, schedule_destroy,
};

use super::World;
use crate::fixture::{artifact, error, instance_id, settings, tenant};
use crate::{
    Holdings, Prepared, Run, Wave, begin, collect, fail, fail_step, finish, plan, prepare,
    releases, resolved_of, undo, undo_failed, undone, waves_of,
};

/// What a handler is told.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Event {
    Begin,
    Resolve,
    Plan,
    Fail,
    Settle,
    Finish,
    Step(StepId, StepEvent),
}

/// What a handler is told of a step.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StepEvent {
    Prepare,
    Done(EngineOutput),
    Failed,
    Undo,
    Undone,
    UndoFailed,
}

/// What a handler answers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Nothing,
    Waves(Vec<Wave>),
    Prepared(Prepared),
    Refused,
}

type Decision = Result<(Answer, Vec<Change>), Failure>;

impl World {
    /// Tells a handler, which loads, decides and saves.
    pub(super) fn tell(&mut self, id: &DeploymentId, event: &Event) -> Answer {
        self.now += jiff::SignedDuration::from_secs(1);
        match self.decide(id, event) {
            Ok((answer, changes)) => {
                self.commit(&changes);
                answer
            }
            Err(_) => Answer::Refused,
        }
    }

    fn decide(&mut self, id: &DeploymentId, event: &Event) -> Decision {
        let deployment = self.deployment(id);
        let nothing = |changes| Ok((Answer::Nothing, changes));
        match event {
            Event::Begin => {
                let begun = begin(&deployment, &self.submitted(id), self.now)?;
                nothing(begun.changes)
            }
            Event::Resolve => self.resolve(&deployment),
            Event::Plan => self.plan(&deployment),
            Event::Settle => nothing(self.released(&deployment)),
            Event::Finish => nothing(self.finished(&deployment)),
            Event::Fail => {
                let failed = fail(&deployment, &self.steps(id), error("caught"));
                Ok((Answer::Waves(failed.waves), failed.changes))
            }
            Event::Step(step, event) => self.decide_step(&deployment, step, event),
        }
    }

    fn decide_step(&self, deployment: &Deployment, step: &StepId, event: &StepEvent) -> Decision {
        let step: Step = self
            .table
            .get(&Step::key_of(&tenant(), &deployment.id, step))
            .unwrap();
        let units = self.units();
        let (now, why) = (self.now, error("broken"));
        let prepared = |(prepared, changes)| (Answer::Prepared(prepared), changes);
        let nothing = |changes| (Answer::Nothing, changes);
        Ok(match event {
            StepEvent::Prepare => prepared(prepare(&settings(), deployment, &step, &units, now)?),
            StepEvent::Done(output) => nothing(collect(deployment, &step, &units, output, now)?),
            StepEvent::Failed => nothing(fail_step(deployment, &step, why, now)),
            StepEvent::Undo => {
                let steps = self.steps(&deployment.id);
                prepared(undo(&settings(), deployment, &step, &steps, &units)?)
            }
            StepEvent::Undone => nothing(undone(deployment, &step, &units, now)),
            StepEvent::UndoFailed => nothing(undo_failed(deployment, &step, why, now)),
        })
    }

    fn resolve(&self, deployment: &Deployment) -> Decision {
        let begun = begin(deployment, &self.submitted(&deployment.id), self.now)?;
        let requests = begun.batches.iter().flat_map(|batch| &batch.requests);
        let changes = requests.filter_map(|request| self.allocated(request));
        Ok((Answer::Nothing, changes.collect()))
    }

    fn allocated(&self, request: &ResolutionRequest) -> Option<Change> {
        let owner = &request.owner;
        let held: Option<Allocation> = self
            .table
            .get(&Allocation::key_of(&request.resolver, owner));
        if held.as_ref().is_some_and(|held| held.owner == *owner) {
            return None;
        }
        let name = format!("gp-{}-{}-{}", owner.unit, owner.input, owner.incarnation);
        Some(Change::save(&Allocation {
            owner: owner.clone(),
            resolver: request.resolver.clone(),
            deployment: request.deployment.clone(),
            inputs: request.inputs.clone(),
            outputs: BTreeMap::from([("name".to_owned(), name.clone())]),
            value: name,
            layer: Layer::Default,
            allocated_at: self.now,
            version: held.map_or(0, |held| held.version),
        }))
    }

    fn plan(&mut self, deployment: &Deployment) -> Decision {
        if deployment.plan_digest.is_some() {
            return Ok((Answer::Waves(waves_of(deployment)), Vec::new()));
        }
        let waves = match deployment.action {
            Action::Apply => self.scheduled(deployment),
            Action::Destroy => schedule_destroy(&self.units()),
        };
        let planned = plan(deployment, waves.clone(), &stored(&waves))?;
        for step in &planned.steps {
            self.cloud.store(&step.action);
        }
        let mut changes: Vec<Change> = planned.steps.iter().map(Change::save).collect();
        changes.push(Change::save(&planned.deployment));
        Ok((Answer::Waves(waves_of(&planned.deployment)), changes))
    }

    fn scheduled(&self, deployment: &Deployment) -> Vec<Vec<ScheduledStep>> {
        let submitted = self.submitted(&deployment.id);
        let resolved = resolved_of(deployment, &self.allocations());
        let input = PlanInput {
            tenant: &deployment.tenant,
            instance: &deployment.instance,
            spec: &submitted.spec,
            environment: &submitted.environment,
            landing_zone: &submitted.landing_zone,
            resolved: &resolved,
        };
        let plan = groundplane_planner::plan(&input).unwrap();
        let (units, previous) = (self.units(), self.revision().map(|revision| revision.spec));
        let failed = left_by(&submitted.spec, previous.as_ref(), &units);
        let failed = failed.iter().rev().map(|id| self.submitted(id).spec);
        let earlier = Earlier {
            deployed: previous.as_ref(),
            failed: &failed.collect::<Vec<_>>(),
        };
        schedule(&input, &plan, &units, earlier).unwrap()
    }

    fn released(&self, deployment: &Deployment) -> Vec<Change> {
        let allocations = self.allocations();
        let revision = self.revision();
        let holdings = Holdings {
            allocations: &allocations,
            units: &self.units(),
            revision: revision.as_ref(),
        };
        let batches = releases(deployment, &self.submitted(&deployment.id), holdings);
        let owners = batches.into_iter().flat_map(|batch| batch.owners);
        let held = owners.map(|owner| allocations.iter().find(|held| held.owner == owner));
        held.map(|held| Change::remove(held.unwrap())).collect()
    }

    fn finished(&self, deployment: &Deployment) -> Vec<Change> {
        let instance = self.instance().unwrap();
        let key = Member::key_of(&instance.environment, &instance.tenant, &instance.id);
        let member: Option<Member> = self.table.get(&key);
        let run = Run {
            deployment,
            submitted: &self.submitted(&deployment.id),
            member: member.as_ref(),
            instance: &instance,
            steps: &self.steps(&deployment.id),
            units: &self.units(),
            allocations: &self.allocations(),
        };
        finish(run, self.now)
    }

    pub(super) fn submitted(&self, id: &DeploymentId) -> DeploymentSpec {
        let key = DeploymentSpec::key_of(&tenant(), id);
        self.table.get(&key).unwrap()
    }

    pub(super) fn steps(&self, id: &DeploymentId) -> Vec<Step> {
        self.table.query(&Partition::deployment(&tenant(), id))
    }

    pub(super) fn units(&self) -> Vec<UnitState> {
        self.table.query(&ground())
    }

    pub(super) fn allocations(&self) -> Vec<Allocation> {
        self.table.query(&ground())
    }

    /// The revision that is deployed.
    pub(super) fn revision(&self) -> Option<Revision> {
        let Instance {
            tenant,
            id,
            revision,
            ..
        } = self.instance()?;
        self.table.get(&Revision::key_of(&tenant, &id, revision?))
    }
}

/// Where everything of the instance lies.
pub(super) fn ground() -> Partition {
    Partition::instance(&tenant(), &instance_id())
}

fn stored(waves: &[Vec<ScheduledStep>]) -> BTreeMap<Digest, Artifact> {
    let templates = waves.iter().flatten().filter_map(|step| match &step.work {
        Work::Apply(unit) => Some(String::from_utf8(unit.template.clone()).unwrap()),
        Work::Destroy => None,
    });
    templates
        .map(|template| (Digest::of(template.as_bytes()), artifact(&template)))
        .collect()
}
