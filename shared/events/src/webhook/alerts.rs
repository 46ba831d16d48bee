//! Alertmanager's webhook and Grafana's, which has the same shape and more fields. Each alert is an
//! event of its own: detail-type `Alert`, whatever group it came in.

use groundplane_model::Problem;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Delivery, Draft, digest, instance};
use crate::body;
use crate::fields::Fields;
use crate::refused::{Refused, quoted};

/// The most alerts in one body.
pub const MOST_ALERTS: usize = 500;
/// The label that names the instance which an alert is meant for.
const INSTANCE_LABEL: &str = "groundplane_instance";
/// What an alert can be.
const STATUSES: [&str; 2] = ["firing", "resolved"];

/// What tells one sender of alerts from the other.
#[derive(Debug)]
pub(super) struct Dialect {
    /// The version of the format, where the sender says one that matters.
    version: Option<&'static str>,
    /// What its alerts have beyond what every alert has.
    more: &'static [&'static str],
}

/// Source: "Webhook receiver" in the configuration reference of Alertmanager.
pub(super) const ALERTMANAGER: Dialect = Dialect {
    version: Some("4"),
    more: &[],
};

/// Source: "Configure the webhook notifier" in the documentation of Grafana's alerting.
pub(super) const GRAFANA: Dialect = Dialect {
    version: None,
    more: &["values", "valueString", "dashboardURL", "panelURL"],
};

pub(super) fn read(dialect: &Dialect, delivery: &Delivery<'_>) -> Result<Vec<Draft>, Refused> {
    let value = body::json(delivery.body)?;
    let mut problems = Vec::new();
    let mut drafts = Vec::new();
    for (index, alert) in alerts(dialect, &value, &mut problems).iter().enumerate() {
        let at = format!("/alerts/{index}");
        let draft = Fields::of(alert, &at, &mut problems)
            .and_then(|mut fields| read_alert(dialect, at, &mut fields, delivery.received_at));
        drafts.extend(draft);
    }
    if problems.is_empty() {
        Ok(drafts)
    } else {
        Err(Refused::of(problems))
    }
}

/// The alerts in a body; none where they are not what they should be.
fn alerts<'a>(dialect: &Dialect, value: &'a Value, problems: &mut Vec<Problem>) -> &'a [Value] {
    let Some(mut fields) = Fields::of(value, "", problems) else {
        return &[];
    };
    if let (Some(wanted), Some(version)) = (dialect.version, fields.text("version"))
        && version != wanted
    {
        let shown = quoted(version);
        fields.problem("version", format!("must be `{wanted}`, not {shown}"));
    }
    if fields.value("alerts").is_none() {
        fields.problem("alerts", "is missing");
    }
    let alerts = fields.list("alerts").map_or(&[] as &[_], Vec::as_slice);
    if alerts.len() > MOST_ALERTS {
        let count = alerts.len();
        let message = format!("has {count} alerts; at most {MOST_ALERTS} are taken at once");
        fields.problem("alerts", message);
        return &[];
    }
    alerts
}

fn read_alert(
    dialect: &Dialect,
    at: String,
    fields: &mut Fields<'_, '_>,
    received_at: Timestamp,
) -> Option<Draft> {
    let status = status(fields);
    let labels = fields.texts("labels");
    let annotations = fields.texts("annotations");
    let starts_at = fields.text("startsAt");
    let ends_at = fields.text("endsAt");
    let generator = fields.text("generatorURL");
    let fingerprint = fields
        .text("fingerprint")
        .filter(|text| !text.is_empty())
        .map_or_else(|| fingerprint(&labels), str::to_owned);
    let status = status?;
    let happened = if status == "resolved" {
        ends_at
    } else {
        starts_at
    };
    let time = happened.and_then(time);
    // Without a time, two times that an alert fires look alike: better twice than lost.
    let moment = time.unwrap_or(received_at).to_string();
    let mut detail = Map::new();
    let mut put = |name: &str, value: Value| detail.insert(name.to_owned(), value);
    put("status", json!(status));
    put("fingerprint", json!(fingerprint));
    put("startsAt", json!(starts_at));
    put("endsAt", json!(ends_at));
    put("generatorURL", json!(generator));
    for name in dialect.more {
        put(name, fields.value(name).cloned().unwrap_or_default());
    }
    let named = labels.get(INSTANCE_LABEL).and_then(Value::as_str);
    let instance = instance(named);
    detail.retain(|_, value| !value.is_null());
    detail.insert("labels".to_owned(), Value::Object(labels));
    detail.insert("annotations".to_owned(), Value::Object(annotations));
    Some(Draft {
        at,
        identity: vec!["alert".to_owned(), fingerprint, status.to_owned(), moment],
        detail_type: "Alert".to_owned(),
        time,
        resources: Vec::new(),
        instance,
        detail,
    })
}

fn status<'a>(fields: &mut Fields<'a, '_>) -> Option<&'a str> {
    let status = fields.required("status")?;
    if STATUSES.contains(&status) {
        return Some(status);
    }
    let message = format!("must be `firing` or `resolved`, not {}", quoted(status));
    let problem = Problem::error("", message);
    let near = STATUSES
        .into_iter()
        .find(|known| status.len() < 20 && strsim::osa_distance(status, known) <= 2);
    let problem = match near {
        Some(near) => problem.with_hint(format!("did you mean `{near}`?")),
        None => problem,
    };
    fields.note("status", problem);
    None
}

/// What tells an alert from others where the sender does not say it: its labels.
fn fingerprint(labels: &Map<String, Value>) -> String {
    digest(&Value::Object(labels.clone()))
}

/// The time in a text. The senders write the year 1 where there is none.
fn time(text: &str) -> Option<Timestamp> {
    let time: Timestamp = text.parse().ok()?;
    (time >= Timestamp::UNIX_EPOCH).then_some(time)
}
