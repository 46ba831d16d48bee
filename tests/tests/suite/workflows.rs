//! What a transition or an operation may run, call by call: everything is begun once, whatever is
//! delivered twice or cut short, and every failure says what to do about it.

pub(crate) mod cloud;
mod deploying;
mod machine;
pub(crate) mod scene;

use groundplane_model::{Change, DeploymentId, FailureKind, InstanceStatus, RunId, UnitState};
use groundplane_ports::{ReadTable as _, ScalingLimits, WriteTable as _};
use groundplane_run_workflow::{Answer, Request, handle};
use groundplane_tests::accounts::OwnAccount;
use jiff::SignedDuration;
use serde_json::json;

use scene::{INCARNATION, Scene, instance, machine_spec, nothing, tenant, unit, waits, workflow};

#[tokio::test]
async fn a_restart_replaces_the_containers_once_and_waits_for_the_new_ones() {
    let scene = Scene::of("restart", nothing()).await;
    assert!(waits(&scene.advance().await));
    assert_eq!(scene.cloud.calls(), ["restart web"]);
    assert!(waits(&scene.advance().await), "they are being started");
    scene.cloud.tick();
    assert_eq!(scene.advance().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["restart web"]);
}

#[tokio::test]
async fn a_restart_whose_containers_do_not_start_fails_with_the_reason() {
    let scene = Scene::of("restart", nothing()).await;
    scene.cloud.lock().is_broken = true;
    let failure = scene.finish().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert_eq!(
        failure.message,
        "the restart failed: tasks failed to\\u{1b} start"
    );
}

#[tokio::test]
async fn a_service_is_stopped_and_started_with_the_limits_that_it_has() {
    let limits = ScalingLimits { min: 2, max: 6 };
    for (workflow, limits, calls) in [
        ("stop", None, vec!["count web 0"]),
        ("stop", Some(limits), vec!["pause web", "count web 0"]),
        ("start", None, vec!["count web 3"]),
        ("start", Some(limits), vec!["count web 2", "resume web"]),
    ] {
        let scene = Scene::of(workflow, nothing()).await;
        scene.ask_for(json!({"compute": {"minCapacity": 3}})).await;
        scene.cloud.lock().limits = limits;
        if workflow == "start" {
            scene
                .cloud
                .change("web", |it| (it.desired, it.running) = (0, 0));
        }
        assert!(waits(&scene.advance().await), "{workflow}");
        scene.cloud.tick();
        assert_eq!(scene.advance().await, Ok(Answer::Done), "{workflow}");
        assert_eq!(scene.cloud.calls(), calls, "{workflow} {limits:?}");
        assert_eq!(scene.cloud.lock().limits, limits);
    }
}

#[tokio::test]
async fn limits_that_the_stack_does_not_have_are_not_asked_for() {
    let scene = Scene::of("stop", nothing()).await;
    let key = UnitState::key_of(&tenant(), &instance(), &"compute".parse().unwrap());
    let mut unit: UnitState = scene.table.require(&key).await.unwrap();
    unit.applied.as_mut().unwrap().resources.truncate(1);
    scene.save(vec![Change::save(&unit)]).await;
    scene.cloud.lock().limits = Some(ScalingLimits { min: 2, max: 6 });
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["count web 0"]);
}

#[tokio::test]
async fn every_operation_of_the_lifecycle_that_all_have_works_on_the_simplest_service() {
    let (_, spec, _) = groundplane_lifecycle::built_in();
    for (name, operation) in &spec.operations {
        let input = match name.as_str() {
            "scale" => json!({"desiredCount": 3}),
            // What deploys is tried with deployments of its own.
            "redeploy" | "rollback" => continue,
            _ => serde_json::to_value(&operation.run.input).unwrap(),
        };
        let scene = Scene::of(operation.run.workflow.as_str(), input).await;
        assert_eq!(scene.finish().await, Ok(Answer::Done), "{name}");
    }
}

#[tokio::test]
async fn nothing_is_touched_while_a_deployment_is_under_way() {
    for (workflow, input) in [
        ("restart", nothing()),
        ("scale", json!({"desiredCount": 3})),
        ("stop", nothing()),
        ("start", nothing()),
        ("failover", nothing()),
        ("redeploy", nothing()),
    ] {
        let scene = Scene::of(workflow, input).await;
        let deployment = Some(DeploymentId::from_number(2));
        scene
            .change_instance(|it| it.active_deployment = deployment)
            .await;
        assert!(waits(&scene.advance().await), "{workflow}");
        assert_eq!(scene.cloud.calls(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_run_that_is_over_is_done_and_touches_nothing() {
    let scene = Scene::of("restart", nothing()).await;
    let request = Request {
        tenant: tenant(),
        instance: instance(),
        run: RunId::of(&tenant(), &instance(), INCARNATION, 7),
    };
    let (cloud, system) = (&scene.cloud, &scene.system);
    let cloud = &OwnAccount(cloud);
    let answer = handle(&*scene.table, cloud, cloud, system, request).await;
    assert_eq!(answer, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn a_run_that_takes_too_long_fails_and_begins_nothing_more() {
    let scene = Scene::of("restart", nothing()).await;
    scene.system.advance(SignedDuration::from_mins(10));
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::ProvisionFailed);
    assert!(
        failure.message.contains("`restart` did not end before"),
        "{failure}"
    );
    assert_eq!(scene.cloud.calls(), Vec::<String>::new());
}

#[tokio::test]
async fn what_an_instance_does_not_have_is_said_in_the_words_of_its_spec() {
    for (kind, part) in [
        ("restart", "declares no `compute`"),
        ("scale", "declares no `compute`"),
        ("failover", "declares no `database`"),
    ] {
        let input = match kind {
            "scale" => json!({"desiredCount": 1}),
            _ => nothing(),
        };
        let scene = Scene::of(kind, input).await;
        let gone = [
            unit("compute", "AWS::SQS::Queue", "q"),
            unit("database", "AWS::SQS::Queue", "q"),
        ];
        let gone = gone.map(|mut unit| {
            unit.version = 1;
            Change::save(&unit)
        });
        scene.save(gone.to_vec()).await;
        let failure = scene.advance().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid);
        assert!(failure.message.contains(part), "{failure}");
    }
}

#[tokio::test]
async fn an_instance_that_is_gone_cannot_be_worked_on() {
    for workflow in ["restart", "failover", "redeploy", "rollback"] {
        let scene = Scene::of(workflow, nothing()).await;
        scene
            .change_instance(|it| it.status = InstanceStatus::Destroyed)
            .await;
        let failure = scene.advance().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotFound, "{workflow}");
    }
    let scene = Scene::of("destroy", nothing()).await;
    scene
        .change_instance(|it| it.incarnation = "another".to_owned())
        .await;
    assert_eq!(
        scene.advance().await,
        Ok(Answer::Done),
        "it is what was wanted"
    );
}

#[tokio::test]
async fn scaling_sets_the_numbers_and_waits_for_the_containers() {
    let scene = Scene::of("scale", json!({"desiredCount": 5})).await;
    assert!(waits(&scene.advance().await));
    assert!(waits(&scene.advance().await), "they are being started");
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["count web 5"]);
}

#[tokio::test]
async fn scaling_to_nothing_is_a_number_like_any_other() {
    let scene = Scene::of("scale", json!({"desiredCount": 0})).await;
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["count web 0"]);
}

#[tokio::test]
async fn limits_are_set_before_the_number_that_they_allow() {
    let scene = Scene::of("scale", json!({"maxCapacity": 9, "desiredCount": 8})).await;
    scene.cloud.lock().limits = Some(ScalingLimits { min: 1, max: 4 });
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["limits web 1 9", "count web 8"]);
}

#[tokio::test]
async fn an_input_that_does_not_fit_sets_nothing() {
    for (workflow, input, problems) in [
        ("scale", json!({"minCapacity": 3}), 1),
        ("scale", json!({"desiredcount": -1, "maxCapacity": 2000}), 2),
        ("scale", nothing(), 1),
        ("restart", json!({"force": true}), 1),
        ("failover", json!({"to": "b"}), 1),
        ("rollback", json!({"revision": 0}), 1),
        ("redeploy", json!({"revision": 1}), 1),
    ] {
        let scene = Scene::of(workflow, input.clone()).await;
        let failure = scene.advance().await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Invalid, "{workflow} {input}");
        assert_eq!(failure.problems.len(), problems, "{failure}");
        assert_eq!(scene.cloud.calls(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_failover_goes_over_once_and_waits_until_the_database_works_again() {
    let scene = Scene::of("failover", nothing()).await;
    assert!(waits(&scene.advance().await));
    assert!(waits(&scene.advance().await), "it is going over");
    scene.cloud.tick();
    assert_eq!(scene.advance().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["fail over orders"]);
}

#[tokio::test]
async fn a_database_that_is_busy_is_awaited_before_it_goes_over() {
    let scene = Scene::of("failover", nothing()).await;
    let set = |status: &str| {
        let mut state = scene.cloud.lock();
        state.databases.get_mut("orders").unwrap().status = status.to_owned();
    };
    set("backing-up");
    assert!(waits(&scene.advance().await));
    assert_eq!(scene.cloud.calls(), Vec::<String>::new());
    set("available");
    assert_eq!(scene.finish().await, Ok(Answer::Done));
    assert_eq!(scene.cloud.calls(), ["fail over orders"]);
}

#[tokio::test]
async fn a_database_without_a_standby_cannot_go_over() {
    let scene = Scene::of("failover", nothing()).await;
    scene.cloud.add_database("orders", false);
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert!(failure.message.contains("`multiAz: true`"), "{failure}");
}

#[tokio::test]
async fn what_the_cloud_no_longer_has_is_said() {
    let scene = Scene::of("restart", nothing()).await;
    scene.cloud.lock().services.clear();
    let failure = scene.advance().await.unwrap_err();
    assert!(failure.message.contains("no service `web`"), "{failure}");
    let scene = Scene::of("failover", nothing()).await;
    scene.cloud.lock().databases.clear();
    let failure = scene.advance().await.unwrap_err();
    assert!(
        failure.message.contains("no database `orders`"),
        "{failure}"
    );
}

#[tokio::test]
async fn a_registered_workflow_is_a_machine_that_is_told_what_users_see() {
    let scene = Scene::of("warm-cache", nothing()).await;
    let registered = workflow("warm-cache", machine_spec());
    scene.save(vec![Change::save(&registered)]).await;
    let answer = scene.advance().await.unwrap();
    let Answer::Machine {
        arn,
        input,
        timeout_seconds,
    } = answer
    else {
        panic!("{answer:?}");
    };
    assert_eq!((arn.as_str(), timeout_seconds), (scene::MACHINE, 600));
    let outputs = input["outputs"].as_object().unwrap();
    let shown: Vec<&String> = outputs.keys().collect();
    assert_eq!(shown, ["compute.shown", "database.shown"]);
}

#[tokio::test]
async fn a_workflow_that_was_deleted_is_named_with_the_one_that_is_meant() {
    let scene = Scene::of("warm-cahce", nothing()).await;
    let registered = workflow("warm-cache", machine_spec());
    scene
        .table
        .commit(vec![Change::save(&registered)])
        .await
        .unwrap();
    let failure = scene.advance().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(
        failure.message,
        "there is no workflow `warm-cahce`; did you mean `warm-cache`?"
    );
}
