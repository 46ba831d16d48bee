//! Drift for people: a report as tables of what was asked for beside what is there, and the
//! instances of an environment as a table.

use groundplane_model::{DriftSeverity, DriftStatus, PropertyClass, SeverityCounts};
use serde_json::Value;

use super::{line, table, time};
use crate::client::{
    CheckStatus, Difference, DriftMember, DriftReport, InstanceDrift, SkipReason, Unchecked,
};

/// What stands where there is nothing.
const NOTHING: &str = "-";
/// How many characters of a value are shown; `-o json` has all of it.
const WIDEST: usize = 40;

/// The drift of an instance.
pub(crate) fn instance(drift: &InstanceDrift) -> String {
    let mut text = String::new();
    match &drift.report {
        Some(found) => text.push_str(&report(drift, found)),
        None => text.push_str(&format!("{} was never checked\n", drift.instance)),
    }
    if let Some(check) = &drift.check
        && check.status == CheckStatus::Running
    {
        let since = time::moment(check.begun_at);
        text.push_str(&format!("\na check is under way since {since}\n"));
    }
    text
}

fn report(drift: &InstanceDrift, found: &DriftReport) -> String {
    let entry = &found.entry;
    let (id, revision) = (&drift.instance, entry.revision);
    let verdict = match entry.status {
        DriftStatus::InSync => format!("is as revision {revision} asks for"),
        DriftStatus::Drifted => {
            let count = entry.counts.differences;
            let differences = plural(count, "difference");
            let grave = severities(&entry.severities);
            let grave = grave.map(|grave| format!(" ({grave})")).unwrap_or_default();
            format!("has drifted: {differences} from revision {revision}{grave}")
        }
        DriftStatus::NotChecked => "could not be checked".to_owned(),
    };
    let mut text = format!("{id} {verdict}\n");
    let mut facts = vec![("checked", time::moment(entry.checked_at))];
    facts.extend(found.since.map(|since| ("since", time::moment(since))));
    facts.push(("resources", format!("{} checked", found.checked)));
    if let Some(deployed) = drift.revision.filter(|deployed| *deployed != revision) {
        facts.push(("deployed", format!("revision {deployed}, not checked yet")));
    }
    if !found.actions.is_empty() {
        let done = found.actions.iter().map(|done| {
            let about = plural(done.differences, "difference");
            format!("{} ({about})", line(&done.action))
        });
        facts.push(("done", done.collect::<Vec<_>>().join(", ")));
    }
    let rows = facts
        .into_iter()
        .map(|(name, value)| vec![name.to_owned(), value]);
    text.push_str(&table::aligned("  ", &rows.collect::<Vec<_>>()));
    text.push_str(&differences(&found.differences));
    if found.omitted > 0 {
        let left_out = plural(found.omitted, "difference");
        text.push_str(&format!("\nand {left_out} more, less grave\n"));
    }
    text.push_str(&not_checked(&found.not_checked));
    text.push_str(&orphans(found));
    text
}

/// The differences, resource by resource: what was asked for beside what is there.
fn differences(found: &[Difference]) -> String {
    let mut text = String::new();
    let mut resources: Vec<(&Difference, Vec<&Difference>)> = Vec::new();
    for one in found {
        let same = |(first, _): &&mut (&Difference, Vec<&Difference>)| {
            first.unit == one.unit && first.resource == one.resource
        };
        match resources.iter_mut().find(same) {
            Some((_, others)) => others.push(one),
            None => resources.push((one, vec![one])),
        }
    }
    for (first, all) in resources {
        let name = resource(first.unit.as_str(), &first.resource, &first.resource_type);
        let id = first.physical_id.as_deref().map(line);
        let id = id.map(|id| format!("  {id}")).unwrap_or_default();
        text.push_str(&format!("\n{name}{id}\n"));
        let head = [
            "PROPERTY", "EXPECTED", "ACTUAL", "KIND", "SEVERITY", "CLASS",
        ];
        let mut rows = vec![head.map(str::to_owned).to_vec()];
        rows.extend(all.iter().map(|one| difference(one)));
        text.push_str(&table::aligned("  ", &rows));
        for one in all {
            if let Some(reason) = &one.reported_only {
                let property = property(one);
                text.push_str(&format!(
                    "  {property} is only reported: {}\n",
                    line(reason)
                ));
            }
        }
    }
    text
}

fn difference(found: &Difference) -> Vec<String> {
    vec![
        property(found),
        value(found.expected.as_ref()),
        value(found.actual.as_ref()),
        line(&found.kind),
        severity(found.severity).to_owned(),
        class(found.class).to_owned(),
    ]
}

fn property(found: &Difference) -> String {
    if found.property.is_empty() {
        return "(all of it)".to_owned();
    }
    line(&found.property)
}

fn value(value: Option<&Value>) -> String {
    let text = match value {
        None => return NOTHING.to_owned(),
        Some(Value::String(text)) => line(text),
        Some(other) => line(&other.to_string()),
    };
    if text.chars().count() <= WIDEST {
        return text;
    }
    let begin: String = text.chars().take(WIDEST - 1).collect();
    format!("{begin}…")
}

/// What could not be checked, by name.
fn not_checked(found: &[Unchecked]) -> String {
    if found.is_empty() {
        return String::new();
    }
    let rows = found.iter().map(|one| {
        let source = one.source.as_deref().map_or(NOTHING.to_owned(), line);
        vec![
            format!("{} / {}", one.unit, line(&one.resource)),
            line(&one.resource_type),
            source,
            line(&one.reason),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    format!(
        "\nnot checked ({})\n{}",
        found.len(),
        table::aligned("  ", &rows)
    )
}

/// What nobody asked for.
fn orphans(found: &DriftReport) -> String {
    if found.orphans.is_empty() {
        return String::new();
    }
    let rows = found.orphans.iter().map(|orphan| {
        let unit = orphan.unit.as_ref().map(ToString::to_string);
        vec![
            line(&orphan.identifier),
            orphan
                .resource_type
                .as_deref()
                .map_or(NOTHING.to_owned(), line),
            unit.unwrap_or_else(|| NOTHING.to_owned()),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    format!(
        "\nnobody asked for ({})\n{}",
        found.orphans.len(),
        table::aligned("  ", &rows)
    )
}

/// The instances of an environment as a table.
pub(crate) fn members(members: &[DriftMember]) -> String {
    if members.is_empty() {
        return "nothing is deployed there\n".to_owned();
    }
    let head = [
        "INSTANCE",
        "DRIFT",
        "SEVERITIES",
        "NOT CHECKED",
        "ORPHANS",
        "CHECKED",
        "SKIPPED",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(members.iter().map(|member| {
        let checked = member.checked_at.map(time::moment);
        let skipped = member.skipped.as_ref().map(|skipped| {
            let why = reason(skipped.reason);
            format!("{why} ({})", time::moment(skipped.at))
        });
        vec![
            member.instance.to_string(),
            status(member.status).to_owned(),
            severities(&member.severities).unwrap_or_else(|| NOTHING.to_owned()),
            member.counts.not_checked.to_string(),
            member.counts.orphans.to_string(),
            checked.unwrap_or_else(|| NOTHING.to_owned()),
            skipped.unwrap_or_else(|| NOTHING.to_owned()),
        ]
    }));
    table::aligned("", &rows)
}

fn resource(unit: &str, name: &str, kind: &str) -> String {
    format!("{unit} / {}  {}", line(name), line(kind))
}

const fn status(status: Option<DriftStatus>) -> &'static str {
    match status {
        None => "never checked",
        Some(DriftStatus::InSync) => "in sync",
        Some(DriftStatus::Drifted) => "drifted",
        Some(DriftStatus::NotChecked) => "not checked",
    }
}

const fn reason(reason: SkipReason) -> &'static str {
    match reason {
        SkipReason::DeploymentInProgress => "a deployment was in progress",
        SkipReason::NotDeployed => "nothing was deployed",
    }
}

const fn severity(severity: DriftSeverity) -> &'static str {
    match severity {
        DriftSeverity::Low => "low",
        DriftSeverity::Medium => "medium",
        DriftSeverity::High => "high",
        DriftSeverity::Critical => "critical",
    }
}

const fn class(class: PropertyClass) -> &'static str {
    match class {
        PropertyClass::Security => "security",
        PropertyClass::Availability => "availability",
        PropertyClass::Configuration => "configuration",
        PropertyClass::Metadata => "metadata",
    }
}

/// How many are how grave, without those of which there are none.
fn severities(counts: &SeverityCounts) -> Option<String> {
    let all = [
        (counts.critical, "critical"),
        (counts.high, "high"),
        (counts.medium, "medium"),
        (counts.low, "low"),
    ];
    let some = all.into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = some
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn plural(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}
