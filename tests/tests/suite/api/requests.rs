//! Requests that are malformed before any document is looked at.

use super::{Api, Method, WEB, apply, call, delete, get, header, submit};

#[tokio::test]
async fn an_unknown_route_is_not_found_as_a_problem() {
    let api = Api::start().await;
    for uri in [
        "/",
        "/v1",
        "/v1/",
        "/v2/instances",
        "/v1/instances/",
        "/v1/instances/a.b/c",
        "/V1/instances",
    ] {
        let problem = api.refused(get(uri), 404).await;
        assert_eq!(problem["detail"], format!("there is no endpoint `{uri}`"));
    }
    let long = api
        .refused(get(&format!("/{}", "x".repeat(5000))), 404)
        .await;
    assert!(long["detail"].as_str().unwrap().len() < 300, "{long}");
}

#[tokio::test]
async fn a_method_that_an_endpoint_does_not_have_is_refused_with_those_it_has() {
    let api = Api::start().await;
    for (method, uri, has) in [
        (Method::PUT, "/v1/instances", "GET,HEAD,POST"),
        (
            Method::PUT,
            "/v1/instances/web-service.dev",
            "GET,HEAD,DELETE,POST",
        ),
        (Method::DELETE, "/v1/environments/dev", "PUT,GET,HEAD"),
        (Method::POST, "/v1/health", "GET,HEAD"),
        (Method::OPTIONS, "/v1/deployments/x", "GET,HEAD,POST"),
    ] {
        let answer = api.send(call(method.clone(), uri, "")).await;
        assert_eq!(answer.header(header::ALLOW), has, "{uri}");
        let problem = answer.problem(405);
        assert_eq!(
            problem["detail"],
            format!("`{uri}` does not answer {method}")
        );
    }
}

#[tokio::test]
async fn ids_that_play_tricks_are_not_found() {
    let api = Api::with_ground().await;
    for id in [
        "..%2f..%2fetc",
        "%2e%2e",
        "web-service.dev%00",
        "web-service.dev%0a",
        "web%23INSTANCE.dev",
        "web-service.dev%20",
        "WEB-SERVICE.DEV",
        "%E2%80%AEweb.dev",
        "a.b.c",
        "$default",
    ] {
        for call in [
            get(&format!("/v1/instances/{id}")),
            delete(&format!("/v1/instances/{id}")),
            get(&format!("/v1/deployments/{id}")),
            get(&format!("/v1/environments/{id}")),
            get(&format!("/v1/landing-zones/{id}")),
        ] {
            let problem = api.refused(call, 404).await;
            assert!(
                problem["detail"]
                    .as_str()
                    .unwrap()
                    .starts_with("there is no such"),
                "{problem}"
            );
        }
    }
}

#[tokio::test]
async fn a_path_that_is_not_utf8_is_refused_as_a_problem() {
    let api = Api::with_ground().await;
    for call in [
        get("/v1/instances/%ff"),
        delete("/v1/instances/%C3%28"),
        get("/v1/deployments/%ff"),
        apply("/v1/environments/%ff", WEB),
    ] {
        let problem = api.refused(call, 400).await;
        assert_eq!(problem["detail"], "the path is not UTF-8");
    }
}

#[tokio::test]
async fn a_malformed_query_is_refused_as_a_problem() {
    let api = Api::with_ground().await;
    for (query, reason) in [
        (
            "limit=abc",
            "`abc` is not a limit; give a number from 1 to 200",
        ),
        ("limit=", "`` is not a limit"),
        ("limit=0", "`0` is not a limit"),
        ("limit=201", "`201` is not a limit"),
        ("limit=-1", "`-1` is not a limit"),
        ("limit=99999999999999999999", "is not a limit"),
        ("limit=1&limit=2", "limit"),
        ("name=", "is not a service name"),
        ("name=WEB", "`WEB` is not a service name"),
        ("name=web%00", "is not a service name"),
        ("environment=d%0ev", "is not an environment name"),
        ("enviroment=dev", "enviroment"),
    ] {
        let problem = api
            .refused(get(&format!("/v1/instances?{query}")), 400)
            .await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with("the query cannot be read: "), "{detail}");
        assert!(detail.contains(reason), "{query}: {detail}");
        assert!(!detail.chars().any(char::is_control), "{detail:?}");
    }
    for uri in ["/v1/instances?environment=Dev", "/v1/instances?env=dev"] {
        api.refused(call(Method::POST, uri, WEB), 400).await;
    }
    for uri in ["/v1/environments?limit=x", "/v1/landing-zones?page=2"] {
        api.refused(get(uri), 400).await;
    }
}

#[tokio::test]
async fn a_document_of_another_content_type_is_refused() {
    let api = Api::with_ground().await;
    for given in [
        "application/xml",
        "multipart/form-data; boundary=x",
        "",
        "\u{ff}",
    ] {
        for call in [submit(WEB), apply("/v1/environments/dev", WEB)] {
            let problem = api.refused(call.with("content-type", given), 415).await;
            let detail = problem["detail"].as_str().unwrap();
            assert!(
                detail.ends_with("send application/yaml or application/json"),
                "{detail}"
            );
        }
    }
    let yaml = submit(WEB).with("content-type", "Application/YAML; charset=utf-8");
    api.accepted(yaml).await;
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let api = Api::with_ground().await;
    let limit = groundplane_api::MAX_BODY;
    for size in [limit + 1, 2 * 1024 * 1024] {
        for call in [
            submit(vec![b'#'; size]),
            apply("/v1/environments/dev", vec![b'#'; size]),
        ] {
            let problem = api.refused(call, 413).await;
            assert_eq!(problem["detail"], "the body is larger than 256 KiB");
        }
    }
    let padding = "#".repeat(limit - WEB.len());
    api.accepted(submit(format!("{WEB}{padding}"))).await;
}
