//! A service with every section: each resource is found through its own service, with the values
//! of the spec.

use serde_json::json;

use super::cloud::Cloud;
use super::command::{Platform, Ran};
use super::inventory::{Outputs, everything_is_there};
use super::steps;

const INSTANCE: &str = "full-service.full";

fn deploy(platform: &Platform, spec: &str) -> Ran {
    let ran = platform.run_with(
        spec,
        &["deploy", "-", "--env", "full", "--wait", "-o", "json"],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

/// The example without one of its sections.
fn without(spec: &str, section: &str) -> String {
    let start = format!("  {section}:");
    let mut inside = false;
    let kept = spec.lines().filter(|line| {
        let deeper = line.starts_with("    ");
        inside = line.trim_end() == start.trim_end() || (inside && deeper);
        !inside
    });
    let kept: Vec<&str> = kept.collect();
    assert_ne!(
        kept.len(),
        spec.lines().count(),
        "there is a section {section}"
    );
    kept.join("\n")
}

/// The steps that did something.
fn done(ran: &Ran) -> Vec<String> {
    let mut done: Vec<String> = steps(ran)
        .into_iter()
        .filter(|(_, status)| status == "succeeded")
        .map(|(step, _)| step)
        .collect();
    done.sort();
    done
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn every_section_is_provisioned_changed_and_removed() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let zone = cloud.create_hosted_zone("example.com");
    platform.apply_environment("full", |landing_zone| {
        landing_zone["hostedZoneId"] = json!(zone);
        let balancer = &mut landing_zone["loadBalancer"];
        balancer["https"] = json!(true);
        balancer["dnsName"] = json!("balancer.example.com");
        balancer["canonicalHostedZoneId"] = json!("Z35SXDOTRQ7X7K");
    });
    let spec = crate::platform::example("full-service.yaml").unwrap();

    let first = deploy(&platform, &spec);
    everything_is_there(
        &cloud,
        &Outputs(&first.answer["instance"]["outputs"]),
        &zone,
    );
    let shown = first.answer.to_string().to_lowercase();
    assert!(!shown.contains("masteruserpassword"), "a secret is shown");

    let update = deploy(&platform, &spec.replace("numNodes: 2", "numNodes: 3"));
    assert_eq!(done(&update), ["cache"], "one field is one unit");

    let fewer = without(
        &without(&spec.replace("numNodes: 2", "numNodes: 3"), "triggers"),
        "storage",
    );
    let removal = deploy(&platform, &fewer);
    let removed = done(&removal);
    assert!(
        removed.contains(&"triggers.destroy".to_owned()),
        "{removed:?}"
    );
    assert!(
        removed.contains(&"storage.destroy".to_owned()),
        "{removed:?}"
    );
    let access_points = cloud.ask("elasticfilesystem", "/2015-02-01/access-points");
    assert!(!access_points.contains("/uploads"), "{access_points}");

    let gone = platform.run(&["destroy", INSTANCE, "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    assert!(
        !cloud.stacks().contains("-full-service-"),
        "no stack is left"
    );
    assert!(
        !cloud.security_groups().contains("-full-service-"),
        "no security group is left"
    );
    let databases = cloud.query("rds", "DescribeDBInstances", "2014-10-31");
    assert!(!databases.contains("full-service"), "{databases}");
    let secrets = cloud.call("secretsmanager", "secretsmanager.ListSecrets", &json!({}));
    assert!(!secrets.contains("full-service"), "{secrets}");
}
