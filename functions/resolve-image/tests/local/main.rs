//! The registry as the services' own interfaces show it, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names.

#[cfg(test)]
mod registry {
    use aws_sdk_ecr::config::{BehaviorVersion, Credentials, Region};
    use groundplane_aws::Registry;
    use groundplane_model::ImageReference;
    use groundplane_ports::ReadRegistry;

    const REPOSITORY: &str = "groundplane-test/web";

    #[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
    fn client(region: &'static str) -> aws_sdk_ecr::Client {
        let config = aws_sdk_ecr::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::new(region))
            .endpoint_url(std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap())
            .http_client(aws_smithy_http_client::Builder::new().build_http());
        aws_sdk_ecr::Client::from_conf(config.build())
    }

    fn image(repository: &str, tag: &str) -> ImageReference {
        let registry = "000000000000.dkr.ecr.eu-central-1.amazonaws.com";
        ImageReference::parse(&format!("{registry}/{repository}:{tag}")).unwrap()
    }

    #[tokio::test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    async fn tags_and_digests_are_those_of_the_region_that_the_image_names() {
        let there = client("eu-central-1");
        // It may be there from another run.
        let _ = there
            .create_repository()
            .repository_name(REPOSITORY)
            .send()
            .await;
        for tag in ["1.4", "1.5"] {
            let manifest = format!("{{\"schemaVersion\": 2, \"tag\": \"{tag}\"}}");
            let put = there.put_image().repository_name(REPOSITORY).image_tag(tag);
            let _ = put.image_manifest(manifest).send().await;
        }
        let registry = Registry::new(client("us-east-1"));
        let one = registry
            .digest(&image(REPOSITORY, "1.4"))
            .await
            .unwrap()
            .unwrap();
        let other = registry
            .digest(&image(REPOSITORY, "1.5"))
            .await
            .unwrap()
            .unwrap();
        assert!(one.starts_with("sha256:") && one != other, "{one} {other}");
        assert!(image(REPOSITORY, "1.4").with_digest(&one).is_ok());
        assert_eq!(registry.digest(&image(REPOSITORY, "9")).await, Ok(None));
        assert_eq!(
            registry.digest(&image("groundplane-test/none", "1")).await,
            Ok(None)
        );
        let mut tags = registry
            .tags(&image(REPOSITORY, "x"))
            .await
            .unwrap()
            .unwrap();
        tags.sort();
        assert_eq!(tags, ["1.4", "1.5"]);
        assert_eq!(
            registry.tags(&image("groundplane-test/none", "x")).await,
            Ok(None)
        );
    }
}
