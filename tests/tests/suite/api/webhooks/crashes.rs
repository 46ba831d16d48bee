//! Whatever crashes or is repeated: a secret that was shown counts, one that is in use goes on
//! counting, and a webhook that was taken goes out under the same ids.

use groundplane_api::{Platform, Surroundings};
use groundplane_lives::Definitions;
use groundplane_tests::faults::{Fault, Faults, explore};
use jiff::SignedDuration;

use super::super::event_sources::{put, rotate};
use super::super::{delete, identity};
use super::*;
use crate::memory::MemoryTable;
use crate::system::TestSystem;

const PASSING: [Fault; 5] = [
    Fault::Before,
    Fault::After,
    Fault::Twice,
    Fault::CrashBefore,
    Fault::CrashAfter,
];

/// How often something is tried before it counts as stuck.
const TOO_MANY: usize = 5;

/// API and receiver on ports that fail.
struct World {
    faults: Faults,
    system: TestSystem,
    table: &'static MemoryTable,
    bus: TestBus,
    api: Router,
    hooks: Router,
}

type Outcome<T> = std::result::Result<T, String>;

impl World {
    /// The routers own what they stand on, so a test leaks a little.
    fn start(faults: Faults) -> Self {
        let system = TestSystem::default();
        let table: &MemoryTable = Box::leak(Box::default());
        let vault = &*Box::leak(Box::new(system.vault.clone()));
        let bus = TestBus::default();
        let leaked = &*Box::leak(Box::new(bus.clone()));
        let platform = Platform {
            table: faults.wrap(table),
            system: Surroundings::new(
                system.clone(),
                faults.wrap(vault),
                system.clone(),
                system.clone(),
            ),
            definitions: Definitions::default(),
            guards: groundplane_guarding::Guards::default(),
        };
        let receiver = Receiver {
            table: faults.wrap(table),
            secrets: faults.wrap(vault),
            bus: faults.wrap(leaked),
            clock: system.clone(),
        };
        Self {
            api: groundplane_api::router(platform, identity()),
            hooks: router(receiver),
            faults,
            system,
            table,
            bus,
        }
    }

    /// Sends until there is an answer that is worth something. Time passes in between.
    async fn insist(&self, router: &Router, call: impl Fn() -> Call) -> Outcome<Answer> {
        for _ in 0..TOO_MANY {
            match self.faults.invocation(send(router.clone(), call())).await {
                Ok(answer) if ![409, 503].contains(&answer.status) => return Ok(answer),
                Ok(_) | Err(_) => self.system.advance(SignedDuration::from_mins(1)),
            }
        }
        Err("it does not come to an end".to_owned())
    }

    /// The secret of the source: shown by the registration, or if its answer was lost, by a
    /// rotation that leaves the lost one no time.
    async fn register(&self, auth: &str) -> Outcome<String> {
        let answer = self
            .insist(&self.api, || put("disks", "json", auth))
            .await?;
        match answer.body["secret"].as_str() {
            Some(secret) => Ok(secret.to_owned()),
            None => self.rotate("?previousValidHours=0").await,
        }
    }

    async fn rotate(&self, query: &str) -> Outcome<String> {
        let answer = self.insist(&self.api, || rotate("disks", query)).await?;
        let secret = answer.body["secret"].as_str();
        secret
            .map(str::to_owned)
            .ok_or_else(|| format!("{answer:?}"))
    }

    async fn deliver(&self, secret: &str, id: &str) -> Outcome<()> {
        let call = || match secret.starts_with("whsec_") {
            true => signed(
                secret,
                (id, self.system.now()),
                &format!("{{\"id\":\"{id}\"}}"),
            ),
            false => webhook(format!("{{\"id\":\"{id}\"}}"))
                .with("authorization", format!("Bearer {secret}")),
        };
        let answer = self.insist(&self.hooks, call).await?;
        match answer.status {
            200 | 202 => Ok(()),
            _ => Err(format!("`{id}`: {answer:?}")),
        }
    }
}

/// Registers, rotates, delivers with both secrets, deletes.
async fn life(faults: Faults, auth: &str) -> Outcome<()> {
    let world = World::start(faults);
    let old = world.register(auth).await?;
    world.deliver(&old, "msg_1").await?;
    let new = world.rotate("").await?;
    world.deliver(&old, "msg_2").await?;
    world.deliver(&new, "msg_3").await?;
    let stored = format!("{:?}", world.table.dump());
    if [&old, &new]
        .iter()
        .any(|secret| stored.contains(secret.as_str()))
    {
        return Err("a secret is in the table".to_owned());
    }
    check_events(&world.bus.events())?;
    let deleted = world
        .insist(&world.api, || delete("/v1/event-sources/disks"))
        .await?;
    let left = (
        world.system.vault.dump().len(),
        world.table.count("event-source"),
    );
    // Where the answer was lost, there is nothing to delete the second time.
    if left == (0, 0) && [200, 404].contains(&deleted.status) {
        Ok(())
    } else {
        Err(format!("left behind: {left:?} {deleted:?}"))
    }
}

/// Each webhook went out, and whenever it did it was the same event.
fn check_events(events: &[Event]) -> Outcome<()> {
    for id in ["msg_1", "msg_2", "msg_3"] {
        let of_id = |event: &&Event| event.detail["data"]["id"] == id;
        let out: Vec<&Event> = events.iter().filter(of_id).collect();
        let first = out.first().ok_or_else(|| format!("`{id}` is lost"))?;
        if out.iter().any(|event| event.id != first.id) {
            return Err(format!("`{id}` is two events: {out:?}"));
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_source_that_signs_survives_every_fault_at_every_step() {
    let report = explore(&PASSING, |faults| life(faults, "signature")).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.runs > 100, "{report}");
}

#[tokio::test]
async fn a_source_that_sends_a_token_survives_every_fault_at_every_step() {
    let report = explore(&PASSING, |faults| life(faults, "bearer")).await;
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.runs > 50, "{report}");
}

#[tokio::test]
async fn events_of_a_signed_webhook_are_the_same_to_the_last_byte_whatever_crashes() {
    let report = explore(&PASSING, async |faults: Faults| {
        let world = World::start(faults);
        let secret = world.register("signature").await?;
        world.deliver(&secret, "msg_1").await?;
        let events = world.bus.events();
        let first = events.first().ok_or("it is lost")?;
        match events.iter().all(|event| event == first) {
            true => Ok(()),
            false => Err(format!("{events:?}")),
        }
    })
    .await;
    assert!(report.findings.is_empty(), "{report}");
}
