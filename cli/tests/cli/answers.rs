//! Answers of a platform, and the documents that they are about.

use serde_json::{Value, json};

use crate::platform::Reply;

/// The deployment that most tests are about.
pub(crate) const DEPLOYMENT: &str = "dep-019aa5d1b2c37e0f8a1b2c3d4e5f6071";

/// The route of that deployment.
pub(crate) const ROUTE: &str = "GET /v1/deployments/dep-019aa5d1b2c37e0f8a1b2c3d4e5f6071";

/// A service that is valid.
pub(crate) const SERVICE: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: web-service
  environment: dev
spec:
  compute:
    image: public.ecr.aws/nginx/nginx:1.27
";

/// An environment that is valid.
pub(crate) const ENVIRONMENT: &str = "\
apiVersion: groundplane.dev/v1
kind: Environment
metadata:
  name: dev
spec:
  landingZone: sandbox
";

/// A landing zone that is valid.
pub(crate) const LANDING_ZONE: &str = include_str!("../../../examples/landing-zone.yaml");

/// A deployment that was accepted.
pub(crate) fn accepted() -> Reply {
    let body = json!({
        "instance": "web-service.dev",
        "deployment": DEPLOYMENT,
        "status": "accepted",
        "warnings": [],
    });
    Reply::json(202, &body)
}

/// One step of a deployment.
pub(crate) fn step(unit: &str, status: &str, seconds: Option<(u32, u32)>) -> Value {
    let time = |second: u32| format!("2026-11-21T08:00:{second:02}.500Z");
    let ended = seconds.filter(|_| status != "running");
    json!({
        "step": unit,
        "unit": unit,
        "action": "apply",
        "status": status,
        "stackName": format!("gp-web-service-dev-{unit}"),
        "error": null,
        "startedAt": seconds.map(|(start, _)| time(start)),
        "endedAt": ended.map(|(_, end)| time(end)),
    })
}

/// A deployment in some status, its steps in one wave each.
pub(crate) fn deployment(status: &str, steps: &[Value]) -> Value {
    let ended = matches!(status, "succeeded" | "failed");
    json!({
        "id": DEPLOYMENT,
        "instance": "web-service.dev",
        "action": "apply",
        "status": status,
        "outcome": (status == "succeeded").then_some("changed"),
        "revision": (status == "succeeded").then_some(3),
        "planDigest": null,
        "error": null,
        "requestedBy": "ada@example.com",
        "createdAt": "2026-11-21T08:00:00Z",
        "startedAt": (status != "accepted").then_some("2026-11-21T08:00:01Z"),
        "endedAt": ended.then_some("2026-11-21T08:00:22.300Z"),
        "waves": steps.iter().map(|step| json!({"units": [step]})).collect::<Vec<_>>(),
    })
}

/// A deployment whose compute unit failed, as it ends.
pub(crate) fn failed() -> Value {
    let cause = "AWS::ECS::Service `Service`: the cluster `sandbox` does not exist";
    let error = json!({"unit": "compute", "name": "Groundplane.ProvisionFailed", "cause": cause});
    let mut compute = step("compute", "failed", Some((6, 18)));
    compute["error"] = error.clone();
    let storage = step("storage", "undone", Some((2, 21)));
    let mut failed = deployment("failed", &[storage, compute]);
    failed["error"] = error;
    failed
}

/// A destroy that has ended well.
pub(crate) fn destroyed() -> Value {
    let mut storage = step("storage", "succeeded", Some((2, 9)));
    storage["action"] = json!("destroy");
    storage["step"] = json!("storage.destroy");
    let mut deployment = deployment("succeeded", &[storage]);
    deployment["action"] = json!("destroy");
    deployment["revision"] = json!(null);
    deployment
}

/// The instance as it is listed, in some status and environment.
pub(crate) fn summary(status: &str, environment: &str) -> Value {
    let at_work = matches!(status, "deploying" | "destroying");
    json!({
        "id": format!("web-service.{environment}"),
        "name": "web-service",
        "environment": environment,
        "landingZone": "sandbox",
        "labels": {"team": "shop"},
        "status": status,
        "revision": 3,
        "activeDeployment": at_work.then_some(DEPLOYMENT),
        "lastDeployment": DEPLOYMENT,
        "createdAt": "2026-11-20T10:00:00.123Z",
        "updatedAt": "2026-11-21T08:00:22.300Z",
    })
}

/// The instance in full.
pub(crate) fn instance(status: &str, environment: &str) -> Value {
    let unit = |name: &str| {
        json!({
            "unit": name,
            "stackName": format!("gp-web-service-dev-{name}"),
            "deployment": DEPLOYMENT,
            "pending": null,
        })
    };
    let mut instance = summary(status, environment);
    instance["outputs"] = json!({
        "compute.service_name": "web-service",
        "storage.efs.filesystem_id": "fs-0a1b2c3d",
    });
    instance["units"] = json!([unit("storage"), unit("compute")]);
    instance
}

/// A page of a listing.
pub(crate) fn page(items: &[Value], next: Option<&str>) -> Reply {
    Reply::json(200, &json!({"items": items, "next": next}))
}
