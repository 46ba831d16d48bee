//! The end of a check: what was seen is compared, the policy decides, and all that follows is
//! saved in one transaction.

use groundplane_drift::{Handled, Outcome, Report, decide};
use groundplane_model::{
    Change, Deployment, DeploymentId, DeploymentStatus, DriftCheck, DriftPolicy, DriftReport,
    DriftState, DriftStatus, DriftSummary, Environment, Failure, FailureKind, Instance, Key,
    Member, Partition, Revision, SeverityCounts,
};
use groundplane_ports::{Ids, ReadTable, WriteTable};
use serde_json::Value;

use crate::act::act;
use crate::observe::Sight;
use crate::stored::StoredReport;
use crate::{Subject, tell};

/// What was known before the check.
struct Before {
    policy: DriftPolicy,
    state: Option<DriftState>,
    handled: Option<Handled>,
    /// The instance in the list of its environment; a new one, where it was deployed before there was
    /// a list.
    member: Member,
}

/// What a check saw, and of which revision.
pub(crate) struct End<'a> {
    pub(crate) check: DriftCheck,
    pub(crate) revision: &'a Revision,
    pub(crate) sight: &'a Sight,
}

/// Ends a check.
pub(crate) async fn conclude(
    table: &(impl ReadTable + WriteTable),
    ids: &impl Ids,
    subject: &Subject,
    End {
        check,
        revision,
        sight,
    }: End<'_>,
) -> Result<DriftStatus, Failure> {
    let before = before(table, &subject.instance).await?;
    let report = sight.report();
    let decided = decide(
        &before.policy,
        &report,
        before.handled.as_ref(),
        subject.now,
    );
    let acts = act(table, ids, (subject, revision), decided).await?;

    let messages = tell::messages(subject, &check, &report, &acts.actions);
    let summary = summary(subject, &report);
    let status = summary.status;
    let handled = Handled::after(
        before.handled.as_ref(),
        &acts.actions,
        before.policy.cool_down,
        subject.now,
    );
    let stored = StoredReport::of(report, &acts);
    let said = Said {
        stored: &stored,
        handled: &handled,
        remedy: acts.remedy().cloned(),
    };
    let mut changes = records(subject, &before, said)?;
    // A deployment that began in the meantime makes what was seen worthless, and wins.
    match acts.accepted {
        Some(accepted) => changes.extend(accepted.changes),
        None => changes.push(Change::check(&subject.instance)),
    }
    changes.extend(messages.iter().map(Change::save));
    changes.push(Change::save(&Member {
        drift: Some(summary),
        skipped: None,
        ..before.member
    }));
    let ended_at = Some(subject.now);
    changes.push(Change::save(&DriftCheck { ended_at, ..check }));
    table.commit(changes).await?;
    Ok(status)
}

async fn before(table: &impl ReadTable, instance: &Instance) -> Result<Before, Failure> {
    let (tenant, id) = (&instance.tenant, &instance.id);
    let environment = Key::meta(Partition::environment(&instance.environment));
    let environment: Option<Environment> = table.get(&environment).await?;
    let policy = environment.and_then(|environment| environment.spec.drift);
    let state: Option<DriftState> = table.get(&DriftState::key_of(tenant, id)).await?;
    let own = state
        .as_ref()
        .filter(|state| state.incarnation == instance.incarnation);
    let handled = match own {
        Some(state) => Some(settled(table, state).await?),
        None => None,
    };
    let member: Option<Member> = {
        let key = Member::key_of(&instance.environment, tenant, id);
        table.get(&key).await?
    };
    let unlisted = || Member::new(instance.environment.clone(), tenant.clone(), id.clone());
    Ok(Before {
        policy: policy.unwrap_or_default(),
        handled,
        member: member.unwrap_or_else(unlisted),
        state,
    })
}

/// What was done so far, with the outcome of the deployment that was to do it.
async fn settled(table: &impl ReadTable, state: &DriftState) -> Result<Handled, Failure> {
    let handled: Handled = serde_json::from_value(state.handled.clone()).map_err(internal)?;
    let Some(remedy) = &state.remedy else {
        return Ok(handled);
    };
    let key = Deployment::key_of(&state.tenant, remedy);
    let deployment: Option<Deployment> = table.get(&key).await?;
    Ok(match deployment.map(|deployment| deployment.status) {
        Some(DeploymentStatus::Succeeded) => handled.settled(Outcome::Succeeded),
        Some(DeploymentStatus::Failed) | None => handled.settled(Outcome::Failed),
        Some(
            DeploymentStatus::Accepted
            | DeploymentStatus::Running
            | DeploymentStatus::Waiting
            | DeploymentStatus::Compensating,
        ) => handled,
    })
}

fn summary(subject: &Subject, report: &Report) -> DriftSummary {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    DriftSummary {
        status: report.status(),
        severity: report.severity(),
        differences: count(report.differences.len() + report.omitted),
        severities: SeverityCounts::of(report.differences.iter().map(|found| found.severity)),
        not_checked: count(report.not_checked.len()),
        orphans: count(report.orphans.len()),
        checked_at: subject.now,
    }
}

/// What a check says.
struct Said<'a> {
    stored: &'a StoredReport,
    handled: &'a Handled,
    /// The deployment that it has begun.
    remedy: Option<DeploymentId>,
}

/// The state of the instance, and where it says something new an entry in its history.
fn records(
    subject: &Subject,
    before: &Before,
    Said {
        stored,
        handled,
        remedy,
    }: Said<'_>,
) -> Result<Vec<Change>, Failure> {
    let Instance {
        tenant,
        id,
        incarnation,
        ..
    } = &subject.instance;
    let (digest, report, now) = (stored.digest(), stored.value()?, subject.now);
    let same = before.state.as_ref().filter(|state| {
        state.digest == digest
            && state.incarnation == *incarnation
            && state.revision == subject.revision
    });
    let state = DriftState {
        tenant: tenant.clone(),
        instance: id.clone(),
        incarnation: incarnation.clone(),
        revision: subject.revision,
        status: stored.report.status(),
        checked_at: now,
        since: same.map_or(now, |state| state.since),
        digest,
        report: report.clone(),
        handled: json(handled)?,
        remedy,
        version: before.state.as_ref().map_or(0, |state| state.version),
    };
    let mut changes = vec![Change::save(&state)];
    if same.is_none() {
        changes.push(Change::save(&DriftReport {
            tenant: tenant.clone(),
            instance: id.clone(),
            incarnation: incarnation.clone(),
            revision: subject.revision,
            status: state.status,
            checked_at: now,
            report,
            version: 0,
        }));
    }
    Ok(changes)
}

fn json(handled: &Handled) -> Result<Value, Failure> {
    serde_json::to_value(handled).map_err(internal)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn internal(error: serde_json::Error) -> Failure {
    Failure::new(FailureKind::Internal, error.to_string())
}
