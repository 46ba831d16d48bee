//! Secrets in Secrets Manager: two versions are there, whatever was cut short.

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use groundplane_aws::OwnSecrets;
use groundplane_ports::{NewSecretVersion, ReadSecretValues, SecretValue, WriteSecrets};

use crate::cloud::{Log, client, fresh};

const NAME: &str = "event-source/shop/disks";

/// The secrets of an installation of its own.
struct Place {
    installation: String,
    client: aws_sdk_secretsmanager::Client,
    secrets: OwnSecrets,
}

impl Place {
    fn new() -> Self {
        let client = client!(aws_sdk_secretsmanager);
        let installation = fresh();
        Self {
            secrets: OwnSecrets::new(client.clone(), installation.clone()),
            installation,
            client,
        }
    }

    /// Keeps a version; gives its name.
    async fn keep(&self, value: &str, beside: Option<&str>) -> String {
        let version = fresh();
        self.keep_as(&version, value, beside).await;
        version
    }

    async fn keep_as(&self, version: &str, value: &str, beside: Option<&str>) {
        let new = NewSecretVersion {
            name: NAME,
            version,
            value: &SecretValue::new(value.to_owned()),
            beside,
            tags: &[("groundplane:tenant", "shop")],
        };
        self.secrets.keep(&new).await.unwrap();
    }

    async fn value(&self, version: &str) -> Option<String> {
        let value = self.secrets.value(NAME, version).await.unwrap();
        value.map(|value| value.reveal().to_owned())
    }
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_secret_has_the_version_that_counts_and_the_one_beside_it() {
    let place = Place::new();
    let first = place.keep("one", None).await;
    assert_eq!(place.value(&first).await.as_deref(), Some("one"));
    let second = place.keep("two", Some(&first)).await;
    assert_eq!(place.value(&first).await.as_deref(), Some("one"));
    assert_eq!(place.value(&second).await.as_deref(), Some("two"));

    // This one was never told to anybody, since whoever made it died; the next one is for good.
    place.keep("lost", Some(&second)).await;
    let third = place.keep("three", Some(&second)).await;
    assert_eq!(place.value(&second).await.as_deref(), Some("two"));
    assert_eq!(place.value(&third).await.as_deref(), Some("three"));
    // The same again changes nothing.
    place.keep_as(&third, "three", Some(&second)).await;
    assert_eq!(place.value(&second).await.as_deref(), Some("two"));

    let name = format!("groundplane/{}/{NAME}", place.installation);
    let described = place.client.describe_secret().secret_id(name).send().await;
    let described = described.unwrap();
    let tags = described.tags().iter();
    let tags: Vec<_> = tags
        .map(|tag| (tag.key().unwrap(), tag.value().unwrap()))
        .collect();
    assert!(tags.contains(&("groundplane:tenant", "shop")), "{tags:?}");
    let installation = ("groundplane:installation", place.installation.as_str());
    assert!(tags.contains(&installation), "{tags:?}");
    place.secrets.forget(NAME).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_secret_that_is_deleted_is_gone_and_can_be_made_anew() {
    let place = Place::new();
    place.secrets.forget(NAME).await.unwrap();
    let first = place.keep("one", None).await;
    place.secrets.forget(NAME).await.unwrap();
    place.secrets.forget(NAME).await.unwrap();
    assert_eq!(place.value(&first).await, None);
    let second = place.keep("two", Some(&first)).await;
    assert_eq!(place.value(&first).await, None);
    assert_eq!(place.value(&second).await.as_deref(), Some("two"));
    assert_eq!(
        place.value("00000000-0000-0000-0000-000000000000").await,
        None
    );
    place.secrets.forget(NAME).await.unwrap();
}

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn what_a_secret_holds_is_in_no_log() {
    let log = Log::default();
    let place = Place::new();
    let guard = log.start();
    tracing::info!("the log is kept");
    let first = place.keep("whsec_canary-one", None).await;
    let second = place.keep("whsec_canary-two", Some(&first)).await;
    assert!(place.value(&second).await.is_some());
    place.secrets.forget(NAME).await.unwrap();
    drop(guard);
    let told = log.text();
    assert!(told.contains("the log is kept"), "{told}");
    assert!(!told.contains("canary"), "a secret is told");
}
