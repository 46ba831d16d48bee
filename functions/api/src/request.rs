//! What a request says in its path and query. What cannot be read is refused as a problem.

use std::error::Error;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use groundplane_model::{Index, Partition, Record};
use groundplane_ports::{Page, PortError, ReadTable};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::problem::{Refused, shown};

/// The name or id in the path.
#[derive(Debug)]
pub(crate) struct Named(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(name)) => Ok(Self(name)),
            Err(_) => Err(Refused::bad_request("the path is not UTF-8")),
        }
    }
}

/// The two names or ids in the path.
#[derive(Debug)]
pub(crate) struct Pair(pub(crate) String, pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Pair {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path((first, second))) => Ok(Self(first, second)),
            Err(_) => Err(Refused::bad_request("the path is not UTF-8")),
        }
    }
}

/// The query; a parameter that the endpoint does not know is refused, since it would otherwise be
/// a wish that nobody heard.
#[derive(Debug)]
pub(crate) struct Asked<Q>(pub(crate) Q);

impl<Q: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<Q> {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                let cause = shown(&innermost(&rejection).to_string());
                Err(Refused::bad_request(format!(
                    "the query cannot be read: {cause}"
                )))
            }
        }
    }
}

/// The error that all others were made from.
fn innermost<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, innermost)
}

/// Which page of a listing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    pub(crate) limit: Option<Limit>,
    /// Where the page begins: `next` of the page before.
    pub(crate) cursor: Option<String>,
}

/// How many records a page has.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(minimum = 1, maximum = 200, default = 50)]
pub(crate) struct Limit(u16);

impl Limit {
    const MOST: u16 = 200;

    /// The same, or `most` if that is less; at least one.
    pub(crate) fn at_most(self, most: usize) -> Self {
        let most = u16::try_from(most).unwrap_or(u16::MAX);
        Self(self.0.min(most).max(1))
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<String> for Limit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text
            .parse()
            .ok()
            .filter(|number| (1..=Self::MOST).contains(number));
        let message = || {
            format!(
                "`{text}` is not a limit; give a number from 1 to {}",
                Self::MOST
            )
        };
        number.map(Self).ok_or_else(message)
    }
}

/// A text that is looked for. The longest key that the table takes has 1,024 bytes ("Service, account,
/// and table quotas", `DynamoDB` developer guide), and whatever is longer is the name of nothing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, max_length = 512)]
pub(crate) struct Sought(pub(crate) String);

impl TryFrom<String> for Sought {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        const MOST: usize = 512;
        match text.len() <= MOST {
            true => Ok(Self(text)),
            false => Err(format!(
                "a text that is looked for has at most {MOST} bytes"
            )),
        }
    }
}

/// One page of a listing, as a client asked for it.
pub(crate) async fn page<R: Record>(
    table: &impl ReadTable,
    index: &Index,
    limit: Option<Limit>,
    cursor: Option<&str>,
) -> Result<Page<R>, Refused> {
    let Limit(limit) = limit.unwrap_or_default();
    known(cursor, table.list(index, limit, cursor).await)
}

/// One page of what a partition holds under a prefix, as a client asked for it.
pub(crate) async fn page_of<R: Record>(
    table: &impl ReadTable,
    (partition, prefix): (&Partition, &str),
    limit: Option<Limit>,
    cursor: Option<&str>,
) -> Result<Page<R>, Refused> {
    let Limit(limit) = limit.unwrap_or_default();
    known(cursor, table.page(partition, prefix, limit, cursor).await)
}

fn known<R>(
    cursor: Option<&str>,
    page: groundplane_ports::Result<Page<R>>,
) -> Result<Page<R>, Refused> {
    if cursor.is_some() && matches!(page, Err(PortError::Refused(_))) {
        let message = "the cursor is not one that a listing gave";
        return Err(Refused::bad_request(message));
    }
    Ok(page?)
}
