//! Operations that are answered beside the route table: by another function, or before anyone knows
//! whose tokens are taken.

use serde_json::{Value, json};

use super::Sheet;

/// Method, path and operation of each.
pub(super) fn operations() -> Vec<(String, String, Sheet)> {
    let mut webhook = Sheet::default();
    webhook.name("receiveWebhook", "Takes a webhook of an event source");
    webhook.remark("The source proves who it is by its signature, token or password.");
    webhook.tag("webhooks");
    webhook.open();
    webhook.in_path("source");
    webhook.takes(&["application/json"], true, &json!({}));
    let content = json!({ "application/json": { "schema": { "type": "object" } } });
    webhook.gives(202, "It was taken.", &content, &Value::Null);
    webhook.gives(200, "It was taken before.", &content, &Value::Null);

    let mut sign_in = Sheet::default();
    sign_in.name("showSignIn", "Says whose tokens are taken (RFC 9728)");
    sign_in.tag("health");
    sign_in.open();
    sign_in.gives(200, "Where one logs in.", &content, &Value::Null);

    let well_known = "/.well-known/oauth-protected-resource";
    vec![
        (
            "post".to_owned(),
            "/v1/webhooks/{source}".to_owned(),
            webhook,
        ),
        ("get".to_owned(), well_known.to_owned(), sign_in),
    ]
}
