//! The platform's API: one method per route, typed answers, typed refusals. It knows nothing of
//! files, terminals or words for people.

mod answers;
mod audit;
mod compliance;
mod deployments;
mod drift;
mod error;
mod event_sources;
mod images;
mod lives;
mod pools;
mod previews;
mod revisions;
mod tenants;
mod transport;
mod uploads;

use groundplane_deployment::PlanId;
use groundplane_model::{DeploymentId, EnvironmentName, InstanceId, ServiceName};
use serde::de::DeserializeOwned;

pub(crate) use answers::{
    Accepted, Deployment, Instance, InstanceSummary, PlannedStep, Registered, Whoami,
};
pub(crate) use audit::AuditQuestion;
pub(crate) use drift::{
    CheckStatus, Difference, DriftMember, DriftReport, InstanceDrift, SkipReason, Unchecked,
};
pub(crate) use error::{CallError, Refusal, Unexpected};
pub(crate) use event_sources::EventSource;
pub(crate) use images::{CatalogImage, NamePreview};
pub(crate) use lives::{HistoryStep, Life, LoggedEvent, PublishedLifecycle, States};
pub(crate) use pools::{Block, Pool, PoolSummary, Within};
pub(crate) use previews::{AnsweredPreview, Previewed};
pub(crate) use revisions::{Explanation, Revision};
use transport::{Call, Method, Transport};

use crate::settings::Settings;

/// How many items a page of a listing is asked to have.
const PAGE: &str = "200";

/// The most pages of a listing that are read: a listing that does not end is a fault.
const MAX_PAGES: usize = 500;

/// A document on its way to the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Body {
    /// Its text.
    pub(crate) text: String,
    /// Its media type.
    pub(crate) media_type: &'static str,
}

/// What a submission is bound to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bound<'a> {
    /// The environment, where it is not the one that the document names.
    pub(crate) environment: Option<&'a EnvironmentName>,
    /// The plan that must still hold.
    pub(crate) plan: Option<&'a PlanId>,
    /// The state of the instance that must still hold.
    pub(crate) if_match: Option<&'a str>,
}

/// The precondition of those who mean an instance in whatever state it is (RFC 9110, section 13.1.1).
pub(crate) const WHATEVER_IS_THERE: &str = "*";

/// One platform, as one caller.
#[derive(Debug)]
pub(crate) struct Client {
    transport: Transport,
}

impl Client {
    /// A client of the platform that the settings name. Nothing is sent yet.
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            transport: Transport::new(settings),
        }
    }

    /// Submits a service. The same `key` with the same document is one deployment, however often
    /// it is sent.
    pub(crate) fn submit(
        &self,
        body: &Body,
        bound: Bound<'_>,
        key: &str,
    ) -> Result<Accepted, CallError> {
        let placed = self.placed(body)?;
        let mut call = Call::new(Method::Post(&placed.body), "/v1/instances");
        call.ask("upload", placed.upload.as_deref());
        call.idempotency_key = Some(key);
        call.if_match = bound.if_match;
        call.ask(
            "environment",
            bound.environment.map(EnvironmentName::as_str),
        );
        call.ask("plan", bound.plan.map(ToString::to_string).as_deref());
        self.send(&call)
    }

    /// Says what submitting a service would do.
    pub(crate) fn preview(
        &self,
        body: &Body,
        environment: Option<&EnvironmentName>,
    ) -> Result<AnsweredPreview, CallError> {
        let placed = self.placed(body)?;
        let mut call = Call::new(Method::Post(&placed.body), "/v1/instances:preview");
        call.ask("upload", placed.upload.as_deref());
        call.ask("environment", environment.map(EnvironmentName::as_str));
        self.send(&call)
    }

    /// Registers a landing zone or an environment: `collection` is its place in the API.
    pub(crate) fn register(
        &self,
        collection: &'static str,
        name: &str,
        body: &Body,
    ) -> Result<Registered, CallError> {
        let placed = self.placed(body)?;
        let path = format!("/v1/{collection}/{name}");
        let mut call = Call::new(Method::Put(&placed.body), &path);
        call.ask("upload", placed.upload.as_deref());
        self.send(&call)
    }

    /// Every instance, or those of one environment or one name.
    pub(crate) fn instances(
        &self,
        environment: Option<&EnvironmentName>,
        name: Option<&ServiceName>,
    ) -> Result<Vec<InstanceSummary>, CallError> {
        let asked = [
            ("environment", environment.map(EnvironmentName::as_str)),
            ("name", name.map(ServiceName::as_str)),
        ];
        let asked: Vec<_> = asked
            .into_iter()
            .filter_map(|(question, answer)| Some((question, answer?)))
            .collect();
        self.every("/v1/instances", &asked, "instances")
    }

    /// Every item of a listing, page by page; `what` says what it lists.
    fn every<T: DeserializeOwned>(
        &self,
        path: &str,
        asked: &[(&'static str, &str)],
        what: &str,
    ) -> Result<Vec<T>, CallError> {
        let mut found = Vec::new();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let mut call = Call::new(Method::Get, path);
            for (question, answer) in asked {
                call.ask(question, Some(answer));
            }
            call.ask("limit", Some(PAGE));
            call.ask("cursor", cursor.as_deref());
            let page: answers::Page<T> = self.send(&call)?;
            found.extend(page.items);
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(found),
            }
        }
        Err(self.explained(CallError::Unexpected(Unexpected::new(
            self.transport.endpoint(),
            format!("its list of {what} does not end"),
        ))))
    }

    /// One instance.
    pub(crate) fn instance(&self, id: &InstanceId) -> Result<Instance, CallError> {
        self.send(&Call::new(Method::Get, &format!("/v1/instances/{id}")))
    }

    /// Asks for an instance to be destroyed. The same `key` is one deployment, however often it
    /// is sent.
    pub(crate) fn destroy(
        &self,
        (id, if_match): (&InstanceId, &str),
        key: &str,
    ) -> Result<Accepted, CallError> {
        let mut call = Call::new(Method::Delete, &format!("/v1/instances/{id}"));
        call.if_match = Some(if_match);
        call.idempotency_key = Some(key);
        self.send(&call)
    }

    /// One deployment.
    pub(crate) fn deployment(&self, id: &DeploymentId) -> Result<Deployment, CallError> {
        self.send(&Call::new(Method::Get, &format!("/v1/deployments/{id}")))
    }

    /// Whom the platform takes the caller for.
    pub(crate) fn whoami(&self) -> Result<Whoami, CallError> {
        self.send(&Call::new(Method::Get, "/v1/whoami"))
    }

    fn send<T: DeserializeOwned>(&self, call: &Call<'_>) -> Result<T, CallError> {
        self.transport
            .send(call)
            .map_err(|error| self.explained(error))
    }

    /// An answer that was not expected may come from a platform of another version, or from
    /// something else altogether: only then is the platform asked what it is.
    fn explained(&self, error: CallError) -> CallError {
        let CallError::Unexpected(unexpected) = error else {
            return error;
        };
        let health = self.transport.send(&Call::open("/v1/health"));
        CallError::Unexpected(Unexpected {
            platform: health.ok().map(|answer: answers::Health| answer.version),
            ..unexpected
        })
    }
}
