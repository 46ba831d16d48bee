//! Any JSON: one event, detail-type `Webhook`, with the body in `detail.data`.

use groundplane_model::Event;
use serde_json::{Map, Value};

use super::{Delivery, Draft, digest, instance};
use crate::body;
use crate::refused::Refused;

/// The fields of a body that name the instance which it is meant for.
const INSTANCE_FIELDS: [&str; 2] = [Event::INSTANCE, "groundplane_instance"];
/// The fields that say when it happened: as Standard Webhooks has it, and as others do.
const TIME_FIELDS: [&str; 2] = ["timestamp", "time"];

pub(super) fn read(delivery: &Delivery<'_>) -> Result<Vec<Draft>, Refused> {
    let data = body::json(delivery.body)?;
    let text = |name: &&str| data.get(*name).and_then(Value::as_str);
    let named = INSTANCE_FIELDS.iter().find_map(text);
    let instance = instance(named);
    let mut times = TIME_FIELDS.iter().filter_map(text);
    let time = times.find_map(|text| text.parse().ok());
    // The sender's id stays the same when it sends again. Without one, the same body is the same.
    let identity = match delivery.headers.get("webhook-id") {
        Some(id) if !id.is_empty() => vec!["id".to_owned(), id.to_owned()],
        _ => vec!["body".to_owned(), digest(&data)],
    };
    Ok(vec![Draft {
        at: String::new(),
        identity,
        detail_type: "Webhook".to_owned(),
        time,
        resources: Vec::new(),
        instance,
        detail: Map::from_iter([("data".to_owned(), data)]),
    }])
}
