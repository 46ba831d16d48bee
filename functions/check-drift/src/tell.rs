//! The events that tell of drift.

use groundplane_drift::{Action, Difference, Report, Severity};
use groundplane_model::{Digest, DriftCheck, Outbox, OutboxMessage};
use serde_json::{Value, json};

use crate::Subject;

/// How many differences an event shows; a consumer that wants all reads the report.
const SHOWN: usize = 10;

/// The messages of a check, one for each action that is told of.
pub(crate) fn messages(
    subject: &Subject,
    check: &DriftCheck,
    report: &Report,
    actions: &[Action],
) -> Vec<Outbox> {
    let told = actions.iter().filter_map(|action| match action {
        Action::Signal {
            severity,
            differences,
            digest,
        } => Some(("Drift Detected", *severity, differences, digest)),
        Action::Escalate {
            severity,
            differences,
            ..
        } => Some((
            "Drift Not Remediated",
            *severity,
            differences,
            &report.digest,
        )),
        Action::Report { .. } | Action::Remediate { .. } | Action::Accept { .. } => None,
    });
    told.map(|(detail_type, severity, differences, digest)| {
        let message = OutboxMessage::PublishEvent {
            detail_type: detail_type.to_owned(),
            detail: detail(subject, report, (severity, differences, digest)),
        };
        Outbox::new(id(check, detail_type), message, subject.now)
    })
    .collect()
}

/// One check tells of the same once.
fn id(check: &DriftCheck, detail_type: &str) -> String {
    let owner = Digest::of(format!("{}#{}", check.tenant, check.instance).as_bytes());
    let word = detail_type.to_ascii_lowercase().replace(' ', "-");
    let begun = check.begun_at.as_microsecond();
    format!("{}.{begun}.{}.{word}", owner.short(32), check.version)
}

fn detail(
    subject: &Subject,
    report: &Report,
    (severity, differences, digest): (Severity, &[usize], &Digest),
) -> Value {
    let shown: Vec<&Difference> = differences
        .iter()
        .filter_map(|place| report.differences.get(*place))
        .take(SHOWN)
        .collect();
    json!({
        "tenant": subject.instance.tenant,
        "instance": subject.instance.id,
        "revision": subject.revision,
        "digest": digest,
        "severity": severity,
        "total": differences.len(),
        "differences": shown,
    })
}
