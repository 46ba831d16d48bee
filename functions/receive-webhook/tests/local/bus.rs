//! Events on the bus: all of them arrive, each with its own id, time and resources.

use aws_sdk_eventbridge::config::{BehaviorVersion, Credentials, Region};
use groundplane_aws::EventBus;
use groundplane_model::Event;
use groundplane_ports::PublishEvents;
use serde_json::{Value, json};

use crate::cloud::{client, fresh, sqs};

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn every_event_of_several_batches_arrives_as_it_is() {
    let events = client!(aws_sdk_eventbridge);
    let name = format!("webhooks-{}", fresh());
    let queue = sqs("CreateQueue", &json!({"QueueName": name}))["QueueUrl"].clone();
    let arn = format!("arn:aws:sqs:us-east-1:000000000000:{name}");
    events.create_event_bus().name(&name).send().await.unwrap();
    let pattern = json!({"source": [{"prefix": "webhook."}]}).to_string();
    let rule = events.put_rule().name(&name).event_bus_name(&name);
    rule.event_pattern(pattern).send().await.unwrap();
    let target = aws_sdk_eventbridge::types::Target::builder()
        .id("queue")
        .arn(arn);
    let targets = events.put_targets().rule(&name).event_bus_name(&name);
    targets
        .targets(target.build().unwrap())
        .send()
        .await
        .unwrap();

    let sent: Vec<Event> = (0..23).map(event).collect();
    EventBus::new(events, name).relay_all(&sent).await.unwrap();

    let mut arrived: Vec<Event> = Vec::new();
    let receive = json!({"QueueUrl": queue, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 5});
    while arrived.len() < sent.len() {
        let batch = sqs("ReceiveMessage", &receive);
        let messages = batch["Messages"].as_array().cloned().unwrap_or_default();
        assert!(!messages.is_empty(), "only {} arrived", arrived.len());
        let read = |message: &Value| serde_json::from_str(message["Body"].as_str().unwrap());
        arrived.extend(messages.iter().map(|message| read(message).unwrap()));
    }
    arrived.sort_by(|a, b| a.own_id().cmp(b.own_id()));
    for (sent, arrived) in sent.iter().zip(&arrived) {
        assert_eq!(arrived.own_id(), sent.id);
        assert_ne!(arrived.id, sent.id);
        assert_eq!(arrived.detail, sent.detail_for_bus());
        // The local AWS has the time at which an event came in, whatever the event says.
        assert_eq!(
            (&arrived.source, &arrived.detail_type),
            (&sent.source, &sent.detail_type)
        );
        assert_eq!(arrived.resources, sent.resources);
    }
}

/// Events of 40 KB, so that sizes matter as well.
fn event(number: usize) -> Event {
    let event: Value = json!({
        "id": format!("e-{number:03}"), "source": "webhook.disks", "detail-type": "Webhook",
        "time": "2026-01-01T00:00:00Z", "resources": ["arn:aws:ecs:x:1:service/main/web"],
        "detail": {Event::TENANT: "shop", "data": "x".repeat(40_000)},
    });
    serde_json::from_value(event).unwrap()
}
