//! Approvals, cancelling, rollbacks and retries over the API, with the shipped state machines at work
//! behind it.

use axum::Router;
use axum::http::Method;
use groundplane_api::{Platform, router};
use groundplane_lives::Definitions;
use groundplane_model::{
    ApprovalPolicy, Artifact, Deployment, DeploymentId, DeploymentStatus, TenantId,
};
use groundplane_ports::{
    Clock, Ids, NewSecretVersion, Random, ReadArtifacts, ReadDeploymentRuns, ReadTable as _,
    Result, UploadPlace, Uploads, WriteSecrets,
};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::Faults;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Call, WEB, WEB_SERVICE, apply, call, delete, get, identity, send, submit};
use crate::memory::MemoryTable;
use crate::platform::{AN_ANSWER, Outside, TestPlatform};
use crate::system::TestSystem;

/// What is around the API: one clock and one Step Functions for it and the platform.
#[derive(Debug)]
struct Around {
    system: TestSystem,
    outside: &'static Outside,
}

impl Clock for Around {
    fn now(&self) -> Timestamp {
        self.outside.now()
    }
}

impl Ids for Around {
    fn next(&self) -> Uuid {
        Uuid::from_u128(self.outside.fresh())
    }
}

impl Random for Around {
    fn bytes(&self) -> Result<[u8; 32]> {
        self.system.bytes()
    }
}

impl WriteSecrets for Around {
    async fn keep(&self, new: &NewSecretVersion<'_>) -> Result<()> {
        self.system.keep(new).await
    }

    async fn forget(&self, name: &str) -> Result<()> {
        self.system.forget(name).await
    }
}

impl ReadArtifacts for Around {
    async fn read(&self, artifact: &Artifact) -> Result<Vec<u8>> {
        self.system.read(artifact).await
    }
}

impl Uploads for Around {
    async fn place(&self, key: &str, bytes: u64, valid: SignedDuration) -> Result<UploadPlace> {
        self.system.place(key, bytes, valid).await
    }

    async fn uploaded(&self, key: &str, most: u64) -> Result<Option<Vec<u8>>> {
        self.system.uploaded(key, most).await
    }
}

impl ReadDeploymentRuns for Around {
    async fn is_running(&self, name: &str) -> Result<bool> {
        self.outside.is_running(name).await
    }
}

/// A platform in memory, and the API over it. The API owns what it stands on, so a test leaks.
#[derive(Clone)]
struct World {
    platform: &'static TestPlatform,
    api: Router,
}

fn as_someone_else(call: Call) -> Call {
    call.claiming(json!({"sub": "dev-2", "custom:tenant": "acme"}))
}

fn post(uri: &str, body: &Value) -> Call {
    call(Method::POST, uri, body.to_string())
}

/// The example with another image.
fn newer() -> String {
    WEB.replace("nginx:1.27", "nginx:1.28")
}

impl World {
    async fn start() -> Self {
        let platform = TestPlatform::start(Faults::none(), Schedule::default()).await;
        let platform: &'static TestPlatform = Box::leak(Box::new(platform.unwrap()));
        let table: &'static MemoryTable = &platform.table;
        let faults: &'static Faults = Box::leak(Box::new(Faults::none()));
        let mut system = TestSystem::default();
        system.templates = platform.artifacts.templates.clone();
        let over = Platform {
            table: faults.wrap(table),
            system: Around {
                system,
                outside: &platform.outside,
            },
            definitions: Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        Self {
            api: router(over, identity()),
            platform,
        }
    }

    /// The same, in an environment that demands approvals.
    async fn demanding() -> Self {
        let world = Self::start().await;
        let policy = ApprovalPolicy::default();
        world.platform.demand_approval(policy).await.unwrap();
        world
    }

    async fn send(&self, call: Call) -> Answer {
        send(self.api.clone(), call).await
    }

    async fn accepted(&self, call: Call) -> Deployment {
        let answer = self.send(call).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let id = DeploymentId::parse(answer.body["deployment"].as_str().unwrap()).unwrap();
        let key = Deployment::key_of(&TenantId::parse("acme").unwrap(), &id);
        self.platform.table.get(&key).await.unwrap().unwrap()
    }

    async fn settled(&self, call: Call) -> Deployment {
        let deployment = self.accepted(call).await;
        self.platform.settle(&deployment).await.unwrap().0
    }

    async fn view(&self, id: &DeploymentId) -> Value {
        let answer = self.send(get(&format!("/v1/deployments/{id}"))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// What someone says to the plan of `id`, as the deployment shows it.
    async fn say(&self, id: &DeploymentId, verb: &str) -> Answer {
        let plan = self.view(id).await["planDigest"].clone();
        let said = json!({"plan": plan, "reason": "it is Friday"});
        let call = post(&format!("/v1/deployments/{id}:{verb}"), &said);
        self.send(as_someone_else(call)).await
    }

    async fn cancel(&self, id: &DeploymentId) -> Answer {
        let call = post(&format!("/v1/deployments/{id}:cancel"), &json!({}));
        self.send(as_someone_else(call)).await
    }

    /// Someone says something while the next deployment of a plan waits.
    fn someone_will_say(&self, id: &DeploymentId, verb: &'static str) {
        let (world, id) = (self.clone(), id.clone());
        self.platform.people.will(AN_ANSWER, 0, move || async move {
            let answer = world.say(&id, verb).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        });
    }

    async fn deploy(&self, document: &str) -> Deployment {
        let ended = self.settled(submit(document)).await;
        assert_eq!(ended.status, DeploymentStatus::Succeeded, "{ended:?}");
        ended
    }
}

#[tokio::test]
async fn a_plan_waits_says_so_and_is_carried_out_once_another_person_approves_it() {
    let world = World::demanding().await;
    let deployment = world.accepted(submit(WEB)).await;
    let (inner, id) = (world.clone(), deployment.id.clone());
    world
        .platform
        .people
        .will(AN_ANSWER, 0, move || async move {
            let view = inner.view(&id).await;
            assert_eq!(view["status"], "waiting");
            assert_eq!(view["waitingFor"]["on"], "approval");
            assert!(view["approval"]["until"].is_string(), "{view}");
            assert!(!view.to_string().contains("-token-"), "{view}");
            let preview = inner
                .send(get(&format!("/v1/deployments/{id}/preview")))
                .await;
            assert_eq!(preview.status, 200, "{preview:?}");
            assert!(!preview.body["units"].as_array().unwrap().is_empty());
            // Nobody approves their own, nor a plan that is another one.
            let own = json!({"plan": view["planDigest"]});
            let approve = format!("/v1/deployments/{id}:approve");
            assert_eq!(inner.send(post(&approve, &own)).await.status, 403);
            let other = as_someone_else(post(&approve, &json!({"plan": "sha256:other"})));
            assert_eq!(inner.send(other).await.status, 412);
            let answer = inner.say(&id, "approve").await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let decision = &answer.body["approval"]["decision"];
            assert_eq!(decision["verdict"], "approved");
            assert_eq!(decision["by"], "dev-2");
            assert_eq!(decision["plan"], view["planDigest"]);
            // One decision, and no second.
            assert_eq!(inner.say(&id, "approve").await.status, 200);
            assert_eq!(inner.say(&id, "reject").await.status, 409);
        });
    let (ended, _) = world.platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.status, DeploymentStatus::Succeeded, "{ended:?}");
    assert_eq!(world.say(&ended.id, "reject").await.status, 409);
    let dump = format!("{:?}", world.platform.outside.events());
    assert!(!dump.contains("-token-"), "{dump}");
}

#[tokio::test]
async fn a_rejected_plan_fails_with_who_rejected_it_and_why() {
    let world = World::demanding().await;
    let deployment = world.accepted(submit(WEB)).await;
    world.someone_will_say(&deployment.id, "reject");
    let (ended, _) = world.platform.settle(&deployment).await.unwrap();
    let error = ended.error.unwrap();
    assert_eq!(error.name, "Groundplane.Rejected");
    assert_eq!(error.cause, "rejected by dev-2: it is Friday");
    assert!(world.platform.stacks.names().is_empty());
}

#[tokio::test]
async fn what_changes_nothing_needs_no_approval_and_a_destroy_does() {
    let world = World::demanding().await;
    let deployment = world.accepted(submit(WEB)).await;
    world.someone_will_say(&deployment.id, "approve");
    world.platform.settle(&deployment).await.unwrap();
    let again = world.deploy(WEB).await;
    assert_eq!(again.approval, None);

    let gone = world
        .accepted(delete("/v1/instances/web-service.dev"))
        .await;
    world.someone_will_say(&gone.id, "approve");
    let (gone, _) = world.platform.settle(&gone).await.unwrap();
    assert_eq!(gone.status, DeploymentStatus::Succeeded, "{gone:?}");
    assert!(gone.approval.unwrap().decision.is_some());
}

#[tokio::test]
async fn answers_that_cannot_be_read_or_are_not_asked_for_are_refused() {
    let world = World::start().await;
    let ended = world.deploy(WEB).await;
    let approve = format!("/v1/deployments/{}:approve", ended.id);
    for body in [
        "",
        "{}",
        "[]",
        r#"{"plan": "x", "by": "root"}"#,
        r#"{"plan": 7}"#,
    ] {
        let answer = world.send(call(Method::POST, &approve, body)).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
    }
    let long = json!({"plan": "x", "reason": "a".repeat(501)});
    assert_eq!(world.send(post(&approve, &long)).await.status, 400);
    let lines = json!({"plan": "x", "reason": "a\nb"});
    assert_eq!(world.send(post(&approve, &lines)).await.status, 400);
    let said = json!({"plan": "x"});
    assert_eq!(world.send(post(&approve, &said)).await.status, 409);
    for (uri, status) in [
        ("/v1/deployments/dep-1:approve".to_owned(), 404),
        (format!("/v1/deployments/{}:explode", ended.id), 404),
        (format!("/v1/deployments/{}", ended.id), 405),
        ("/v1/instances/web-service.dev:explode".to_owned(), 404),
        ("/v1/instances/web-service.dev".to_owned(), 405),
    ] {
        let answer = world.send(post(&uri, &said)).await;
        assert_eq!(answer.status, status, "{uri}: {answer:?}");
    }
    let foreign = call(Method::POST, &approve, said.to_string()).of_tenant("globex");
    assert_eq!(world.send(foreign).await.status, 404);
}

#[tokio::test]
async fn a_deployment_is_cancelled_once_and_for_all() {
    let world = World::start().await;
    let deployment = world.accepted(submit(WEB)).await;
    let (inner, id) = (world.clone(), deployment.id.clone());
    let moment = "PrepareUnitFunctionArn";
    world.platform.people.will(moment, 1, move || async move {
        for _ in 0..2 {
            let answer = inner.cancel(&id).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.body["cancelled"]["by"], "dev-2");
            assert_eq!(answer.body["waitingFor"]["on"], "cancellation");
        }
        // Its instance is still at work, and says how to end that.
        let busy = inner.send(delete("/v1/instances/web-service.dev")).await;
        assert_eq!(busy.status, 409, "{busy:?}");
        let detail = busy.body["detail"].as_str().unwrap();
        assert!(
            detail.contains(&format!("groundplane cancel {id}")),
            "{detail}"
        );
    });
    let (ended, _) = world.platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.status, DeploymentStatus::Failed, "{ended:?}");
    assert_eq!(ended.error.unwrap().cause, "cancelled by dev-2");
    assert!(world.platform.stacks.names().is_empty());
    assert_eq!(
        world.cancel(&ended.id).await.status,
        200,
        "it is as was wanted"
    );

    let done = world.deploy(WEB).await;
    assert_eq!(world.cancel(&done.id).await.status, 409);
    let gone = world.settled(delete("/v1/instances/web-service.dev")).await;
    assert_eq!(gone.status, DeploymentStatus::Succeeded, "{gone:?}");
}

#[tokio::test]
async fn a_deployment_whose_start_was_lost_ends_when_it_is_cancelled() {
    let world = World::start().await;
    let deployment = world.accepted(submit(WEB)).await;
    // The message that starts it is lost.
    world
        .platform
        .outside
        .deliver(&format!("{}.start", deployment.id));
    assert_eq!(world.cancel(&deployment.id).await.status, 200);
    let (ended, _) = world.platform.settle(&deployment).await.unwrap();
    assert_eq!(ended.recoveries, 0, "nobody had to look for it");
    assert_eq!(ended.error.unwrap().name, "Groundplane.Cancelled");
}

fn rollback(body: &Value) -> Call {
    post("/v1/instances/web-service.dev:rollback", body)
}

#[tokio::test]
async fn a_rollback_is_announced_and_deploys_what_was_there_before() {
    let world = World::start().await;
    world.deploy(WEB).await;
    world.deploy(&newer()).await;
    let before = world.platform.table.dump();
    let ask = post("/v1/instances/web-service.dev:preview", &json!({}));
    let preview = world.send(ask).await;
    assert_eq!(preview.status, 200, "{preview:?}");
    assert_eq!(
        world.platform.table.dump(),
        before,
        "a preview writes nothing"
    );
    assert_eq!(preview.body["revision"], 2);
    let units = preview.body["units"].as_array().unwrap();
    assert_eq!(units.len(), 1, "{units:?}");

    let plan = &preview.body["plan"];
    let call = rollback(&json!({"plan": plan})).keyed("back");
    let accepted = world.accepted(call.clone()).await;
    assert_eq!(world.accepted(call).await.id, accepted.id, "the same key");
    let (ended, _) = world.platform.settle(&accepted).await.unwrap();
    assert_eq!(
        (ended.status, ended.revision),
        (DeploymentStatus::Succeeded, Some(3))
    );
    assert_eq!(world.view(&ended.id).await["rollbackTo"], 1);
    let id = groundplane_model::InstanceId::parse("web-service.dev").unwrap();
    let first = world.platform.revision(&id, 1).await.unwrap();
    let third = world.platform.revision(&id, 3).await.unwrap();
    assert_eq!(first.spec, third.spec);
    assert_eq!(first.artifacts, third.artifacts);

    let stale = world
        .send(rollback(&json!({"revision": 2, "plan": plan})))
        .await;
    assert_eq!(stale.status, 412, "{stale:?}");
}

#[tokio::test]
async fn a_rollback_to_what_never_was_is_refused() {
    let world = World::start().await;
    for (body, status) in [(json!({}), 404), (json!({"revision": 1}), 404)] {
        assert_eq!(world.send(rollback(&body)).await.status, status);
    }
    world.deploy(WEB).await;
    for (body, status) in [
        (json!({}), 422),
        (json!({"revision": 9}), 404),
        (json!({"revision": "one"}), 400),
        (json!({"revision": -1}), 400),
        (json!({"version": 1}), 400),
    ] {
        let answer = world.send(rollback(&body)).await;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
    }
    let deployment = world.accepted(submit(newer())).await;
    let busy = world.send(rollback(&json!({"revision": 1}))).await;
    assert_eq!(busy.status, 409, "{busy:?}");
    world.platform.settle(&deployment).await.unwrap();
}

fn retry(id: &DeploymentId) -> Call {
    post(&format!("/v1/deployments/{id}:retry"), &json!({}))
}

#[tokio::test]
async fn a_failed_deployment_is_tried_again_as_another_one() {
    let world = World::start().await;
    let deployment = world.accepted(submit(WEB)).await;
    world.cancel(&deployment.id).await;
    let (failed, _) = world.platform.settle(&deployment).await.unwrap();
    assert_eq!(failed.status, DeploymentStatus::Failed);

    let again = world.settled(retry(&failed.id)).await;
    assert_eq!(again.status, DeploymentStatus::Succeeded, "{again:?}");
    let view = world.view(&again.id).await;
    assert_eq!(view["retryOf"], json!(failed.id));
    for id in [&failed.id, &again.id] {
        assert_eq!(world.send(retry(id)).await.status, 409, "{id}");
    }
}

#[tokio::test]
async fn an_execution_that_is_lost_is_started_anew_at_once() {
    let world = World::start().await;
    let deployment = world.accepted(submit(WEB)).await;
    world
        .platform
        .outside
        .deliver(&format!("{}.start", deployment.id));
    assert_eq!(
        world.send(retry(&deployment.id)).await.status,
        409,
        "too soon"
    );
    world.platform.outside.pass_minutes(2);
    let keyed = || retry(&deployment.id).with("idempotency-key", "again-1");
    let restarted = world.accepted(keyed()).await;
    assert_eq!(
        (restarted.id.clone(), restarted.recoveries),
        (deployment.id.clone(), 1)
    );
    let repeated = world.send(keyed()).await;
    assert_eq!(repeated.status, 202, "the same answer: {repeated:?}");
    assert_eq!(repeated.body["deployment"], json!(restarted.id));
    assert_eq!(
        world.send(retry(&restarted.id)).await.status,
        409,
        "started just now"
    );
    let (ended, _) = world.platform.settle(&restarted).await.unwrap();
    assert_eq!(
        (ended.status, ended.recoveries),
        (DeploymentStatus::Succeeded, 1)
    );
}

#[tokio::test]
async fn to_try_a_destroy_again_takes_what_a_destroy_takes() {
    let world = World::start().await;
    world.deploy(WEB).await;
    let policy = json!({
        "apiVersion": "groundplane.dev/v1", "kind": "AccessPolicy", "metadata": {"name": "access"},
        "spec": {
            "roles": [{"name": "deployer", "actions": ["instance:deploy", "instance:read"]}],
            "groups": [{"group": "pipelines", "roles": ["deployer"]}],
            "everyone": [],
        },
    });
    let deployer = |call: Call| {
        call.claiming(
            json!({"sub": "ci", "custom:tenant": "acme", "cognito:groups": "[pipelines]"}),
        )
    };
    let applied = apply("/v1/access-policies/access", policy.to_string());
    assert_eq!(world.send(applied).await.status, 200);
    let destroy = world.accepted(delete(WEB_SERVICE).by_the_platform()).await;
    let cancel = post(
        &format!("/v1/deployments/{}:cancel", destroy.id),
        &json!({}),
    );
    assert_eq!(world.send(cancel.by_the_platform()).await.status, 200);
    let (failed, _) = world.platform.settle(&destroy).await.unwrap();
    assert_eq!(failed.status, DeploymentStatus::Failed);

    let refused = world.send(deployer(retry(&failed.id))).await;
    let said = refused.body["detail"].as_str().unwrap_or_default();
    assert!(
        said.contains("you may not `instance:destroy`"),
        "{refused:?}"
    );
    assert_eq!(refused.status, 403);
    let again = world.accepted(retry(&failed.id).by_the_platform()).await;
    world.platform.settle(&again).await.unwrap();
}
