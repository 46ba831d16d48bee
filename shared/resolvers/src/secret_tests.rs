//! What the stack of a secret promises.

use std::collections::BTreeSet;

use groundplane_model::{InstanceId, TenantId, UnitName};
use proptest::prelude::*;

use super::*;

fn owner(input: &str) -> Owner {
    Owner {
        tenant: TenantId::parse("acme").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("compute").unwrap(),
        input: input.to_owned(),
    }
}

fn generated(config: &SecretConfig, generation: u32) -> Value {
    let stack = SecretStack::of("one", &owner("token"));
    let template = stack.template(config, generation);
    template["Resources"]["Secret"]["Properties"]["GenerateSecretString"].clone()
}

#[test]
fn every_part_of_the_owner_and_the_installation_tell_stacks_apart() {
    let base = owner("token");
    let others = [
        owner("other"),
        Owner {
            tenant: TenantId::parse("umbrella").unwrap(),
            ..base.clone()
        },
        Owner {
            instance: InstanceId::parse("web-service.prod").unwrap(),
            ..base.clone()
        },
        Owner {
            incarnation: "2".to_owned(),
            ..base.clone()
        },
        Owner {
            unit: UnitName::parse("spec").unwrap(),
            ..base.clone()
        },
    ];
    let mut names: BTreeSet<String> = others
        .iter()
        .map(|owner| SecretStack::of("one", owner).name)
        .collect();
    names.insert(SecretStack::of("one", &base).name);
    names.insert(SecretStack::of("two", &base).name);
    assert_eq!(names.len(), 7);
    assert_eq!(SecretStack::of("one", &base), SecretStack::of("one", &base));
}

#[test]
fn each_generation_excludes_the_same_characters_in_another_way() {
    let config = SecretConfig {
        exclude_characters: Some("\"@".to_owned()),
        ..SecretConfig::default()
    };
    let texts: BTreeSet<String> = (0..TURNS)
        .map(|number| generated(&config, number).to_string())
        .collect();
    assert_eq!(texts.len(), 8);
    assert_eq!(generated(&config, 0)["ExcludeCharacters"], "\"@");
    assert_eq!(generated(&config, 2)["ExcludeCharacters"], "\"@  ");
    assert_eq!(generated(&config, 8), generated(&config, 0));
}

#[test]
fn the_configuration_is_in_the_template() {
    let config: SecretConfig =
        serde_json::from_value(json!({"kmsKeyId": "alias/platform", "length": 64})).unwrap();
    let template = SecretStack::of("one", &owner("token")).template(&config, 0);
    let properties = &template["Resources"]["Secret"]["Properties"];
    assert_eq!(properties["KmsKeyId"], "alias/platform");
    assert_eq!(properties["GenerateSecretString"]["PasswordLength"], 64);
    assert_eq!(generated(&SecretConfig::default(), 0)["PasswordLength"], 32);
    assert!(
        properties.get("SecretString").is_none(),
        "no value is ever given"
    );
}

#[test]
fn the_reference_is_the_one_that_cloudformation_looks_up() {
    let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf";
    assert_eq!(
        secret_reference(arn),
        format!("{{{{resolve:secretsmanager:{arn}}}}}")
    );
}

proptest! {
    #[test]
    fn whoever_the_owner_is_name_and_tags_are_legal(
        service in "[a-z][a-z0-9-]{0,30}[a-z0-9]",
        environment in "[a-z][a-z0-9-]{0,30}[a-z0-9]",
        input in ".{0,400}",
    ) {
        let Ok(instance) = InstanceId::parse(&format!("{service}.{environment}")) else {
            return Ok(());
        };
        let stack = SecretStack::of("one", &Owner { instance, ..owner(&input) });
        prop_assert!(stack.name.starts_with("gp-") && stack.name.len() <= 128);
        prop_assert!(stack.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        // A name that ends like the suffix of an ARN misleads look-ups by name.
        let suffix = stack.name.rsplit('-').next().unwrap_or_default();
        prop_assert!(suffix.len() == 16);
        for value in stack.tags.values() {
            prop_assert!(value.chars().count() <= 256);
            prop_assert!(value.chars().all(|c| c.is_ascii_alphanumeric() || " +-=._:/@".contains(c)));
        }
    }
}
