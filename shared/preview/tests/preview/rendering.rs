//! Previews as text and as Markdown.

use groundplane_model::ResolverName;
use groundplane_preview::{Allocation, AllocationAction, Colour, Preview, markdown, text};
use serde_json::{Value, json};

use crate::deployed::{Deployed, between, over, resources_between, unit, unit_name};

#[test]
fn colours_come_only_where_they_are_asked_for() {
    let queue = |delay: u32| json!({ "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "DelaySeconds": delay } } });
    let preview = resources_between(queue(1), queue(2));
    let coloured = text(&preview, Colour::Ansi);
    assert!(coloured.contains("\u{1b}[33m~\u{1b}[0m Queue AWS::SQS::Queue compute-Queue\n"));
    let plain = text(&preview, Colour::Never);
    assert!(!plain.contains('\u{1b}'));
    let mut stripped = coloured;
    for code in ["\u{1b}[33m", "\u{1b}[0m"] {
        stripped = stripped.replace(code, "");
    }
    assert_eq!(stripped, plain);
}

#[test]
fn nothing_to_do_is_one_line() {
    let same = [unit("one", json!({ "A": { "Type": "AWS::SQS::Queue" } }))];
    let preview = between(&same, &same);
    let said = "web-service.dev: nothing to do, 1 to keep\n";
    assert_eq!(text(&preview, Colour::Never), said);
    assert_eq!(
        markdown(&preview),
        "### Preview of `web-service.dev`\n\nnothing to do, 1 to keep\n"
    );
}

#[test]
fn hostile_names_and_values_stay_on_their_line_and_in_their_block() {
    let hostile = "x\n```\n<img src=a>\u{1b}[2J\u{202e}y";
    let resources = json!({ hostile: {
        "Type": hostile, "DeletionPolicy": "Retain", "Properties": { hostile: hostile },
    } });
    let before = [unit("one", resources.clone())];
    for preview in [between(&[], &before), between(&before, &[])] {
        let terminal = text(&preview, Colour::Never);
        assert!(!terminal.contains(['\u{1b}', '\u{202e}']), "{terminal}");
        let markdown = markdown(&preview);
        let fences = markdown
            .lines()
            .filter(|line| line.starts_with("```"))
            .count();
        assert_eq!(fences % 2, 0, "{markdown}");
        let html = markdown
            .lines()
            .find(|line| line.trim_start().starts_with("<img"));
        assert_eq!(html, None);
        assert!(!markdown.contains(['\u{1b}', '\u{202e}']), "{markdown}");
    }
}

/// Resources to each of which something else happens.
fn everything() -> Preview {
    let queue = |properties: Value| json!({ "Type": "AWS::SQS::Queue", "Properties": properties });
    let retained = |mut resource: Value, policy: &str| {
        resource["DeletionPolicy"] = policy.into();
        resource
    };
    let record = json!({
        "Type": "AWS::Route53::RecordSet",
        "Properties": { "Comment": { "Fn::GetAtt": ["Updated", "QueueName"] } },
    });
    let custom = |value: u32| json!({ "Type": "Custom::It", "Properties": { "Of": value } });
    let before = json!({
        "Deleted": queue(json!({})),
        "Kept": queue(json!({})),
        "Left": retained(queue(json!({})), "Retain"),
        "MayReplace": custom(1),
        "MayUpdate": record.clone(),
        "Replaced": retained(queue(json!({ "QueueName": "one" })), "Snapshot"),
        "Updated": queue(json!({ "DelaySeconds": 1, "Tags": ["a", "b"] })),
    });
    let after = json!({
        "Created": queue(json!({ "DelaySeconds": 1 })),
        "Kept": queue(json!({})),
        "MayReplace": custom(2),
        "MayUpdate": record,
        "Replaced": retained(queue(json!({ "QueueName": "two" })), "Snapshot"),
        "Updated": queue(json!({ "DelaySeconds": 2, "Tags": ["b"] })),
    });
    resources_between(before, after)
}

#[test]
fn every_operation_has_its_sign() {
    assert_eq!(
        text(&everything(), Colour::Never),
        "\
web-service.dev: 1 to create, 1 to update, 1 perhaps to update, 1 to replace, 1 perhaps to replace, 1 to delete, 1 to leave behind, 1 to keep

!! Left of compute would leave the stack; it stays in the account, and nobody manages it any more
!! Replaced of compute would be replaced; nothing of it stays

~ compute changes (wave 1, stack gp-compute)
    + Created AWS::SQS::Queue
        + /DelaySeconds: 1
    - Deleted AWS::SQS::Queue compute-Deleted: deleted
    <- Left AWS::SQS::Queue compute-Left: left behind
    -/+? MayReplace Custom::It compute-MayReplace: may be replaced because of /Of
        ~ /Of: 1 -> 2  # may replace: the type is not known
    ~? MayUpdate AWS::Route53::RecordSet compute-MayUpdate
        ~ /Comment: {\"Fn::GetAtt\":[\"Updated\",\"QueueName\"]} -> (unknown until applied: `Updated` is updated)
    -/+ Replaced AWS::SQS::Queue compute-Replaced: replaced because of /QueueName
        ~ /QueueName: \"one\" -> \"two\"  # replaces
    ~ Updated AWS::SQS::Queue compute-Updated
        ~ /DelaySeconds: 1 -> 2
        - /Tags/0: \"a\"
"
    );
}

#[test]
fn markdown_gives_each_line_a_colour_and_each_step_a_fold() {
    assert_eq!(
        markdown(&everything()),
        "\
### Preview of `web-service.dev`

1 to create, 1 to update, 1 perhaps to update, 1 to replace, 1 perhaps to replace, 1 to delete, 1 to leave behind, 1 to keep

> [!CAUTION]
> - `Left of compute would leave the stack; it stays in the account, and nobody manages it any more`
> - `Replaced of compute would be replaced; nothing of it stays`

<details><summary>compute changes (wave 1, stack gp-compute)</summary>

```diff
+ + Created AWS::SQS::Queue
+     + /DelaySeconds: 1
- - Deleted AWS::SQS::Queue compute-Deleted: deleted
! <- Left AWS::SQS::Queue compute-Left: left behind
! -/+? MayReplace Custom::It compute-MayReplace: may be replaced because of /Of
!     ~ /Of: 1 -> 2  # may replace: the type is not known
! ~? MayUpdate AWS::Route53::RecordSet compute-MayUpdate
!     ~ /Comment: {\"Fn::GetAtt\":[\"Updated\",\"QueueName\"]} -> (unknown until applied: `Updated` is updated)
! -/+ Replaced AWS::SQS::Queue compute-Replaced: replaced because of /QueueName
!     ~ /QueueName: \"one\" -> \"two\"  # replaces
! ~ Updated AWS::SQS::Queue compute-Updated
!     ~ /DelaySeconds: 1 -> 2
-     - /Tags/0: \"a\"
```

</details>
"
    );
}

#[test]
fn every_operation_and_warning_has_a_colour() {
    let coloured = text(&everything(), Colour::Ansi);
    for painted in [
        "32m+",
        "31m-",
        "33m~",
        "33m~?",
        "35m-/+",
        "35m-/+?",
        "36m<-",
        "1;31m!! Left",
    ] {
        assert!(coloured.contains(&format!("\u{1b}[{painted}")), "{painted}");
    }
    let opened = coloured.matches("\u{1b}[0m").count();
    assert_eq!(coloured.matches('\u{1b}').count(), 2 * opened);
}

#[test]
fn allocations_are_listed_with_what_happens_to_them() {
    let allocation = |action, value: Option<&str>| Allocation {
        action,
        resolver: ResolverName::parse("ipam").unwrap(),
        unit: unit_name("network"),
        input: "block".to_owned(),
        value: value.map(str::to_owned),
        stand_in: None,
    };
    let allocations = [
        allocation(AllocationAction::Take, None),
        allocation(AllocationAction::Release, Some("10.0.0.0/24")),
    ];
    let preview = over(&Deployed::of(&[]), &[], &allocations);
    assert!(!preview.is_empty());
    assert_eq!(
        text(&preview, Colour::Never),
        "web-service.dev: no resources\n\nallocations\n  \
         + block of network, handed out by ipam\n  \
         - block of network, given back by ipam: 10.0.0.0/24\n"
    );
    assert!(markdown(&preview).contains(
        "\n```diff\n+ + block of network, handed out by ipam\n\
         - - block of network, given back by ipam: 10.0.0.0/24\n```\n"
    ));
}
