//! What holds for any bytes and any JSON: nothing panics, tenants are the source's, ids are stable,
//! what is signed is believed and what is changed is not.

use groundplane_events::signature::{Secret, verify};
use groundplane_events::webhook::{self, Delivery, Format, Source};
use groundplane_events::{Headers, MOST_SUBJECTS, Refused, envelope, subjects};
use groundplane_model::{Event, EventSourceName, TenantId};
use jiff::Timestamp;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

fn received() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn read(format: Format, kind: &str, body: &[u8]) -> Result<Vec<Event>, Refused> {
    let source = Source {
        name: EventSourceName::parse("monitoring").unwrap(),
        format,
        tenant: TenantId::parse("shop").unwrap(),
    };
    let headers = Headers::new([
        ("content-type", kind),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
    ]);
    let delivery = Delivery {
        headers: &headers,
        body,
        received_at: received(),
    };
    webhook::read(&source, &delivery)
}

/// The names that the formats and sources know, so that JSON gets past the first look.
const NAMES: [&str; 32] = [
    "alerts",
    "annotations",
    "clusterArn",
    "configuration",
    "data",
    "data_base64",
    "detail",
    "detail-type",
    "dimensions",
    "endsAt",
    "fingerprint",
    "group",
    "groundplane.dev/instance",
    "groundplane.dev/tenant",
    "groundplane_instance",
    "id",
    "labels",
    "metric",
    "metricStat",
    "metrics",
    "resources",
    "region",
    "account",
    "source",
    "specversion",
    "startsAt",
    "status",
    "subject",
    "time",
    "type",
    "version",
    "affectedEntities",
];

const TEXTS: [&str; 14] = [
    "1.0",
    "4",
    "firing",
    "resolved",
    "2026-11-21T09:00:00Z",
    "other",
    "web.dev",
    "aws.ecs",
    "aws.cloudwatch",
    "aws.health",
    "service:web",
    "a",
    "",
    "arn:aws:ecs:eu-central-1:123456789012:cluster/main",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(&TEXTS[..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        let name =
            prop_oneof![4 => select(&NAMES[..]).prop_map(str::to_owned), 1 => any::<String>()];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(name, inner, 0..10)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// A body that is right but for what is put into it.
fn body(format: Format, noise: &Value) -> Value {
    match format {
        Format::Alertmanager | Format::Grafana => json!({
            "version": "4", "alerts": [{ "status": "firing", "fingerprint": "a", "values": noise,
            "startsAt": "2026-11-21T09:00:00Z" }], "groundplane.dev/tenant": noise
        }),
        Format::Json => json!({ "noise": noise, "groundplane.dev/tenant": noise }),
        Format::CloudEvents => json!({
            "specversion": "1.0", "id": "1", "source": "/a", "type": "t", "data": noise
        }),
    }
}

fn reversed(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().rev();
            let fields: Map<_, _> = fields.map(|(k, v)| (k.clone(), reversed(v))).collect();
            Value::Object(fields)
        }
        Value::Array(items) => items.iter().map(reversed).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

const KINDS: [&str; 4] = [
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/json",
    "image/png",
];

proptest! {
    #[test]
    fn any_bytes_give_events_or_problems(bytes in vec(any::<u8>(), 0..300)) {
        for format in Format::ALL {
            for kind in KINDS {
                if let Err(refused) = read(format, kind, &bytes) {
                    prop_assert!(!refused.problems().is_empty());
                }
            }
        }
        if let Ok(text) = std::str::from_utf8(&bytes) {
            prop_assert!(envelope::parse(text).is_err());
        }
    }

    #[test]
    fn any_json_gives_events_that_are_the_sources_own(json in any_json()) {
        let text = json.to_string();
        for format in Format::ALL {
            for kind in KINDS {
                let Ok(events) = read(format, kind, text.as_bytes()) else { continue };
                for event in events {
                    prop_assert_eq!(&event.detail[Event::TENANT], "shop");
                    prop_assert_eq!(event.detail.get("groundplane"), None);
                    prop_assert!(event.time <= received());
                    let delivered = Event { detail: event.detail_for_bus(), ..event };
                    let delivered = serde_json::to_string(&delivered).unwrap();
                    prop_assert!(envelope::parse(&delivered).is_ok());
                }
            }
        }
    }

    #[test]
    fn why_something_is_refused_is_short_and_in_one_line(json in any_json()) {
        for format in Format::ALL {
            if let Err(refused) = read(format, KINDS[0], json.to_string().as_bytes()) {
                prop_assert!(!refused.why().chars().any(char::is_control), "{}", refused.why());
                prop_assert!(refused.problems().len() <= 51);
            }
        }
    }

    #[test]
    fn what_is_sent_again_is_the_same_event_whatever_the_order_of_its_fields(noise in any_json()) {
        for format in Format::ALL {
            let body = body(format, &noise);
            let ids = |body: &Value| -> Vec<String> {
                let events = read(format, KINDS[0], body.to_string().as_bytes()).unwrap();
                events.into_iter().map(|event| event.id).collect()
            };
            prop_assert_eq!(ids(&body), ids(&reversed(&body)));
            prop_assert_eq!(ids(&body).len(), 1);
        }
    }

    #[test]
    fn subjects_of_any_event_are_few_plain_and_each_once(
        source in select(&["aws.ecs", "aws.cloudwatch", "aws.health", "aws.rds", "shop"][..]),
        detail in any_json(),
        resources in vec(any::<String>(), 0..80),
    ) {
        let event = Event {
            version: "0".to_owned(),
            id: "a".to_owned(),
            source: source.to_owned(),
            detail_type: "t".to_owned(),
            account: "123456789012".to_owned(),
            time: received(),
            region: "eu-central-1".to_owned(),
            resources,
            detail,
        };
        let found = subjects(&event);
        prop_assert!(found.len() <= MOST_SUBJECTS);
        let mut once = found.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(once.len(), found.len());
        prop_assert!(found.iter().all(|text| !text.is_empty() && !text.contains(char::is_whitespace)));
    }

    #[test]
    fn what_is_signed_is_believed_and_what_is_changed_is_not(
        key in vec(any::<u8>(), 24..=64),
        id in "[a-zA-Z0-9_-]{1,40}",
        seconds in -300_i64..=300,
        body in vec(any::<u8>(), 0..200),
        other in vec(any::<u8>(), 0..200),
    ) {
        let secret = Secret::from_bytes(key).unwrap();
        let sent_at = received() + jiff::SignedDuration::from_secs(seconds);
        let signature = secret.sign(&id, sent_at, &body);
        let stamp = sent_at.as_second().to_string();
        let headers = Headers::new([
            ("Webhook-Id", &id), ("Webhook-Timestamp", &stamp), ("Webhook-Signature", &signature),
        ]);
        let secrets = [secret];
        let signed = verify(&secrets, &headers, &body, received()).unwrap();
        prop_assert_eq!(signed.id, id);
        prop_assume!(other != body);
        prop_assert!(verify(&secrets, &headers, &other, received()).is_err());
    }
}
