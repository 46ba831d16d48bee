//! Who is believed and who is not, and what those who are not can find out.

use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groundplane_ports::Clock as _;
use jiff::SignedDuration;

use super::super::delete;
use super::super::event_sources::{put, rotate, secret};
use super::*;

const BODY: &str = r#"{"text":"disk is full"}"#;
const ALERTS: &str =
    r#"{"version":"4","groupKey":"g","status":"firing","receiver":"r","alerts":[]}"#;

fn basic(user: &str, password: &str) -> String {
    let pair = format!("{user}:{password}");
    format!("Basic {}", STANDARD.encode(pair))
}

#[tokio::test]
async fn what_the_source_signed_is_taken() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    gate.taken(gate.signed(&secret, "msg_1", BODY), 1).await;
    assert_eq!(gate.bus.events()[0].source, "webhook.disks");
}

#[tokio::test]
async fn a_token_or_a_password_is_taken_from_the_source_that_has_it() {
    let gate = Gate::start().await;
    let token = gate.api.register("disks", "alertmanager", "bearer").await;
    let password = gate.api.register("panels", "grafana", "basic").await;
    let bearer = format!("Bearer {token}");
    let basic_auth = basic("acme.panels", &password);
    gate.taken(webhook(ALERTS).with("authorization", &bearer), 0)
        .await;
    let panels = |value: &str| to("acme.panels", webhook(ALERTS).with("authorization", value));
    gate.taken(panels(&basic_auth), 0).await;
    for (address, value) in [
        ("acme.disks", basic_auth.clone()),
        ("acme.disks", format!("Bearer {password}")),
        ("acme.disks", basic("acme.disks", &token)),
        ("acme.panels", bearer.clone()),
        ("acme.panels", basic("acme.disks", &password)),
        ("umbrella.disks", bearer.clone()),
    ] {
        let call = to(address, webhook(ALERTS).with("authorization", &value));
        let problem = gate.refused(call, 401).await;
        assert_eq!(
            problem["detail"], "the credentials are wrong",
            "{address} {value}"
        );
    }
}

#[tokio::test]
async fn a_signature_that_is_wrong_old_or_missing_is_refused() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    let other = gate.api.register("other", "json", "signature").await;
    let good = gate.signed(&secret, "msg_1", BODY);
    let now = gate.api.system.now();
    let old = now - SignedDuration::from_secs(301);
    let ahead = now + SignedDuration::from_secs(301);
    let without = |name: &str| {
        let mut call = good.clone();
        call.headers.retain(|(header, _)| *header != name);
        call
    };
    let forged = Call {
        body: BODY.replace("full", "free").into_bytes(),
        ..good.clone()
    };
    let neither = "the request has neither the header `webhook-signature` nor `authorization`";
    let time = "`webhook-timestamp` is more than 5 minutes away from the time here";
    for (call, detail) in [
        (forged, "no signature matches"),
        (gate.signed(&other, "msg_1", BODY), "no signature matches"),
        (to("acme.other", good.clone()), "no signature matches"),
        (signed(&secret, ("msg_1", old), BODY), time),
        (signed(&secret, ("msg_1", ahead), BODY), time),
        (without("webhook-id"), "the header `webhook-id` is missing"),
        (
            without("webhook-timestamp"),
            "the header `webhook-timestamp` is missing",
        ),
        (without("webhook-signature"), neither),
        (webhook(BODY), neither),
    ] {
        let answer = gate.send(call.clone()).await;
        assert_eq!(answer.header(header::WWW_AUTHENTICATE), "Bearer, Basic");
        assert_eq!(gate.refused(call, 401).await["detail"], detail);
    }
    gate.taken(good, 1).await;
}

#[tokio::test]
async fn who_is_not_believed_cannot_tell_which_sources_there_are() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    gate.api.register("alerts", "alertmanager", "bearer").await;
    gate.api.register("panels", "grafana", "basic").await;
    let wrong = gate.api.register("gone", "json", "signature").await;
    gate.api.send(delete("/v1/event-sources/gone")).await;
    assert_ne!(secret, wrong);
    // What a signature is compared with where there is no secret is no secret either.
    let decoy = Secret::from_bytes(vec![0; 32]).unwrap().reveal();
    let tries = [
        webhook(BODY),
        gate.signed(&wrong, "msg_1", BODY),
        gate.signed(&decoy, "msg_1", BODY),
        gate.signed(&wrong, "msg.1", BODY),
        webhook(BODY).with("webhook-signature", "v1,AAAA"),
        webhook(BODY).with("authorization", "Bearer 0123456789abcdef"),
        webhook(BODY).with("authorization", basic("acme.panels", "0123456789abcdef")),
        webhook(BODY).with("authorization", "Negotiate x"),
    ];
    for call in tries {
        let known = gate.refused(call.clone(), 401).await;
        for address in [
            "acme.alerts",
            "acme.panels",
            "acme.gone",
            "umbrella.disks",
            "x",
            "a.b.c",
        ] {
            let answer = gate.refused(to(address, call.clone()), 401).await;
            assert_eq!(answer, known, "{address}");
        }
    }
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_count_and_then_the_new_one_only() {
    let gate = Gate::start().await;
    let old = gate.api.register("disks", "json", "signature").await;
    let answer = gate
        .api
        .send(rotate("disks", "?previousValidHours=1"))
        .await;
    let new = secret(&answer).to_owned();
    gate.taken(gate.signed(&old, "msg_1", BODY), 1).await;
    gate.taken(gate.signed(&new, "msg_2", BODY), 1).await;
    gate.api.system.advance(SignedDuration::from_hours(1));
    gate.refused(gate.signed(&old, "msg_3", BODY), 401).await;
    gate.taken(gate.signed(&new, "msg_4", BODY), 1).await;
    // A secret that got out is worth nothing at once.
    let answer = gate
        .api
        .send(rotate("disks", "?previousValidHours=0"))
        .await;
    gate.refused(gate.signed(&new, "msg_5", BODY), 401).await;
    gate.taken(gate.signed(secret(&answer), "msg_6", BODY), 1)
        .await;
}

#[tokio::test]
async fn a_rotation_whose_answer_was_lost_is_repeated_and_senders_notice_nothing() {
    let gate = Gate::start().await;
    let old = gate.api.register("disks", "json", "signature").await;
    let lost = gate.api.send(rotate("disks", "")).await;
    let new = gate.api.send(rotate("disks", "")).await;
    gate.taken(gate.signed(&old, "msg_1", BODY), 1).await;
    gate.taken(gate.signed(secret(&new), "msg_2", BODY), 1)
        .await;
    gate.refused(gate.signed(secret(&lost), "msg_3", BODY), 401)
        .await;
}

#[tokio::test]
async fn tokens_are_rotated_likewise() {
    let gate = Gate::start().await;
    let old = gate.api.register("disks", "alertmanager", "bearer").await;
    let answer = gate
        .api
        .send(rotate("disks", "?previousValidHours=1"))
        .await;
    let bearer = |token: &str| webhook(ALERTS).with("authorization", format!("Bearer {token}"));
    gate.taken(bearer(&old), 0).await;
    gate.taken(bearer(secret(&answer)), 0).await;
    gate.api.system.advance(SignedDuration::from_hours(1));
    gate.refused(bearer(&old), 401).await;
    gate.taken(bearer(secret(&answer)), 0).await;
}

#[tokio::test]
async fn a_source_that_proves_itself_otherwise_from_now_on_is_not_believed_as_before() {
    let gate = Gate::start().await;
    let secret = gate.api.register("disks", "json", "signature").await;
    gate.api.send(put("disks", "json", "bearer")).await;
    gate.refused(gate.signed(&secret, "msg_1", BODY), 401).await;
    gate.api.send(delete("/v1/event-sources/disks")).await;
    gate.refused(gate.signed(&secret, "msg_1", BODY), 401).await;
}
