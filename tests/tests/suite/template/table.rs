//! What functions may do to the table is what transactions do to it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{template, texts};

/// The adapter: what it puts into a transaction, and the action that this needs (`TransactWriteItems`,
/// Amazon `DynamoDB` API reference). The local AWS denies nothing, so nothing else would tell.
const ADAPTER: &str = include_str!("../../../../shared/aws/src/table/commit.rs");
const NEEDED: [(&str, &str); 4] = [
    ("action.put(", "dynamodb:PutItem"),
    ("action.update(", "dynamodb:UpdateItem"),
    ("action.delete(", "dynamodb:DeleteItem"),
    ("action.condition_check(", "dynamodb:ConditionCheckItem"),
];

#[test]
fn the_table_may_be_changed_in_every_way_that_a_commit_changes_it() {
    let template = template();
    let mut allowed: BTreeMap<String, Value> = BTreeMap::new();
    for policy in ["WriteTable", "RemoveFromTable"] {
        let document = &template[policy]["Properties"]["PolicyDocument"];
        for statement in document["Statement"].as_array().unwrap() {
            if statement["Effect"] == "Allow" {
                let condition = statement["Condition"].clone();
                let actions = texts(&statement["Action"]).into_iter();
                allowed.extend(actions.map(|action| (action, condition.clone())));
            }
        }
    }
    for (built, needed) in NEEDED {
        assert!(ADAPTER.contains(built), "{built} is not in the adapter");
        assert!(allowed.contains_key(needed), "{needed} is not allowed");
    }
    let built = ADAPTER.matches(" action.").count();
    assert_eq!(
        built,
        NEEDED.len(),
        "the adapter does something else besides"
    );
    // Everything else is written whole, over the version that was read.
    let counters = json!({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["TENANT#*#USAGE"]}});
    assert_eq!(allowed["dynamodb:UpdateItem"], counters);
}
