use super::*;

const SECRET: &str = "whsec_Zm9yLXRoZS1kb2N1bWVudGF0aW9uLW9ubHktMzItYg==";
const BODY: &str = r#"{"text":"disk is full","groundplane_instance":"web-service.dev"}"#;
/// What OpenSSL gives for the example of the documentation.
const OPENSSL: &str = "v1,ZaQvtoI9p2JwPws4H/zRbykYlt4+sLHpNH70buVisJo=";
const MESSAGE: &str = "msg_0123456789abcdef";

fn secret() -> Secret {
    Secret::parse(SECRET).unwrap()
}

fn other_secret() -> Secret {
    Secret::from_bytes(vec![7; 24]).unwrap()
}

fn now() -> Timestamp {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn headers(id: &str, seconds: &str, signature: &str) -> Headers {
    Headers::new([(ID, id), (TIMESTAMP, seconds), (SIGNATURE, signature)])
}

/// A webhook that was signed `seconds` from now.
fn signed_at(seconds: i64) -> Headers {
    let at = now() + SignedDuration::from_secs(seconds);
    let signature = secret().sign(MESSAGE, at, BODY.as_bytes());
    headers(MESSAGE, &at.as_second().to_string(), &signature)
}

fn check(headers: &Headers) -> Result<Signed, Unverified> {
    verify(&[secret()], headers, BODY.as_bytes(), now())
}

#[test]
fn the_example_of_the_documentation_is_right() {
    let headers = headers(MESSAGE, "1795255200", OPENSSL);
    let signed = check(&headers).unwrap();
    assert_eq!((signed.id.as_str(), signed.sent_at), (MESSAGE, now()));
    let page = include_str!("../../../docs/events.md");
    for part in [SECRET, MESSAGE, "1795255200", BODY, OPENSSL] {
        assert!(page.contains(part), "docs/events.md lacks {part}");
    }
}

#[test]
fn other_libraries_sign_the_same() {
    // The test vector of the reference library for Rust.
    let secret = Secret::parse("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
    let at = Timestamp::from_second(1_649_367_553).unwrap();
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    assert_eq!(
        secret.sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", at, body),
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    );
}

#[test]
fn what_a_secret_signs_it_verifies() {
    assert_eq!(check(&signed_at(0)).unwrap().sent_at, now());
}

#[test]
fn a_signature_holds_for_five_minutes_either_way() {
    for seconds in [-300, 300] {
        assert!(check(&signed_at(seconds)).is_ok(), "{seconds}");
    }
    for seconds in [-301, 301, -86_400] {
        let found = check(&signed_at(seconds));
        assert_eq!(found, Err(Unverified::OutsideTolerance), "{seconds}");
    }
}

#[test]
fn a_change_of_any_bit_is_refused() {
    let signature = secret().sign(MESSAGE, now(), BODY.as_bytes());
    let parts = [MESSAGE, "1795255200", signature.as_str(), BODY];
    for (index, part) in parts.iter().enumerate() {
        for bit in 0..part.len() * 8 {
            let mut bytes = part.as_bytes().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let mut changed = parts.map(|part| part.as_bytes().to_vec());
            changed[index] = bytes;
            // A header is text; what is not cannot come in.
            let [id, seconds, signature] =
                [0, 1, 2].map(|place| String::from_utf8_lossy(&changed[place]).into_owned());
            let headers = headers(&id, &seconds, &signature);
            let found = verify(&[secret()], &headers, &changed[3], now());
            assert!(found.is_err(), "bit {bit} of part {index}");
        }
    }
}

#[test]
fn two_secrets_are_valid_while_they_are_rotated() {
    let verified = |secrets: &[Secret]| verify(secrets, &signed_at(0), BODY.as_bytes(), now());
    assert!(verified(&[other_secret(), secret()]).is_ok());
    assert!(verified(&[secret(), other_secret()]).is_ok());
    assert_eq!(verified(&[other_secret()]), Err(Unverified::NoMatch));
    assert_eq!(verified(&[]), Err(Unverified::NoMatch));
}

#[test]
fn one_right_signature_of_several_is_enough() {
    let right = secret().sign(MESSAGE, now(), BODY.as_bytes());
    let other = other_secret().sign(MESSAGE, now(), BODY.as_bytes());
    for several in [
        format!("{other} {right}"),
        format!("v1a,AAAA {right} v2,x"),
        format!("v1,??? {right}"),
    ] {
        assert!(
            check(&headers(MESSAGE, "1795255200", &several)).is_ok(),
            "{several}"
        );
    }
    let late = format!("{} {right}", [other.as_str(); 16].join(" "));
    let found = check(&headers(MESSAGE, "1795255200", &late));
    assert_eq!(found, Err(Unverified::NoMatch));
}

#[test]
fn what_is_missing_or_malformed_is_told() {
    for missing in [ID, TIMESTAMP, SIGNATURE] {
        let all = [
            (ID, MESSAGE),
            (TIMESTAMP, "1795255200"),
            (SIGNATURE, OPENSSL),
        ];
        let rest = all.into_iter().filter(|(name, _)| *name != missing);
        let found = check(&Headers::new(rest));
        assert_eq!(found, Err(Unverified::Missing(missing)));
    }
    let long = "x".repeat(257);
    let bare = OPENSSL.trim_start_matches("v1,");
    for (id, seconds, signature, malformed) in [
        ("", "1795255200", OPENSSL, ID),
        ("a.1", "1795255200", OPENSSL, ID),
        ("a b", "1795255200", OPENSSL, ID),
        (long.as_str(), "1795255200", OPENSSL, ID),
        (MESSAGE, "", OPENSSL, TIMESTAMP),
        (MESSAGE, "+1795255200", OPENSSL, TIMESTAMP),
        (MESSAGE, "1795255200.5", OPENSSL, TIMESTAMP),
        (MESSAGE, "99999999999999999999", OPENSSL, TIMESTAMP),
        (MESSAGE, "9999999999999", OPENSSL, TIMESTAMP),
        (MESSAGE, "1795255200", "", SIGNATURE),
        (MESSAGE, "1795255200", "v1,", SIGNATURE),
        (MESSAGE, "1795255200", bare, SIGNATURE),
    ] {
        let found = check(&headers(id, seconds, signature));
        let is_malformed =
            matches!(found, Err(Unverified::Malformed(name, _)) if name == malformed);
        let is_empty = signature == "v1," && found == Err(Unverified::NoMatch);
        assert!(
            is_malformed || is_empty,
            "{id} {seconds} {signature}: {found:?}"
        );
    }
}

#[test]
fn the_time_cannot_move_into_the_body() {
    let shifted = "1795255200.{}";
    let signature = secret().sign("a", now(), shifted.as_bytes());
    let moved = headers("a.1795255200", "1795255200", &signature);
    let found = verify(&[secret()], &moved, b"{}", now());
    assert!(
        matches!(found, Err(Unverified::Malformed(ID, _))),
        "{found:?}"
    );
}

#[test]
fn a_secret_is_24_to_64_bytes_in_base64_and_never_shown() {
    let encoded = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![1; bytes]));
    for bytes in [24, 64] {
        let secret = Secret::parse(&encoded(bytes)).unwrap();
        assert_eq!(secret.reveal(), encoded(bytes));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }
    let short = encoded(23);
    let bare = STANDARD.encode([1; 32]);
    for wrong in [
        &short,
        &encoded(65),
        &bare,
        "",
        "whsec_",
        "whsec_???",
        "whpk_AAAA",
    ] {
        assert_eq!(Secret::parse(wrong), Err(InvalidSecret), "{wrong}");
    }
    assert!(!InvalidSecret.to_string().contains(short.as_str()));
}
