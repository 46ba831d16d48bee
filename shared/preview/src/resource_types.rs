//! What AWS says about the properties of its resource types: which of them can only be set when a
//! resource is created. The data is written by `cargo xtask aws-data`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Which properties of a resource type are special: JSON pointers from its properties, in which `*`
/// is any item of a list. What holds for a property holds for everything in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PropertyRules {
    /// A change replaces the resource.
    pub create_only: Vec<String>,
    /// A change replaces the resource under conditions that are not stated as data.
    pub conditional_create_only: Vec<String>,
    /// AWS sets it; a template cannot.
    pub read_only: Vec<String>,
    /// A template can set it and nobody can read it.
    pub write_only: Vec<String>,
}

/// Everything that is known.
static TYPES: LazyLock<BTreeMap<String, PropertyRules>> = LazyLock::new(|| {
    // INVARIANT: a test reads the file, which is part of the program.
    serde_json::from_str(include_str!("../data/resource-types.json")).unwrap_or_default()
});

/// What is known about `resource_type`, if anything is.
#[must_use]
pub fn property_rules(resource_type: &str) -> Option<&'static PropertyRules> {
    TYPES.get(resource_type)
}

/// The types that something is known about, in order.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    TYPES.keys().map(String::as_str)
}

/// Where a change lies that is held against a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'r> {
    /// What the rule is about, or something in it.
    Within,
    /// Something that may hold what the rule is about, at this pointer.
    Around(&'r str),
    /// Elsewhere.
    Apart,
}

/// Where `pointer` lies as `rule` sees it.
pub(crate) fn place<'r>(rule: &'r str, pointer: &str) -> Place<'r> {
    let mut rest = rule;
    let mut tokens = pointer.split('/').skip(1);
    loop {
        let Some(after_slash) = rest.strip_prefix('/') else {
            return Place::Within;
        };
        let Some(token) = tokens.next() else {
            return Place::Around(rest);
        };
        let (expected, tail) = match after_slash.find('/') {
            Some(slash) => after_slash.split_at(slash),
            None => (after_slash, ""),
        };
        if expected != "*" && expected != token {
            return Place::Apart;
        }
        rest = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_for_what_it_names_and_for_what_is_in_it() {
        assert_eq!(place("/Name", "/Name"), Place::Within);
        assert_eq!(place("/Root", "/Root/Info/0/Uid"), Place::Within);
        assert_eq!(place("/A/*/B", "/A/17/B"), Place::Within);
        assert_eq!(place("/Root/Info/Uid", "/Root"), Place::Around("/Info/Uid"));
        assert_eq!(place("/Name", ""), Place::Around("/Name"));
        assert_eq!(place("/Name", "/NameToo"), Place::Apart);
        assert_eq!(place("/A/*/B", "/A/17/C"), Place::Apart);
    }

    #[test]
    fn the_data_says_what_the_documentation_of_aws_says() {
        let database = property_rules("AWS::RDS::DBInstance").unwrap();
        let has = |list: &[String], pointer: &str| list.iter().any(|it| it == pointer);
        assert!(has(&database.create_only, "/StorageEncrypted"));
        assert!(has(&database.conditional_create_only, "/Engine"));
        assert!(has(&database.read_only, "/Endpoint"));
        assert!(has(&database.write_only, "/MasterUserPassword"));
        assert!(!has(&database.create_only, "/AllocatedStorage"));
        assert_eq!(property_rules("AWS::No::Such"), None);
    }

    #[test]
    fn the_types_and_their_lists_are_in_order_and_none_is_named_twice() {
        let text = include_str!("../data/resource-types.json");
        let in_file: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(text).unwrap();
        assert!(in_file.keys().is_sorted());
        assert_eq!(in_file.len(), resource_types().count());
        for rules in TYPES.values() {
            for list in [
                &rules.create_only,
                &rules.conditional_create_only,
                &rules.read_only,
                &rules.write_only,
            ] {
                assert!(list.is_sorted_by(|one, other| one < other));
                assert!(list.iter().all(|pointer| pointer.starts_with('/')));
            }
        }
    }
}
