//! Who may call what: every endpoint, every role, and everybody's objects. The cells are made from the
//! table of routes, so an endpoint that nobody has thought of here fails.

mod documented;
mod gateway;
mod requests;

use groundplane_api::{Access, Gate, Route, route_table};
use groundplane_authority::{Action, Policies, Tier};
use groundplane_aws::Table;
use groundplane_model::DeploymentId;
use serde_json::json;

use super::{Answer, Api, Call, Platform, Value, apply, get, identity, router, send, submit};
use crate::system::TestSystem;
use requests::{Objects, is_of_a_tenant, request_of};

/// Everybody's roles come from groups, which are named as the roles.
const ACCESS: &str = r#"
apiVersion: groundplane.dev/v1
kind: AccessPolicy
metadata: { name: access }
spec:
  everyone: []
  groups:
    - { group: read-only, roles: [read-only] }
    - { group: user, roles: [user] }
    - { group: tenant-admin, roles: [tenant-admin] }
    - { group: auditor, roles: [auditor] }
  roles:
    - { name: auditor, actions: ["audit:read"] }
"#;

/// Callers by their groups; `platform` is the group whose members run the platform.
const ROLES: [&str; 6] = [
    "",
    "read-only",
    "user",
    "tenant-admin",
    "platform",
    "auditor",
];

fn routes() -> Vec<Route> {
    route_table::<Table, TestSystem>()
}

fn has(role: &str, action: Action) -> bool {
    match role {
        "" => false,
        "auditor" => action == Action::AuditRead,
        "platform" => Tier::ProviderAdmin.has(action),
        tier => Tier::named(tier).unwrap().has(action),
    }
}

fn claims(tenant: &str, role: &str) -> Value {
    json!({"sub": format!("{tenant}-{role}"), "custom:tenant": tenant, "cognito:groups": format!("[{role}]")})
}

/// A platform on which `acme` has a service, its deployment and a source of webhooks.
struct World {
    api: Api,
    deployment: DeploymentId,
}

impl World {
    async fn new() -> Self {
        let api = Api::with_ground().await;
        let deployment = api.accepted(submit(super::WEB)).await;
        api.register("disks", "json", "signature").await;
        let applied = api.send(apply("/v1/access-policies/access", ACCESS)).await;
        assert_eq!(applied.status, 200, "{applied:?}");
        Self { api, deployment }
    }

    /// What a caller is answered where these policies decide.
    async fn answer(&self, call: Call, policies: Policies) -> Answer {
        let platform = Platform {
            table: self.api.table.adapter(),
            system: self.api.system.clone(),
            definitions: groundplane_lives::Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        let gate = Gate {
            policies,
            ..Gate::from(identity())
        };
        send(router(platform, gate), call).await
    }

    fn own(&self) -> Objects<'_> {
        Objects {
            instance: "web-service.dev",
            deployment: self.deployment.as_str(),
            source: "disks",
        }
    }
}

/// Nobody has these.
const GUESSED: Objects<'_> = Objects {
    instance: "nobody.dev",
    deployment: "dep-ffffffffffffffffffffffffffffffff",
    source: "nothing",
};

/// The cells that are answered otherwise than roles and tenants say, under these policies: of routes
/// until one has some.
async fn wrong_cells(world: &World, policies: &Policies) -> Vec<String> {
    let mut wrong = wrong_across_tenants(world, policies).await;
    for route in routes() {
        if !wrong.is_empty() {
            break;
        }
        let Access::Action(action) = route.access else {
            continue;
        };
        for role in ROLES {
            let call = request_of(&route, &world.own()).claiming(claims("acme", role));
            let status = world.answer(call, policies.clone()).await.status;
            if (status != 403) != has(role, action) || status == 401 {
                wrong.push(format!(
                    "{} {} as `{role}`: {status}",
                    route.method, route.path
                ));
            }
        }
    }
    wrong
}

/// The same of what one tenant asks about another one.
async fn wrong_across_tenants(world: &World, policies: &Policies) -> Vec<String> {
    let mut wrong = Vec::new();
    for (tenant, role, expected) in [
        ("umbrella", "tenant-admin", 403),
        ("umbrella", "auditor", 403),
        ("umbrella", "platform", 200),
        ("acme", "tenant-admin", 200),
    ] {
        let call = get("/v1/audit?tenant=acme").claiming(claims(tenant, role));
        let status = world.answer(call, policies.clone()).await.status;
        if status != expected {
            wrong.push(format!(
                "the audit log of acme as {role} of {tenant}: {status}"
            ));
        }
    }
    wrong
}

#[tokio::test]
async fn every_endpoint_is_answered_to_those_whose_roles_allow_its_action_and_to_nobody_else() {
    let world = World::new().await;
    let wrong = wrong_cells(&world, &Policies::shipped()).await;
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test]
async fn a_denial_names_the_action_and_changes_nothing() {
    let world = World::new().await;
    for route in routes() {
        let Access::Action(action) = route.access else {
            continue;
        };
        let call = request_of(&route, &world.own()).claiming(claims("acme", ""));
        let problem = world.api.refused(call, 403).await;
        let expected = format!("you may not `{action}`: you have no role");
        assert_eq!(problem["detail"], expected, "{route:?}");
    }
}

/// A check that is left out is one that lets everybody do its action.
#[tokio::test]
async fn the_check_of_no_endpoint_can_be_left_out_without_a_cell_that_shows_it() {
    let world = World::new().await;
    for route in routes() {
        let Access::Action(action) = route.access else {
            continue;
        };
        let hole = format!("permit (principal, action == Action::\"{action}\", resource);");
        let unchecked = Policies::shipped().with("hole", &hole);
        let call = request_of(&route, &world.own()).claiming(claims("acme", ""));
        let answer = world.answer(call, unchecked).await;
        assert_ne!(
            answer.status, 403,
            "{route:?}: something else denies it too"
        );
    }
}

#[tokio::test]
async fn no_policy_can_be_left_out_without_a_cell_that_shows_it() {
    let world = World::new().await;
    let shipped = Policies::shipped();
    // What the platform does itself does not come through the API.
    for name in shipped.names().filter(|name| *name != "system") {
        let rest = shipped.clone().without(name);
        let wrong = wrong_cells(&world, &rest).await;
        assert!(!wrong.is_empty(), "no cell needs the policy `{name}`");
    }
}

#[tokio::test]
async fn whoever_proves_nothing_or_has_no_tenant_is_answered_nothing() {
    let world = World::new().await;
    let forged = [
        (None, 401),
        (Some(json!({})), 403),
        (Some(json!({"custom:tenant": "acme"})), 403),
        (
            Some(json!({"sub": "x", "cognito:groups": "[platform]"})),
            403,
        ),
        (Some(json!({"sub": "x", "client_id": "unknown"})), 403),
        (
            Some(json!({"sub": "x", "custom:tenant": "acme#INSTANCE#web"})),
            403,
        ),
        (Some(json!({"sub": "x", "custom:tenant": ""})), 403),
    ];
    for route in routes() {
        for (claims, expected) in &forged {
            let call = Call {
                claims: claims.clone(),
                ..request_of(&route, &world.own())
            };
            let expected = match route.access {
                Access::Open => 200,
                Access::Anyone | Access::Action(_) => *expected,
            };
            let answer = world.api.send(call).await;
            assert_eq!(answer.status, expected, "{route:?} with {claims:?}");
        }
    }
}

/// The strongest role of another tenant, by an id that exists and by one that does not: there is no
/// difference, and nothing of `acme` changes.
#[tokio::test]
async fn what_another_tenant_has_is_answered_like_what_nobody_has_on_every_endpoint() {
    let world = World::new().await;
    let before = world.api.table.dump().await;
    let mut compared = 0;
    // Who puts something under a name puts it among what the own tenant has.
    let is_about_others = |route: &&Route| is_of_a_tenant(route) && !is_of_a_new_source(route);
    for route in routes().iter().filter(is_about_others) {
        let stranger = |objects: &Objects<'_>| {
            let claims = json!({"sub": "x", "custom:tenant": "umbrella", "cognito:groups": "[platform user]"});
            world.api.send(request_of(route, objects).claiming(claims))
        };
        let (theirs, nobodys) = (stranger(&world.own()).await, stranger(&GUESSED).await);
        let anonymous = |answer: &Answer, objects: &Objects<'_>| {
            let text = answer.body.to_string();
            let text = text
                .replace(objects.instance, "…")
                .replace(objects.deployment, "…");
            text.replace(objects.source, "…")
        };
        assert_eq!(theirs.status, 404, "{route:?}: {:?}", theirs.body);
        let (theirs, nobodys) = (
            anonymous(&theirs, &world.own()),
            anonymous(&nobodys, &GUESSED),
        );
        assert_eq!(theirs, nobodys, "{route:?}");
        compared += 1;
    }
    assert!(compared > 20, "only {compared} endpoints were found");
    let after = world.api.table.dump().await;
    for (place, item) in before.iter().filter(|(place, _)| place.contains("#acme#")) {
        assert_eq!(after.get(place), Some(item), "{place}");
    }
}

fn is_of_a_new_source(route: &Route) -> bool {
    route.method == "PUT" && route.path.starts_with("/v1/event-sources")
}

/// Only the token says which tenant it is.
#[tokio::test]
async fn a_header_that_names_a_tenant_is_not_listened_to() {
    let world = World::new().await;
    for name in ["x-tenant", "x-groundplane-tenant", "x-amzn-oidc-data"] {
        let call = get("/v1/instances/web-service.dev").with(name, "acme");
        let answer = world
            .api
            .send(call.claiming(claims("umbrella", "user")))
            .await;
        assert_eq!(answer.status, 404, "{name}");
    }
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_with_the_next_request() {
    let world = World::new().await;
    let call = || get("/v1/instances").claiming(claims("acme", "user"));
    assert_eq!(world.api.send(call()).await.status, 200);
    let without = ACCESS.replace("    - { group: user, roles: [user] }\n", "");
    let applied = world
        .api
        .send(apply("/v1/access-policies/access", without))
        .await;
    assert_eq!(applied.body["version"], 2, "{applied:?}");
    assert_eq!(world.api.send(call()).await.status, 403);
}

#[tokio::test]
async fn an_access_policy_that_cannot_be_used_is_refused_and_the_old_one_stays() {
    let world = World::new().await;
    let broken = format!("{ACCESS}  policies:\n    - {{ name: broken, text: \"forbid (prin\" }}\n");
    let problem = world
        .api
        .refused(apply("/v1/access-policies/access", broken), 422)
        .await;
    assert_eq!(problem["problems"][0]["pointer"], "/spec/policies/0/text");
    let shown = get("/v1/access-policies/access").claiming(claims("acme", "platform"));
    assert_eq!(world.api.send(shown).await.body["version"], 1);
    let call = get("/v1/instances").claiming(claims("acme", "read-only"));
    assert_eq!(world.api.send(call).await.status, 200);
}

#[tokio::test]
async fn everybody_learns_who_the_platform_takes_them_for() {
    let world = World::new().await;
    let answer = world
        .api
        .send(get("/v1/whoami").claiming(claims("acme", "auditor")))
        .await;
    let expected = json!({
        "subject": "acme-auditor", "tenant": "acme", "groups": ["auditor"],
        "roles": ["auditor"], "actions": ["audit:read"],
    });
    assert_eq!((answer.status, answer.body), (200, expected));
    let nobody = world
        .api
        .send(get("/v1/whoami").claiming(claims("acme", "")))
        .await;
    assert_eq!(nobody.body["actions"], json!([]));
}

#[tokio::test]
async fn machines_work_for_the_tenant_that_the_access_policy_says() {
    let world = World::new().await;
    let machines = format!(
        "{ACCESS}  machines:\n    - {{ client: ci, tenant: acme, roles: [user] }}\n    - {{ roleArn: 'arn:aws:iam::123456789012:role/ci', tenant: acme, roles: [read-only] }}\n"
    );
    let applied = world
        .api
        .send(apply("/v1/access-policies/access", machines))
        .await;
    assert_eq!(applied.status, 200, "{applied:?}");
    let token = json!({"sub": "ci", "client_id": "ci", "scope": "groundplane/api"});
    let listed = world.api.send(get("/v1/instances").claiming(token)).await;
    assert_eq!(
        listed.body["items"][0]["id"], "web-service.dev",
        "{listed:?}"
    );
    let arn = "arn:aws:sts::123456789012:assumed-role/ci/run";
    let signed = |uri: &str| get(uri).signed_by(arn);
    let listed = world.api.send(signed("/v1/iam/instances")).await;
    assert_eq!(
        listed.body["items"][0]["id"], "web-service.dev",
        "{listed:?}"
    );
    let denied = Call {
        method: super::Method::DELETE,
        ..signed("/v1/iam/instances/web-service.dev")
    };
    world.api.refused(denied, 403).await;
}
