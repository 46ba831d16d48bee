//! Who may do what: no token, no tenant, another tenant, not of the platform.

use axum::body::{Body, to_bytes};
use axum::http::Request;
use groundplane_api::{SignIn, sign_in};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::{
    Api, Call, ENVIRONMENT, LANDING_ZONE, Method, WEB, apply, call, delete, get, header, submit,
};

/// One call of every endpoint but the health check.
fn every_endpoint() -> Vec<Call> {
    vec![
        submit(WEB),
        get("/v1/instances"),
        get("/v1/instances/web-service.dev"),
        delete("/v1/instances/web-service.dev"),
        get("/v1/deployments/dep-00000000000000000000000000000001"),
        get("/v1/landing-zones"),
        get("/v1/landing-zones/sandbox"),
        apply("/v1/landing-zones/sandbox", LANDING_ZONE),
        get("/v1/environments"),
        get("/v1/environments/dev"),
        apply("/v1/environments/dev", ENVIRONMENT),
    ]
}

#[tokio::test]
async fn without_a_token_nothing_is_answered() {
    let api = Api::with_ground().await;
    for call in every_endpoint() {
        let answer = api
            .send(Call {
                claims: None,
                ..call
            })
            .await;
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer");
        assert_eq!(
            answer.problem(401)["detail"],
            "the request carries no verified token"
        );
    }
}

#[tokio::test]
async fn a_token_that_names_no_tenant_is_refused_with_the_reason() {
    let api = Api::with_ground().await;
    for call in every_endpoint() {
        let groups = json!({"sub": "dev-1", "cognito:groups": "[platform]"});
        let problem = api.refused(call.claiming(groups), 403).await;
        let expected = "the token has no claim `custom:tenant`, which names the tenant";
        assert_eq!(problem["detail"], expected);
    }
}

#[tokio::test]
async fn a_tenant_that_would_reach_into_keys_is_refused() {
    let api = Api::with_ground().await;
    for tenant in ["", "ACME", "acme#INSTANCE", "acme\n", &"a".repeat(64)] {
        let problem = api
            .refused(get("/v1/instances").of_tenant(tenant), 403)
            .await;
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("is not a tenant"),
            "{problem}"
        );
    }
}

#[tokio::test]
async fn only_the_health_check_is_open() {
    let api = Api::start().await;
    let answer = api
        .send(Call {
            claims: None,
            ..get("/v1/health")
        })
        .await;
    let expected = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")});
    assert_eq!((answer.status, answer.body), (200, expected));
}

#[tokio::test]
async fn whoever_has_no_token_is_told_where_to_get_one() {
    let settings = SignIn {
        issuer: "https://id.example.com".to_owned(),
        audience: "api".to_owned(),
        client_id: "cli".to_owned(),
        redirect_uri: String::new(),
    };
    let ask = |settings: &SignIn| {
        let request = Request::get("/.well-known/oauth-protected-resource")
            .header("host", "platform.example.com")
            .header("x-forwarded-proto", "https")
            .body(Body::empty());
        sign_in(settings.clone()).oneshot(request.unwrap())
    };
    let read = async |settings: &SignIn| {
        let answer = ask(settings).await.unwrap();
        assert_eq!(answer.status(), 200);
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice::<Value>(&bytes).unwrap()
    };
    let expected = json!({
        "resource": "https://platform.example.com",
        "authorization_servers": ["https://id.example.com"],
        "bearer_methods_supported": ["header"],
        "scopes_supported": ["openid"],
        "groundplane_client_id": "cli",
        "groundplane_audience": "api",
    });
    assert_eq!(read(&settings).await, expected);
    let uri = "http://localhost:8976/callback";
    let settings = SignIn {
        redirect_uri: uri.to_owned(),
        ..settings
    };
    assert_eq!(read(&settings).await["groundplane_redirect_uri"], uri);
}

#[tokio::test]
async fn only_the_platform_group_changes_the_ground() {
    let api = Api::with_ground().await;
    for (uri, document) in [
        (
            "/v1/landing-zones/sandbox",
            LANDING_ZONE.replace("cluster: sandbox", "cluster: mine"),
        ),
        (
            "/v1/environments/dev",
            ENVIRONMENT.replace("spec:", "spec:\n  production: true"),
        ),
    ] {
        for groups in ["[]", "[platforms developers]", "plat form"] {
            let claims = json!({"sub": "dev-1", "custom:tenant": "acme", "cognito:groups": groups});
            let call = call(Method::PUT, uri, document.clone()).claiming(claims);
            let problem = api.refused(call, 403).await;
            let expected = "you may not `ground:manage`: your roles do not allow it: `user`";
            assert_eq!(problem["detail"], expected);
        }
        assert_eq!(api.send(apply(uri, document)).await.body["version"], 2);
    }
}

#[tokio::test]
async fn what_another_tenant_has_is_answered_like_what_nobody_has() {
    let api = Api::with_ground().await;
    let deployment = api.accepted(submit(WEB)).await;
    let missing = "dep-ffffffffffffffffffffffffffffffff";
    let same = |ours: Value, nobodys: Value| {
        let nobodys = nobodys.to_string().replace("nobody", "web-service");
        assert_eq!(ours.to_string(), nobodys);
    };
    let stranger = |call: Call| api.refused(call.of_tenant("umbrella"), 404);
    same(
        stranger(get("/v1/instances/web-service.dev")).await,
        stranger(get("/v1/instances/nobody.dev")).await,
    );
    same(
        stranger(delete("/v1/instances/web-service.dev")).await,
        stranger(delete("/v1/instances/nobody.dev")).await,
    );
    same(
        stranger(get(&format!("/v1/deployments/{deployment}"))).await,
        stranger(get(&format!("/v1/deployments/{missing}"))).await,
    );
    let listed = api
        .send(get("/v1/instances").of_tenant("umbrella"))
        .await
        .body;
    assert_eq!(listed, json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_cursor_of_another_tenant_shows_nothing_of_it() {
    let api = Api::with_ground().await;
    for name in ["web-1", "web-2"] {
        api.accepted(submit(super::named(name))).await;
    }
    let first = api.send(get("/v1/instances?limit=1")).await.body;
    let uri = format!("/v1/instances?cursor={}", first["next"].as_str().unwrap());
    let stolen = api.send(get(&uri).of_tenant("umbrella")).await;
    assert_eq!(
        (stolen.status, stolen.body),
        (200, json!({"items": [], "next": null}))
    );
}

#[tokio::test]
async fn tenants_use_the_same_name_side_by_side() {
    let api = Api::with_ground().await;
    let ours = api.accepted(submit(WEB)).await;
    let theirs = api.accepted(submit(WEB).of_tenant("umbrella")).await;
    assert_ne!(ours, theirs);
    let shown = api
        .send(get("/v1/instances/web-service.dev").of_tenant("umbrella"))
        .await
        .body;
    assert_eq!(shown["lastDeployment"], theirs.as_str());
    assert_eq!(api.instance("web-service.dev").await.last_deployment, ours);
}
