//! `POST /v1/webhooks/{source}`: the only endpoint that takes something from outside without a
//! token. A request proves itself first; then its events go onto the bus, each under the id that
//! it has however often it is sent. A request that is not believed learns nothing of which sources
//! there are: an unknown one answers like one whose secret is another.

mod answer;
mod hand_over;
mod prove;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::HeaderMap;
use axum::routing::post;
use groundplane_events::Headers;
use groundplane_model::EventSource;
use groundplane_ports::{Clock, PublishEvents, ReadSecretValues, ReadTable, WriteTable};

use answer::Refused;
pub use answer::Taken;

/// The largest body, in bytes.
pub const MAX_BODY: usize = 256 * 1024;

/// What taking webhooks needs.
#[derive(Debug)]
pub struct Receiver<T, V, B, C> {
    /// The table.
    pub table: T,
    /// What secrets hold.
    pub secrets: V,
    /// The bus that events go onto.
    pub bus: B,
    /// The time.
    pub clock: C,
}

/// Everything that is done with the table.
pub trait Table: ReadTable + WriteTable + 'static {}
impl<T: ReadTable + WriteTable + 'static> Table for T {}

/// A webhook as it came in.
#[derive(Debug, Clone, Copy)]
pub struct Webhook<'a> {
    /// The last part of its path: the address of its source.
    pub address: &'a str,
    /// Its headers.
    pub headers: &'a Headers,
    /// Its body.
    pub body: &'a [u8],
}

/// The endpoint.
pub fn router<T, V, B, C>(receiver: Receiver<T, V, B, C>) -> Router
where
    T: Table,
    V: ReadSecretValues + 'static,
    B: PublishEvents + 'static,
    C: Clock + 'static,
{
    Router::new()
        .route("/v1/webhooks/{source}", post(endpoint::<T, V, B, C>))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(Arc::new(receiver))
}

async fn endpoint<T, V, B, C>(
    State(receiver): State<Arc<Receiver<T, V, B, C>>>,
    Path(address): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Taken, Refused>
where
    T: Table,
    V: ReadSecretValues + 'static,
    B: PublishEvents + 'static,
    C: Clock + 'static,
{
    let body = body.map_err(|_| Refused::too_large())?;
    let headers = headers.iter();
    let headers = Headers::new(
        headers.map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))),
    );
    let webhook = Webhook {
        address: &address,
        headers: &headers,
        body: &body,
    };
    receive(&receiver, &webhook).await
}

/// Takes one webhook.
///
/// # Errors
/// Where it does not prove itself, is not what its source sends, or a service does not answer.
async fn receive<T, V, B, C>(
    receiver: &Receiver<T, V, B, C>,
    webhook: &Webhook<'_>,
) -> Result<Taken, Refused>
where
    T: Table,
    V: ReadSecretValues,
    B: PublishEvents,
    C: Clock,
{
    let now = receiver.clock.now();
    let names = EventSource::parse_address(webhook.address);
    let source: Option<EventSource> = match &names {
        Some((tenant, name)) => {
            receiver
                .table
                .get(&EventSource::key_of(tenant, name))
                .await?
        }
        None => None,
    };
    let secrets = prove::Secrets {
        port: &receiver.secrets,
        name: names.map(|(tenant, name)| EventSource::secret_name(&tenant, &name)),
    };
    let (source, signed) = prove::prove(&secrets, source, webhook, now).await?;
    hand_over::hand_over(receiver, (&source, signed), webhook, now).await
}
