//! ARNs: taken apart, put together, and what else an ARN says it is about.

/// Where something is: a partition, a region and an account of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ground<'a> {
    pub(crate) partition: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
}

/// The partitions of regions by the start of their names; all others are `aws`. Source: the AWS SDKs'
/// `partitions.json`.
const PARTITIONS: [(&str, &str); 7] = [
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
];

impl<'a> Ground<'a> {
    /// The ground of an account and a region.
    pub(crate) fn new(account: &'a str, region: &'a str) -> Self {
        let known = PARTITIONS
            .iter()
            .find(|(start, _)| region.starts_with(start));
        Self {
            partition: known.map_or("aws", |(_, partition)| partition),
            region,
            account,
        }
    }

    /// Whether names without an ARN mean anything here.
    pub(crate) fn is_known(&self) -> bool {
        !self.region.is_empty() && !self.account.is_empty()
    }

    /// The ARN that a template such as `rds:{region}:{account}:db:{id}` gives for a resource here.
    pub(crate) fn arn(&self, template: &str, id: &str) -> String {
        // The id last: it comes from outside and may hold anything.
        let arn = template
            .replace("{region}", self.region)
            .replace("{account}", self.account)
            .replace("{id}", id);
        format!("arn:{}:{arn}", self.partition)
    }
}

/// An ARN, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) ground: Ground<'a>,
    pub(crate) service: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of an ARN; none where the text is something else.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
        let (partition, service) = (parts.next()?, parts.next()?);
        let (region, account) = (parts.next()?, parts.next()?);
        let resource = parts.next()?;
        let ground = Ground {
            partition,
            region,
            account,
        };
        let whole = !partition.is_empty() && !service.is_empty() && !resource.is_empty();
        whole.then_some(Self {
            ground,
            service,
            resource,
        })
    }

    /// The ARN of what this one is a part or a version of: a function without its qualifier, a log
    /// group without its stream, the replication group of a cache cluster.
    pub(crate) fn wider(&self) -> Option<String> {
        let mut parts = self.resource.split(':');
        let (kind, name) = (parts.next()?, parts.next()?);
        let is_part = parts.next().is_some();
        let resource = match (self.service, kind) {
            ("lambda", "function") | ("logs", "log-group") if is_part => format!("{kind}:{name}"),
            ("elasticache", "cluster") => format!("replicationgroup:{}", replication_group(name)?),
            _ => return None,
        };
        let template = format!("{}:{{region}}:{{account}}:{{id}}", self.service);
        Some(self.ground.arn(&template, &resource))
    }
}

/// The replication group that a cache cluster's name says it is a member of: `orders-001`, or
/// `orders-0001-001` where the group has shards.
fn replication_group(cluster: &str) -> Option<&str> {
    let without = |name: &'_ str, digits: usize| {
        let (group, number) = name.rsplit_once('-')?;
        let is_number = number.len() == digits && number.bytes().all(|b| b.is_ascii_digit());
        (is_number && !group.is_empty()).then_some(group.len())
    };
    let group = cluster.get(..without(cluster, 3)?)?;
    let group = without(group, 4).map_or(Some(group), |end| group.get(..end));
    group.filter(|group| !group.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_at_its_first_five_colons() {
        let arn = Arn::parse("arn:aws-cn:logs:cn-north-1:123456789012:log-group:a:*").unwrap();
        assert_eq!((arn.service, arn.resource), ("logs", "log-group:a:*"));
        assert_eq!(arn.ground, Ground::new("123456789012", "cn-north-1"));
        let bucket = Arn::parse("arn:aws:s3:::orders").unwrap();
        assert_eq!((bucket.resource, bucket.ground.account), ("orders", ""));
        for other in [
            "",
            "arn:",
            "arn:aws:s3::",
            "arn:aws:s3:::",
            "arn::s3:::x",
            "fs-1",
        ] {
            assert_eq!(Arn::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_region_names_its_partition() {
        for (region, partition) in [
            ("eu-central-1", "aws"),
            ("cn-northwest-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(Ground::new("1", region).partition, partition, "{region}");
        }
    }

    #[test]
    fn a_part_knows_the_whole() {
        let wider = |resource: &str| {
            let text = format!("arn:aws:{resource}");
            Arn::parse(&text).and_then(|arn| arn.wider())
        };
        for (part, whole) in [
            ("lambda:r:1:function:f:live", Some("lambda:r:1:function:f")),
            ("lambda:r:1:function:f", None),
            ("logs:r:1:log-group:/a/b:*", Some("logs:r:1:log-group:/a/b")),
            (
                "elasticache:r:1:cluster:orders-002",
                Some("elasticache:r:1:replicationgroup:orders"),
            ),
            (
                "elasticache:r:1:cluster:orders-0001-002",
                Some("elasticache:r:1:replicationgroup:orders"),
            ),
            ("elasticache:r:1:cluster:orders", None),
            ("elasticache:r:1:cluster:-001", None),
            ("rds:r:1:db:orders", None),
        ] {
            let whole = whole.map(|whole| format!("arn:aws:{whole}"));
            assert_eq!(wider(part), whole, "{part}");
        }
    }

    #[test]
    fn an_id_cannot_write_itself_into_another_account() {
        let ground = Ground::new("123456789012", "eu-central-1");
        assert_eq!(
            ground.arn("rds:{region}:{account}:db:{id}", "{account}{region}"),
            "arn:aws:rds:eu-central-1:123456789012:db:{account}{region}"
        );
    }
}
