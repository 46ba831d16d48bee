//! Names that were handed out must be found again, whatever else changes: these are what earlier
//! versions made.

use super::*;

/// What `candidate` makes at an attempt for a type of resource.
type Made = (&'static str, u32, &'static str);

fn assert_made(tenant: &str, instance: &str, unit: &str, names: &[Made]) {
    for (resource_type, attempt, name) in names {
        let asked = request(owner(tenant, instance, unit), resource_type);
        let claim = naming(Pattern::DEFAULT, "one")
            .candidate(&asked, *attempt)
            .unwrap();
        assert_eq!(claim.name, *name, "{resource_type}");
        assert_eq!(claim.scope, *resource_type);
    }
}

#[test]
fn names_that_fit_stay_as_they_are() {
    assert_made(
        "acme",
        "web-service.dev",
        "compute",
        &[
            (STACK, 0, "gp-acme-dev-web-service-compute-f0b82575"),
            (STACK, 3, "gp-acme-dev-web-service-compute-1e602a59"),
            (
                "AWS::ECS::Service",
                0,
                "gp-acme-dev-web-service-compute-2526f4af",
            ),
            (
                "AWS::ECS::TaskDefinition",
                0,
                "gp-acme-dev-web-service-compute-f1f91e02",
            ),
            (
                "AWS::ElastiCache::ReplicationGroup",
                0,
                "gp-acme-dev-web-service-compute-d1b7ce88",
            ),
            (LISTENER_RULE, 0, "38855"),
            (LISTENER_RULE, 3, "46693"),
            (
                "AWS::Lambda::Function",
                0,
                "gp-acme-dev-web-service-compute-97f77c08",
            ),
            (
                "AWS::Logs::LogGroup",
                0,
                "gp-acme-dev-web-service-compute-b0705f99",
            ),
            (DATABASE, 0, "gp-acme-dev-web-service-compute-7815474e"),
            (
                "AWS::Scheduler::ScheduleGroup",
                0,
                "gp-acme-dev-web-service-compute-340cdcdd",
            ),
        ],
    );
}

#[test]
fn names_with_hyphens_stay_as_they_are() {
    assert_made(
        "a-",
        "abc--d.prod",
        "storage-",
        &[
            (STACK, 0, "gp-a-prod-abc--d-storage-bec84c9f"),
            (
                "AWS::Logs::LogGroup",
                3,
                "gp-a-prod-abc--d-storage-efea6a86",
            ),
            (LISTENER_RULE, 0, "15334"),
        ],
    );
}

#[test]
fn names_that_were_cut_stay_as_they_are() {
    assert_made(
        "0tenant-with-a-rather-long-name",
        "checkout-payments-gateway.staging-eu-central",
        "service-discovery",
        &[
            (
                STACK,
                0,
                "gp-0tenant-with-a-rather-long-name-staging-eu-central-checkout-payments-gateway-service-discovery-a7e94591",
            ),
            (
                "AWS::ElastiCache::ReplicationGroup",
                0,
                "gp-0tenan-stagin-checko-servic-6063e762",
            ),
            (
                "AWS::Scheduler::ScheduleGroup",
                3,
                "gp-0tenant-with-staging-eu-c-checkout-pay-service-disc-0a2ccb14",
            ),
        ],
    );
}

#[test]
fn the_names_of_another_tenant_stay_as_they_are() {
    assert_made(
        "umbrella",
        "aaa.bbb",
        "ingress",
        &[(DATABASE, 0, "gp-umbrella-bbb-aaa-ingress-7304ef90")],
    );
}

#[test]
fn the_longest_names_stay_as_they_are() {
    let long = format!("{}.{}", "s".repeat(32), "e".repeat(32));
    let cases = [
        (STACK, 28, "52ac5302"),
        ("AWS::ElastiCache::ReplicationGroup", 6, "b88c9c27"),
        ("AWS::Lambda::Function", 12, "28cb6b27"),
        (DATABASE, 12, "ea95edf1"),
    ];
    for (resource_type, share, hash) in cases {
        let asked = request(
            owner(&"t".repeat(63), &long, &"u".repeat(41)),
            resource_type,
        );
        let claim = naming(Pattern::DEFAULT, "one")
            .candidate(&asked, 0)
            .unwrap();
        let [t, e, s, u] = ["t", "e", "s", "u"].map(|letter| letter.repeat(share));
        assert_eq!(claim.name, format!("gp-{t}-{e}-{s}-{u}-{hash}"));
    }
}
