//! The end of a check: what was seen is compared, the policy decides, and all that follows is
//! saved in one transaction.

use groundplane_drift::{Action, Fallback, Handled, Outcome, Report, Rules, compare, decide};
use groundplane_model::{
    Change, Deployment, DeploymentStatus, DriftCheck, DriftPolicy, DriftReport, DriftState,
    DriftStatus, DriftSummary, Environment, Failure, FailureKind, Instance, Key, Member, Partition,
};
use groundplane_ports::{ReadTable, WriteTable};
use serde_json::Value;

use crate::observe::Sight;
use crate::stored::StoredReport;
use crate::{Subject, tell};

/// What was known before the check.
struct Before {
    policy: DriftPolicy,
    state: Option<DriftState>,
    handled: Option<Handled>,
    member: Option<Member>,
}

/// Ends a check.
pub(crate) async fn conclude(
    table: &(impl ReadTable + WriteTable),
    subject: &Subject,
    (check, sight): (DriftCheck, &Sight),
) -> Result<DriftStatus, Failure> {
    let before = before(table, &subject.instance).await?;
    let report = compare(&sight.known, &sight.observed, &[], Rules::built_in());
    let decided = decide(
        &before.policy,
        &report,
        before.handled.as_ref(),
        subject.now,
    );
    let (actions, fallbacks) = carried_out(decided);

    // A deployment that began in the meantime makes what was seen worthless.
    let mut changes = vec![Change::check(&subject.instance)];
    let messages = tell::messages(subject, &check, &report, &actions);
    changes.extend(messages.iter().map(Change::save));
    let summary = summary(subject, &report);
    let status = summary.status;
    let handled = Handled::after(
        before.handled.as_ref(),
        &actions,
        before.policy.cool_down,
        subject.now,
    );
    let stored = StoredReport::of(report, &actions, fallbacks);
    changes.extend(records(subject, &before, (&stored, &handled))?);
    changes.extend(before.member.map(|member| {
        let drift = Some(summary);
        Change::save(&Member { drift, ..member })
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
    let member = Member::key_of(&instance.environment, tenant, id);
    Ok(Before {
        policy: policy.unwrap_or_default(),
        handled,
        member: table.get(&member).await?,
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

/// The actions that are carried out, and about which differences less is done than the policy
/// says. Deploying again and accepting are not carried out: the report says so.
fn carried_out(decided: Vec<Action>) -> (Vec<Action>, Vec<Fallback>) {
    let mut left_out = Vec::new();
    let mut leave_out = |places: &[usize], what: &str| {
        let reason = format!("{what} is not carried out by this version; it is only reported");
        left_out.extend(places.iter().map(|place| Fallback {
            difference: *place,
            reason: reason.clone(),
        }));
    };
    let mut actions = Vec::new();
    for action in decided {
        match &action {
            Action::Remediate { differences, .. } => leave_out(differences, "`remediate`"),
            Action::Accept { differences, .. } => leave_out(differences, "`accept`"),
            Action::Report { .. } | Action::Signal { .. } | Action::Escalate { .. } => {
                actions.push(action);
            }
        }
    }
    let decided = actions.iter().find_map(|action| match action {
        Action::Report { fallbacks, .. } => Some(fallbacks.clone()),
        Action::Signal { .. }
        | Action::Remediate { .. }
        | Action::Accept { .. }
        | Action::Escalate { .. } => None,
    });
    let mut fallbacks = decided.unwrap_or_default();
    fallbacks.extend(left_out);
    fallbacks.sort_by_key(|fallback| fallback.difference);
    (actions, fallbacks)
}

fn summary(subject: &Subject, report: &Report) -> DriftSummary {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    DriftSummary {
        status: report.status(),
        severity: report.severity(),
        differences: count(report.differences.len() + report.omitted),
        not_checked: count(report.not_checked.len()),
        orphans: count(report.orphans.len()),
        checked_at: subject.now,
    }
}

/// The state of the instance, and where it says something new an entry in its history.
fn records(
    subject: &Subject,
    before: &Before,
    (stored, handled): (&StoredReport, &Handled),
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
        remedy: None,
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
