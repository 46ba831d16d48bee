//! Tests of what the reference says, field by field.

use super::*;

fn facts(kind: Kind, pointer: &str) -> Vec<(&'static str, String)> {
    let field = field(kind, pointer).unwrap();
    let facts = field.facts.into_iter();
    facts.map(|fact| (fact.about, fact.says)).collect()
}

#[test]
fn a_field_says_what_it_may_be_and_what_it_is_by_default() {
    let port = facts(Kind::Service, "/spec/compute/port");
    assert_eq!(
        port,
        [
            ("type", "integer".to_owned()),
            ("bounds", "1 to 65535".to_owned()),
            ("default", "`80`".to_owned()),
            ("example", "`8080`".to_owned()),
        ]
    );
}

#[test]
fn a_field_that_must_be_there_says_so() {
    let image = facts(Kind::Service, "/spec/compute/image");
    assert!(image.contains(&("required", "yes".to_owned())), "{image:?}");
    let cpu = facts(Kind::Service, "/spec/compute/cpu");
    assert!(cpu.iter().all(|(about, _)| *about != "required"), "{cpu:?}");
}

#[test]
fn what_another_field_decides_is_said_for_each_of_its_values() {
    let memory = facts(Kind::Service, "/spec/compute/memory");
    let conditions = memory.iter().filter(|(about, _)| *about == "condition");
    let says: Vec<_> = conditions.map(|(_, says)| says.as_str()).collect();
    assert_eq!(says.len(), 7, "{says:?}");
    assert_eq!(
        says[0],
        "where `cpu` is `256`: one of `512`, `1024`, `2048`"
    );
    assert_eq!(
        says[1],
        "where `cpu` is `512`: 1024 to 4096 in steps of 1024"
    );
    let capacity = facts(Kind::Service, "/spec/compute/maxCapacity");
    let taken_over = ("default", "the value of `minCapacity`".to_owned());
    assert!(capacity.contains(&taken_over), "{capacity:?}");
}

#[test]
fn items_and_names_of_users_stand_under_one_pointer() {
    let labels = field(Kind::Service, "/metadata/labels/team").unwrap();
    assert_eq!(labels.pointer, "/metadata/labels/*");
    assert_eq!(labels, field(Kind::Service, "/metadata/labels/*").unwrap());
    let word = field(Kind::Service, "/spec/compute/command/7").unwrap();
    assert_eq!(word.pointer, "/spec/compute/command/*");
    let above = field(Kind::Service, "/metadata/labels").unwrap();
    assert_eq!(above.fields.len(), 1);
}

#[test]
fn what_is_not_there_has_no_field_and_is_documented_by_what_is_around_it() {
    for pointer in ["/spec/compute/cpus", "/spec/teleport/far", "/nothing"] {
        assert_eq!(field(Kind::Service, pointer), None, "{pointer}");
    }
    let around = documentation(Kind::Service, "/spec/compute/cpus");
    assert_eq!(around.page, "docs/reference/service.md#spec-compute");
    assert_eq!(around.command, "groundplane schema Service /spec/compute");
    let document = documentation(Kind::LandingZone, "/nothing");
    assert_eq!(document.page, "docs/reference/landing-zone.md");
    assert_eq!(document.command, "groundplane schema LandingZone");
}

#[test]
fn a_name_of_the_user_never_reaches_the_command() {
    let hostile = "/metadata/labels/$(reboot)";
    let documentation = documentation(Kind::Service, hostile);
    assert_eq!(
        documentation.command,
        "groundplane schema Service '/metadata/labels/*'"
    );
    assert_eq!(
        documentation.page,
        "docs/reference/service.md#metadata-labels-each"
    );
}

#[test]
fn every_field_has_a_place_of_its_own_and_a_description() {
    for kind in Kind::ALL {
        let page = reference_page(kind);
        let places: Vec<_> = page
            .lines()
            .filter(|line| line.starts_with("<a id="))
            .collect();
        let mut once = places.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), places.len(), "{kind}");
        assert!(places.len() > 5, "{kind}");
        // A heading that a list or the next place follows at once has lost its description.
        let lines: Vec<_> = page.lines().collect();
        for three in lines.windows(3) {
            let [heading, _, next] = three else { continue };
            let is_bare = next.starts_with("- ") || next.starts_with("<a id=");
            assert!(!(heading.starts_with("##") && is_bare), "{kind}: {heading}");
        }
    }
}
