//! Changes that say which state of an instance they are meant for.

use groundplane_model::InstanceStatus;
use serde_json::Value;
use tokio::task::JoinSet;

use super::{
    Api, Call, ENVIRONMENT, Method, WEB, WEB_SERVICE, apply, call, delete, get, header, send,
    submit,
};

/// The API with the instance `web-service.dev`, in an environment that serves production.
async fn in_production() -> Api {
    let api = Api::with_instance().await;
    let production = ENVIRONMENT.replace("spec:", "spec:\n  production: true");
    let applied = api.send(apply("/v1/environments/dev", production)).await;
    assert_eq!(applied.status, 200);
    api
}

async fn tag(api: &Api) -> String {
    let answer = api.send(get(WEB_SERVICE)).await;
    let tag = answer.header(header::ETAG).to_owned();
    assert_eq!(answer.body["etag"], tag);
    tag
}

/// Another document of the same service.
fn another() -> String {
    format!("{WEB}\n# changed")
}

#[tokio::test]
async fn a_change_of_the_state_that_it_is_meant_for_is_accepted() {
    let api = Api::with_instance().await;
    let tag = tag(&api).await;
    let many = format!("\"0\", {tag}");
    for condition in [tag.as_str(), "*", &many] {
        let api = Api::with_instance().await;
        let change = submit(another()).with("if-match", condition);
        assert_eq!(api.send(change).await.status, 202, "{condition}");
    }
}

#[tokio::test]
async fn every_deployment_moves_the_tag_on() {
    let api = Api::with_instance().await;
    let before = tag(&api).await;
    let id = api.accepted(submit(another())).await;
    let under_way = tag(&api).await;
    api.end(&id, InstanceStatus::Active).await;
    let after = tag(&api).await;
    assert!(before != under_way && under_way != after && before != after);
}

#[tokio::test]
async fn a_change_of_another_state_is_refused_and_says_which_there_is() {
    let api = Api::with_instance().await;
    let now = tag(&api).await;
    let rollback = call(
        Method::POST,
        &format!("{WEB_SERVICE}:rollback"),
        r#"{"revision": 1}"#,
    );
    for change in [submit(another()), delete(WEB_SERVICE)] {
        for stale in ["\"0\"".to_owned(), format!("W/{now}")] {
            let problem = api
                .refused(change.clone().with("if-match", stale), 412)
                .await;
            let detail = problem["detail"].as_str().unwrap();
            assert_eq!(
                detail,
                format!("`web-service.dev` has changed: its ETag is {now} now")
            );
        }
    }
    // There is no revision to go back to; that is said first.
    api.refused(rollback.with("if-match", "\"0\""), 404).await;
}

#[tokio::test]
async fn what_must_not_be_there_yet_is_made_once() {
    let api = Api::with_ground().await;
    let mut racing = JoinSet::new();
    for _ in 0..8 {
        let create = submit(WEB).with("if-none-match", "*");
        racing.spawn(send(api.router.clone(), create));
    }
    let mut statuses: Vec<u16> = racing.join_all().await.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 412, 412, 412, 412, 412, 412, 412]);
    let problem = api
        .refused(submit(WEB).with("if-none-match", "*"), 412)
        .await;
    assert_eq!(problem["detail"], "`web-service.dev` is there already");
}

#[tokio::test]
async fn a_change_of_what_must_be_there_makes_nothing() {
    let api = Api::with_ground().await;
    for tag in ["*", "\"1\""] {
        let problem = api.refused(submit(WEB).with("if-match", tag), 412).await;
        assert_eq!(problem["detail"], "`web-service.dev` is not there");
    }
}

#[tokio::test]
async fn of_two_changes_of_one_state_one_is_accepted() {
    let api = Api::with_instance().await;
    let tag = tag(&api).await;
    let mut racing = JoinSet::new();
    for number in 0..6 {
        let change = submit(format!("{WEB}\n# {number}")).with("if-match", &tag);
        racing.spawn(send(api.router.clone(), change));
    }
    let answers = racing.join_all().await;
    let accepted = answers.iter().filter(|answer| answer.status == 202);
    assert_eq!(accepted.count(), 1);
    let refused = answers.iter().filter(|answer| answer.status == 412);
    assert_eq!(refused.count(), 5);
}

#[tokio::test]
async fn what_is_no_condition_is_refused() {
    let api = Api::with_instance().await;
    for (name, value) in [
        ("if-match", "7"),
        ("if-match", ""),
        ("if-match", "\"7"),
        ("if-none-match", "\"7\""),
    ] {
        api.refused(submit(another()).with(name, value), 400).await;
        api.refused(delete(WEB_SERVICE).with(name, value), 400)
            .await;
    }
}

fn said(problem: &Value) -> &str {
    problem["detail"].as_str().unwrap()
}

#[tokio::test]
async fn what_serves_production_is_changed_by_those_who_say_which_state_they_mean() {
    let api = in_production().await;
    for change in [submit(another()), delete(WEB_SERVICE)] {
        let problem = api.refused(change, 428).await;
        assert!(said(&problem).starts_with("`web-service.dev` serves production: "));
    }
    for condition in ["*", &tag(&api).await] {
        let api = in_production().await;
        let change = submit(another()).with("if-match", condition);
        assert_eq!(api.send(change).await.status, 202, "{condition}");
    }
}

#[tokio::test]
async fn a_plan_says_which_state_is_meant() {
    let api = in_production().await;
    let preview = call(Method::POST, "/v1/instances:preview", another());
    let preview = api.send(preview).await;
    let plan = preview.body["plan"].as_str().unwrap();
    let change = call(
        Method::POST,
        &format!("/v1/instances?plan={plan}"),
        another(),
    );
    assert_eq!(api.send(change).await.status, 202);
}

#[tokio::test]
async fn what_is_new_in_production_needs_no_condition() {
    let api = in_production().await;
    let first: Call = submit(super::named("another-service"));
    assert_eq!(api.send(first).await.status, 202);
}
