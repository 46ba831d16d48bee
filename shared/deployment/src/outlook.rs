//! What a spec would do if it were deployed now: the preview of a deployment that does not exist.
//! No resolver is asked; what stands in for the answers that are not there is marked as unknown.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_capabilities::capabilities;
use groundplane_model::{
    Allocation, Artifact, BoundInput, Digest, Environment, InstanceId, LandingZone, Problem,
    Revision, TenantId, UnitName, UnitState,
};
use groundplane_planner::{
    Earlier, Plan, PlanInput, PlannedUnit, Resolved, ScheduledStep, plan, plan_units, schedule,
};
use groundplane_preview::{
    Allocation as Announced, AllocationAction, LiveUnit, Preview, PreviewInput, Unreadable, preview,
};
use serde_json::Value;

use crate::wants::{WantedValue, given, owned_input, set, wants};

/// The type whose names are numbers: the places of rules at a load balancer.
const LISTENER_RULE: &str = "AWS::ElasticLoadBalancingV2::ListenerRule";

/// What stands in for a number: a valid place, and no number that people choose.
const NUMBER: &str = "49871";

/// A spec that would be deployed.
#[derive(Debug, Clone, Copy)]
pub struct Intent<'a> {
    /// The tenant.
    pub tenant: &'a TenantId,
    /// The instance.
    pub instance: &'a InstanceId,
    /// The validated document with every default filled in.
    pub spec: &'a Value,
    /// The inputs that resolvers give values to.
    pub bound: &'a [BoundInput],
    /// The environment as it is now.
    pub environment: &'a Environment,
    /// The landing zone as it is now.
    pub landing_zone: &'a LandingZone,
}

/// What there is of the instance; nothing before its first deployment.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Its units.
    pub units: Vec<UnitState>,
    /// What resolvers handed out to it in this life.
    pub allocations: Vec<Allocation>,
    /// The revision that is deployed.
    pub revision: Option<Revision>,
    /// The specs of the deployments that failed and left something behind, the latest first
    /// ([`groundplane_planner::left_by`]).
    pub failed: Vec<Value>,
}

/// What deploying a spec would come to.
#[derive(Debug)]
pub struct Outlook<'a> {
    instance: &'a InstanceId,
    standing: &'a Standing,
    plan: Plan,
    steps: Vec<Vec<ScheduledStep>>,
    allocations: Vec<Announced>,
}

impl<'a> Outlook<'a> {
    /// What deploying `intent` would do to what is `standing`. Whether the spec fits the ground is
    /// for [`groundplane_planner::check`] to say before.
    ///
    /// # Errors
    /// Every problem for which the deployment would be refused.
    pub fn of(intent: &Intent<'a>, standing: &'a Standing) -> Result<Self, Vec<Problem>> {
        let Expected {
            spec,
            is_certain,
            resolved,
            allocations,
        } = Expected::of(intent, &standing.allocations);
        let input = PlanInput {
            tenant: intent.tenant,
            instance: intent.instance,
            spec: &spec,
            environment: intent.environment,
            landing_zone: intent.landing_zone,
            resolved: &resolved,
        };
        let plan = planned(&input, is_certain)?;
        let earlier = Earlier {
            deployed: standing.revision.as_ref().map(|revision| &revision.spec),
            failed: &standing.failed,
        };
        Ok(Self {
            instance: intent.instance,
            standing,
            steps: schedule(&input, &plan, &standing.units, earlier)?,
            plan,
            allocations,
        })
    }

    /// Every unit with its template, those that nothing happens to among them.
    pub fn units(&self) -> impl Iterator<Item = &PlannedUnit> {
        self.plan.units()
    }

    /// The templates that have to be read before more can be said: those of units that something
    /// happens to, but for the ones that would be applied again.
    #[must_use]
    pub fn artifacts(&self) -> Vec<&'a Artifact> {
        let steps = self.steps.iter().flatten();
        let touched: BTreeSet<&UnitName> = steps.map(|step| &step.unit).collect();
        let standing = self.standing;
        let units = standing.units.iter();
        units
            .filter(|state| touched.contains(&state.unit))
            .filter_map(|state| Some(&state.applied.as_ref()?.artifact))
            .filter(|artifact| self.planned(&artifact.digest).is_none())
            .collect()
    }

    /// The preview of the deployment. `templates` are those of [`Outlook::artifacts`].
    ///
    /// # Errors
    /// Where one of them is missing or no JSON.
    pub fn preview(&self, templates: &BTreeMap<Digest, Vec<u8>>) -> Result<Preview, Unreadable> {
        let template = |state: &UnitState| {
            let digest = &state.applied.as_ref()?.artifact.digest;
            let read = templates.get(digest).map(Vec::as_slice);
            read.or_else(|| self.planned(digest))
        };
        let live: Vec<LiveUnit<'_>> = (self.standing.units.iter())
            .map(|state| LiveUnit {
                state,
                template: template(state).unwrap_or_default(),
            })
            .collect();
        preview(&PreviewInput {
            instance: self.instance,
            plan: &self.plan,
            schedule: &self.steps,
            live: &live,
            allocations: &self.allocations,
        })
    }

    /// The planned template of that digest.
    fn planned(&self, digest: &Digest) -> Option<&[u8]> {
        let mut units = self.plan.units();
        let unit = units.find(|unit| unit.digest == *digest)?;
        Some(&unit.template)
    }
}

/// A spec with inputs that are not known yet is planned without the checks: they would judge what
/// only stands in for a value.
fn planned(input: &PlanInput<'_>, is_certain: bool) -> Result<Plan, Vec<Problem>> {
    if is_certain {
        plan(input)
    } else {
        plan_units(input, capabilities().iter().copied())
    }
}

/// A spec and its names as they will be, as far as that is known.
struct Expected {
    spec: Value,
    /// Whether every input of the spec is known.
    is_certain: bool,
    resolved: Resolved,
    allocations: Vec<Announced>,
}

impl Expected {
    fn of(intent: &Intent<'_>, held: &[Allocation]) -> Self {
        let mut expected = Self {
            spec: intent.spec.clone(),
            is_certain: true,
            resolved: Resolved::default(),
            allocations: Vec::new(),
        };
        for allocation in held {
            let owner = &allocation.owner;
            expected
                .resolved
                .insert(&owner.unit, &owner.input, allocation.value.clone());
        }
        for bound in intent.bound {
            expected.fill(bound, held);
        }
        let wanted = wants(intent.spec, intent.bound);
        for want in &wanted {
            if !held.iter().any(|it| answers(it, want)) {
                expected.take(want);
            }
        }
        let idle = held
            .iter()
            .filter(|it| !wanted.iter().any(|want| answers(it, want)));
        expected.allocations.extend(idle.map(released));
        expected
    }

    /// Gives an input of the spec its value, where a resolver gave one.
    fn fill(&mut self, bound: &BoundInput, held: &[Allocation]) {
        let input = owned_input(bound);
        let answer = held.iter().find(|it| {
            it.is_of_the_spec() && it.owner.input == input && it.resolver == bound.resolver
        });
        if let Some(value) = answer.and_then(|held| given(bound, held)) {
            set(&mut self.spec, &bound.pointer, value);
            return;
        }
        self.is_certain = false;
        let text = match self.spec.pointer(&bound.pointer) {
            None | Some(Value::Null | Value::String(_)) => {
                format!("unresolved{}", joined(&bound.pointer))
            }
            Some(Value::Number(_)) => NUMBER.to_owned(),
            // The section would take nothing else in their place.
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => return,
        };
        set(&mut self.spec, &bound.pointer, &text);
    }

    /// Announces that a value will be handed out.
    fn take(&mut self, want: &WantedValue) {
        let text = match want.inputs.get("resourceType").map(String::as_str) {
            Some(LISTENER_RULE) => NUMBER.to_owned(),
            Some(_) | None => format!("unresolved-{}{}", want.unit, joined(&want.input)),
        };
        let text = if want.unit.as_str() == Allocation::SPEC {
            self.filled(&want.input)
        } else {
            self.resolved.insert(&want.unit, &want.input, text.clone());
            Some(text)
        };
        self.allocations.push(Announced {
            action: AllocationAction::Take,
            resolver: want.resolver.clone(),
            unit: want.unit.clone(),
            input: shown_input(&want.input),
            value: None,
            stand_in: text,
        });
    }

    /// What stands in the spec where the input `input` is bound.
    fn filled(&self, input: &str) -> Option<String> {
        match self.spec.pointer(&shown_input(input))? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }
}

fn answers(held: &Allocation, want: &WantedValue) -> bool {
    let owner = &held.owner;
    held.resolver == want.resolver && owner.unit == want.unit && owner.input == want.input
}

fn released(held: &Allocation) -> Announced {
    Announced {
        action: AllocationAction::Release,
        resolver: held.resolver.clone(),
        unit: held.owner.unit.clone(),
        input: shown_input(&held.owner.input),
        value: Some(held.value.clone()),
        stand_in: None,
    }
}

/// An input as users know it: of one of the spec, the pointer.
pub(crate) fn shown_input(input: &str) -> String {
    let pointer = input.split_once('#').map(|(pointer, _)| pointer);
    pointer.unwrap_or(input).to_owned()
}

/// The words of an input, each after a dash: what stands in for its value is valid wherever a name
/// or an image stands.
fn joined(input: &str) -> String {
    let words = input.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words
        .map(|word| format!("-{}", word.to_ascii_lowercase()))
        .collect()
}

#[cfg(test)]
#[path = "outlook_tests.rs"]
mod tests;
