//! What plans for container images promise.

use proptest::prelude::*;

use super::*;
use crate::image::tests::container;
use crate::image::{ImageKind, ImageState};

const ECR: &str = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web";
const DIGEST: &str = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// The plan as text: what is used, or what is asked.
fn plan(entries: &[CatalogEntry], repository: &str, wanted: Option<&str>) -> String {
    match plan_container(entries, repository, wanted, None) {
        Ok(PlannedContainer { plan, warnings, .. }) => {
            let plan = match plan {
                ContainerPlan::Use(image) => format!("use {image}"),
                ContainerPlan::AskDigest(image) => format!("digest of {image}"),
                ContainerPlan::AskTags {
                    repository,
                    constraint,
                } => format!("tags of {repository} {constraint}"),
            };
            plan + &warnings.join(" ")
        }
        Err(error) => error.to_string(),
    }
}

#[test]
fn without_a_catalog_the_registry_is_asked_where_it_can_be() {
    let pinned = format!("nginx@{DIGEST}");
    let cases = [
        (ECR, None, format!("digest of {ECR}:latest")),
        (ECR, Some("1.2"), format!("digest of {ECR}:1.2")),
        (ECR, Some("bookworm"), format!("digest of {ECR}:bookworm")),
        (ECR, Some("~> 1.2"), format!("tags of {ECR} ~> 1.2")),
        (ECR, Some("1.x-alpine"), format!("tags of {ECR} 1.x-alpine")),
        ("nginx", None, "use nginx:latest".to_owned()),
        ("nginx:1.27", None, "use nginx:1.27".to_owned()),
        (
            "nginx:1.27",
            Some("1.28-alpine"),
            "use nginx:1.28-alpine".to_owned(),
        ),
        (&pinned, None, format!("use {pinned}")),
    ];
    for (repository, wanted, expected) in cases {
        assert_eq!(plan(&[], repository, wanted), expected);
    }
}

#[test]
fn what_cannot_be_resolved_is_refused_with_the_reason() {
    let cases = [
        ("Nginx", None, "`Nginx` is not a container image"),
        ("nginx", Some("a/b"), "`nginx:a/b` is not a container image"),
        (
            "nginx",
            Some("~> 1.27"),
            "the tags of `nginx` cannot be listed, so `~> 1.27` cannot be resolved; name a tag",
        ),
        (ECR, Some("~> one"), "`one` is not a version"),
        (ECR, Some("=> 1"), "begins with no operator that is known"),
    ];
    for (repository, wanted, reason) in cases {
        let shown = plan(&[], repository, wanted);
        assert!(shown.contains(reason), "{shown}");
    }
}

#[test]
fn the_catalog_comes_first() {
    let pinned = format!("mirror.example/nginx:1.26.2@{DIGEST}");
    let entries = [
        container(
            "nginx",
            "1.25",
            "mirror.example/nginx:1.25",
            ImageState::Withdrawn,
        ),
        container("nginx", "1.26.2", &pinned, ImageState::Deprecated),
        container(
            "nginx",
            "1.27.3",
            &format!("{ECR}:nginx-1.27.3"),
            ImageState::Current,
        ),
    ];
    let cases = [
        (Some("~> 1.25"), format!("digest of {ECR}:nginx-1.27.3")),
        (Some("latest"), format!("digest of {ECR}:nginx-1.27.3")),
        (None, format!("digest of {ECR}:nginx-1.27.3")),
        (Some("1.26.2"), format!("use {pinned}`nginx` `1.26.2` is deprecated; the nearest newer one is `1.27.3`")),
        (Some("1.25"), "`nginx` `1.25` was withdrawn; the nearest newer one is `1.27.3`".to_owned()),
        (Some("1.24"), "use nginx:1.24".to_owned()),
        (Some("mainline"), "use nginx:mainline".to_owned()),
        (Some("~> 2"), "the image catalog has no `nginx` that `~> 2` allows; it has `1.27.3`, `1.26.2`; the nearest is `1.27.3`".to_owned()),
    ];
    for (wanted, expected) in cases {
        assert_eq!(plan(&entries, "nginx", wanted), expected);
    }
    assert!(
        entries
            .iter()
            .all(|entry| entry.kind == ImageKind::Container)
    );
}

#[test]
fn the_highest_tag_that_is_allowed_is_chosen() {
    let repository = ImageReference::parse(ECR).unwrap();
    let tags = [
        "latest",
        "1.9",
        "1.10",
        "1.11-rc1",
        "1.12-alpine",
        "2.0",
        "sha-0abc",
    ];
    let chosen = |text: &str| {
        let constraint = Constraint::parse(text).unwrap();
        choose_tag(&repository, &constraint, tags)
            .map(|image| image.tag().unwrap_or_default().to_owned())
            .map_err(|error| error.to_string())
    };
    assert_eq!(chosen("^1").as_deref(), Ok("1.10"));
    assert_eq!(chosen("~> 1-alpine").as_deref(), Ok("1.12-alpine"));
    assert_eq!(
        chosen("~> 3"),
        Err(format!(
            "`{ECR}` has no tag that `~> 3` allows; its highest version is `2.0`"
        ))
    );
    let nothing = choose_tag(&repository, &Constraint::parse("^1").unwrap(), []).unwrap_err();
    assert_eq!(
        nothing.to_string(),
        format!("`{ECR}` has no tag that `^1` allows")
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_plan_panic(repository in ".{0,40}", wanted in prop::option::of(".{0,20}")) {
        let _ = plan(&[], &repository, wanted.as_deref());
    }

    #[test]
    fn a_tag_that_is_legal_is_used_as_it_is(tag in "[a-z0-9_][a-zA-Z0-9_]{0,20}") {
        prop_assert_eq!(plan(&[], "nginx", Some(&tag)), format!("use nginx:{tag}"));
    }

    #[test]
    fn every_reference_that_is_written_is_read_again(
        registry in prop::option::of("[a-z0-9]{1,8}(\\.[a-z]{2,5})(:[0-9]{2,5})?"),
        components in prop::collection::vec("[a-z0-9]{1,5}([._]|__|-{1,3})?[a-z0-9]{1,5}", 1..4),
        tag in prop::option::of("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}"),
        digest in prop::option::of("sha256:[0-9a-f]{64}"),
    ) {
        let repository = components.join("/");
        let name = registry.iter().chain([&repository]).cloned().collect::<Vec<_>>().join("/");
        let tagged = tag.as_ref().map_or(name.clone(), |tag| format!("{name}:{tag}"));
        let text = digest.as_ref().map_or(tagged.clone(), |digest| format!("{tagged}@{digest}"));
        let image = ImageReference::parse(&text).unwrap();
        prop_assert_eq!(image.to_string(), text);
        prop_assert_eq!(image.name(), name);
        prop_assert_eq!((image.tag(), image.digest()), (tag.as_deref(), digest.as_deref()));
        // Without a registry a first part with a dot is taken for one.
        if registry.is_some() {
            prop_assert_eq!((image.registry(), image.repository()), (registry.as_deref(), repository.as_str()));
        }
    }

    #[test]
    fn the_chosen_tag_is_the_highest_of_those_that_are_allowed(
        tags in prop::collection::vec("[0-3]\\.[0-3](-rc1|-alpine)?|main|sha-[a-f]{3}", 0..12),
        constraint in prop::sample::select(vec!["latest", "~> 1", ">= 1.1, < 3", "^2-alpine"]),
    ) {
        let repository = ImageReference::parse(ECR).unwrap();
        let constraint = Constraint::parse(constraint).unwrap();
        let chosen = choose_tag(&repository, &constraint, tags.iter().map(String::as_str));
        let allowed: Vec<Version> = tags.iter()
            .filter_map(|tag| tag.parse().ok())
            .filter(|version| constraint.allows(version))
            .collect();
        match chosen {
            Ok(image) => {
                let tag = Version::parse(image.tag().unwrap()).unwrap();
                prop_assert!(allowed.contains(&tag) && allowed.iter().all(|version| *version <= tag));
            }
            Err(_) => prop_assert!(allowed.is_empty()),
        }
    }
}
