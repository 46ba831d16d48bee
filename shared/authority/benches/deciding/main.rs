//! How long a decision takes, and how long it takes to prepare. `cargo xtask bench` prints it.

use std::time::{Duration, Instant};

use groundplane_authority::{Action, Authority, Object, Policies};
use groundplane_model::{
    AccessPolicySpec, AccessRule, CustomRole, GroupRoles, Principal, TenantId,
};

/// How many decisions are measured.
const DECISIONS: usize = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("| | median, µs | 99 of 100 below, µs |\n| --- | ---: | ---: |");
    for (name, access) in [
        ("without an access policy", AccessPolicySpec::default()),
        ("with 50 groups, 20 roles and 20 policies", large()),
    ] {
        let begun = now();
        let authority = Authority::new(Policies::shipped(), "platform", access)?;
        let prepared = begun.elapsed();
        let (median, most) = measure(&authority)?;
        println!("| prepared {name} | {:.0} | |", micros(prepared));
        println!(
            "| decided {name} | {:.1} | {:.1} |",
            micros(median),
            micros(most)
        );
    }
    Ok(())
}

fn measure(authority: &Authority) -> Result<(Duration, Duration), Box<dyn std::error::Error>> {
    let (acme, umbrella) = (TenantId::parse("acme")?, TenantId::parse("umbrella")?);
    let principal = Principal {
        subject: "0d3e8a52-kim".to_owned(),
        tenant: acme.clone(),
        groups: vec!["group-7".to_owned(), "group-8".to_owned()],
        machine: None,
    };
    let objects = [Object::of(&acme), Object::of(&umbrella), Object::PROVIDERS];
    let mut took = Vec::with_capacity(DECISIONS);
    let questions = Action::ALL.iter().cycle().zip(objects.iter().cycle());
    for (action, object) in questions.take(DECISIONS) {
        let begun = now();
        std::hint::black_box(authority.decide(&principal, *action, *object));
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    let at = |share: usize| {
        took.get(took.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    Ok((at(50), at(99)))
}

/// As much as an installation may have.
fn large() -> AccessPolicySpec {
    let numbered = |what: &str, number: usize| format!("{what}-{number}");
    AccessPolicySpec {
        groups: (0..50)
            .map(|number| GroupRoles {
                group: numbered("group", number),
                tenant: None,
                roles: vec![numbered("role", number % 20), "read-only".to_owned()],
            })
            .collect(),
        roles: (0..20)
            .map(|number| CustomRole {
                name: numbered("role", number),
                actions: vec!["audit:read".to_owned(), "instance:deploy".to_owned()],
            })
            .collect(),
        policies: (0..20)
            .map(|number| AccessRule {
                name: numbered("policy", number),
                text: format!("forbid (principal, action == Action::\"instance:destroy\", resource) when {{ principal.groups.contains(\"group-{number}\") }};"),
            })
            .collect(),
        ..AccessPolicySpec::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn now() -> Instant {
    Instant::now()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
