//! Acceptance: durable before it is answered, in one transaction, one deployment at a time.

use groundplane_model::InstanceStatus;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Api, ENVIRONMENT, LANDING_ZONE, WEB, apply, call, get, header, named, send, submit};

#[tokio::test]
async fn a_submission_is_answered_with_where_to_look() {
    let api = Api::with_ground().await;
    let answer = api.send(submit(WEB)).await;
    let id = answer.body["deployment"].as_str().unwrap();
    assert_eq!(
        answer.header(header::LOCATION),
        format!("/v1/deployments/{id}")
    );
    let expected = json!({
        "instance": "web-service.dev", "deployment": id, "status": "accepted", "warnings": []
    });
    assert_eq!((answer.status, &answer.body), (202, &expected));
    let shown = api.send(get(answer.header(header::LOCATION))).await;
    assert_eq!(
        (shown.status, &shown.body["status"]),
        (200, &json!("accepted"))
    );
}

#[tokio::test]
async fn instance_deployment_spec_and_message_are_written_together() {
    let api = Api::with_ground().await;
    let id = api.accepted(submit(WEB)).await;
    let written = [
        "deployment",
        "deployment-spec",
        "environment",
        "instance",
        "landing-zone",
        "member",
        "outbox",
        "spec-lines",
        "usage",
    ];
    assert_eq!(api.table.kinds().await, written);

    let dump = api.table.dump().await;
    let message = &dump[&format!("OUTBOX#{id}.start META")];
    let start = json!({
        "type": {"S": "start_deployment"},
        "tenant": {"S": "acme"},
        "instance": {"S": "web-service.dev"},
        "deployment": {"S": id.as_str()},
    });
    assert_eq!(message["message"]["M"], start);
    let spec = dump[&format!("TENANT#acme#DEPLOYMENT#{id} SPEC")].to_string();
    assert!(spec.contains("elastic"), "defaults are filled in: {spec}");
    assert!(
        spec.contains("vpc-0a1b2c3d4e5f60718"),
        "the ground is kept: {spec}"
    );
}

#[tokio::test]
async fn json_is_as_good_as_yaml() {
    let api = Api::with_ground().await;
    let document = json!({
        "apiVersion": "groundplane.dev/v1",
        "kind": "Service",
        "metadata": {"name": "web-service", "environment": "dev"},
        "spec": {"storage": {}},
    });
    let body = document.to_string();
    api.accepted(submit(body).with("content-type", "application/json; charset=utf-8"))
        .await;
}

#[tokio::test]
async fn the_query_names_the_environment_before_the_document_does() {
    let api = Api::with_ground().await;
    let prod = ENVIRONMENT.replace("name: dev", "name: prod");
    api.send(apply("/v1/environments/prod", prod)).await;
    let elsewhere = call(super::Method::POST, "/v1/instances?environment=prod", WEB);
    assert_eq!(
        api.send(elsewhere.clone()).await.body["instance"],
        "web-service.prod"
    );

    let silent = WEB.replace("  environment: dev\n", "");
    let problem = api.refused(submit(silent.clone()), 422).await;
    assert_eq!(problem["problems"][0]["pointer"], "/metadata");
    assert!(
        problem["problems"][0]["hint"]
            .as_str()
            .unwrap()
            .contains("?environment="),
        "{problem}"
    );
    let in_the_query = super::Call {
        body: named("other-one").into(),
        ..elsewhere
    };
    assert_eq!(
        api.send(in_the_query).await.body["instance"],
        "other-one.prod"
    );
}

#[tokio::test]
async fn an_environment_that_is_not_there_is_refused_with_those_that_are() {
    let api = Api::start().await;
    let problem = api.refused(submit(WEB), 422).await;
    assert_eq!(
        problem["detail"],
        "there is no environment `dev`; none was applied yet"
    );
    let api = Api::with_ground().await;
    let elsewhere = WEB.replace("environment: dev", "environment: prod");
    let problem = api.refused(submit(elsewhere), 422).await;
    assert_eq!(
        problem["detail"],
        "there is no environment `prod`; there are `dev`"
    );
}

#[tokio::test]
async fn an_unknown_section_is_accepted_with_a_warning() {
    let api = Api::with_ground().await;
    let answer = api
        .send(submit(format!("{WEB}  quantum: {{qubits: 3}}\n")))
        .await;
    assert_eq!(answer.status, 202);
    let warning = &answer.body["warnings"][0];
    assert_eq!(
        (&warning["severity"], &warning["pointer"]),
        (&json!("warning"), &json!("/spec/quantum"))
    );
    assert!(
        warning["line"].is_u64() && warning["column"].is_u64(),
        "{warning}"
    );
}

#[tokio::test]
async fn whatever_json_can_say_in_an_unknown_section_is_kept() {
    // DynamoDB's own maps stop at 32 levels, at numbers of 126 digits and at empty names.
    let api = Api::with_ground().await;
    let deep = format!("{}1{}", "[".repeat(60), "]".repeat(60));
    for (name, content) in [
        ("deep", deep.as_str()),
        ("large", "1e300"),
        ("small", "-1e-300"),
        ("nameless", "{\"\": {\"\": 1}}"),
        ("nothing", "[null, {}, [], \"\"]"),
    ] {
        let document = named(name) + &format!("  quantum: {content}\n");
        let answer = api.send(submit(document)).await;
        assert_eq!(answer.status, 202, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_existing_name_is_updated() {
    let api = Api::with_ground().await;
    let first = api.accepted(submit(WEB)).await;
    let born = api.instance("web-service.dev").await;
    api.end(&first, InstanceStatus::Active).await;
    api.system.advance(jiff::SignedDuration::from_mins(1));
    let second = api
        .accepted(submit(WEB.replace("team: shop", "team: till")))
        .await;
    let now = api.instance("web-service.dev").await;
    assert_ne!(first, second);
    assert_eq!(now.last_deployment, second);
    assert_eq!(now.active_deployment, Some(second));
    assert_eq!(now.labels["team"], "till");
    assert_eq!(
        (&now.incarnation, now.created_at),
        (&born.incarnation, born.created_at)
    );
    assert!(now.updated_at > born.updated_at);
    assert_eq!(
        (api.count("instance").await, api.count("deployment").await),
        (1, 2)
    );
}

#[tokio::test]
async fn while_a_deployment_runs_another_is_refused_with_a_link_to_it() {
    let api = Api::with_ground().await;
    let running = api.accepted(submit(WEB)).await;
    for call in [submit(WEB), super::delete("/v1/instances/web-service.dev")] {
        let problem = api.refused(call, 409).await;
        assert_eq!(problem["link"], format!("/v1/deployments/{running}"));
    }
    api.accepted(submit(named("another-one"))).await;
    api.accepted(submit(WEB).of_tenant("umbrella")).await;
}

#[tokio::test]
async fn of_submissions_at_the_same_time_one_is_accepted() {
    let api = Api::with_ground().await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        callers.spawn(send(api.router.clone(), submit(WEB)));
    }
    let (won, lost): (Vec<_>, Vec<_>) = callers
        .join_all()
        .await
        .into_iter()
        .partition(|answer| answer.status == 202);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        let link = format!(
            "/v1/deployments/{}",
            won[0].body["deployment"].as_str().unwrap()
        );
        assert_eq!(answer.problem(409)["link"], Value::from(link));
    }
    assert_eq!(
        (api.count("deployment").await, api.count("outbox").await),
        (1, 1)
    );
}

#[tokio::test]
async fn an_instance_does_not_move_with_its_environment() {
    let api = Api::with_ground().await;
    let first = api.accepted(submit(WEB)).await;
    api.end(&first, InstanceStatus::Active).await;
    let zone = LANDING_ZONE.replace("name: sandbox", "name: castle");
    api.send(apply("/v1/landing-zones/castle", zone)).await;
    let moved = ENVIRONMENT.replace("landingZone: sandbox", "landingZone: castle");
    assert_eq!(
        api.send(apply("/v1/environments/dev", moved)).await.status,
        200
    );
    let problem = api.refused(submit(WEB), 422).await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("destroy it first"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_spec_that_does_not_fit_its_ground_is_refused_with_all_problems() {
    let api = Api::with_ground().await;
    let head = WEB.split("spec:").next().unwrap();
    for (spec, pointer) in [
        ("spec: {quantum: {}}", "/spec"),
        (
            "spec: {compute: {image: nginx, environment: {A: \"${storage.efs.id}\"}}}",
            "/spec/compute/environment/A",
        ),
    ] {
        let problem = api.refused(submit(format!("{head}{spec}\n")), 422).await;
        assert_eq!(problem["problems"][0]["pointer"], pointer, "{problem}");
    }
}
