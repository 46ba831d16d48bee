//! `cidr`: blocks of addresses, IPv4 and IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A block of addresses of one family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Block {
    first: Address,
    /// How many of the last bits are free.
    free: u32,
}

/// An address as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Address {
    V4(u32),
    V6(u128),
}

impl Block {
    /// Reads a block in CIDR notation.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let Some((address, length)) = parts.filter(|(_, length)| !length.is_empty()) else {
            return Err(format!(
                "`{text}` is no block of addresses such as `10.0.0.0/24`"
            ));
        };
        let address = Address::parse(address)
            .ok_or_else(|| format!("`{address}` is no IPv4 or IPv6 address"))?;
        let longest = address.bits() - 1;
        let length: i32 = length
            .parse()
            .map_err(|_| format!("`{length}` in `{text}` is no prefix length"))?;
        match u32::try_from(length) {
            Ok(length) if length <= longest => {
                let free = address.bits() - length;
                let first = address.without(free);
                Ok(Self { first, free })
            }
            _ => Err(format!(
                "the prefix length of `{text}` is not between 0 and {longest}"
            )),
        }
    }

    /// Whether `value` is an address in the block.
    pub(crate) fn contains(&self, value: &str) -> bool {
        let address = Address::parse(value);
        address.is_some_and(|address| {
            address.bits() == self.first.bits() && address.without(self.free) == self.first
        })
    }
}

impl Address {
    fn parse(text: &str) -> Option<Self> {
        if text.contains(':') {
            // EventBridge does not read the form that ends in a dotted IPv4 address.
            let address = Some(text).filter(|text| !text.contains('.'))?;
            let address: Ipv6Addr = address.parse().ok()?;
            return Some(Self::V6(address.into()));
        }
        let mut parts = text.split('.').map(octet);
        let mut next = || parts.next().flatten();
        let address = Ipv4Addr::new(next()?, next()?, next()?, next()?);
        parts.next().is_none().then(|| Self::V4(address.into()))
    }

    /// The length in bits.
    fn bits(self) -> u32 {
        match self {
            Self::V4(_) => u32::BITS,
            Self::V6(_) => u128::BITS,
        }
    }

    /// The address with its last `free` bits at zero.
    fn without(self, free: u32) -> Self {
        match self {
            Self::V4(bits) => Self::V4(bits & u32::MAX.checked_shl(free).unwrap_or(0)),
            Self::V6(bits) => Self::V6(bits & u128::MAX.checked_shl(free).unwrap_or(0)),
        }
    }
}

/// A number from 0 to 255 in decimal digits; leading zeros mean nothing.
fn octet(text: &str) -> Option<u8> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, value: &str) -> bool {
        Block::parse(block).unwrap().contains(value)
    }

    #[test]
    fn an_address_is_in_the_block_whose_first_bits_it_has() {
        assert!(contains("10.0.0.0/24", "10.0.0.255"));
        assert!(!contains("10.0.0.0/24", "10.0.1.0"));
        assert!(
            contains("10.0.0.77/24", "10.0.0.1"),
            "host bits mean nothing"
        );
        assert!(contains("0.0.0.0/0", "255.255.255.255"));
        assert!(contains("10.0.0.2/31", "10.0.0.3") && !contains("10.0.0.2/31", "10.0.0.4"));
        assert!(contains("010.0.0.0/8", "10.1.2.3"), "octets are decimal");
    }

    #[test]
    fn version_six_is_compared_whatever_its_spelling() {
        assert!(contains("2001:db8::/32", "2001:0DB8:0:0::1"));
        assert!(!contains("2001:db8::/32", "2001:db9::1"));
        assert!(contains("::/0", "ffff::"));
        assert!(!contains("::/0", "10.0.0.1") && !contains("0.0.0.0/0", "::1"));
        assert!(!contains("::/0", "::ffff:10.0.0.1"));
    }

    #[test]
    fn what_is_no_address_is_in_no_block() {
        let short = ["", "10.0.0", "1..2.3", "10.0.0.x", "+1.2.3.4"];
        let long = ["10.0.0.0.0", "10.0.0.256", "10.0.0.0/24", "::1%eth0"];
        for value in short.iter().chain(&long) {
            assert!(!contains("0.0.0.0/0", value), "{value}");
            assert!(!contains("::/0", value), "{value}");
        }
    }

    #[test]
    fn a_block_that_cannot_be_read_says_why() {
        let refusal = |text| Block::parse(text).unwrap_err();
        let form = |text| format!("`{text}` is no block of addresses such as `10.0.0.0/24`");
        assert_eq!(refusal("10.0.0.0"), form("10.0.0.0"));
        assert_eq!(refusal("10.0.0.0/"), form("10.0.0.0/"));
        assert_eq!(refusal("10.0.0/8"), "`10.0.0` is no IPv4 or IPv6 address");
        let length = |length, text| format!("`{length}` in `{text}` is no prefix length");
        assert_eq!(refusal("10.0.0.0/a"), length("a", "10.0.0.0/a"));
        assert_eq!(refusal("10.0.0.0/8/8"), length("8/8", "10.0.0.0/8/8"));
        let v4 = |text| format!("the prefix length of `{text}` is not between 0 and 31");
        assert_eq!(refusal("10.0.0.0/32"), v4("10.0.0.0/32"));
        assert_eq!(refusal("10.0.0.0/-1"), v4("10.0.0.0/-1"));
        assert!(refusal("::/128").ends_with("between 0 and 127"));
    }
}
