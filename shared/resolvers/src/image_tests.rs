//! What the entries and seeds of the image catalog promise.

use std::collections::BTreeSet;

use groundplane_model::{LandingZoneName, Record};
use serde_json::json;

use super::*;

pub(super) fn entry(family: &str, release: &str, state: ImageState) -> CatalogEntry {
    CatalogEntry {
        landing_zone: None,
        kind: ImageKind::Machine,
        family: family.to_owned(),
        release: Version::parse(release).unwrap(),
        architecture: Some(Architecture::X86_64),
        image: format!("{family}-{release}"),
        state,
        source: String::new(),
        version: 0,
    }
}

pub(super) fn container(
    family: &str,
    release: &str,
    image: &str,
    state: ImageState,
) -> CatalogEntry {
    CatalogEntry {
        kind: ImageKind::Container,
        architecture: None,
        image: image.to_owned(),
        ..entry(family, release, state)
    }
}

pub(super) fn in_zone(entry: CatalogEntry) -> CatalogEntry {
    CatalogEntry {
        landing_zone: Some(LandingZoneName::parse("main").unwrap()),
        ..entry
    }
}

#[test]
fn an_entry_lies_with_its_family_in_the_catalog_of_its_place() {
    let shared = entry("ubuntu", "24.04", ImageState::Current);
    let key = shared.key();
    assert_eq!(key.partition.as_str(), "PLATFORM#IMAGES");
    assert_eq!(key.sort, "machine#ubuntu#24.04#x86_64");
    assert!(
        key.sort
            .starts_with(&CatalogEntry::prefix_of(ImageKind::Machine, "ubuntu"))
    );
    let own = in_zone(container("a.b/c", "1", "a.b/c:1", ImageState::Current)).key();
    assert_eq!(own.partition.as_str(), "PLATFORM#LANDINGZONE#main#IMAGES");
    assert_eq!(own.sort, "container#a.b/c#1#any");
}

#[test]
fn an_entry_is_kept_as_it_is_written() {
    let written = json!({
        "image_kind": "machine", "family": "ubuntu", "release": "24.04", "architecture": "amd64",
        "image": "ami-0123456789abcdef0", "state": "deprecated",
    });
    let read: CatalogEntry = serde_json::from_value(written).unwrap();
    assert_eq!(read.architecture, Some(Architecture::X86_64));
    assert_eq!(read.state, ImageState::Deprecated);
    let kept = serde_json::to_value(&read).unwrap();
    assert_eq!(kept["architecture"], Architecture::X86_64.to_string());
    assert_eq!(kept.get("landing_zone"), None);
    assert_eq!(serde_json::from_value::<CatalogEntry>(kept).unwrap(), read);
}

#[test]
fn a_wrong_entry_is_refused_with_all_that_is_wrong() {
    let fine = CatalogEntry {
        image: "ami-01234567".to_owned(),
        ..entry("ubuntu", "24.04", ImageState::Current)
    };
    assert_eq!(fine.check(), []);
    assert_eq!(
        container("a.b/c", "1", "a.b/c:1", ImageState::Current).check(),
        []
    );
    let cases = [
        (
            entry("Ubuntu Server", "1", ImageState::Current),
            [
                "/family: `Ubuntu Server` is not a family of images: it must be 1 to 63 lower-case letters, digits, hyphens and dots",
                "/image: `Ubuntu Server-1` is neither the id of an AMI nor the name of an SSM parameter",
            ],
        ),
        (
            container("nginx:1", "1", "nginx:", ImageState::Current),
            [
                "/family: `nginx:1` is not a family of images: it must be a repository without tag and digest",
                "/image: `nginx:` is not a container image: a tag is 1 to 128 letters, digits, `_`, `.` or `-`, not beginning with `.` or `-`",
            ],
        ),
    ];
    for (entry, expected) in cases {
        let shown: Vec<String> = entry.check().iter().map(ToString::to_string).collect();
        assert_eq!(shown, expected);
    }
}

#[test]
fn the_id_of_an_image_is_told_from_the_name_of_a_parameter() {
    for (text, expected) in [
        ("ami-01234567", Some(MachineImage::Ami("ami-01234567"))),
        (
            "ami-0123456789abcdef0",
            Some(MachineImage::Ami("ami-0123456789abcdef0")),
        ),
        ("/a/b-c_d.e", Some(MachineImage::Parameter("/a/b-c_d.e"))),
        ("ami-", None),
        ("ami-0123456", None),
        ("ami-0123456x", None),
        ("/", None),
        ("/a b", None),
        ("{{resolve:ssm:/a}}", None),
        ("a/b", None),
    ] {
        assert_eq!(MachineImage::parse(text), expected, "{text}");
    }
}

#[test]
fn the_seeds_are_entries_of_a_catalog() {
    let entries: Vec<CatalogEntry> = SEEDS.iter().map(|seed| seed.entry().unwrap()).collect();
    let keys: BTreeSet<_> = entries.iter().map(Record::key).collect();
    assert_eq!(keys.len(), SEEDS.len());
    for entry in &entries {
        assert_eq!(entry.check(), [], "{}", entry.image);
        assert!(entry.image.starts_with("/aws/service/"), "{}", entry.image);
        assert!(!entry.source.is_empty());
        // The name says the architecture, but for the first of ECS.
        let named = ["x86_64", "amd64", "arm64"]
            .iter()
            .find(|name| entry.image.contains(*name));
        let is_arm = named == Some(&"arm64");
        assert_eq!(
            entry.architecture == Some(Architecture::Arm64),
            is_arm,
            "{}",
            entry.image
        );
    }
}

#[test]
fn the_seeds_answer_the_usual_questions() {
    let entries: Vec<CatalogEntry> = SEEDS.iter().map(|seed| seed.entry().unwrap()).collect();
    let answer = |family: &str, constraint: &str| {
        let constraint = Constraint::parse(constraint).unwrap();
        let selected = select(&entries, family, &constraint, Some(Architecture::Arm64)).unwrap();
        (selected.entry.release.to_string(), selected.warnings.len())
    };
    assert_eq!(answer("ubuntu", "~> 22"), ("22.04".to_owned(), 0));
    assert_eq!(answer("ubuntu", "latest"), ("24.04".to_owned(), 0));
    assert_eq!(answer("amazon-linux", "latest"), ("2023".to_owned(), 0));
    assert_eq!(
        answer("amazon-linux", "2023-minimal"),
        ("2023-minimal".to_owned(), 0)
    );
    assert_eq!(
        answer("amazon-linux-ecs", "~> 2023"),
        ("2023".to_owned(), 0)
    );
}
