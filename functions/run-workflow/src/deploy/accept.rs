//! The acceptance of a deployment that a run asks for. Where someone else was faster, the run's next
//! look decides again.

use groundplane_deployment::{Accepted, earlier, kept_inputs};
use groundplane_model::{
    Allocation, Begun, Change, Failure, FailureKind, Instance, Origin, Partition, Revision,
    WorkflowRun,
};
use groundplane_ports::{Clock, Ids, ReadTable, WriteTable};
use groundplane_redeploy::{Asker, Wish, accept_removal, accept_spec, deployed, lines, submitted};

use crate::work::{Work, impossible};

/// Who asks for what a lifecycle runs by itself.
const SUBJECT: &str = "lifecycle";

/// The spec of the revision that is deployed, and its inputs that resolvers give values to.
pub(super) async fn redeploy(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance): (&Work<'_>, Instance),
) -> Result<(), Failure> {
    let Some(deployed) = deployed(table, &instance).await? else {
        let message = format!("`{}` has no revision to deploy again", instance.id);
        return Err(impossible(message));
    };
    let submitted = submitted(table, &deployed).await?;
    let wish = Wish {
        spec: submitted.spec,
        lines: lines(table, &deployed).await?,
        bound: submitted.bound,
        kept: submitted.kept,
        origin: Origin::Wish,
        repair: None,
    };
    let standing = (instance, Some(&deployed));
    let accepted = accept_spec(table, system, standing, (&asker(work), wish)).await?;
    commit(table, (work, None), accepted).await
}

/// The spec of an earlier revision as it was applied: nothing in it is resolved again.
pub(super) async fn rollback(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance, asked): (&Work<'_>, Instance, Option<u64>),
) -> Result<(), Failure> {
    let deployed = deployed(table, &instance).await?;
    let number = earlier(&instance, asked).map_err(|error| impossible(error.to_string()))?;
    let key = Revision::key_of(&instance.tenant, &instance.id, number);
    let Some(revision) = table.get::<Revision>(&key).await? else {
        let message = format!(
            "`{}` has no revision {number}; its newest one is {}",
            instance.id, instance.last_revision
        );
        return Err(impossible(message));
    };
    let partition = Partition::instance(&instance.tenant, &instance.id);
    let held: Vec<Allocation> = table.query(&partition, Allocation::PREFIX).await?;
    let what = format!(
        "revision {number} of `{}` cannot be deployed any more",
        instance.id
    );
    let kept = kept_inputs(&revision, &instance, &held).map_err(|problems| Failure {
        kind: FailureKind::Invalid,
        problems,
        ..impossible(what)
    })?;
    let wish = Wish {
        lines: lines(table, &revision).await?,
        spec: revision.spec,
        bound: Vec::new(),
        kept,
        origin: Origin::Revision(number),
        repair: None,
    };
    let standing = (instance, deployed.as_ref());
    let accepted = accept_spec(table, system, standing, (&asker(work), wish)).await?;
    commit(table, (work, None), accepted).await
}

/// Nothing any more, if what is deployed may go.
pub(super) async fn destroy(
    table: &(impl ReadTable + WriteTable),
    system: &(impl Clock + Ids),
    (work, instance): (&Work<'_>, Instance),
) -> Result<(), Failure> {
    let accepted = accept_removal(table, system, instance, &asker(work)).await?;
    commit(table, (work, None), accepted).await
}

/// Writes the acceptance and the run's record of it, over the one that is stored, together: a run
/// accepts once.
pub(super) async fn commit(
    table: &impl WriteTable,
    (work, stored): (&Work<'_>, Option<&WorkflowRun>),
    accepted: Accepted,
) -> Result<(), Failure> {
    let begun = Begun::Deployment {
        deployment: accepted.deployment.id,
    };
    let mut changes = accepted.changes;
    changes.push(Change::save(&work.record(stored, begun)));
    Ok(table.commit(changes).await?)
}

/// Who asks for what this run deploys: who asked for the run, so that nobody approves what they asked
/// for themselves (decision 0020).
pub(super) fn asker(work: &Work<'_>) -> Asker {
    let by = work.run.cause.by.clone();
    Asker {
        subject: by.unwrap_or_else(|| SUBJECT.to_owned()),
        lifecycle: Some(work.life.lifecycle.clone()),
        now: work.now,
    }
}
