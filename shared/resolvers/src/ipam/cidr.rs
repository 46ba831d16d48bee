//! Blocks of addresses: parsed once, without host bits, and the arithmetic on them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Why a text is not a block of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CidrError {
    /// There is no address in it.
    #[error("`{0}` is not a block of addresses")]
    NotABlock(String),
    /// An address without a prefix length.
    #[error("`{0}` has no prefix length")]
    NoLength(IpAddr),
    /// A prefix length that the family does not have.
    #[error("`{text}` has a prefix length beyond {longest}, the longest of {family}")]
    LengthBeyond {
        /// What was given.
        text: String,
        /// The family of the address.
        family: Family,
        /// The longest prefix length of the family.
        longest: u8,
    },
    /// The address is one within the block, not the one that it starts with.
    #[error("`{given}` has host bits set")]
    HostBits {
        /// What was given.
        given: IpNet,
        /// The block that the address lies in.
        block: Cidr,
    },
}

impl CidrError {
    /// What was perhaps meant.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotABlock(_) => {
                Some("write an address and a prefix length, for example `10.0.0.0/16`".to_owned())
            }
            Self::NoLength(address) => {
                let length = Family::of(*address).longest();
                Some(format!("a single address is `{address}/{length}`"))
            }
            Self::LengthBeyond { .. } => None,
            Self::HostBits { block, .. } => Some(format!("did you mean `{block}`?")),
        }
    }
}

/// The two families of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// 32 bits.
    V4,
    /// 128 bits.
    V6,
}

impl Family {
    const fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::V4,
            IpAddr::V6(_) => Self::V6,
        }
    }

    /// The prefix length of a single address.
    #[must_use]
    pub const fn longest(self) -> u8 {
        match self {
            Self::V4 => 32,
            Self::V6 => 128,
        }
    }

    /// Every address of the family.
    #[must_use]
    pub const fn whole(self) -> Cidr {
        match self {
            Self::V4 => Cidr(IpNet::new_assert(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0)),
            Self::V6 => Cidr(IpNet::new_assert(IpAddr::V6(Ipv6Addr::UNSPECIFIED), 0)),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// A block of addresses in its canonical form. As text: `10.0.0.0/16`, `2001:db8::/32`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(IpNet);

impl Cidr {
    /// Parses a block.
    ///
    /// # Errors
    /// As [`CidrError`] says.
    pub fn parse(text: &str) -> Result<Self, CidrError> {
        let not_a_block = || CidrError::NotABlock(text.chars().take(80).collect());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| not_a_block())?;
        let length = length.ok_or(CidrError::NoLength(address))?;
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(not_a_block());
        }
        let given = length.parse().ok();
        let given = given
            .and_then(|length| IpNet::new(address, length).ok())
            .ok_or_else(|| CidrError::LengthBeyond {
                text: text.chars().take(80).collect(),
                family: Family::of(address),
                longest: Family::of(address).longest(),
            })?;
        let block = Self(given.trunc());
        if block.0 == given {
            Ok(block)
        } else {
            Err(CidrError::HostBits { given, block })
        }
    }

    /// Its family.
    #[must_use]
    pub fn family(self) -> Family {
        Family::of(self.0.addr())
    }

    /// Its prefix length.
    #[must_use]
    pub fn length(self) -> u8 {
        self.0.prefix_len()
    }

    /// The address that it starts with.
    #[must_use]
    pub fn network(self) -> IpAddr {
        self.0.network()
    }

    /// Whether every address of `other` is in it.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Whether the two share an address.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// How many addresses it has; `u128::MAX` for all of IPv6.
    #[must_use]
    pub fn addresses(self) -> u128 {
        addresses(self.family(), self.length())
    }

    /// The first address of a host: the one after the network's own; the first one of a block of
    /// two (RFC 3021, RFC 6164); none for a single address.
    #[must_use]
    pub fn gateway(self) -> Option<IpAddr> {
        let first = self.bits() >> (128 - u32::from(self.family().longest()));
        let address = match self.family().longest().saturating_sub(self.length()) {
            0 => return None,
            1 => first,
            _ => first + 1,
        };
        Some(match self.family() {
            // INVARIANT: an IPv4 address fits in 32 bits.
            Family::V4 => IpAddr::V4(Ipv4Addr::from_bits(
                u32::try_from(address).unwrap_or_default(),
            )),
            Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(address)),
        })
    }

    /// The address that it starts with as a number whose highest bit is the first of the address,
    /// in both families.
    pub(super) fn bits(self) -> u128 {
        match self.0.addr() {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        }
    }

    /// The block of `length` that holds the address with these bits.
    pub(super) fn at(family: Family, bits: u128, length: u8) -> Self {
        let length = length.min(family.longest());
        let address = match family {
            // INVARIANT: 128 bits shifted by 96 leave 32.
            Family::V4 => IpAddr::V4(Ipv4Addr::from_bits(
                u32::try_from(bits >> 96).unwrap_or_default(),
            )),
            Family::V6 => IpAddr::V6(Ipv6Addr::from_bits(bits)),
        };
        Self(IpNet::new_assert(address, length).trunc())
    }

    /// The block of `length`, no longer than its own, that it lies in.
    pub(super) fn enclosing(self, length: u8) -> Self {
        Self::at(self.family(), self.bits(), length.min(self.length()))
    }
}

/// How many addresses a block of `length` has; `u128::MAX` for all of IPv6.
pub(super) fn addresses(family: Family, length: u8) -> u128 {
    let bits = family.longest().saturating_sub(length);
    1_u128.checked_shl(u32::from(bits)).unwrap_or(u128::MAX)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Cidr {
    type Err = CidrError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Cidr {
    type Error = CidrError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}
