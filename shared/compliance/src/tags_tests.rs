use serde_json::json;

use super::*;

fn framework(controls: usize) -> ComplianceFramework {
    let controls: Vec<_> = (0..controls)
        .map(|number| {
            json!({
                "id": format!("C{number:03}"), "title": "t",
                "appliesTo": {"sections": ["storage"]},
            })
        })
        .collect();
    let spec = json!({"version": "2017", "controls": controls});
    ComplianceFramework {
        name: "soc2".parse().unwrap(),
        spec: serde_json::from_value(spec).unwrap(),
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn unit(section: &str) -> UnitMakeup {
    UnitMakeup {
        section: Some(section.to_owned()),
        ..UnitMakeup::default()
    }
}

#[test]
fn a_unit_has_a_tag_for_each_control_that_is_about_it() {
    let frameworks = [framework(2)];
    let tags = tags_of(&unit("storage"), &frameworks);
    let expected = [
        ("compliance:soc2:C000", "2017"),
        ("compliance:soc2:C001", "2017"),
    ];
    let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(tags, BTreeMap::from(expected));
    assert!(tags_of(&unit("compute"), &frameworks).is_empty());
}

#[test]
fn more_controls_than_a_resource_has_room_for_are_counted() {
    assert_eq!(tags_of(&unit("storage"), &[framework(MOST)]).len(), MOST);
    let tags = tags_of(&unit("storage"), &[framework(100)]);
    assert_eq!(tags.len(), MOST + 1);
    assert_eq!(tags[MORE], (100 - MOST).to_string());
    // Longer keys and values than AWS takes cannot be written in a document.
    assert!(tags.keys().all(|key| key.len() <= 128));
}
