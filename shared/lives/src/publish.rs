//! Publishing lifecycles, and choosing among what was published.

use groundplane_lifecycle::built_in;
use groundplane_model::{
    Change, Failure, FailureKind, Lifecycle, LifecycleRef, LifecycleRequest, Partition,
};
use groundplane_ports::{PortError, ReadTable, WriteTable};

/// What became of a version that was to be published.
#[derive(Debug, Clone, PartialEq)]
pub enum Published {
    /// It was.
    New(Lifecycle),
    /// It was before, and says the same.
    Same(Lifecycle),
}

/// Publishes a version, unless it was published before.
///
/// # Errors
/// `Conflict` where the version says something else, or the name is that of the built-in one;
/// otherwise as the table says.
pub async fn publish(
    table: &(impl ReadTable + WriteTable),
    lifecycle: Lifecycle,
) -> Result<Published, Failure> {
    let reference = lifecycle.reference();
    if reference.name == built_in().0.name {
        let message = format!("`{}` is the built-in lifecycle", reference.name);
        return Err(Failure::new(FailureKind::Conflict, message));
    }
    match table.commit(vec![Change::save(&lifecycle)]).await {
        Ok(()) => Ok(Published::New(Lifecycle {
            version: 1,
            ..lifecycle
        })),
        Err(PortError::Conflict(_)) => {
            let stored: Lifecycle = table.require(&Lifecycle::key_of(&reference)).await?;
            if stored.digest == lifecycle.digest {
                return Ok(Published::Same(stored));
            }
            let message = format!(
                "`{reference}` was published before and says something else: a version never changes"
            );
            Err(Failure::new(FailureKind::Conflict, message))
        }
        Err(error) => Err(error.into()),
    }
}

/// The newest version that satisfies `request`; the built-in lifecycle where nothing is requested.
///
/// # Errors
/// `NotFound` where no version does, with those that there are; otherwise as the table says.
pub async fn choose(
    table: &impl ReadTable,
    request: Option<&LifecycleRequest>,
) -> Result<LifecycleRef, Failure> {
    let own = built_in().0;
    let Some(request) = request else {
        return Ok(own.clone());
    };
    let partition = Partition::lifecycle(&request.name);
    let stored: Vec<Lifecycle> = table.query(&partition, Lifecycle::PREFIX).await?;
    let mut published: Vec<LifecycleRef> = stored.iter().map(Lifecycle::reference).collect();
    if request.name == own.name {
        published.push(own.clone());
    }
    let newest = published
        .iter()
        .filter(|it| request.allows(&it.version))
        .max();
    newest.cloned().ok_or_else(|| {
        let known: Vec<String> = published.iter().map(|it| format!("`{it}`")).collect();
        let message = if known.is_empty() {
            format!("there is no lifecycle `{}`", request.name)
        } else {
            format!(
                "no version satisfies `{request}`; there is {}",
                known.join(", ")
            )
        };
        Failure::new(FailureKind::NotFound, message)
    })
}
