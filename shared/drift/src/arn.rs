//! ARNs and the names in them.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

/// Whether `arn` is an ARN of something that is called `name`, which is not an ARN itself.
pub(crate) fn is_named(arn: &str, name: &str) -> bool {
    !name.is_empty() && !name.starts_with("arn:") && names(arn).any(|found| found == name)
}

/// What a resource with this ARN or other identifier may be called.
pub(crate) fn names(identifier: &str) -> impl Iterator<Item = &str> {
    let resource = identifier
        .strip_prefix("arn:")
        .and_then(|rest| rest.splitn(5, ':').nth(4));
    // `type/name` or `type:name`; a name behind a `/` may have a path in front.
    let first = resource.and_then(|resource| resource.find(['/', ':']));
    let split = resource
        .zip(first)
        .and_then(|(resource, at)| resource.split_at_checked(at));
    let behind = split.and_then(|(_, rest)| rest.get(1..));
    let is_path = split.is_some_and(|(_, rest)| rest.starts_with('/'));
    let last = behind
        .filter(|_| is_path)
        .and_then(|behind| behind.rsplit('/').next());
    let whole = resource.filter(|_| first.is_none());
    [whole, behind, last].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_stands_behind_the_type() {
        for (arn, name) in [
            ("arn:aws:ecs:eu-west-1:1:cluster/sandbox", "sandbox"),
            ("arn:aws:ecs:eu-west-1:1:service/sandbox/web", "web"),
            ("arn:aws:ecs:eu-west-1:1:task-definition/web:7", "web:7"),
            ("arn:aws:rds:eu-west-1:1:db:orders", "orders"),
            ("arn:aws:logs:eu-west-1:1:log-group:/ecs/web", "/ecs/web"),
            ("arn:aws:iam::1:role/team/worker", "worker"),
            ("arn:aws:sqs:eu-west-1:1:letters", "letters"),
        ] {
            assert!(is_named(arn, name), "{arn} {name}");
        }
    }

    #[test]
    fn a_part_of_a_name_is_not_the_name() {
        for (arn, name) in [
            ("arn:aws:ecs:eu-west-1:1:task-definition/web:7", "7"),
            ("arn:aws:ecs:eu-west-1:1:service/sandbox/web", "eb"),
            ("arn:aws:ecs:eu-west-1:1:cluster/sandbox", ""),
            ("arn:aws:sqs:eu-west-1:1:a", "arn:aws:sqs:eu-west-1:1:a"),
            ("arn:aws:logs:eu-west-1:1:log-group:/ecs/web", "web"),
            ("web", "web"),
            ("arn:aws", "aws"),
        ] {
            assert!(!is_named(arn, name), "{arn} {name}");
        }
    }
}
