//! What a delivery writes: the life, its history, the log of events, and the messages that have to
//! go out, all in one transaction.

use groundplane_lifecycle::{Delivery, Effect, Timer};
use groundplane_model::{Change, Digest, InstanceId, LifeTimer, Outbox, OutboxMessage, TenantId};
use jiff::Timestamp;

/// What `delivery` writes for an instance.
#[must_use]
pub fn changes_of(
    (tenant, instance): (&TenantId, &InstanceId),
    delivery: &Delivery,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes: Vec<Change> = delivery.life.iter().map(Change::save).collect();
    changes.extend(delivery.passages.iter().map(Change::save));
    changes.extend(delivery.entries.iter().map(Change::save));
    // A life is written once in each version, so that no message ever has the id of another one.
    let version = delivery.life.as_ref().map_or(0, |life| life.version + 1);
    let owner = Digest::of(format!("{tenant}#{instance}").as_bytes());
    let messages = delivery.effects.iter().enumerate().map(|(number, effect)| {
        let id = format!("life-{}-{version}-{number}", owner.short(32));
        Change::save(&Outbox::new(id, message((tenant, instance), effect), now))
    });
    changes.extend(messages);
    changes
}

fn message((tenant, instance): (&TenantId, &InstanceId), effect: &Effect) -> OutboxMessage {
    let (tenant, instance) = (tenant.clone(), instance.clone());
    match effect {
        Effect::StartRun { run } => OutboxMessage::StartRun {
            tenant,
            instance,
            run: run.id.clone(),
        },
        Effect::StopRun { run } => OutboxMessage::StopRun { run: run.clone() },
        Effect::Schedule { timer, at } => OutboxMessage::SetTimer {
            tenant,
            instance,
            timer: match timer {
                Timer::Stay(stay) => LifeTimer::Stay(*stay),
                Timer::Run(run) => LifeTimer::Run(run.clone()),
            },
            at: *at,
        },
        Effect::Publish {
            detail_type,
            detail,
        } => OutboxMessage::PublishEvent {
            detail_type: (*detail_type).to_owned(),
            detail: detail.clone(),
        },
    }
}
