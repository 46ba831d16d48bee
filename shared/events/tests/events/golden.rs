//! Bodies of every format, and the events or problems that must come of each. `UPDATE_GOLDEN=1`
//! writes what comes instead of comparing.

use groundplane_events::webhook::{self, Delivery, Format, Source};
use groundplane_events::{Headers, envelope};
use groundplane_model::{EventSourceName, TenantId};
use serde_json::{Value, json};

use crate::cases::Case;

fn outcome(format: Format, case: &Case) -> Value {
    let source = Source {
        name: EventSourceName::parse("monitoring").unwrap(),
        format,
        tenant: TenantId::parse("shop").unwrap(),
    };
    let headers = case.json("headers.json").unwrap_or_default();
    let headers = headers.as_object().into_iter().flatten();
    let headers = Headers::new(headers.map(|(name, value)| (name, value.as_str().unwrap())));
    let body = case.text("body.json").or_else(|| case.text("body.txt"));
    let delivery = Delivery {
        headers: &headers,
        body: body.as_deref().unwrap().as_bytes(),
        received_at: "2026-11-21T10:00:00Z".parse().unwrap(),
    };
    match webhook::read(&source, &delivery) {
        Ok(events) => {
            for event in &events {
                let message = serde_json::to_string(event).unwrap();
                assert_eq!(envelope::parse(&message).as_ref(), Ok(event));
            }
            json!({ "events": events })
        }
        Err(refused) => {
            let lines = refused.problems().iter().map(ToString::to_string);
            json!({ "problems": lines.collect::<Vec<_>>() })
        }
    }
}

#[test]
fn every_body_becomes_what_its_folder_says() {
    for format in Format::ALL {
        for case in Case::all(format.as_str()) {
            case.compare("expected.json", &outcome(format, &case));
        }
    }
}
