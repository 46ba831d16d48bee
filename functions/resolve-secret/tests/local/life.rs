//! The life of a generated secret.

use serde_json::json;

use crate::cloud::{Cloud, Log, owner};

#[tokio::test]
#[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
async fn a_secret_is_made_turned_and_removed_and_its_value_is_nowhere_else() {
    let log = Log::default();
    let cloud = Cloud::start().await;
    let guard = log.start();
    let token = owner("/spec/compute/secrets/TOKEN#0a1b2c3d");
    cloud
        .accept(1, &json!({ "length": 48, "excludeCharacters": "\"@/\\" }))
        .await;

    let made = cloud.resolve(1, &token, "a").await;
    let again = cloud.resolve(1, &token, "a").await;
    assert_eq!(again, made);
    assert!(
        made.value.starts_with("arn:aws:secretsmanager:"),
        "{}",
        made.value
    );
    assert_eq!(
        made.output("reference"),
        format!("{{{{resolve:secretsmanager:{}}}}}", made.value)
    );

    let turned = cloud.resolve(1, &token, "b").await;
    assert_eq!(turned.value, made.value);
    let stored = cloud.stored().await;
    drop(guard);

    // The test looks at the value last, so that it cannot have logged it itself.
    let (value, version) = cloud.value(&made.value).await;
    assert_eq!(value.chars().count(), 48);
    assert!(!value.contains(['"', '@', '/', '\\', ' ']), "{value}");
    let told = log.text();
    assert!(
        told.contains("decided") && told.contains(made.output("name")),
        "{told}"
    );
    for place in [&stored, &told] {
        assert!(!place.contains(&value), "the value is told");
    }
    let next = cloud.resolve(1, &token, "c").await;
    let (other, other_version) = cloud.value(&next.value).await;
    assert!(
        other != value && other_version != version,
        "a new value was asked for"
    );

    cloud.release(&token).await;
    cloud.release(&token).await;
    assert_eq!(cloud.held(&token).await, None);
    let gone = cloud
        .secrets
        .describe_secret()
        .secret_id(&made.value)
        .send()
        .await;
    assert!(gone.is_err());
}
