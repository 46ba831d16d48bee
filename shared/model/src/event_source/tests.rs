//! Which proofs count when, and how sources are told apart.

use super::*;

fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(seconds)
}

fn source() -> EventSource {
    EventSource {
        name: EventSourceName::parse("disks").unwrap(),
        tenant: TenantId::parse("shop").unwrap(),
        format: WebhookFormat::Json,
        auth: SourceAuth::Signature,
        current: Some(Proof("b".to_owned())),
        previous: None,
        changing_since: None,
        rotated_at: None,
        created_at: at(0),
        created_by: "dev-1".to_owned(),
        updated_at: at(0),
        updated_by: "dev-1".to_owned(),
        version: 0,
    }
}

fn previous(proof: &str, until: Timestamp) -> PreviousProof {
    PreviousProof {
        proof: Proof(proof.to_owned()),
        until,
    }
}

#[test]
fn an_address_is_read_in_one_way_only() {
    let source = source();
    assert_eq!(source.path(), "/v1/webhooks/shop.disks");
    let parsed = EventSource::parse_address(&source.address());
    assert_eq!(parsed, Some((source.tenant, source.name)));
    for bad in [
        "",
        ".",
        "shop",
        "shop.",
        ".disks",
        "a.shop.disks",
        "shop.Disks",
        "shop.a#b",
    ] {
        assert_eq!(EventSource::parse_address(bad), None, "{bad}");
    }
}

#[test]
fn the_proof_before_counts_until_its_time_is_over() {
    let mut source = source();
    source.previous = Some(previous("a", at(10)));
    let count = |second| source.proofs(at(second)).len();
    assert_eq!((count(0), count(9), count(10), count(11)), (2, 2, 1, 1));
    source.current = None;
    source.previous = None;
    assert!(source.proofs(at(0)).is_empty());
}

#[test]
fn beside_a_new_proof_the_one_that_it_replaces_counts_for_a_while() {
    let mut source = source();
    let hour = SignedDuration::from_hours(1);
    assert_eq!(source.beside(hour, at(0)), Some(previous("b", at(3600))));
    assert_eq!(source.beside(SignedDuration::ZERO, at(0)), None);
    source.current = None;
    assert_eq!(source.beside(hour, at(0)), None);
}

#[test]
fn of_two_proofs_that_count_the_older_one_stays_for_its_own_time_at_the_most() {
    let mut source = source();
    source.previous = Some(previous("a", at(100)));
    let hour = SignedDuration::from_hours(1);
    assert_eq!(source.beside(hour, at(0)), Some(previous("a", at(100))));
    let sooner = SignedDuration::from_secs(50);
    assert_eq!(source.beside(sooner, at(0)), Some(previous("a", at(50))));
    // Its time is over: the newer one is the one before.
    let kept = source.beside(sooner, at(100));
    assert_eq!(kept, Some(previous("b", at(150))));
}

#[test]
fn who_does_not_end_a_change_is_not_waited_for_for_ever() {
    let mut source = source();
    assert!(!source.is_changing(at(0)));
    source.changing_since = Some(at(0));
    assert!(source.is_changing(at(59)) && !source.is_changing(at(60)));
}

#[test]
fn a_source_that_is_registered_again_never_has_a_version_that_it_had() {
    let mut first = source();
    first.version = first.next_version();
    for _ in 0..100 {
        first.version = first.next_version();
    }
    let again = EventSource {
        created_at: at(1),
        ..source()
    };
    assert!(again.next_version() > first.version);
}

#[test]
fn an_unknown_word_is_told_which_ones_there_are() {
    let unknown = "nagios\n".parse::<WebhookFormat>().unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "`nagios\\n` is not a format: it must be `alertmanager`, `grafana`, `json` or `cloudevents`"
    );
    assert!("digest".parse::<SourceAuth>().is_err());
    for format in WebhookFormat::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    for auth in SourceAuth::ALL {
        assert_eq!(auth.to_string().parse(), Ok(auth));
    }
}

#[test]
fn a_webhook_is_remembered_by_its_source_and_id_for_longer_than_senders_try() {
    let claim = WebhookClaim::new(&source(), "msg_1", at(0));
    let other = WebhookClaim::new(&source(), "msg_2", at(0));
    assert_ne!(claim.key(), other.key());
    let partition = claim.key().partition;
    assert!(partition.as_str().starts_with("WEBHOOK#shop.disks#"));
    assert!(!partition.as_str().contains("msg_1"));
    let expires = claim.expires_at().unwrap();
    assert!(expires.duration_since(at(0)) > SignedDuration::from_hours(7 * 24));
}
