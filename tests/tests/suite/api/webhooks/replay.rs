//! A signed webhook counts once, however often it comes.

use groundplane_ports::Clock as _;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::super::faults::Broken;
use super::*;

const BODY: &str = r#"{"text":"disk is full"}"#;

#[tokio::test]
async fn a_webhook_that_was_taken_is_answered_again_and_puts_nothing() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let first = gate.signed(&secret, "msg_1", BODY);
    gate.taken(first.clone(), 1).await;
    // Recorded and sent again by somebody, and sent again by the sender, who signs anew.
    gate.api.system.advance(SignedDuration::from_secs(60));
    for again in [first.clone(), gate.signed(&secret, "msg_1", BODY)] {
        let answer = gate.send(again).await;
        assert_eq!((answer.status, answer.body), (200, json!({"events": 0})));
    }
    assert_eq!(gate.bus.events().len(), 1);
    gate.taken(gate.signed(&secret, "msg_2", BODY), 1).await;
}

#[tokio::test]
async fn the_same_id_of_another_source_is_another_webhook() {
    let gate = Gate::start().await;
    for name in ["disks", "other"] {
        let secret = gate.api.register(name, "json", "signature").await;
        let call = to(&format!("acme.{name}"), gate.signed(&secret, "msg_1", BODY));
        gate.taken(call, 1).await;
    }
    let events = gate.bus.events();
    assert_ne!(events[0].id, events[1].id);
}

#[tokio::test]
async fn what_could_not_be_handed_over_is_handed_over_later_as_the_same_events() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    gate.bus.set_down(true);
    let answer = gate.send(gate.signed(&secret, "msg_1", BODY)).await;
    assert_eq!(answer.header(axum::http::header::RETRY_AFTER), "1");
    assert_eq!(
        answer.problem(503)["detail"],
        "the platform is busy; send again"
    );
    gate.bus.set_down(false);
    let came_in = gate.api.system.now();
    gate.api.system.advance(SignedDuration::from_hours(30));
    gate.taken(gate.signed(&secret, "msg_1", BODY), 1).await;
    // It does not say when it happened, so it happened when it first came in.
    assert_eq!(gate.bus.events()[0].time, came_in);
}

#[tokio::test]
async fn of_the_same_webhook_sent_at_once_all_that_goes_out_is_the_same_event() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let call = gate.signed(&secret, "msg_1", BODY);
    let mut senders = JoinSet::new();
    for _ in 0..8 {
        senders.spawn(send(gate.router.clone(), call.clone()));
    }
    let answers = senders.join_all().await;
    assert!(
        answers
            .iter()
            .all(|one| [200, 202, 503].contains(&one.status)),
        "{answers:?}"
    );
    let events = gate.bus.events();
    assert!(!events.is_empty() && events.iter().all(|event| *event == events[0]));
    assert_eq!(gate.send(call).await.status, 200);
}

#[tokio::test]
async fn what_is_remembered_of_a_webhook_is_neither_its_id_nor_its_body() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let call = gate.signed(&secret, "msg_canary", r#"{"text":"canary words"}"#);
    let signature = call.headers[3].1.clone();
    gate.taken(call, 1).await;
    let table = format!("{:?}", gate.api.table.dump().await);
    assert!(table.contains("WEBHOOK#acme.disks#"), "{table}");
    for canary in ["msg_canary", "canary words", secret.as_str(), &signature] {
        assert!(!table.contains(canary), "{canary}");
    }
}

#[tokio::test]
async fn a_fault_of_the_platform_is_not_explained_to_senders() {
    for (error, status) in [
        (PortError::Unavailable("secret words".to_owned()), 503),
        (PortError::Denied("secret words".to_owned()), 500),
        (PortError::Internal("secret words".to_owned()), 500),
    ] {
        let system = crate::system::TestSystem::default();
        let receiver = Receiver {
            table: Broken(error),
            secrets: system.vault.clone(),
            bus: TestBus::default(),
            clock: system,
        };
        let problem = send(router(receiver), webhook(BODY)).await.problem(status);
        assert!(!problem.to_string().contains("secret words"));
    }
}
