//! Container image references, as far as permissions and networks depend on them.

use groundplane_model::{Egress, LandingZone, Problem};
use serde_json::{Value, json};

use crate::policy::allow;

/// What is wrong with pulling `image`, named at `pointer`, from the private subnets. Fargate
/// pulls through the network of the task, so without a way out the task never starts.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-pull-behavior.html>
pub(crate) fn check_pull(image: &str, pointer: &str, zone: &LandingZone) -> Option<Problem> {
    let name = &zone.name;
    match zone.spec.network.egress {
        Some(Egress::None) => Some(Problem::error(
            pointer,
            format!("the private subnets of the landing zone `{name}` reach no image registry"),
        )),
        Some(Egress::Endpoints) if EcrRepository::of(image).is_none() => Some(
            Problem::error(
                pointer,
                format!(
                    "`{image}` cannot be pulled: the private subnets of the landing zone \
                     `{name}` reach AWS services only"
                ),
            )
            .with_hint("copy the image to ECR"),
        ),
        Some(Egress::Endpoints | Egress::Nat) | None => None,
    }
}

/// A repository in a private ECR registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EcrRepository<'a> {
    /// The account of the registry.
    pub(crate) account: &'a str,
    /// Its region.
    pub(crate) region: &'a str,
    /// The repository within it.
    pub(crate) name: &'a str,
}

impl<'a> EcrRepository<'a> {
    /// The repository of an image; none if the image is elsewhere.
    pub(crate) fn of(image: &'a str) -> Option<Self> {
        let (host, path) = image.split_once('/')?;
        let (account, rest) = host.split_once(".dkr.ecr.")?;
        let (region, domain) = rest.split_once('.')?;
        if !matches!(domain, "amazonaws.com" | "amazonaws.com.cn") {
            return None;
        }
        let (path, _digest) = path.split_once('@').unwrap_or((path, ""));
        let (name, _tag) = path.split_once(':').unwrap_or((path, ""));
        // A wildcard would end up in a policy.
        let is_plain = |text: &str, others: &str| {
            let mut letters = text.chars();
            letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || others.contains(c))
        };
        let plain = is_plain(account, "") && is_plain(region, "-") && is_plain(name, "._-/");
        plain.then_some(Self {
            account,
            region,
            name,
        })
    }

    /// Permission to pull from it.
    pub(crate) fn pull(self) -> Vec<Value> {
        let Self {
            account,
            region,
            name,
        } = self;
        // The parts are the user's, so they are joined: Fn::Sub would look for `${…}` in them.
        let repository = json!({ "Fn::Join": ["", [
            "arn:", { "Ref": "AWS::Partition" },
            format!(":ecr:{region}:{account}:repository/{name}"),
        ]] });
        vec![
            allow(
                &[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                &repository,
            ),
            // The token is for the whole registry; the action knows no resources.
            // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
            allow(&["ecr:GetAuthorizationToken"], &"*".into()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_ecr_repository_is_told_from_other_registries() {
        let repository = |image| EcrRepository::of(image).map(|r| (r.account, r.region, r.name));
        for image in [
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.2",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web@sha256:0a",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1@sha256:0a",
        ] {
            let expected = Some(("123456789012", "eu-west-1", "team/web"));
            assert_eq!(repository(image), expected, "{image}");
        }
        for image in [
            "nginx",
            "library/nginx:1.27",
            "public.ecr.aws/nginx/nginx:1.27",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/web",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/*",
        ] {
            assert_eq!(repository(image), None, "{image}");
        }
    }
}
