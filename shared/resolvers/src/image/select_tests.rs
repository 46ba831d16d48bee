//! What selecting from the catalog promises.

use proptest::prelude::*;

use super::*;
use crate::image::tests::{entry, in_zone};

fn selected(entries: &[CatalogEntry], constraint: &str) -> Result<(String, Vec<String>), String> {
    let constraint = Constraint::parse(constraint).unwrap();
    select(entries, "ubuntu", &constraint, Some(Architecture::X86_64))
        .map(|selected| (selected.entry.image.clone(), selected.warnings))
        .map_err(|error| error.to_string())
}

fn image(entries: &[CatalogEntry], constraint: &str) -> String {
    selected(entries, constraint).unwrap().0
}

fn catalog() -> Vec<CatalogEntry> {
    vec![
        entry("ubuntu", "20.04", ImageState::Withdrawn),
        entry("ubuntu", "22.04", ImageState::Current),
        entry("ubuntu", "22.10", ImageState::Deprecated),
        entry("ubuntu", "24.04", ImageState::Current),
        entry("ubuntu", "24.04-minimal", ImageState::Current),
        entry("ubuntu", "26.04", ImageState::Withdrawn),
        entry("debian", "30", ImageState::Current),
    ]
}

#[test]
fn the_highest_version_that_is_allowed_and_current_answers() {
    for (constraint, expected) in [
        ("latest", "24.04"),
        ("latest-minimal", "24.04-minimal"),
        ("~> 22", "22.04"),
        ("22.04", "22.04"),
        (">= 20", "24.04"),
    ] {
        assert_eq!(
            selected(&catalog(), constraint),
            Ok((format!("ubuntu-{expected}"), Vec::new()))
        );
    }
}

#[test]
fn a_deprecated_image_answers_where_nothing_else_does_and_warns() {
    let (image, warnings) = selected(&catalog(), "22.10").unwrap();
    assert_eq!(image, "ubuntu-22.10");
    assert_eq!(
        warnings,
        ["`ubuntu` `22.10` is deprecated; the nearest newer one is `24.04`"]
    );
    let alone = [entry("ubuntu", "22.10", ImageState::Deprecated)];
    assert_eq!(
        selected(&alone, "latest").unwrap().1,
        ["`ubuntu` `22.10` is deprecated"]
    );
}

#[test]
fn a_withdrawn_image_is_refused_with_the_nearest_newer_one() {
    let cases = [
        (
            "20.04",
            "`ubuntu` `20.04` was withdrawn; the nearest newer one is `22.04`",
        ),
        (
            "< 22",
            "`ubuntu` `20.04` was withdrawn; the nearest newer one is `22.04`",
        ),
        ("26.04", "`ubuntu` `26.04` was withdrawn"),
    ];
    for (constraint, expected) in cases {
        assert_eq!(selected(&catalog(), constraint).unwrap_err(), expected);
    }
}

#[test]
fn what_is_not_there_is_refused_with_what_is() {
    let cases = [
        (
            "23.04",
            "the image catalog has no `ubuntu` that `23.04` allows; it has `24.04-minimal`, `24.04`, `22.10`, `22.04`; the nearest is `24.04`",
        ),
        (
            "~> 99",
            "the image catalog has no `ubuntu` that `~> 99` allows; it has `24.04-minimal`, `24.04`, `22.10`, `22.04`; the nearest is `24.04`",
        ),
        (
            "~> 22-minimal",
            "the image catalog has no `ubuntu` that `~> 22-minimal` allows; it has `24.04-minimal`, `24.04`, `22.10`, `22.04`; the nearest is `24.04-minimal`",
        ),
        (
            "latest-slim",
            "the image catalog has no `ubuntu` that `latest-slim` allows; it has `24.04-minimal`, `24.04`, `22.10`, `22.04`",
        ),
    ];
    for (constraint, expected) in cases {
        assert_eq!(selected(&catalog(), constraint).unwrap_err(), expected);
    }
    let withdrawn = [entry("ubuntu", "20.04", ImageState::Withdrawn)];
    let error = selected(&withdrawn, "22").unwrap_err();
    assert_eq!(
        error,
        "the image catalog has no `ubuntu` that `22` allows; it has none that may be used"
    );
    let error = selected(&catalog()[6..], "latest").unwrap_err();
    assert_eq!(error, "the image catalog has no `ubuntu`");
}

#[test]
fn a_long_list_is_cut() {
    let many: Vec<_> = (1..=20)
        .map(|release| entry("ubuntu", &release.to_string(), ImageState::Current))
        .collect();
    let error = selected(&many, "99").unwrap_err();
    assert!(
        error.contains("`20`, `19`") && error.contains("`9`, 8 more; the nearest is `20`"),
        "{error}"
    );
}

#[test]
fn the_entry_of_a_landing_zone_hides_the_one_that_all_share() {
    let mut entries = vec![
        in_zone(entry("ubuntu", "24.04", ImageState::Withdrawn)),
        in_zone(entry("ubuntu", "22.04", ImageState::Current)),
    ];
    entries[1].image = "own".to_owned();
    entries.extend(catalog());
    assert_eq!(image(&entries, "latest"), "own");
    assert!(
        selected(&entries, "24.04")
            .unwrap_err()
            .contains("was withdrawn")
    );
    entries.reverse();
    assert_eq!(image(&entries, "latest"), "own");
}

#[test]
fn the_architecture_must_fit() {
    let arm = CatalogEntry {
        architecture: Some(Architecture::Arm64),
        image: "arm".to_owned(),
        ..entry("ubuntu", "24.04", ImageState::Current)
    };
    let latest = Constraint::parse("latest").unwrap();
    let entries = [arm.clone(), entry("ubuntu", "24.04", ImageState::Current)];
    let chosen = |entries, architecture| {
        select(entries, "ubuntu", &latest, architecture)
            .unwrap()
            .entry
            .image
            .clone()
    };
    assert_eq!(chosen(&entries, Some(Architecture::Arm64)), "arm");
    assert_eq!(chosen(&entries, Some(Architecture::X86_64)), "ubuntu-24.04");
    assert_eq!(chosen(&entries, None), "ubuntu-24.04");
    assert_eq!(
        selected(std::slice::from_ref(&arm), "latest").unwrap_err(),
        "the image catalog has no `ubuntu` for x86_64; it has it for arm64"
    );
    let any = [CatalogEntry {
        architecture: None,
        ..arm
    }];
    assert_eq!(image(&any, "latest"), "arm");
}

fn any_entry() -> impl Strategy<Value = CatalogEntry> {
    let release = (
        0..4_u8,
        0..3_u8,
        prop::sample::select(vec!["", "", "-alpine", "-rc1"]),
    )
        .prop_map(|(major, minor, suffix)| format!("{major}.{minor}{suffix}"));
    let state = prop::sample::select(vec![
        ImageState::Current,
        ImageState::Deprecated,
        ImageState::Withdrawn,
    ]);
    let architecture = prop::sample::select(vec![
        None,
        Some(Architecture::X86_64),
        Some(Architecture::Arm64),
    ]);
    (release, state, architecture, any::<bool>()).prop_map(|(release, state, architecture, own)| {
        let entry = CatalogEntry {
            architecture,
            ..entry("ubuntu", &release, state)
        };
        if own { in_zone(entry) } else { entry }
    })
}

proptest! {
    #[test]
    fn selection_agrees_with_a_naive_filter(
        entries in prop::collection::vec(any_entry(), 0..14),
        constraint in prop::sample::select(vec!["latest", "~> 1", "^0.1", ">= 1, < 3", "2.x", "1.1", "~> 1.0-alpine", ">= 1.1-rc1"]),
        architecture in prop::sample::select(vec![None, Some(Architecture::X86_64), Some(Architecture::Arm64)]),
    ) {
        // One entry for each image and place, as the table keeps them.
        let mut entries = entries;
        entries.sort_by_key(|entry| (entry.release.clone(), entry.architecture, entry.landing_zone.clone()));
        entries.dedup_by_key(|entry| (entry.release.clone(), entry.architecture, entry.landing_zone.clone()));
        let constraint = Constraint::parse(constraint).unwrap();
        let hidden = |entry: &CatalogEntry| entry.landing_zone.is_none() && entries.iter().any(|other|
            other.landing_zone.is_some() && (&other.release, other.architecture) == (&entry.release, entry.architecture));
        let fits = |entry: &CatalogEntry| entry.architecture.is_none() || architecture.is_none() || entry.architecture == architecture;
        let best = |state| entries.iter()
            .filter(|entry| !hidden(entry) && fits(entry) && constraint.allows(&entry.release) && entry.state == state)
            .map(|entry| &entry.release)
            .max();
        let result = select(&entries, "ubuntu", &constraint, architecture);
        match (best(ImageState::Current), best(ImageState::Deprecated), result) {
            (Some(release), _, Ok(selected)) => {
                prop_assert_eq!(&selected.entry.release, release);
                prop_assert_eq!(selected.warnings.len(), 0);
            }
            (None, Some(release), Ok(selected)) => {
                prop_assert_eq!(&selected.entry.release, release);
                prop_assert_eq!(selected.warnings.len(), 1);
            }
            (None, None, Err(error)) => {
                let withdrawn = best(ImageState::Withdrawn).is_some();
                prop_assert_eq!(withdrawn, matches!(error, SelectError::Withdrawn { .. }));
            }
            (current, deprecated, result) => prop_assert!(false, "{current:?} {deprecated:?} {result:?}"),
        }
    }
}
