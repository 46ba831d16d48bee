//! What a block of addresses is, and what is refused with which words.

use proptest::prelude::*;

use super::fixture::cidr;
use super::*;

#[test]
fn a_block_is_read_and_written_in_its_canonical_form() {
    for (given, canonical) in [
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.1.2.3/32", "10.1.2.3/32"),
        ("2001:DB8:0:0::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
    ] {
        let block = cidr(given);
        assert_eq!(block.to_string(), canonical);
        let json = format!("\"{canonical}\"");
        assert_eq!(serde_json::to_string(&block).unwrap(), json);
        assert_eq!(serde_json::from_str::<Cidr>(&json).unwrap(), block);
    }
}

#[test]
fn what_is_no_block_is_refused_with_what_was_perhaps_meant() {
    for (given, message, hint) in [
        (
            "10.0.0.1/24",
            "`10.0.0.1/24` has host bits set",
            Some("did you mean `10.0.0.0/24`?"),
        ),
        (
            "2001:db8::1/64",
            "`2001:db8::1/64` has host bits set",
            Some("did you mean `2001:db8::/64`?"),
        ),
        (
            "10.0.0.1",
            "`10.0.0.1` has no prefix length",
            Some("a single address is `10.0.0.1/32`"),
        ),
        (
            "10.0.0.0/33",
            "`10.0.0.0/33` has a prefix length beyond 32, the longest of IPv4",
            None,
        ),
        (
            "::/1000",
            "`::/1000` has a prefix length beyond 128, the longest of IPv6",
            None,
        ),
        (
            "10.0.0/8",
            "`10.0.0/8` is not a block of addresses",
            Some("write an address and a prefix length, for example `10.0.0.0/16`"),
        ),
    ] {
        let error = Cidr::parse(given).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().as_deref(), hint);
    }
    for given in [
        "",
        "/8",
        "10.0.0.0/",
        "10.0.0.0/+8",
        "10.0.0.0/8 ",
        "10.0.0.0/-1",
    ] {
        let error = Cidr::parse(given).unwrap_err();
        assert_eq!(error, CidrError::NotABlock(given.to_owned()));
    }
}

#[test]
fn the_gateway_is_the_first_address_of_a_host() {
    for (block, gateway) in [
        ("10.0.0.0/8", Some("10.0.0.1")),
        ("10.0.0.4/30", Some("10.0.0.5")),
        ("10.0.0.4/31", Some("10.0.0.4")),
        ("10.0.0.4/32", None),
        ("255.255.255.254/31", Some("255.255.255.254")),
        ("2001:db8::/64", Some("2001:db8::1")),
        ("2001:db8::2/127", Some("2001:db8::2")),
        ("2001:db8::2/128", None),
    ] {
        let found = cidr(block).gateway().map(|address| address.to_string());
        assert_eq!(found.as_deref(), gateway, "{block}");
    }
}

#[test]
fn addresses_are_counted_up_to_all_of_ipv6() {
    assert_eq!(cidr("10.0.0.0/8").addresses(), 1 << 24);
    assert_eq!(cidr("10.0.0.1/32").addresses(), 1);
    assert_eq!(Family::V4.whole().addresses(), 1 << 32);
    assert_eq!(cidr("8000::/1").addresses(), 1 << 127);
    assert_eq!(Family::V6.whole().addresses(), u128::MAX);
}

#[test]
fn blocks_of_different_families_have_nothing_in_common() {
    let (v4, v6) = (Family::V4.whole(), Family::V6.whole());
    assert!(!v4.contains(v6) && !v6.contains(v4) && !v4.overlaps(v6));
}

proptest! {
    #[test]
    fn two_blocks_overlap_exactly_if_one_holds_the_other(
        one in any::<u32>(), one_length in 0_u8..=32,
        other in any::<u32>(), other_length in 0_u8..=32,
        near in any::<bool>(),
    ) {
        let other = if near { one ^ (other >> 24) } else { other };
        let block = |bits: u32, length| Cidr::at(Family::V4, u128::from(bits) << 96, length);
        let ends = |bits: u32, length: u8| {
            let size = 1_u64 << (32 - length);
            let start = u64::from(bits) / size * size;
            (start, start + size)
        };
        let (one_start, one_end) = ends(one, one_length);
        let (other_start, other_end) = ends(other, other_length);
        let expected = one_start < other_end && other_start < one_end;
        prop_assert_eq!(block(one, one_length).overlaps(block(other, other_length)), expected);
    }

    #[test]
    fn every_block_is_read_back_as_it_was_written(bits in any::<u128>(), length in 0_u8..=128) {
        let block = Cidr::at(Family::V6, bits, length);
        prop_assert_eq!(Cidr::parse(&block.to_string()), Ok(block));
        prop_assert_eq!(Cidr::at(Family::V6, block.bits(), length), block);
    }
}
