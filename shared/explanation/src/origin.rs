//! Where a value comes from.

use std::collections::BTreeMap;

use groundplane_model::{ContextKey, Layer, ResolverName, UnitName};
use groundplane_resolvers::Entry;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(
    tag = "from",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
#[schema(as = ValueOrigin)]
pub enum Origin {
    /// The user wrote it.
    Spec {
        /// The line of the document, counted from 1.
        line: usize,
    },
    /// The user said it with the request, not in the document.
    Request,
    /// The schema fills it in.
    Default {
        /// The field that decides about it, where the default is not the same for all.
        #[serde(default, rename = "decidedBy", skip_serializing_if = "Option::is_none")]
        decided_by: Option<String>,
    },
    /// The spec or a default: the lines of this document were not kept.
    Document,
    /// A resolver gave it.
    Resolver(Resolution),
    /// A unit wrote it once it was provisioned.
    Output {
        /// The unit; none where what wrote it is gone.
        unit: Option<UnitName>,
        /// The context key that it wrote.
        key: ContextKey,
    },
}

/// What a resolver was told and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resolution {
    /// The resolver.
    pub resolver: ResolverName,
    /// What it was told.
    pub inputs: BTreeMap<String, String>,
    /// The layer of configuration that had the last word when it answered; none where its answer
    /// was not kept.
    pub layer: Option<Layer>,
    /// What is configured for it, where this deployment was accepted, but for what applies
    /// everywhere.
    pub configuration: Vec<Entry>,
    /// When it answered.
    pub at: Option<Timestamp>,
}
