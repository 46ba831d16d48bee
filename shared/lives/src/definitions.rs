//! Published lifecycles, compiled once per process: a version never changes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use groundplane_lifecycle::{Definition, Workflows, built_in};
use groundplane_model::{Failure, FailureKind, Lifecycle, LifecycleRef, LifecycleSpec};
use groundplane_ports::ReadTable;

/// How many are kept; a process that meets more begins anew.
const KEPT: usize = 256;

/// The lifecycles that were used by this process.
#[derive(Debug, Default)]
pub struct Definitions {
    compiled: Mutex<BTreeMap<LifecycleRef, Arc<Definition>>>,
}

impl Definitions {
    /// The lifecycle at that version, compiled.
    ///
    /// # Errors
    /// `NotFound` where it was never published; `Internal` where what is stored cannot be compiled
    /// any more; otherwise as the table says.
    pub async fn get(
        &self,
        table: &impl ReadTable,
        reference: &LifecycleRef,
    ) -> Result<Arc<Definition>, Failure> {
        if let Some(known) = self.known(reference) {
            return Ok(known);
        }
        let spec = spec_of(table, reference).await?;
        let definition = compile(reference, &spec).map(Arc::new)?;
        let mut compiled = self.lock();
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(reference.clone(), Arc::clone(&definition));
        Ok(definition)
    }

    fn known(&self, reference: &LifecycleRef) -> Option<Arc<Definition>> {
        self.lock().get(reference).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<LifecycleRef, Arc<Definition>>> {
        // What is in there is whole whoever panicked.
        self.compiled.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a lifecycle says at that version.
///
/// # Errors
/// `NotFound` where it was never published; otherwise as the table says.
pub(crate) async fn spec_of(
    table: &impl ReadTable,
    reference: &LifecycleRef,
) -> Result<LifecycleSpec, Failure> {
    let (own, spec, _) = built_in();
    if reference == own {
        return Ok(spec.clone());
    }
    let stored: Option<Lifecycle> = table.get(&Lifecycle::key_of(reference)).await?;
    stored.map(|it| it.spec).ok_or_else(|| {
        let message = format!("there is no lifecycle `{reference}`");
        Failure::new(FailureKind::NotFound, message)
    })
}

/// Compiles what was checked when it was published. A workflow that is no longer registered fails
/// when it is to run, not here: the rest of the lifecycle goes on working.
fn compile(reference: &LifecycleRef, spec: &LifecycleSpec) -> Result<Definition, Failure> {
    let workflows = Workflows::default().with_all_of(spec);
    Definition::parse(spec, &workflows).map_err(|problems| {
        let message = format!("the lifecycle `{reference}` cannot be read any more");
        Failure {
            problems,
            ..Failure::new(FailureKind::Internal, message)
        }
    })
}
