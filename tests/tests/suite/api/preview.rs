//! Previews against what is deployed, and deployments that are bound to one: the shipped state
//! machines do what was announced.

use axum::Router;
use axum::http::Method;
use groundplane_api::{Platform, router};
use groundplane_lives::Definitions;
use groundplane_model::{
    ApprovalPolicy, Deployment, DeploymentId, DeploymentStatus, Environment, EnvironmentName, Key,
    LandingZone, LandingZoneName, Partition, Step, StepAction, TenantId,
};
use groundplane_ports::{ReadTable as _, WriteTable as _};
use groundplane_tests::asl::Schedule;
use groundplane_tests::faults::Faults;
use serde_json::{Value, json};

use super::{Answer, Api, Call, WEB, call, identity, send, submit};
use crate::memory::MemoryTable;
use crate::platform::TestPlatform;
use crate::system::TestSystem;

/// A platform in memory, and the API over its table and its templates.
pub(super) struct World {
    platform: TestPlatform,
    api: Router,
}

fn ask(document: &str) -> Call {
    call(Method::POST, "/v1/instances:preview", document)
}

fn bound_to(plan: &str, document: &str) -> Call {
    call(
        Method::POST,
        &format!("/v1/instances?plan={plan}"),
        document,
    )
}

/// The example with another image.
fn newer() -> String {
    let changed = WEB.replace("nginx:1.27", "nginx:1.28");
    assert_ne!(changed, WEB);
    changed
}

fn plan_of(preview: &Value) -> String {
    preview["plan"].as_str().unwrap().to_owned()
}

impl World {
    /// The router owns what it stands on, so a test leaks a little.
    pub(super) async fn start() -> Self {
        let platform = TestPlatform::start(Faults::none(), Schedule::default())
            .await
            .unwrap();
        let table: &'static MemoryTable = Box::leak(Box::new(platform.table.clone()));
        let faults: &'static Faults = Box::leak(Box::new(Faults::none()));
        let mut system = TestSystem::default();
        system.templates = platform.artifacts.templates.clone();
        let over = Platform {
            table: faults.wrap(table),
            system,
            definitions: Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        Self {
            api: router(over, identity()),
            platform,
        }
    }

    pub(super) async fn send(&self, call: Call) -> Answer {
        send(self.api.clone(), call).await
    }

    /// What is said of a document that nothing speaks against.
    async fn preview(&self, document: &str) -> Value {
        let before = self.platform.table.dump();
        let answer = self.send(ask(document)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(
            self.platform.table.dump(),
            before,
            "a preview writes nothing"
        );
        answer.body
    }

    /// Submits what must be accepted, and lets it come to its end.
    pub(super) async fn deploy(&self, call: Call) -> Deployment {
        let answer = self.send(call).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let id = DeploymentId::parse(answer.body["deployment"].as_str().unwrap()).unwrap();
        let tenant = TenantId::parse("acme").unwrap();
        let key = Deployment::key_of(&tenant, &id);
        let deployment: Deployment = self.platform.table.get(&key).await.unwrap().unwrap();
        let (deployment, _) = self.platform.settle(&deployment).await.unwrap();
        assert_eq!(
            deployment.status,
            DeploymentStatus::Succeeded,
            "{deployment:?}"
        );
        deployment
    }

    /// What a deployment did: each step, and the digest of what it applied.
    async fn steps(&self, deployment: &Deployment) -> Vec<(String, Option<String>)> {
        let partition = Partition::deployment(&deployment.tenant, &deployment.id);
        let steps: Vec<Step> = (self.platform.table)
            .query(&partition, Step::PREFIX)
            .await
            .unwrap();
        let mut done: Vec<_> = steps
            .iter()
            .map(|step| {
                let applied = match &step.action {
                    StepAction::Apply { artifact, .. } => Some(artifact.digest.to_string()),
                    StepAction::Destroy => None,
                };
                (step.id.to_string(), applied)
            })
            .collect();
        done.sort();
        done
    }
}

/// What a preview announces, as [`World::steps`] tells it.
fn announced(preview: &Value) -> Vec<(String, Option<String>)> {
    let units = preview["units"].as_array().unwrap().iter();
    let mut announced: Vec<_> = units
        .map(|unit| {
            let step = unit["step"].as_str().unwrap().to_owned();
            (step, unit["after"].as_str().map(str::to_owned))
        })
        .collect();
    announced.sort();
    announced
}

#[tokio::test]
async fn a_first_deployment_creates_everything() {
    let world = World::start().await;
    let preview = world.preview(WEB).await;
    assert_eq!(preview["instance"], "web-service.dev");
    assert_eq!(preview["revision"], Value::Null);
    let units = preview["units"].as_array().unwrap();
    assert!(
        !units.is_empty() && units.iter().all(|unit| unit["operation"] == "create"),
        "{units:?}"
    );
    assert!(!preview["allocations"].as_array().unwrap().is_empty());
    assert_eq!(world.preview(WEB).await, preview, "it is deterministic");
}

#[tokio::test]
async fn what_is_deployed_and_does_not_change_is_nothing_to_do() {
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    let preview = world.preview(WEB).await;
    assert_eq!(preview["revision"], 1);
    assert_eq!(preview["units"], json!([]));
    assert_eq!(preview["allocations"], json!([]));
}

#[tokio::test]
async fn a_change_is_compared_with_the_templates_that_were_applied() {
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    let preview = world.preview(&newer()).await;
    let resources = preview["units"][0]["resources"].as_array().unwrap();
    let task = resources
        .iter()
        .find(|resource| resource["type"] == "AWS::ECS::TaskDefinition")
        .unwrap();
    assert_eq!(task["operation"], "replace");
    assert_eq!(
        task["because"],
        json!(["/Properties/ContainerDefinitions/0/Image"])
    );
    assert_eq!(
        task["changes"][0]["before"]["template"],
        "public.ecr.aws/nginx/nginx:1.27"
    );
}

#[tokio::test]
async fn what_is_announced_is_what_is_done() {
    let without_storage = {
        let (before, _) = WEB.split_once("  storage:").unwrap();
        before.to_owned()
    };
    let edits = [
        newer(),
        newer()
            .replace("cpu: 256", "cpu: 512")
            .replace("memory: 512", "memory: 1024"),
        without_storage,
        WEB.to_owned(),
        format!("{WEB}  database: {{ engine: postgres, onDelete: delete }}\n"),
        WEB.to_owned(),
    ];
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    for edit in edits {
        let preview = world.preview(&edit).await;
        let deployment = world.deploy(bound_to(&plan_of(&preview), &edit)).await;
        let done = world.steps(&deployment).await;
        let steps = |list: &[(String, Option<String>)]| -> Vec<String> {
            list.iter().map(|(step, _)| step.clone()).collect()
        };
        assert_eq!(steps(&announced(&preview)), steps(&done), "{edit}");
        // Where no name has to be handed out first, the templates are the very same.
        let takes = |it: &Value| it["action"] == "take";
        if !preview["allocations"].as_array().unwrap().iter().any(takes) {
            assert_eq!(announced(&preview), done, "{edit}");
        }
    }
}

#[tokio::test]
async fn a_plan_holds_once() {
    let world = World::start().await;
    let plan = plan_of(&world.preview(WEB).await);
    world.deploy(bound_to(&plan, WEB)).await;
    let refused = world.send(bound_to(&plan, WEB)).await.problem(412);
    assert_eq!(
        refused["detail"],
        "the plan no longer holds: `web-service.dev` was changed by another deployment"
    );
}

#[tokio::test]
async fn a_plan_is_for_its_document() {
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    let plan = plan_of(&world.preview(&newer()).await);
    let other = newer().replace("nginx:1.28", "nginx:1.29");
    let refused = world.send(bound_to(&plan, &other)).await.problem(412);
    assert_eq!(
        refused["detail"],
        "the plan no longer holds: the document is another one"
    );
    // A document that says the same in other words is the same.
    let reworded = format!("# a remark\n{}", newer());
    world.deploy(bound_to(&plan, &reworded)).await;
}

#[tokio::test]
async fn a_plan_is_for_its_ground() {
    let world = World::start().await;
    let plan = plan_of(&world.preview(WEB).await);
    let table = &world.platform.table;
    let zone = LandingZoneName::parse("sandbox").unwrap();
    let key = Key::meta(Partition::landing_zone(&zone));
    let mut zone: LandingZone = table.get(&key).await.unwrap().unwrap();
    zone.spec.cluster = "another".to_owned();
    let changes = vec![groundplane_model::Change::save(&zone)];
    table.commit(changes).await.unwrap();
    let refused = world.send(bound_to(&plan, WEB)).await.problem(412);
    assert_eq!(
        refused["detail"],
        "the plan no longer holds: its environment, landing zone or resolvers have changed"
    );
}

#[tokio::test]
async fn what_changes_nothing_of_a_plan_leaves_it_standing() {
    let world = World::start().await;
    let plan = plan_of(&world.preview(WEB).await);
    let table = &world.platform.table;
    let name = EnvironmentName::parse("dev").unwrap();
    let key = Key::meta(Partition::environment(&name));
    let mut environment: Environment = table.get(&key).await.unwrap().unwrap();
    environment.spec.approval = Some(ApprovalPolicy {
        required: false,
        ..ApprovalPolicy::default()
    });
    let changes = vec![groundplane_model::Change::save(&environment)];
    table.commit(changes).await.unwrap();
    assert_ne!(plan_of(&world.preview(WEB).await), plan);
    world.deploy(bound_to(&plan, WEB)).await;
}

#[tokio::test]
async fn the_same_key_with_the_same_plan_is_one_deployment() {
    let world = World::start().await;
    let plan = plan_of(&world.preview(WEB).await);
    let once = world.send(bound_to(&plan, WEB).keyed("k")).await;
    let again = world.send(bound_to(&plan, WEB).keyed("k")).await;
    assert_eq!((once.status, once.body), (202, again.body));
    let without = world.send(submit(WEB).keyed("k")).await;
    without.problem(422);
}

#[tokio::test]
async fn nothing_is_foreseen_while_a_deployment_runs() {
    let api = Api::with_ground().await;
    api.accepted(submit(WEB)).await;
    let refused = api.refused(ask(WEB), 409).await;
    assert!(
        refused["link"]
            .as_str()
            .unwrap()
            .contains("/v1/deployments/")
    );
}

#[tokio::test]
async fn what_would_be_refused_is_refused_with_places() {
    let api = Api::with_ground().await;
    let cut = "  ingress: { host: shop.example.com, dns: {} }\n";
    for (document, status) in [
        ("kind: [".to_owned(), 400),
        (WEB.replace("image:", "imagee:"), 422),
        (format!("{WEB}{cut}"), 422),
        (WEB.replace("environment: dev", "environment: nowhere"), 422),
        (super::ENVIRONMENT.to_owned(), 422),
    ] {
        api.refused(ask(&document), status).await;
    }
    let homeless = WEB.replace("  environment: dev\n", "");
    api.refused(ask(&homeless), 422).await;
    let uri = "/v1/instances:preview?environment=dev";
    let answer = api.send(call(Method::POST, uri, homeless)).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn what_is_no_plan_is_refused() {
    let api = Api::with_ground().await;
    for plan in ["", "plan-", "web-service", "plan-zz"] {
        api.refused(bound_to(plan, WEB), 400).await;
    }
}

#[tokio::test]
async fn a_tenant_sees_nothing_of_anothers_instance() {
    let world = World::start().await;
    world.deploy(submit(WEB)).await;
    let answer = world.send(ask(WEB).of_tenant("globex")).await;
    assert_eq!(answer.body["revision"], Value::Null, "{answer:?}");
    assert_eq!(answer.body["units"][0]["operation"], "create");
}
