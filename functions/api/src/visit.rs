//! One request on its way through the gate: it is recognised, judged, answered, and remembered in the
//! audit log where it changes something or is denied.

use std::future::Future;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use groundplane_audit::Attempt;
use groundplane_authority::{Action, Decision, Object};
use groundplane_model::{AuditActor, AuditEntry, AuditOutcome, Failure, FailureKind, TenantId};
use lambda_http::request::RequestContext;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use crate::deployments::{no_such_verb, split};
use crate::gate::{Caller, Gatekeeper};
use crate::principal::Proof;
use crate::problem::{Refused, shown};
use crate::request::Named;
use crate::routes::{Access, Guard, ROOT, SIGNED};
use crate::{Platform, System, Table, quota};

/// A request that was judged.
struct Judged {
    /// The action that it asked for; none where anybody may ask.
    action: Option<Action>,
    /// What was decided; none where nothing had to be.
    decision: Option<Decision>,
    /// Who calls.
    caller: Option<Caller>,
    /// Why it goes no further.
    refused: Option<Refused>,
}

/// Answers a request: by `pass` where `guard` lets it through.
pub(crate) async fn receive<T: Table, S: System, F: Future<Output = Response>>(
    guard: Guard,
    request: Request,
    platform: &Arc<Platform<T, S>>,
    pass: impl FnOnce(Request) -> F,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Some(gate) = parts.extensions.get::<Arc<Gatekeeper>>().cloned() else {
        let missing = Failure::new(FailureKind::Internal, "the API has no gate");
        return Refused::from(missing).into_response();
    };
    let mut judged = judge(guard, &mut parts, platform, &gate).await;
    if let Some(caller) = &judged.caller
        && let Err(refused) = quota::count_call(platform, &caller.principal.tenant).await
    {
        // Before anything is written about it: what is too much costs nothing more.
        return refused.into_response();
    }
    let attempt = attempt(&parts, &judged, platform, &gate).map(Arc::new);
    if let Some(refused) = judged.refused.take() {
        let response = refused.into_response();
        conclude(attempt.as_ref(), platform, response.status()).await;
        return response;
    }
    if let Some(caller) = judged.caller {
        parts.extensions.insert(caller);
    }
    let answer = pass(Request::from_parts(parts, body));
    let Some(attempt) = attempt else {
        return answer.await;
    };
    let response = attempt.carry_out(answer).await;
    conclude(Some(&attempt), platform, response.status()).await;
    response
}

async fn judge<T: Table, S: System>(
    guard: Guard,
    parts: &mut Parts,
    platform: &Arc<Platform<T, S>>,
    gate: &Gatekeeper,
) -> Judged {
    let mut judged = Judged {
        action: None,
        decision: None,
        caller: None,
        refused: None,
    };
    if let Guard::One(Access::Open, _) = guard {
        return judged;
    }
    let mut caller = match gate.recognise(&platform.table, parts).await {
        Ok(caller) => caller,
        Err(refused) => {
            judged.refused = Some(refused);
            return judged;
        }
    };
    let action = match wanted(guard, parts, platform).await {
        Ok(action) => action,
        Err(refused) => {
            judged.refused = Some(refused);
            judged.caller = Some(caller);
            return judged;
        }
    };
    if let Some(action) = action {
        if let Some(about) = other_tenant(action, parts) {
            caller.about = about;
        }
        let decision = caller.may(action, Object::of(&caller.about));
        if !decision.allowed {
            judged.refused = Some(caller.denied(action, &decision).into());
        }
        judged.decision = Some(decision);
    }
    judged.action = action;
    judged.caller = Some(caller);
    judged
}

/// The action that a request asks for.
async fn wanted<T: Table, S: System>(
    guard: Guard,
    parts: &mut Parts,
    platform: &Arc<Platform<T, S>>,
) -> Result<Option<Action>, Refused> {
    match guard {
        Guard::One(Access::Action(action), _) => Ok(Some(action)),
        Guard::One(Access::Open | Access::Anyone, _) => Ok(None),
        Guard::Verbs(collection, verbs) => {
            // As the handler reads it, so that both mean the same verb.
            let Named(target) = Named::from_request_parts(parts, platform).await?;
            let (_, verb) = split(&target, collection)?;
            let known = verbs.iter().find(|known| known.name == verb);
            let known = known.ok_or_else(|| no_such_verb(verb))?;
            Ok(Some(known.action))
        }
    }
}

/// The query of routes that may be about another tenant.
#[derive(Debug, Deserialize)]
struct About {
    tenant: Option<TenantId>,
}

/// The tenant that a request names, where those who run the platform may name another than theirs.
fn other_tenant(action: Action, parts: &Parts) -> Option<TenantId> {
    if !action.reaches_across_tenants() {
        return None;
    }
    // What cannot be read is refused by the endpoint.
    Query::<About>::try_from_uri(&parts.uri).ok()?.0.tenant
}

/// What the audit log is to remember of a request, if anything.
fn attempt<T: Table, S: System>(
    parts: &Parts,
    judged: &Judged,
    platform: &Platform<T, S>,
    gate: &Gatekeeper,
) -> Option<Attempt> {
    let changes = match judged.action {
        Some(action) => action.changes_something(),
        // Somebody who is recognised and asks for nothing that is there, or is not recognised.
        None => parts.method != Method::GET,
    };
    let is_denied = judged.refused.as_ref().is_some_and(Refused::is_denial);
    // Who proves nothing at all is not remembered here: the access log has it.
    let proof = Proof::of(parts)?;
    if !changes && !is_denied {
        return None;
    }
    let principal = judged.caller.as_ref().map(|caller| &caller.principal);
    let actor = AuditActor {
        subject: proof.subject(),
        session: proof.session(),
        tenant: principal.map(|principal| principal.tenant.clone()),
        roles: judged
            .caller
            .as_ref()
            .map(Caller::roles)
            .unwrap_or_default(),
        address: context(parts).and_then(|context| context.http.source_ip.clone()),
    };
    let at = platform.system.now();
    let kept_until = gate.gate.retention.from(at);
    let correlation = context(parts).and_then(|context| context.request_id.clone());
    let correlation = correlation.map_or_else(
        || format!("request-{}", platform.system.next().simple()),
        |id| shown(&id),
    );
    let entry = Attempt::entry((at, kept_until), correlation, actor, object(parts));
    let decision = judged.decision.clone();
    Some(Attempt::new(AuditEntry {
        action: judged.action.map(|action| action.name().to_owned()),
        request: Some(format!("{} {}", parts.method, shown(parts.uri.path()))),
        allowed: decision.as_ref().is_some_and(|decision| decision.allowed),
        policies: decision
            .map(|decision| decision.policies)
            .unwrap_or_default(),
        ..entry
    }))
}

/// What a request is about, by its path: `instances/web-service.dev`.
fn object(parts: &Parts) -> String {
    let path = parts.uri.path();
    let path = path.strip_prefix(SIGNED).unwrap_or(path);
    let path = path.strip_prefix(ROOT).unwrap_or(path);
    let steps = path.trim_start_matches('/').split('/').take(2).map(|step| {
        // As handlers read it, so that one thing has one name here.
        let step = percent_decode_str(step).decode_utf8_lossy();
        let (name, _verb) = step.split_once(':').unwrap_or((&step, ""));
        shown(name)
    });
    let words: Vec<String> = steps.collect();
    words.join("/").trim_end_matches('/').to_owned()
}

fn context(
    parts: &Parts,
) -> Option<&lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpRequestContext> {
    let RequestContext::ApiGatewayV2(context) = parts.extensions.get::<RequestContext>()? else {
        return None;
    };
    Some(context)
}

async fn conclude<T: Table, S: System>(
    attempt: Option<&Arc<Attempt>>,
    platform: &Platform<T, S>,
    status: StatusCode,
) {
    let outcome = match status.as_u16() {
        403 => AuditOutcome::Denied,
        500.. => AuditOutcome::Failed,
        400.. => AuditOutcome::Refused,
        _ => AuditOutcome::Unchanged,
    };
    if let Some(attempt) = attempt {
        attempt
            .conclude(&platform.table, outcome, status.as_u16())
            .await;
    }
}
