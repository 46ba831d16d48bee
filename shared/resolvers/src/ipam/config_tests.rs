//! What is asked for, from inputs and configuration.

use serde_json::json;

use super::*;

fn read(inputs: &[(&str, &str)]) -> Result<AddressRequest, String> {
    configured(inputs, &IpamConfig::default())
}

fn configured(inputs: &[(&str, &str)], config: &IpamConfig) -> Result<AddressRequest, String> {
    let inputs = inputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    AddressRequest::read(&inputs, config).map_err(|error| error.to_string())
}

#[test]
fn a_request_says_more_than_the_configuration() {
    let config: IpamConfig = serde_json::from_value(json!({"prefixLength": 27})).unwrap();
    let size = |inputs: &[(&str, &str)]| configured(inputs, &config).unwrap().size;
    assert_eq!(size(&[]), Size::Length(27));
    assert_eq!(size(&[("prefixLength", "24")]), Size::Length(24));
    assert_eq!(size(&[("prefixLength", "/24")]), Size::Length(24));
    let block = Cidr::parse("10.0.0.0/20").unwrap();
    assert_eq!(size(&[("cidr", "10.0.0.0/20")]), Size::Exactly(block));
    let both = [("cidr", "10.0.0.0/20"), ("prefixLength", "20")];
    assert_eq!(size(&both), Size::Exactly(block));
    assert_eq!(size(&both).length(), 20);
}

#[test]
fn what_cannot_be_read_is_refused_with_what_was_written() {
    for (inputs, message) in [
        (
            vec![("prefixLength", "256")],
            "`256` is not a prefix length",
        ),
        (vec![("prefixLength", "-1")], "`-1` is not a prefix length"),
        (
            vec![("prefixLength", "\u{1b}")],
            "`\\u{1b}` is not a prefix length",
        ),
        (vec![("cidr", "ten")], "`ten` is not a block of addresses"),
        (
            vec![("cidr", "10.0.0.0/20"), ("prefixLength", "21")],
            "`10.0.0.0/20` was asked for with the prefix length 21",
        ),
    ] {
        assert_eq!(read(&inputs), Err(message.to_owned()));
    }
    let pool = read(&[("prefixLength", "24"), ("pool", "X")]).unwrap_err();
    assert!(pool.starts_with("`X` is not a pool name"), "{pool}");
    assert!(
        read(&[])
            .unwrap_err()
            .contains("no `prefixLength` is configured")
    );
}

#[test]
fn a_reservation_has_an_end_within_reason() {
    let reserve = |text: &str| read(&[("prefixLength", "24"), ("reserveSeconds", text)]);
    let request = reserve("90").unwrap();
    assert_eq!(request.reserve, Some(SignedDuration::from_secs(90)));
    assert_eq!(read(&[("prefixLength", "24")]).unwrap().reserve, None);
    assert!(reserve("2678400").is_ok());
    for text in ["0", "-1", "2678401", "1.5", "soon", ""] {
        assert!(reserve(text).is_err(), "{text}");
    }
}

#[test]
fn blocks_rest_a_quarter_of_an_hour_unless_something_else_is_configured() {
    assert_eq!(IpamConfig::default().quarantine_minutes(), 15);
    let none: IpamConfig = serde_json::from_value(json!({"quarantineMinutes": 0})).unwrap();
    assert_eq!(none.quarantine_minutes(), 0);
}

#[test]
fn the_configuration_is_what_its_schema_says() {
    let schema = include_str!("../../../../schema/resolver-configs.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let fields = schema["$defs"]["ipam"]["properties"].as_object().unwrap();
    let example = |field: &serde_json::Value| field["examples"][0].clone();
    let config: serde_json::Map<_, _> = fields
        .iter()
        .map(|(name, field)| (name.clone(), example(field)))
        .collect();
    let read: IpamConfig = serde_json::from_value(config.clone().into()).unwrap();
    assert_eq!(serde_json::to_value(read).unwrap(), json!(config));
}
