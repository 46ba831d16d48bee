//! The HTTP API on a real table: what every endpoint answers, and every way to be refused.

mod acceptance;
mod access;
mod accounts;
mod allocations;
mod approvals;
mod audit;
mod bad_input;
mod contract;
mod deployments;
mod destroy;
mod drift;
mod event_sources;
mod faults;
mod governance;
mod ground;
mod idempotency;
mod images;
mod instances;
mod lives;
mod names;
mod permissions;
mod pools;
mod preconditions;
mod preview;
mod requests;
mod resolvers;
mod revisions;
mod uploads;
mod webhooks;
mod workflows;

use contract::{Exchange, must_conform};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, header};
use groundplane_api::{Identity, Platform, router};
use groundplane_lives::Definitions;
use groundplane_model::{
    Change, Deployment, DeploymentId, DeploymentStatus, Instance, InstanceId, InstanceStatus,
    Member, Quota, TenantId,
};
use groundplane_ports::{ReadTable, WriteTable};
use lambda_http::request::RequestContext;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::dynamo::TestTable;
use crate::system::TestSystem;

const WEB: &str = include_str!("../../../examples/web-service.yaml");
/// The instance that `WEB` makes.
const WEB_SERVICE: &str = "/v1/instances/web-service.dev";
const ENVIRONMENT: &str = include_str!("../../../examples/environment.yaml");
const LANDING_ZONE: &str = include_str!("../../../examples/landing-zone.yaml");

/// Every request has a number of its own, as API Gateway gives it one.
static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// The API with a table of its own.
struct Api {
    table: TestTable,
    system: TestSystem,
    router: Router,
}

/// A request on its way.
#[derive(Clone)]
struct Call {
    method: Method,
    uri: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The claims of the token, if there is one.
    claims: Option<Value>,
    /// Who has signed it with credentials of AWS, if anyone.
    signer: Option<String>,
}

/// What was answered.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

/// A call of a developer of the tenant `acme`.
fn call(method: Method, uri: &str, body: impl Into<Vec<u8>>) -> Call {
    Call {
        method,
        uri: uri.to_owned(),
        headers: Vec::new(),
        body: body.into(),
        claims: Some(json!({"sub": "dev-1", "custom:tenant": "acme"})),
        signer: None,
    }
}

fn get(uri: &str) -> Call {
    call(Method::GET, uri, "")
}

fn delete(uri: &str) -> Call {
    call(Method::DELETE, uri, "")
}

fn submit(document: impl Into<Vec<u8>>) -> Call {
    call(Method::POST, "/v1/instances", document)
}

/// A call of someone who runs the platform.
fn apply(uri: &str, document: impl Into<Vec<u8>>) -> Call {
    call(Method::PUT, uri, document).by_the_platform()
}

/// The service of the examples under another name.
fn named(name: &str) -> String {
    WEB.replace("name: web-service", &format!("name: {name}"))
}

impl Call {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn keyed(self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// As someone of the same tenant who runs the platform.
    fn by_the_platform(self) -> Self {
        self.claiming(json!({
            "sub": "ops-1", "custom:tenant": "acme", "cognito:groups": "[platform]",
        }))
    }

    fn claiming(self, claims: Value) -> Self {
        Self {
            claims: Some(claims),
            ..self
        }
    }

    /// Signed with the credentials of that ARN instead of carrying a token.
    fn signed_by(self, arn: &str) -> Self {
        Self {
            claims: None,
            signer: Some(arn.to_owned()),
            ..self
        }
    }

    fn of_tenant(self, tenant: &str) -> Self {
        self.claiming(json!({"sub": "dev-2", "custom:tenant": tenant}))
    }

    /// The request as `lambda_http` hands it to the router.
    fn request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.uri);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let number = REQUESTS.fetch_add(1, Ordering::Relaxed);
        let mut context = json!({
            "http": {"method": "GET", "path": "/", "sourceIp": "192.0.2.1"}, "timeEpoch": 0,
            "requestId": format!("request-{number}"),
        });
        if let Some(claims) = self.claims {
            context["authorizer"] = json!({"jwt": {"claims": claims, "scopes": null}});
        }
        if let Some(arn) = self.signer {
            context["authorizer"] = json!({"iam": {"userArn": arn}});
        }
        let context: RequestContext = serde_json::from_value(context).unwrap();
        request
            .extension(context)
            .body(Body::from(self.body))
            .unwrap()
    }
}

impl Api {
    /// The API on an empty table.
    async fn start() -> Self {
        let table = TestTable::start().await;
        let system = TestSystem::default();
        let platform = Platform {
            table: table.adapter(),
            system: system.clone(),
            definitions: Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        Self {
            router: router(platform, identity()),
            table,
            system,
        }
    }

    /// The API with the landing zone `sandbox` and the environment `dev`.
    async fn with_ground() -> Self {
        let api = Self::start().await;
        for (uri, document) in [
            ("/v1/landing-zones/sandbox", LANDING_ZONE),
            ("/v1/environments/dev", ENVIRONMENT),
        ] {
            assert_eq!(api.send(apply(uri, document)).await.status, 200);
        }
        api
    }

    /// With the instance `web-service.dev`, which is active.
    async fn with_instance() -> Self {
        let api = Self::with_ground().await;
        let id = api.accepted(submit(WEB)).await;
        api.end(&id, InstanceStatus::Active).await;
        api
    }

    async fn send(&self, call: Call) -> Answer {
        send(self.router.clone(), call).await
    }

    /// Sends a call that must be accepted; gives its deployment.
    async fn accepted(&self, call: Call) -> DeploymentId {
        let answer = self.send(call).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        DeploymentId::parse(answer.body["deployment"].as_str().unwrap()).unwrap()
    }

    /// Sends a call that must be refused as a problem and leave nothing behind; gives the problem.
    async fn refused(&self, call: Call, status: u16) -> Value {
        let before = self.table.dump().await;
        let answer = self.send(call).await;
        let after = self.table.dump().await;
        let changed = after
            .iter()
            .filter(|(key, item)| before.get(*key) != Some(item));
        assert_eq!(
            changed.map(|(key, _)| key).collect::<Vec<_>>(),
            Vec::<&String>::new()
        );
        answer.problem(status)
    }

    /// Ends the deployment that runs as its state machine would.
    async fn end(&self, id: &DeploymentId, status: InstanceStatus) {
        let tenant = TenantId::parse("acme").unwrap();
        let deployment: Deployment = self
            .table
            .get(&Deployment::key_of(&tenant, id))
            .await
            .unwrap()
            .unwrap();
        let instance = Instance {
            active_deployment: None,
            status,
            ..self.instance(deployment.instance.as_str()).await
        };
        let deployment = Deployment {
            status: DeploymentStatus::Succeeded,
            ..deployment
        };
        let mut changes = vec![Change::save(&instance), Change::save(&deployment)];
        if status == InstanceStatus::Destroyed {
            let key = Member::key_of(&instance.environment, &tenant, &instance.id);
            let member: Member = self.table.get(&key).await.unwrap().unwrap();
            let now = instance.updated_at;
            let one = Quota::Instances.count(&tenant, (-1, None), now);
            changes.extend([Change::remove(&member), one]);
        }
        self.table.commit(changes).await.unwrap();
    }

    /// The record of an instance of `acme`.
    async fn instance(&self, id: &str) -> Instance {
        let tenant = TenantId::parse("acme").unwrap();
        let key = Instance::key_of(&tenant, &InstanceId::parse(id).unwrap());
        self.table.get(&key).await.unwrap().unwrap()
    }

    /// How many records of this kind there are.
    async fn count(&self, kind: &str) -> usize {
        self.table
            .kinds()
            .await
            .iter()
            .filter(|other| *other == kind)
            .count()
    }
}

fn identity() -> Identity {
    Identity {
        tenant_claim: "custom:tenant".to_owned(),
        groups_claim: "cognito:groups".to_owned(),
        platform_group: "platform".to_owned(),
    }
}

async fn send(router: Router, call: Call) -> Answer {
    let (method, uri, sent) = (call.method.clone(), call.uri.clone(), call.body.clone());
    let response = router.oneshot(call.request()).await.unwrap();
    let (mut parts, body) = response.into_parts();
    // Every answer names its request; all else is the same where a request is repeated.
    let id = parts.headers.remove("x-request-id");
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    // Webhooks are taken by a router of their own, which names no requests.
    if let Some(id) = id {
        assert!(id.to_str().unwrap().starts_with("request-"));
        must_conform(&Exchange {
            method: &method,
            uri: &uri,
            sent: &sent,
            status: parts.status.as_u16(),
            headers: &parts.headers,
            answered: &bytes,
        });
    }
    let body = if bytes.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("not JSON: {bytes:?}"))
    };
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body,
    }
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The body, which must be a well-formed problem of this status (RFC 9457).
    fn problem(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:?}", self.body);
        assert_eq!(
            self.header(header::CONTENT_TYPE),
            "application/problem+json"
        );
        assert_eq!(self.body["type"], "about:blank");
        assert_eq!(self.body["status"], status);
        for text in ["title", "detail"] {
            assert!(
                self.body[text]
                    .as_str()
                    .is_some_and(|text| !text.is_empty()),
                "{:?}",
                self.body
            );
        }
        self.body
    }
}
