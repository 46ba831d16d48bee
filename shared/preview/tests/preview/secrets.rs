//! No face of a preview shows a secret.

use groundplane_preview::{Colour, Preview, markdown, text};
use serde_json::{Value, json};

use crate::deployed::{Deployed, between, over, with_template};

/// Everything that a preview says anywhere.
fn all_faces(preview: &Preview) -> String {
    let json = serde_json::to_string(preview).unwrap();
    [json, text(preview, Colour::Never), markdown(preview)].concat()
}

/// A template with `secret` in every place that one can be in.
fn template(secret: &str) -> Value {
    json!({
        "Parameters": { "Quiet": { "Type": "String", "NoEcho": true, "Default": secret } },
        "Resources": {
            "Database": {
                "Type": "AWS::RDS::DBInstance",
                "Properties": { "MasterUserPassword": secret, "DBName": { "Ref": "Quiet" } },
            },
            "Task": {
                "Type": "AWS::ECS::TaskDefinition",
                "Properties": { "ContainerDefinitions": [{
                    "Environment": [
                        { "Name": "DB_PASSWORD", "Value": secret },
                        { "Name": "URL", "Value": format!("postgres://app:{secret}@db/shop") },
                    ],
                }] },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": { "Environment": { "Variables": { "API_TOKEN": secret } } },
            },
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": { "SecretString": { "Fn::Sub": format!("{{\"p\":\"{secret}\"}}") } },
            },
        },
        "Outputs": { "AdminPassword": { "Value": secret } },
    })
}

#[test]
fn no_secret_is_shown_wherever_it_comes_changes_or_goes() {
    let (old, new) = ("hunter2-the-old", "hunter2-the-new");
    let unit = |secret| with_template("database", &template(secret));
    for preview in [
        between(&[], &[unit(new)]),
        between(&[unit(old)], &[unit(new)]),
        between(&[unit(old)], &[]),
    ] {
        assert!(!preview.is_empty());
        let said = all_faces(&preview);
        assert!(!said.contains("hunter2"), "{said}");
        for resource in preview.units.iter().flat_map(|unit| &unit.resources) {
            let deleted = resource.changes.is_empty();
            let hidden = serde_json::to_string(&resource.changes)
                .unwrap()
                .contains("(hidden)");
            assert!(deleted || hidden, "{}", resource.logical_id);
        }
    }
}

#[test]
fn what_a_parameter_without_echo_is_bound_to_is_hidden() {
    let unit = |other: &str| {
        let mut template = template("x");
        template["Resources"]["Database"]["Properties"]["DBName"] =
            json!({ "Fn::Join": [other, [{ "Ref": "Quiet" }]] });
        crate::deployed::reading(with_template("database", &template), "Quiet", "other.quiet")
    };
    let mut live = Deployed::of(&[unit("a")]);
    let applied = live.states[0].applied.as_mut().unwrap();
    applied
        .parameters
        .insert("Quiet".to_owned(), "hunter2".to_owned());
    let said = all_faces(&over(&live, &[unit("b")], &[]));
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn that_a_secret_changes_is_said_without_the_secret() {
    let unit = |secret| with_template("database", &template(secret));
    let preview = between(&[unit("one")], &[unit("two")]);
    let said = text(&preview, Colour::Never);
    assert!(
        said.contains("~ /MasterUserPassword: (hidden) -> (hidden)\n"),
        "{said}"
    );
    let other = between(&[unit("one")], &[unit("three")]);
    assert_ne!(
        preview.digest(),
        other.digest(),
        "the digests of the templates differ"
    );
}
