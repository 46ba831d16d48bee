//! What services stand on, taken from documents instead of a platform.

use std::sync::Arc;

use groundplane_deployment::Rulebook;
use groundplane_guardrails::{GuardrailError, Guardrails};
use groundplane_model::{Environment, EnvironmentName, LandingZone, Resolver, Tenant};
use groundplane_spec::{Guardrail, ValidDocument};
use jiff::Timestamp;

use crate::documents::Candidate;
use crate::error::Error;

/// Who applied what no platform has seen.
const NOBODY: &str = "";

/// The landing zones, environments and resolvers of some documents.
#[derive(Debug, Default)]
pub(crate) struct Ground {
    environments: Vec<Environment>,
    landing_zones: Vec<LandingZone>,
    /// The resolvers.
    pub(crate) resolvers: Vec<Resolver>,
    guardrails: Vec<Guardrail>,
    tenants: Vec<Tenant>,
}

impl Ground {
    /// What is among the documents.
    pub(crate) fn of(candidates: &[Candidate]) -> Self {
        let mut ground = Self::default();
        for candidate in candidates {
            ground.add(candidate.valid());
        }
        ground
    }

    fn add(&mut self, document: &ValidDocument) {
        let (updated_at, updated_by) = (Timestamp::UNIX_EPOCH, NOBODY.to_owned());
        match document {
            ValidDocument::Environment(environment) => self.environments.push(Environment {
                name: environment.name.clone(),
                spec: environment.spec.clone(),
                updated_at,
                updated_by,
                version: 0,
            }),
            ValidDocument::LandingZone(zone) => self.landing_zones.push(LandingZone {
                name: zone.name.clone(),
                spec: zone.spec.clone(),
                updated_at,
                updated_by,
                version: 0,
            }),
            ValidDocument::Resolver(resolver) => self.resolvers.push(Resolver {
                name: resolver.name.clone(),
                spec: resolver.spec.clone(),
                updated_at,
                updated_by,
                version: 0,
            }),
            ValidDocument::Guardrail(guardrail) => self.guardrails.push(*guardrail.clone()),
            ValidDocument::Tenant(tenant) => self.tenants.push(Tenant {
                name: tenant.name.clone(),
                spec: tenant.spec.clone(),
                updated_at,
                updated_by,
                version: 0,
            }),
            ValidDocument::Service(_)
            | ValidDocument::Lifecycle(_)
            | ValidDocument::Workflow(_)
            | ValidDocument::AccessPolicy(_)
            | ValidDocument::ComplianceFramework(_) => {}
        }
    }

    /// The tenant that services are checked for: the only one among the documents.
    pub(crate) fn tenant(&self) -> Option<&Tenant> {
        match self.tenants.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Groundplane's own rules, and those among the documents.
    ///
    /// # Errors
    /// Where a policy cannot be used, with the place.
    pub(crate) fn rulebook(&self) -> Result<Rulebook, Error> {
        let starter = Guardrails::starter().map_err(|error| unusable("starter", &error))?;
        let mut rulebook = Rulebook::new(Arc::new(starter));
        for Guardrail { name, spec } in &self.guardrails {
            if let Some(policy) = &spec.policy {
                let rules = Guardrails::own(name.as_str(), policy);
                let rules = rules.map_err(|error| unusable(name.as_str(), &error))?;
                let of = (name.as_str(), spec.owner.as_str());
                rulebook.add(of, spec.severity, Arc::new(rules));
            }
            rulebook.except(spec.exceptions.clone());
        }
        Ok(rulebook)
    }

    /// The environment of that name and the landing zone that it is in.
    ///
    /// # Errors
    /// Where one of them is not among the documents, or is there twice.
    pub(crate) fn find(
        &self,
        name: &EnvironmentName,
    ) -> Result<(&Environment, &LandingZone), Error> {
        let environments = self.environments.iter().filter(|it| it.name == *name);
        let environment = only(environments, "Environment", name.as_str())?;
        let zone = &environment.spec.landing_zone;
        let zones = self.landing_zones.iter().filter(|it| it.name == *zone);
        Ok((environment, only(zones, "LandingZone", zone.as_str())?))
    }
}

fn unusable(name: &str, why: &GuardrailError) -> Error {
    Error::usage(
        format!("the guardrail `{name}` cannot be used: {why}"),
        "mend its policy; nothing passes without a verdict",
    )
}

fn only<'a, T>(
    mut found: impl Iterator<Item = &'a T>,
    kind: &str,
    name: &str,
) -> Result<&'a T, Error> {
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Error::usage(
            format!("none of the files has the {kind} `{name}`"),
            "without a platform a preview is made from files alone: name those of the environment \
             and its landing zone as well",
        )),
        (Some(_), Some(_)) => Err(Error::usage(
            format!("the files have the {kind} `{name}` more than once"),
            "name the one that is meant",
        )),
    }
}
