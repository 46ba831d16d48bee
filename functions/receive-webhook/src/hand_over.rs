//! From a request that is believed to events on the bus. One that is signed is taken once: it is
//! written down before its events go out, and again when they are out. Who dies in between leaves
//! word of when it came in, so that the next attempt hands over the very same events.

use groundplane_events::signature::Signed;
use groundplane_events::webhook::{self, Delivery, Source};
use groundplane_model::{Change, Event, EventSource, Record, WebhookClaim};
use groundplane_ports::{PortError, PublishEvents, Result as Ported};
use jiff::Timestamp;

use crate::answer::{Refused, Taken};
use crate::{Receiver, Table, Webhook};

/// Hands over the events of a request.
///
/// # Errors
/// Where its body is not what its source sends, or a service does not answer.
pub(crate) async fn hand_over<T: Table, V, B: PublishEvents, C>(
    receiver: &Receiver<T, V, B, C>,
    (source, signed): (&EventSource, Option<Signed>),
    webhook: &Webhook<'_>,
    now: Timestamp,
) -> Result<Taken, Refused> {
    let events = read(source, webhook, now)?;
    let Some(signed) = signed else {
        // A token has no id. What is sent again has the ids that it had.
        receiver.bus.relay_all(&events).await?;
        return Ok(Taken::new(source, events.len()));
    };
    let claim = claimed(&receiver.table, WebhookClaim::new(source, &signed.id, now)).await?;
    if claim.delivered {
        return Ok(Taken::before(source));
    }
    let events = if claim.received_at == now {
        events
    } else {
        read(source, webhook, claim.received_at)?
    };
    receiver.bus.relay_all(&events).await?;
    delivered(&receiver.table, claim).await;
    Ok(Taken::new(source, events.len()))
}

fn read(
    source: &EventSource,
    webhook: &Webhook<'_>,
    received_at: Timestamp,
) -> Result<Vec<Event>, Refused> {
    let delivery = Delivery {
        headers: webhook.headers,
        body: webhook.body,
        received_at,
    };
    let source = Source {
        name: source.name.clone(),
        format: source.format,
        tenant: source.tenant.clone(),
    };
    webhook::read(&source, &delivery).map_err(|refused| Refused::unreadable(&refused))
}

/// What is known of the webhook; written down now if it is new.
async fn claimed(table: &impl Table, new: WebhookClaim) -> Ported<WebhookClaim> {
    if let Some(known) = table.get(&new.key()).await? {
        return Ok(known);
    }
    match table.commit(vec![Change::save(&new)]).await {
        Ok(()) => Ok(WebhookClaim {
            version: new.next_version(),
            ..new
        }),
        Err(PortError::Conflict(what)) => {
            let known = table.get(&new.key()).await?;
            known.ok_or(PortError::Conflict(what))
        }
        Err(error) => Err(error),
    }
}

/// Writes down that the events are out. If that fails they are out all the same, and would only go
/// out once more, under the same ids, if the sender sent again.
async fn delivered(table: &impl Table, claim: WebhookClaim) {
    let claim = WebhookClaim {
        delivered: true,
        ..claim
    };
    if let Err(error) = table.commit(vec![Change::save(&claim)]).await {
        tracing::warn!(%error, "not written down as handed over");
    }
}
