//! How the address resolver is configured, and what it is asked for.

use std::collections::BTreeMap;

use groundplane_model::{InvalidIdentifier, PoolName};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Cidr, CidrError};

/// The configuration of the address resolver. Its JSON Schema is in
/// `schema/resolver-configs.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IpamConfig {
    /// The pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolName>,
    /// In place of a pool: the first pool, by name, that has all these tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// How long the prefix of a block is where the request does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix_length: Option<u8>,
    /// For how many minutes released addresses rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quarantine_minutes: Option<u32>,
}

impl IpamConfig {
    /// For how many minutes released addresses rest where nothing is configured.
    pub const QUARANTINE_MINUTES: u32 = 15;

    /// For how many minutes released addresses rest.
    #[must_use]
    pub fn quarantine_minutes(&self) -> u32 {
        self.quarantine_minutes.unwrap_or(Self::QUARANTINE_MINUTES)
    }
}

/// Which block is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// One with a prefix of this length, wherever there is room.
    Length(u8),
    /// This one.
    Exactly(Cidr),
}

impl Size {
    /// The prefix length.
    #[must_use]
    pub fn length(self) -> u8 {
        match self {
            Self::Length(length) => length,
            Self::Exactly(cidr) => cidr.length(),
        }
    }
}

/// What the address resolver is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRequest {
    /// The pool, where the request names one.
    pub pool: Option<PoolName>,
    /// The block.
    pub size: Size,
    /// For how long it is reserved, unless it is asked for again without.
    pub reserve: Option<SignedDuration>,
}

/// Why a request for addresses is refused before any pool is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressRequestError {
    /// Nothing says how large the block is to be.
    #[error(
        "nothing says how large the block is to be: the request has neither `cidr` nor \
         `prefixLength`, and no `prefixLength` is configured"
    )]
    NoSize,
    /// It cannot be a prefix length.
    #[error("`{0}` is not a prefix length")]
    Length(String),
    /// The block and the prefix length are not the same.
    #[error("`{cidr}` was asked for with the prefix length {length}")]
    Contradiction {
        /// The block.
        cidr: Cidr,
        /// The prefix length.
        length: u8,
    },
    /// It is not a block.
    #[error(transparent)]
    Cidr(#[from] CidrError),
    /// It is not the name of a pool.
    #[error(transparent)]
    Pool(#[from] InvalidIdentifier),
    /// It is not a time.
    #[error("`{0}` is not a number of seconds from 1 to {max}", max = AddressRequest::LONGEST_RESERVATION)]
    Seconds(String),
}

impl AddressRequest {
    /// The input that says how long the prefix is.
    pub const PREFIX_LENGTH: &'static str = "prefixLength";
    /// The input that names a certain block.
    pub const CIDR: &'static str = "cidr";
    /// The input that names a pool.
    pub const POOL: &'static str = "pool";
    /// The input that says for how many seconds the block is reserved.
    pub const RESERVE_SECONDS: &'static str = "reserveSeconds";

    /// The longest reservation, in seconds: 31 days.
    pub const LONGEST_RESERVATION: i64 = 31 * 24 * 3600;

    /// Reads what is asked for.
    ///
    /// # Errors
    /// As [`AddressRequestError`] says.
    pub fn read(
        inputs: &BTreeMap<String, String>,
        config: &IpamConfig,
    ) -> Result<Self, AddressRequestError> {
        let pool = inputs.get(Self::POOL).map(|name| PoolName::parse(name));
        let reserve = inputs.get(Self::RESERVE_SECONDS);
        Ok(Self {
            pool: pool.transpose()?,
            size: size(inputs, config)?,
            reserve: reserve.map(|text| duration(text)).transpose()?,
        })
    }
}

fn size(
    inputs: &BTreeMap<String, String>,
    config: &IpamConfig,
) -> Result<Size, AddressRequestError> {
    let length = inputs.get(AddressRequest::PREFIX_LENGTH).map(|text| {
        let length = text.trim_start_matches('/').parse();
        length.map_err(|_| AddressRequestError::Length(shown(text)))
    });
    let length: Option<u8> = length.transpose()?;
    let Some(text) = inputs.get(AddressRequest::CIDR) else {
        let length = length.or(config.prefix_length);
        return length.map(Size::Length).ok_or(AddressRequestError::NoSize);
    };
    let cidr = Cidr::parse(text)?;
    match length {
        Some(length) if length != cidr.length() => {
            Err(AddressRequestError::Contradiction { cidr, length })
        }
        Some(_) | None => Ok(Size::Exactly(cidr)),
    }
}

fn duration(text: &str) -> Result<SignedDuration, AddressRequestError> {
    let within = |seconds: &i64| (1..=AddressRequest::LONGEST_RESERVATION).contains(seconds);
    let seconds = text.parse().ok().filter(within);
    seconds
        .map(SignedDuration::from_secs)
        .ok_or_else(|| AddressRequestError::Seconds(shown(text)))
}

fn shown(text: &str) -> String {
    text.chars()
        .take(80)
        .flat_map(char::escape_default)
        .collect()
}

#[cfg(test)]
#[path = "config_tests.rs"]
mod tests;
