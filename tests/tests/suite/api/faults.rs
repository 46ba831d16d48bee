//! What clients see when the platform's own services fail.

use groundplane_api::{Platform, router};
use groundplane_lives::Definitions;
use groundplane_model::{Change, Index, Key, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable, Result, WriteTable};
use serde_json::json;

use super::lives::post;
use super::{Answer, WEB, apply, delete, get, header, identity, send, submit};
use crate::system::TestSystem;

/// A table that fails in one way, whatever is asked.
pub(super) struct Broken(pub(super) PortError);

impl ReadTable for Broken {
    async fn get<R: Record>(&self, _: &Key) -> Result<Option<R>> {
        Err(self.0.clone())
    }

    async fn query<R: Record>(&self, _: &Partition, _: &str) -> Result<Vec<R>> {
        Err(self.0.clone())
    }

    async fn list<R: Record>(&self, _: &Index, _: u16, _: Option<&str>) -> Result<Page<R>> {
        Err(self.0.clone())
    }
}

impl WriteTable for Broken {
    async fn commit(&self, _: Vec<Change>) -> Result<()> {
        Err(self.0.clone())
    }
}

/// The answers of all endpoints that read or write the table.
async fn answers(error: &PortError) -> Vec<Answer> {
    let mut answers = Vec::new();
    for call in [
        submit(WEB).keyed("k"),
        submit(WEB),
        get("/v1/instances"),
        get("/v1/instances?name=web"),
        get("/v1/instances/web-service.dev"),
        delete("/v1/instances/web-service.dev"),
        get("/v1/deployments/dep-00000000000000000000000000000001"),
        get("/v1/instances/web-service.dev/drift"),
        post("/v1/instances/web-service.dev/drift", &json!({})),
        get("/v1/drift?environment=dev"),
        get("/v1/environments"),
        get("/v1/landing-zones/sandbox"),
        apply("/v1/landing-zones/sandbox", super::LANDING_ZONE),
    ] {
        let platform = Platform {
            table: Broken(error.clone()),
            system: TestSystem::default(),
            definitions: Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        answers.push(send(router(platform, identity()), call).await);
    }
    answers
}

#[tokio::test]
async fn a_table_that_does_not_answer_is_reason_to_try_again() {
    for answer in answers(&PortError::Unavailable("secret words".to_owned())).await {
        assert_eq!(answer.header(header::RETRY_AFTER), "1");
        assert_eq!(
            answer.problem(503)["detail"],
            "the platform is busy; try again"
        );
    }
}

#[tokio::test]
async fn a_fault_of_the_platform_is_not_explained_to_clients() {
    for error in [PortError::Denied, PortError::Refused, PortError::Internal] {
        for answer in answers(&error("secret words".to_owned())).await {
            assert!(!answer.headers.contains_key(header::RETRY_AFTER));
            assert_eq!(answer.problem(500)["detail"], "the platform has a fault");
        }
    }
}
