//! Random valid specs: any sections, with any of the values that decide what is rendered.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::ground::{SECTIONS, example_sections, spec_of};

const FUNCTIONS: [&str; 4] = ["resize", "mail-out", "abc", "b-2"];

prop_compose! {
    fn compute()(
        (cpu, memory) in select(vec![(256, 512), (512, 2048), (1024, 8192), (4096, 30_720)]),
        port in 1_u16..,
        min in 1_u16..4,
        more in 0_u16..4,
        command in any::<bool>(),
        health_path in "/[a-z]{0,8}",
        environment in prop::collection::btree_map("[A-Z]{1,6}", "[ -z]{0,12}", 0..4),
    ) -> Value {
        let mut section = json!({
            "image": "nginx:1.27", "cpu": cpu, "memory": memory, "port": port,
            "minCapacity": min, "maxCapacity": min + more, "healthPath": health_path,
        });
        // A reference in the text would have to name a key that exists.
        let environment: Map<String, Value> = environment
            .into_iter()
            .map(|(name, value)| (name, value.replace(['$', '{'], "").into()))
            .collect();
        section["environment"] = environment.into();
        if command {
            section["command"] = json!(["serve", "--port", port.to_string()]);
        }
        section
    }
}

prop_compose! {
    fn storage()(
        encrypted in any::<bool>(),
        policy in select(vec!["AFTER_1_DAY", "AFTER_30_DAYS", "AFTER_365_DAYS"]),
        path in "/[a-z]{1,8}",
        (uid, gid) in (0_u32..70_000, 0_u32..70_000),
        on_delete in select(vec!["retain", "delete"]),
    ) -> Value {
        json!({
            "encrypted": encrypted, "lifecyclePolicy": policy, "onDelete": on_delete,
            "accessPoint": { "path": path, "uid": uid, "gid": gid },
        })
    }
}

prop_compose! {
    fn cache()(
        engine in select(vec!["redis", "valkey"]),
        nodes in 1_u8..=6,
        transit in any::<bool>(),
        rest in any::<bool>(),
    ) -> Value {
        // Valkey's encryption in transit can only be switched on with a version that has it.
        json!({
            "engine": engine, "numNodes": nodes,
            "transitEncryption": transit || engine == "valkey", "atRestEncryption": rest,
        })
    }
}

prop_compose! {
    fn database()(
        (engine, version) in select(vec![("postgres", "16.10"), ("mysql", "8.4.7")]),
        storage in 20_u32..1000,
        multi_az in any::<bool>(),
        backups in 0_u8..=35,
        protection in option::of(any::<bool>()),
        on_delete in select(vec!["snapshot", "retain", "delete"]),
    ) -> Value {
        let mut section = json!({
            "engine": engine, "engineVersion": version, "allocatedStorage": storage,
            "multiAz": multi_az, "backupRetentionDays": backups, "onDelete": on_delete,
        });
        if let Some(protection) = protection {
            section["deletionProtection"] = protection.into();
        }
        section
    }
}

prop_compose! {
    fn functions_and_triggers()(
        names in subsequence(FUNCTIONS.to_vec(), 1..=FUNCTIONS.len()),
        memory in 128_u32..=10_240,
        timeout in 1_u16..=900,
        expressions in prop::collection::vec(
            select(vec!["rate(1 hour)", "cron(0 3 * * ? *)", "at(2030-01-01T00:00:00)"]), 0..4),
        gateway in any::<bool>(),
        group in option::of("[a-z]{1,9}"),
    ) -> (Value, Value) {
        let image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/resize:1.4";
        let function = |name: &&str| {
            json!({ "name": name, "image": image, "memory": memory, "timeout": timeout })
        };
        let functions: Vec<Value> = names.iter().map(function).collect();
        let schedules: Vec<Value> = expressions.iter().enumerate().map(|(at, expression)| json!({
            "name": format!("schedule-{at}"), "expression": expression,
            "target": names[at % names.len()],
        })).collect();
        // Triggers that nothing pulls are refused.
        let mut triggers = json!({ "webhookGateway": gateway || schedules.is_empty() });
        triggers["schedules"] = schedules.into();
        if let Some(group) = group {
            triggers["eventbridgeScheduleGroup"] = group.into();
        }
        (json!({ "functions": functions }), triggers)
    }
}

prop_compose! {
    fn ingress()(
        path in select(vec!["/*", "/api/*", "/"]),
        priority in option::of(1_u16..=50_000),
        dns in any::<bool>(),
    ) -> Value {
        let mut section = json!({ "host": "shop.example.com", "path": path });
        if let Some(priority) = priority {
            section["priority"] = priority.into();
        }
        if dns {
            section["dns"] = json!({});
        }
        section
    }
}

/// The sections that another one cannot do without.
const REQUIRED: [(&str, &str); 3] = [
    ("access", "ingress"),
    ("ingress", "compute"),
    ("triggers", "lambda"),
];

/// Some sections, and those that they require.
pub(crate) fn sections() -> impl Strategy<Value = Vec<&'static str>> {
    let some = subsequence(SECTIONS.to_vec(), 1..=SECTIONS.len());
    some.prop_map(|mut sections| {
        for (section, required) in REQUIRED {
            if sections.contains(&section) && !sections.contains(&required) {
                sections.push(required);
            }
        }
        sections
    })
}

/// A valid spec.
pub(crate) fn specs() -> impl Strategy<Value = Value> {
    let contents = (
        compute(),
        storage(),
        cache(),
        database(),
        functions_and_triggers(),
        ingress(),
    );
    (sections(), contents).prop_map(|(sections, contents)| {
        let (compute, storage, cache, database, (lambda, triggers), ingress) = contents;
        let mut all = example_sections();
        for (name, section) in [
            ("compute", compute),
            ("storage", storage),
            ("cache", cache),
            ("database", database),
            ("lambda", lambda),
            ("triggers", triggers),
            ("ingress", ingress),
        ] {
            all[name] = section;
        }
        spec_of(&sections, &all)
    })
}
