//! Drift for people: a report as tables of what was asked for beside what is there, and the
//! instances of an environment as a table.

mod members;

use groundplane_model::{DriftSeverity, DriftStatus, PropertyClass, SeverityCounts};
use serde_json::Value;

use super::{line, table, time};
use crate::client::{CheckStatus, Difference, DriftReport, InstanceDrift, Unchecked};

pub(crate) use members::members;

/// What stands where there is nothing.
const NOTHING: &str = "-";
/// How many characters of a value are shown; `-o json` has all of it.
const WIDEST: usize = 40;
/// How many characters are shown before the place where two long values begin to differ.
const LEAD: usize = 12;

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
        let left_out = plural(found.omitted, "more difference");
        text.push_str(&format!("\nand {left_out}, less grave\n"));
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
    let (expected, actual) = sides(found.expected.as_ref(), found.actual.as_ref());
    vec![
        property(found),
        expected,
        actual,
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

/// Both values. Of long ones, what they begin with alike is left out, so that it shows where they
/// differ.
fn sides(expected: Option<&Value>, actual: Option<&Value>) -> (String, String) {
    let (expected, actual) = (value(expected), value(actual));
    let is_long = |text: &str| text.chars().count() > WIDEST;
    let skipped = if is_long(&expected) || is_long(&actual) {
        let both = expected.chars().zip(actual.chars());
        let alike = both.take_while(|(one, other)| one == other).count();
        alike.saturating_sub(LEAD)
    } else {
        0
    };
    (cut(&expected, skipped), cut(&actual, skipped))
}

fn value(value: Option<&Value>) -> String {
    match value {
        None => NOTHING.to_owned(),
        Some(Value::String(text)) => line(text),
        Some(other) => line(&other.to_string()),
    }
}

/// A text without so many characters at its beginning, and no longer than fits.
fn cut(text: &str, skipped: usize) -> String {
    let begin = if skipped > 0 { "…" } else { "" };
    let rest: String = text.chars().skip(skipped).collect();
    if rest.chars().count() <= WIDEST {
        return format!("{begin}{rest}");
    }
    let shown: String = rest.chars().take(WIDEST - 1).collect();
    format!("{begin}{shown}…")
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

fn resource(unit: &str, name: &str, kind: &str) -> String {
    format!("{unit} / {}  {}", line(name), line(kind))
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn long_values_are_shown_where_they_differ() {
        let statement = |action: &str| json!({"Effect": "Allow", "Resource": "*", "Then": action});
        let (expected, actual) = (statement("s3:GetObject"), statement("s3:*"));
        let (one, other) = sides(Some(&expected), Some(&actual));
        assert_eq!(one, "…,\"Then\":\"s3:GetObject\"}");
        assert_eq!(other, "…,\"Then\":\"s3:*\"}");
        let long = json!("x".repeat(100));
        let (one, other) = sides(Some(&long), None);
        assert_eq!((one.chars().count(), other.as_str()), (WIDEST, NOTHING));
    }

    #[test]
    fn short_values_are_shown_whole() {
        let (one, other) = sides(Some(&json!("same-a")), Some(&json!("same-b")));
        assert_eq!((one.as_str(), other.as_str()), ("same-a", "same-b"));
    }
}
