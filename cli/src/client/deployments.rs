//! What people say about deployments, and what is deployed once more.

use groundplane_deployment::PlanId;
use groundplane_model::{DeploymentId, InstanceId};
use serde_json::json;

use super::transport::{Call, Method};
use super::{Accepted, AnsweredPreview, Body, CallError, Client, Deployment, WHATEVER_IS_THERE};

impl Client {
    /// What a deployment that is planned will do.
    pub(crate) fn deployment_preview(
        &self,
        id: &DeploymentId,
    ) -> Result<AnsweredPreview, CallError> {
        let path = format!("/v1/deployments/{id}/preview");
        self.send(&Call::new(Method::Get, &path))
    }

    /// Approves the plan of a deployment. Doing it again changes nothing.
    pub(crate) fn approve(&self, id: &DeploymentId, plan: &str) -> Result<Deployment, CallError> {
        self.act(id, "approve", &json!({ "plan": plan }))
    }

    /// Rejects the plan of a deployment. Doing it again changes nothing.
    pub(crate) fn reject(
        &self,
        id: &DeploymentId,
        plan: &str,
        reason: &str,
    ) -> Result<Deployment, CallError> {
        self.act(id, "reject", &json!({ "plan": plan, "reason": reason }))
    }

    /// Ends a deployment before its time. Doing it again changes nothing.
    pub(crate) fn cancel(&self, id: &DeploymentId) -> Result<Deployment, CallError> {
        self.act(id, "cancel", &json!({}))
    }

    fn act(
        &self,
        id: &DeploymentId,
        verb: &str,
        said: &serde_json::Value,
    ) -> Result<Deployment, CallError> {
        let body = json_body(said);
        let path = format!("/v1/deployments/{id}:{verb}");
        self.send(&Call::new(Method::Post(&body), &path))
    }

    /// Tries a deployment again. The same `key` is one deployment, however often it is sent.
    pub(crate) fn retry(&self, id: &DeploymentId, key: &str) -> Result<Accepted, CallError> {
        let body = json_body(&json!({}));
        let mut call = Call::new(Method::Post(&body), &format!("/v1/deployments/{id}:retry"));
        call.idempotency_key = Some(key);
        self.send(&call)
    }

    /// Says what deploying an earlier revision would do.
    pub(crate) fn look_back(
        &self,
        id: &InstanceId,
        revision: Option<u64>,
    ) -> Result<AnsweredPreview, CallError> {
        let body = json_body(&json!({ "revision": revision }));
        let path = format!("/v1/instances/{id}:preview");
        self.send(&Call::new(Method::Post(&body), &path))
    }

    /// Deploys an earlier revision. The same `key` is one deployment, however often it is sent.
    pub(crate) fn roll_back(
        &self,
        (id, revision, plan): (&InstanceId, Option<u64>, Option<&PlanId>),
        key: &str,
    ) -> Result<Accepted, CallError> {
        let body = json_body(&json!({
            "revision": revision,
            "plan": plan.map(ToString::to_string),
        }));
        let path = format!("/v1/instances/{id}:rollback");
        let mut call = Call::new(Method::Post(&body), &path);
        call.idempotency_key = Some(key);
        // Whoever names no plan has said that they mean whatever is there.
        call.if_match = plan.is_none().then_some(WHATEVER_IS_THERE);
        self.send(&call)
    }
}

fn json_body(value: &serde_json::Value) -> Body {
    Body {
        text: value.to_string(),
        media_type: "application/json",
    }
}
