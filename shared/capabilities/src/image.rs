//! Container image references, as far as permissions and networks depend on them.

use groundplane_model::{Egress, ImageReference, LandingZone, Problem};
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EcrRepository {
    /// The account of the registry.
    pub(crate) account: String,
    /// Its region.
    pub(crate) region: String,
    /// The repository within it.
    pub(crate) name: String,
}

impl EcrRepository {
    /// The repository of an image; none if the image is elsewhere. The grammar of references
    /// knows no wildcards, which would end up in a policy.
    pub(crate) fn of(image: &str) -> Option<Self> {
        let image = ImageReference::parse(image).ok()?;
        let registry = image.ecr()?;
        Some(Self {
            account: registry.account.to_owned(),
            region: registry.region.to_owned(),
            name: image.repository().to_owned(),
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
        const REPOSITORY: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web";
        let digest = format!("@sha256:{}", "0a".repeat(32));
        for suffix in [
            String::new(),
            ":1.2".to_owned(),
            digest.clone(),
            format!(":1{digest}"),
        ] {
            let expected = EcrRepository {
                account: "123456789012".to_owned(),
                region: "eu-west-1".to_owned(),
                name: "team/web".to_owned(),
            };
            let image = format!("{REPOSITORY}{suffix}");
            assert_eq!(EcrRepository::of(&image), Some(expected), "{image}");
        }
        for image in [
            "nginx",
            "library/nginx:1.27",
            "public.ecr.aws/nginx/nginx:1.27",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com.evil.example/web",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/*",
        ] {
            assert_eq!(EcrRepository::of(image), None, "{image}");
        }
    }
}
