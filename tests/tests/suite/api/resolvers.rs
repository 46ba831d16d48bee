//! Resolvers: how they are configured, and what of it applies.

use serde_json::{Value, json};

use super::{Api, Call, ENVIRONMENT, apply, delete, get, submit};

const IMAGE: &str = "
apiVersion: groundplane.dev/v1
kind: Resolver
metadata: { name: image }
spec:
  config: { deprecated: refuse }
  bindings:
    - { input: /spec/compute/command, userValue: refuse }
";

fn registered(name: &str, function: &str) -> String {
    format!(
        "
apiVersion: groundplane.dev/v1
kind: Resolver
metadata: {{ name: {name} }}
spec:
  functionArn: {function}
  config: {{ edition: team }}
"
    )
}

const FUNCTION: &str =
    "arn:aws:lambda:eu-west-1:123456789012:function:groundplane-resolver-licence";

fn with_resolvers(resolvers: &str) -> String {
    ENVIRONMENT.replace("spec:", &format!("spec:\n  resolvers: {resolvers}"))
}

/// The problems of a refusal, in words.
fn problems(body: &Value) -> Vec<String> {
    let problems = body["problems"].as_array().unwrap();
    let text = |problem: &Value| {
        format!(
            "{} {}",
            problem["pointer"].as_str().unwrap(),
            problem["message"].as_str().unwrap()
        )
    };
    problems.iter().map(text).collect()
}

#[tokio::test]
async fn the_platforms_own_are_there_before_anything_is_configured() {
    let api = Api::with_ground().await;
    let listed = api.send(get("/v1/resolvers")).await.body;
    let names: Vec<&str> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["image", "ipam", "naming", "secret"]);
    let shown = api.send(get("/v1/resolvers/ipam")).await;
    assert_eq!((shown.status, &shown.body["version"]), (200, &json!(0)));
    assert_eq!(api.send(get("/v1/resolvers/licence")).await.status, 404);
    assert_eq!(api.send(get("/v1/resolvers/NO%20NAME")).await.status, 404);
}

#[tokio::test]
async fn a_resolver_is_configured_and_another_registered_by_the_platform_team() {
    let api = Api::with_ground().await;
    let answer = api.send(apply("/v1/resolvers/image", IMAGE)).await;
    assert_eq!((answer.status, &answer.body["version"]), (200, &json!(1)));
    let own = registered("licence", FUNCTION);
    let answer = api.send(apply("/v1/resolvers/licence", own)).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
    let shown = api.send(get("/v1/resolvers/licence")).await.body;
    assert_eq!(
        (&shown["own"], &shown["functionArn"]),
        (&json!(false), &json!(FUNCTION))
    );
    let call = apply("/v1/resolvers/image", IMAGE).of_tenant("acme");
    assert_eq!(api.send(call).await.status, 403);
}

#[tokio::test]
async fn what_cannot_work_is_refused_when_it_is_configured() {
    let api = Api::with_ground().await;
    let before = api.table.dump().await;
    let no_function = registered("licence", FUNCTION).replace("functionArn", "# ");
    let own_function = registered("ipam", FUNCTION);
    let no_field = IMAGE.replace("/spec/compute/command", "/spec/compute/colour");
    let bad_pattern = IMAGE
        .replace("name: image", "name: naming")
        .replace("{ deprecated: refuse }", "{ pattern: \"gp-{env}\" }");
    for (uri, document, expected) in [
        (
            "/v1/resolvers/licence",
            no_function,
            "/spec the resolver `licence` needs the ARN",
        ),
        (
            "/v1/resolvers/ipam",
            own_function,
            "/spec/functionArn `ipam` is answered by",
        ),
        (
            "/v1/resolvers/image",
            no_field,
            "/spec/bindings/0/input a Service has no field",
        ),
        ("/v1/resolvers/naming", bad_pattern, "/spec/config/pattern "),
        (
            "/v1/environments/dev",
            with_resolvers("{ naming: { pattern: \"{env\" } }"),
            "/spec/resolvers/naming/pattern ",
        ),
    ] {
        let answer = api.send(apply(uri, document)).await;
        assert_eq!(answer.status, 422, "{uri}");
        let found = problems(&answer.body);
        assert!(
            found.iter().any(|it| it.starts_with(expected)),
            "{uri}: {found:?}"
        );
    }
    assert_eq!(api.table.dump().await, before, "nothing is stored");
}

#[tokio::test]
async fn the_effective_configuration_says_where_each_value_comes_from() {
    let api = Api::with_ground().await;
    api.send(apply("/v1/resolvers/image", IMAGE)).await;
    let environment = with_resolvers("{ image: { pin: false } }");
    api.send(apply("/v1/environments/dev", environment)).await;
    let answer = api
        .send(get("/v1/resolvers/image/config?environment=dev"))
        .await;
    assert_eq!(
        answer.body,
        json!({
            "resolver": "image",
            "environment": "dev",
            "landingZone": "sandbox",
            "config": { "deprecated": "refuse", "pin": false },
            "sources": [
                { "pointer": "/deprecated", "value": "refuse", "layer": "provider" },
                { "pointer": "/pin", "value": false, "layer": "environment" },
            ],
        })
    );
    let nowhere = get("/v1/resolvers/image/config?environment=moon");
    assert_eq!(api.send(nowhere).await.status, 422);
    let nobody = get("/v1/resolvers/licence/config?environment=dev");
    assert_eq!(api.send(nobody).await.status, 404);
    assert_eq!(
        api.send(get("/v1/resolvers/image/config")).await.status,
        400
    );
}

#[tokio::test]
async fn a_users_value_on_a_bound_input_is_refused_at_its_place() {
    let api = Api::with_ground().await;
    api.send(apply("/v1/resolvers/image", IMAGE)).await;
    let spec = "
apiVersion: groundplane.dev/v1
kind: Service
metadata: { name: web-service, environment: dev }
spec:
  compute:
    image: nginx:1.27
    command: [serve]
";
    let before = api.table.dump().await;
    let answer = api.send(submit(spec)).await;
    assert_eq!(answer.status, 422, "{:?}", answer.body);
    let problem = &answer.body["problems"][0];
    assert_eq!(problem["pointer"], "/spec/compute/command");
    assert_eq!(problem["line"], 8);
    assert_eq!(problem["hint"], "leave it out");
    assert_eq!(api.table.dump().await, before);
    let answer = api
        .send(submit(spec.replace("    command: [serve]\n", "")))
        .await;
    assert_eq!(answer.status, 202, "{:?}", answer.body);
}

#[tokio::test]
async fn nobody_without_a_token_reads_them() {
    let api = Api::with_ground().await;
    for uri in [
        "/v1/resolvers",
        "/v1/resolvers/ipam",
        "/v1/resolvers/ipam/config?environment=dev",
    ] {
        let call = Call {
            claims: None,
            ..get(uri)
        };
        assert_eq!(api.send(call).await.status, 401, "{uri}");
    }
    assert_eq!(api.send(delete("/v1/resolvers/ipam")).await.status, 405);
}
