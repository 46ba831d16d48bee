//! Webhooks from the registration of their source to the bus, on a real table.

mod crashes;
mod formats;
mod proof;
mod replay;

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::Method;
use groundplane_events::signature::Secret;
use groundplane_model::Event;
use groundplane_ports::{Clock as _, PortError, PublishEvents, Result};
use groundplane_receive_webhook::{Receiver, router};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Api, Call, call, send};

/// A bus that remembers what was put on it.
#[derive(Debug, Clone, Default)]
struct TestBus {
    events: Arc<Mutex<Vec<Event>>>,
    /// Whether it takes nothing.
    is_down: Arc<Mutex<bool>>,
}

impl TestBus {
    fn events(&self) -> Vec<Event> {
        self.events.lock().unwrap().clone()
    }

    fn set_down(&self, is_down: bool) {
        *self.is_down.lock().unwrap() = is_down;
    }
}

impl PublishEvents for TestBus {
    async fn publish(&self, detail_type: &str, _: &str) -> Result<()> {
        panic!("`{detail_type}` is none of a webhook's events");
    }

    async fn relay(&self, event: &Event) -> Result<()> {
        if *self.is_down.lock().unwrap() {
            return Err(PortError::Unavailable("secret words".to_owned()));
        }
        self.events.lock().unwrap().push(event.clone());
        Ok(())
    }
}

/// The API, and beside it the function that takes webhooks.
struct Gate {
    api: Api,
    bus: TestBus,
    router: Router,
}

impl Gate {
    async fn start() -> Self {
        let api = Api::start().await;
        let bus = TestBus::default();
        let receiver = Receiver {
            table: api.table.adapter(),
            secrets: api.system.vault.clone(),
            bus: bus.clone(),
            clock: api.system.clone(),
        };
        Self {
            router: router(receiver),
            api,
            bus,
        }
    }

    async fn send(&self, call: Call) -> Answer {
        send(self.router.clone(), call).await
    }

    /// Sends what must be taken, with so many events.
    async fn taken(&self, call: Call, events: usize) {
        let answer = self.send(call).await;
        assert_eq!(
            (answer.status, answer.body),
            (202, json!({"events": events}))
        );
    }

    /// Sends what must be refused and leave nothing behind; gives the problem.
    async fn refused(&self, call: Call, status: u16) -> Value {
        let before = (self.api.table.dump().await, self.bus.events());
        let problem = self.send(call).await.problem(status);
        assert_eq!((self.api.table.dump().await, self.bus.events()), before);
        problem
    }

    /// Something signed now.
    fn signed(&self, secret: &str, id: &str, body: &str) -> Call {
        signed(secret, (id, self.api.system.now()), body)
    }
}

/// A webhook of the source `acme.disks`, without any proof.
fn webhook(body: impl Into<Vec<u8>>) -> Call {
    let call = call(Method::POST, "/v1/webhooks/acme.disks", body);
    Call {
        claims: None,
        ..call
    }
}

/// A webhook of `acme.disks` that is signed.
fn signed(secret: &str, (id, at): (&str, Timestamp), body: &str) -> Call {
    let secret = Secret::parse(secret).unwrap();
    webhook(body)
        .with("content-type", "application/json")
        .with("webhook-id", id)
        .with("webhook-timestamp", at.as_second().to_string())
        .with("webhook-signature", secret.sign(id, at, body.as_bytes()))
}

/// The same to another source.
fn to(address: &str, call: Call) -> Call {
    Call {
        uri: format!("/v1/webhooks/{address}"),
        ..call
    }
}
