//! One well-formed request of every endpoint.

use groundplane_api::Route;

use crate::api::{Call, ENVIRONMENT, LANDING_ZONE, WEB, call};

/// What paths name.
pub(super) struct Objects<'a> {
    pub(super) instance: &'a str,
    pub(super) deployment: &'a str,
    pub(super) source: &'a str,
}

/// Whether a route is about one thing that a tenant has.
pub(super) fn is_of_a_tenant(route: &Route) -> bool {
    ["/v1/instances/", "/v1/deployments/", "/v1/event-sources/"]
        .iter()
        .any(|prefix| route.path.starts_with(prefix))
}

/// A request of `route` about these objects.
pub(super) fn request_of(route: &Route, objects: &Objects<'_>) -> Call {
    let name = match route.path.split('/').nth(2).unwrap() {
        "event-sources" => objects.source,
        "environments" => "dev",
        "landing-zones" => "sandbox",
        "access-policies" => "access",
        "lifecycles"
        | "workflows"
        | "resolvers"
        | "pools"
        | "instances"
        | "guardrails"
        | "tenants"
        | "compliance-frameworks" => "some-name",
        other if !route.path.contains('{') || other == "deployments" => "",
        other => panic!("say what `{other}` are called"),
    };
    let id = match route.path.starts_with("/v1/deployments") {
        true => objects.deployment,
        false => objects.instance,
    };
    let uri = route
        .path
        .replace("{id}", id)
        .replace("{name}", name)
        .replace("{version}", "1.0.0")
        .replace("{number}", "1")
        .replace("{checkedAt}", "2026-01-01T00:00:00Z");
    assert!(!uri.contains('{'), "say what to put into {uri}");
    call(
        route.method.clone(),
        &format!("{uri}{}", query(route)),
        body(route),
    )
}

/// The query that a route cannot do without.
fn query(route: &Route) -> &'static str {
    match (route.method.as_str(), route.path.as_str()) {
        ("GET", "/v1/allocations") => "?pool=some-name",
        ("DELETE", "/v1/allocations") => "?pool=some-name&cidr=10.0.0.0/24",
        ("GET", "/v1/drift") => "?environment=dev",
        ("GET", "/v1/instances/{id}/difference") => "?from=1&to=2",
        _ => "",
    }
}

/// A body that can be read.
fn body(route: &Route) -> String {
    let plan = format!("{{\"plan\": \"{}\"}}", "0".repeat(64));
    let text = match (route.method.as_str(), route.path.as_str()) {
        ("GET" | "DELETE", _) => "",
        ("POST", "/v1/instances" | "/v1/instances:preview") => WEB,
        ("POST", "/v1/uploads") => r#"{"bytes": 10}"#,
        ("POST", "/v1/deployments/{id}:approve" | "/v1/deployments/{id}:reject") => &plan,
        ("PUT", "/v1/environments/{name}") => ENVIRONMENT,
        ("PUT", "/v1/landing-zones/{name}") => LANDING_ZONE,
        ("PUT", "/v1/event-sources/{name}") => r#"{"format": "json", "auth": "signature"}"#,
        ("PUT", "/v1/instances/{id}/lifecycle") => r#"{"lifecycle": "service"}"#,
        ("PUT" | "POST", _) => "{}",
        (method, path) => panic!("say how to call {method} {path}"),
    };
    text.to_owned()
}
