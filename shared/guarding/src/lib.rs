//! The guardrails that are in force: those that Groundplane brings and those in the table, each
//! prepared once in a process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use groundplane_deployment::Rulebook;
use groundplane_guardrails::Guardrails;
use groundplane_model::{Digest, Failure, FailureKind, Guardrail, GuardrailName, Partition};
use groundplane_ports::ReadTable;

/// Guardrails that were prepared so far.
#[derive(Debug, Default)]
pub struct Guards {
    prepared: Mutex<Prepared>,
}

#[derive(Debug, Default)]
struct Prepared {
    starter: Option<Arc<Guardrails>>,
    /// The newest policy of each that was met.
    own: BTreeMap<GuardrailName, (Digest, Arc<Guardrails>)>,
}

impl Guards {
    /// The rules that are in force now.
    ///
    /// # Errors
    /// `Internal` where a policy that is stored cannot be used any more: nothing passes without a
    /// verdict; otherwise as the table says.
    pub async fn rulebook(&self, table: &impl ReadTable) -> Result<Rulebook, Failure> {
        let stored: Vec<Guardrail> = table
            .query(&Partition::guardrails(), Guardrail::PREFIX)
            .await?;
        let mut prepared = self.lock();
        let mut rulebook = Rulebook::new(prepared.starter()?);
        for guardrail in stored {
            if let Some(rules) = prepared.own(&guardrail)? {
                let spec = &guardrail.spec;
                let of = (guardrail.name.as_str(), spec.owner.as_str());
                rulebook.add(of, spec.severity, rules);
            }
            rulebook.except(guardrail.spec.exceptions);
        }
        Ok(rulebook)
    }

    fn lock(&self) -> MutexGuard<'_, Prepared> {
        // What is in there is whole whoever panicked.
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Prepared {
    fn starter(&mut self) -> Result<Arc<Guardrails>, Failure> {
        if let Some(known) = &self.starter {
            return Ok(Arc::clone(known));
        }
        let starter = Guardrails::starter().map_err(|error| unusable("starter", &error))?;
        Ok(Arc::clone(self.starter.insert(Arc::new(starter))))
    }

    /// The rules of a guardrail, if it has any.
    fn own(&mut self, guardrail: &Guardrail) -> Result<Option<Arc<Guardrails>>, Failure> {
        let Guardrail { name, spec, .. } = guardrail;
        let Some(policy) = &spec.policy else {
            return Ok(None);
        };
        let digest = Digest::of(policy.as_bytes());
        if let Some((_, known)) = self.own.get(name).filter(|(of, _)| *of == digest) {
            return Ok(Some(Arc::clone(known)));
        }
        let rules = Guardrails::own(name.as_str(), policy);
        let rules = Arc::new(rules.map_err(|error| unusable(name.as_str(), &error))?);
        self.own.insert(name.clone(), (digest, Arc::clone(&rules)));
        Ok(Some(rules))
    }
}

fn unusable(name: &str, why: &impl std::fmt::Display) -> Failure {
    let message = format!("the guardrail `{name}` cannot be used: {why}");
    Failure::new(FailureKind::Internal, message)
}
