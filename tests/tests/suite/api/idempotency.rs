//! The same request twice is one deployment, where the client says that it is the same.

use groundplane_model::InstanceStatus;
use jiff::SignedDuration;
use tokio::task::JoinSet;

use super::{Api, Call, Method, WEB, call, delete, named, send, submit};

#[tokio::test]
async fn the_same_key_and_document_give_the_same_answer_and_one_deployment() {
    let api = Api::with_ground().await;
    let first = api.send(submit(WEB).keyed("k")).await;
    let after_the_first = api.table.dump().await;
    assert_eq!(first.status, 202);
    assert_eq!(api.send(submit(WEB).keyed("k")).await, first);

    api.system.advance(SignedDuration::from_hours(23));
    assert_eq!(api.send(submit(WEB).keyed("k")).await, first);
    assert_eq!(api.table.dump().await, after_the_first);
}

#[tokio::test]
async fn the_answer_stays_the_same_when_the_deployment_has_ended() {
    let api = Api::with_ground().await;
    let first = api.send(submit(WEB).keyed("k")).await;
    let again = api.accepted(submit(WEB).keyed("k")).await;
    api.end(&again, InstanceStatus::Active).await;
    assert_eq!(api.send(submit(WEB).keyed("k")).await, first);
    assert_eq!(api.count("deployment").await, 1);
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB).keyed("k")).await;
    let elsewhere = call(Method::POST, "/v1/instances?environment=prod", WEB);
    for other in [
        submit(named("other-one")),
        submit(format!("{WEB}\n")),
        elsewhere,
        delete("/v1/instances/web-service.dev"),
    ] {
        let problem = api.refused(other.keyed("k"), 422).await;
        assert_eq!(
            problem["detail"],
            "this Idempotency-Key was used for another request"
        );
    }
}

#[tokio::test]
async fn a_key_belongs_to_its_tenant() {
    let api = Api::with_ground().await;
    let ours = api.accepted(submit(WEB).keyed("k")).await;
    let theirs = api
        .accepted(submit(named("other-one")).keyed("k").of_tenant("umbrella"))
        .await;
    assert_ne!(ours, theirs);
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let api = Api::with_ground().await;
    let first = api.accepted(submit(WEB).keyed("k")).await;
    api.end(&first, InstanceStatus::Active).await;
    api.system.advance(SignedDuration::from_hours(24));
    // The table has not forgotten the first use yet.
    assert_eq!(api.count("idempotency").await, 1);
    let second = api.accepted(submit(named("other-one")).keyed("k")).await;
    assert_ne!(first, second);
    assert_eq!(
        api.accepted(submit(named("other-one")).keyed("k")).await,
        second
    );
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let api = Api::with_ground().await;
    api.refused(submit("kind: Nothing").keyed("k"), 422).await;
    api.accepted(submit(WEB).keyed("k")).await;
}

#[tokio::test]
async fn the_same_request_at_the_same_time_is_one_deployment() {
    let api = Api::with_ground().await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        callers.spawn(send(api.router.clone(), submit(WEB).keyed("k")));
    }
    let answers = callers.join_all().await;
    assert_eq!(answers[0].status, 202, "{:?}", answers[0]);
    for answer in &answers {
        assert_eq!(*answer, answers[0]);
    }
    assert_eq!(
        (api.count("deployment").await, api.count("outbox").await),
        (1, 1)
    );
}

#[tokio::test]
async fn a_key_that_is_none_is_refused() {
    let api = Api::with_ground().await;
    let with_key = |key: &str| -> Call { submit(WEB).keyed(key) };
    for key in ["", &"k".repeat(256), "naïve", "a\tb"] {
        let problem = api.refused(with_key(key), 400).await;
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("Idempotency-Key"),
            "{problem}"
        );
    }
    api.accepted(with_key(&"k".repeat(255))).await;
}
