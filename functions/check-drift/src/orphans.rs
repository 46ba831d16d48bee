//! Resources that carry an instance's tags and that its revision may not know.

use groundplane_drift::Tagged;
use groundplane_model::{Failure, Instance, UnitState};
use groundplane_ports::{PortError, ReadTagged, TaggedResource};
use jiff::{SignedDuration, Timestamp};

use crate::Subject;

/// How many pages of tagged resources are read at the most: a thousand resources.
const PAGES: usize = 10;

/// For how long after a deployment AWS may still tell of what it has removed.
const REST: SignedDuration = SignedDuration::from_hours(1);

/// The tag of the unit that a resource belongs to.
const UNIT: &str = "groundplane:unit";
/// The tag of what a resolver had made for an input. It is no unit's, and the resolver takes it back.
const INPUT: &str = "groundplane:input";

/// What AWS makes from resources and gives their tags to, or keeps when they are gone: service and
/// begin of the resource in the ARN.
const DERIVED: [(&str, &str); 10] = [
    // Its ARN has an id of its own; CloudFormation knows it by the service that it scales.
    ("application-autoscaling", "scalable-target/"),
    ("backup", "recovery-point:"),
    ("ec2", "network-interface/"),
    ("ecs", "task/"),
    // Older versions stay when a newer one takes their place.
    ("ecs", "task-definition/"),
    // The nodes of a replication group.
    ("elasticache", "cluster:"),
    ("elasticache", "snapshot:"),
    ("rds", "auto-backup:"),
    ("rds", "cluster-snapshot:"),
    ("rds", "snapshot:"),
];

/// The resources with the tags of the instance, but for those that nothing could be made of. None
/// where it was deployed a short time ago, or where AWS refuses to tell.
pub(crate) async fn look(
    tagged: &impl ReadTagged,
    subject: &Subject,
) -> Result<Vec<Tagged>, Failure> {
    let Instance { tenant, id, .. } = &subject.instance;
    if is_at_rest(&subject.instance, subject.now) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..PAGES {
        let page = match tagged.tagged(tenant, id, cursor.as_deref()).await {
            Ok(page) => page,
            Err(PortError::Denied(reason) | PortError::Refused(reason)) => {
                tracing::warn!(%tenant, instance = %id, reason, "not looked for orphans");
                return Ok(Vec::new());
            }
            Err(error) => return Err(error.into()),
        };
        found.extend(page.resources);
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    let counts = |resource: &&TaggedResource| counts(resource, &subject.units);
    Ok(found.iter().filter(counts).map(read).collect())
}

fn is_at_rest(instance: &Instance, now: Timestamp) -> bool {
    now.duration_since(instance.updated_at) < REST
}

/// Whether the resource would have to be known by a revision.
fn counts(resource: &TaggedResource, units: &[UnitState]) -> bool {
    let Some((service, name)) = parts(&resource.arn) else {
        return true;
    };
    let is_derived = DERIVED
        .iter()
        .any(|(of, begin)| *of == service && name.starts_with(begin));
    let is_stack = service == "cloudformation"
        && units.iter().any(|unit| {
            let rest = name.strip_prefix("stack/");
            let rest = rest.and_then(|rest| rest.strip_prefix(unit.stack_name.as_str()));
            rest.is_some_and(|rest| rest.starts_with('/'))
        });
    !is_derived && !is_stack && !resource.tags.contains_key(INPUT)
}

/// The service and the resource of an ARN.
fn parts(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(2);
    let service = parts.next()?;
    Some((service, parts.nth(2)?))
}

fn read(resource: &TaggedResource) -> Tagged {
    // The ARN of a log group may be that of all that is in it.
    let arn = resource.arn.strip_suffix(":*").unwrap_or(&resource.arn);
    let unit = resource.tags.get(UNIT);
    Tagged {
        identifier: arn.to_owned(),
        resource_type: None,
        unit: unit.and_then(|unit| unit.parse().ok()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn resource(arn: &str, tags: &[(&str, &str)]) -> TaggedResource {
        let tags = tags
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        TaggedResource {
            arn: arn.to_owned(),
            tags: tags.collect(),
        }
    }

    fn unit(stack_name: &str) -> UnitState {
        UnitState {
            tenant: "acme".parse().unwrap(),
            instance: "web-service.dev".parse().unwrap(),
            unit: "compute".parse().unwrap(),
            stack_name: stack_name.to_owned(),
            applied: None,
            pending: None,
            version: 1,
        }
    }

    #[test]
    fn what_aws_derives_from_a_resource_is_no_orphan() {
        for arn in [
            "arn:aws:ecs:eu-west-1:1:task/main/0a1b",
            "arn:aws:ecs:eu-west-1:1:task-definition/web:3",
            "arn:aws:elasticache:eu-west-1:1:cluster:web-001",
            "arn:aws:rds:eu-west-1:1:snapshot:rds:web-2026",
            "arn:aws:cloudformation:eu-west-1:1:stack/gp-web/0a1b",
        ] {
            assert!(!counts(&resource(arn, &[]), &[unit("gp-web")]), "{arn}");
        }
    }

    #[test]
    fn what_a_resolver_had_made_is_no_orphan() {
        let arn = "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf";
        assert!(!counts(&resource(arn, &[(INPUT, "password")]), &[]));
        assert!(counts(&resource(arn, &[]), &[]));
    }

    #[test]
    fn everything_else_counts_even_a_stack_of_another_name() {
        for arn in [
            "arn:aws:ecs:eu-west-1:1:service/main/web",
            "arn:aws:sqs:eu-west-1:1:letters",
            "arn:aws:elasticache:eu-west-1:1:replicationgroup:web",
            "arn:aws:rds:eu-west-1:1:db:orders",
            "arn:aws:cloudformation:eu-west-1:1:stack/gp-web-old/0a1b",
            "no arn at all",
        ] {
            assert!(counts(&resource(arn, &[]), &[unit("gp-web")]), "{arn}");
        }
    }

    #[test]
    fn a_resource_is_read_with_its_unit_if_that_is_a_name() {
        let arn = "arn:aws:logs:eu-west-1:1:log-group:/ecs/web:*";
        let told = read(&resource(arn, &[(UNIT, "compute")]));
        assert_eq!(
            told.identifier,
            "arn:aws:logs:eu-west-1:1:log-group:/ecs/web"
        );
        assert_eq!(told.unit, Some("compute".parse().unwrap()));
        assert_eq!(read(&resource(arn, &[(UNIT, "No Unit")])).unit, None);
        assert_eq!(
            read(&TaggedResource {
                arn: String::new(),
                tags: BTreeMap::new()
            })
            .unit,
            None
        );
    }
}
