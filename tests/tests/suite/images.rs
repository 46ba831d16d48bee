//! The image resolver on a real table: always what the catalog and the registry say now, and one
//! answer within a deployment.

mod world;

use std::collections::BTreeMap;

use groundplane_model::{
    Change, FailureKind, Owner, ResolutionRequest, ResolverAnswer, ResolverCall, ResolverName,
    TenantId,
};
use groundplane_ports::{PortError, WriteTable};
use groundplane_resolve_image::handle;
use groundplane_resolvers::{ImageKind, SEEDS};
use groundplane_tests::accounts::OwnAccount;
use serde_json::json;
use tokio::task::JoinSet;

use crate::accepted;
use crate::system::TestSystem;

use world::*;

#[tokio::test]
async fn a_tag_in_ecr_is_pinned_by_the_digest_that_it_has_now() {
    let world = World::start(&[("1.4", 'a')]).await;
    let outputs = world.resolve(1, &[("value", &format!("{ECR}:1.4"))]).await;
    let expected = BTreeMap::from([
        ("image".to_owned(), format!("{ECR}:1.4@{}", digest('a'))),
        ("digest".to_owned(), digest('a')),
        ("version".to_owned(), "1.4".to_owned()),
    ]);
    assert_eq!(outputs, expected);
}

#[tokio::test]
async fn a_deployment_keeps_its_answer_and_the_next_one_gets_the_newest() {
    let world = World::start(&[("1.4", 'a')]).await;
    let value = format!("{ECR}:1.4");
    let first = world.resolve(1, &[("value", &value)]).await;
    world.registry.push("1.4", 'b');
    assert_eq!(world.resolve(1, &[("value", &value)]).await, first);
    let next = world.resolve(2, &[("value", &value)]).await;
    assert_eq!(next["digest"], digest('b'));
    assert_eq!(world.allocations().await.len(), 1);
}

#[tokio::test]
async fn a_constraint_takes_the_highest_version_that_it_allows() {
    let tags = [
        ("1.4.2", 'a'),
        ("1.10.0", 'b'),
        ("2.0.0", 'c'),
        ("latest", 'd'),
        ("main", 'e'),
    ];
    let world = World::start(&tags).await;
    let cases: [(&[(&str, &str)], char); 8] = [
        (&[("value", &format!("{ECR}:1.x"))], 'b'),
        (&[("value", &format!("{ECR}:1.4.x"))], 'a'),
        (&[("value", &format!("{ECR}:~> 1.4"))], 'b'),
        (&[("value", &format!("{ECR}:latest"))], 'd'),
        (&[("value", ECR)], 'd'),
        (
            &[("value", &format!("{ECR}:1.4.2")), ("version", "^2")],
            'c',
        ),
        (&[("repository", ECR), ("version", ">= 1, < 2")], 'b'),
        (&[("repository", ECR), ("version", "main")], 'e'),
    ];
    for (inputs, digit) in cases {
        assert_eq!(
            world.resolve(1, inputs).await["digest"],
            digest(digit),
            "{inputs:?}"
        );
    }
}

#[tokio::test]
async fn where_nothing_is_pinned_the_registry_is_asked_for_constraints_only() {
    let registry = FakeRegistry::with(&[("1.4.2", 'a')]);
    let world = World::start_with(json!({"pin": false}), registry).await;
    let outputs = world.resolve(1, &[("value", &format!("{ECR}:9"))]).await;
    assert_eq!(image_of(&outputs), format!("{ECR}:9"));
    assert_eq!((outputs.get("digest"), world.registry.asked()), (None, 0));
    let outputs = world.resolve(1, &[("value", &format!("{ECR}:1.x"))]).await;
    assert_eq!(image_of(&outputs), format!("{ECR}:1.4.2"));
}

#[tokio::test]
async fn images_elsewhere_and_pinned_ones_are_used_as_they_are_given() {
    let world = World::start(&[]).await;
    let pinned = format!("{ECR}@{}", digest('f'));
    for value in [
        "nginx",
        "public.ecr.aws/nginx/nginx:1.27",
        "localhost:5000/web",
        &pinned,
    ] {
        let outputs = world.resolve(1, &[("value", value)]).await;
        assert!(
            image_of(&outputs).starts_with(value),
            "{value}: {outputs:?}"
        );
    }
    assert_eq!(world.registry.asked(), 0);
    let world = World::start(&[]).await;
    assert_eq!(
        world
            .refused(&[("value", "nginx:1.x"), ("other", "input")])
            .await,
        "the tags of `nginx` cannot be listed, so `1.x` cannot be resolved; name a tag, or add \
         the image to the catalog"
    );
}

#[tokio::test]
async fn an_image_that_ecr_does_not_have_is_refused_with_what_comes_near() {
    let tags = [
        ("1.4", 'a'),
        ("1.5", 'b'),
        ("1.10", 'c'),
        ("1.7", 'd'),
        ("main", 'e'),
    ];
    let world = World::start(&tags).await;
    assert_eq!(
        world.refused(&[("value", &format!("{ECR}:1.6"))]).await,
        format!("`{ECR}:1.6` does not exist in ECR; the nearest tags are `1.7`, `1.5`, `1.10`")
    );
    assert_eq!(
        world.refused(&[("value", &format!("{ECR}:3.x"))]).await,
        format!("`{ECR}` has no tag that `3.x` allows; its highest version is `1.10`")
    );
    let other = ECR.replace("team/web", "team/wbe");
    for version in ["1.4", "1.x"] {
        assert_eq!(
            world
                .refused(&[("repository", &other), ("version", version)])
                .await,
            format!("there is no repository `{other}` in ECR")
        );
    }
}

#[tokio::test]
async fn all_requests_that_cannot_be_met_are_told_at_once() {
    let world = World::start(&[("1.4", 'a')]).await;
    let ask = |input: &str, inputs: &[(&str, &str)]| ResolutionRequest {
        owner: owner(input),
        ..request(1, inputs)
    };
    let good = format!("{ECR}:1.4");
    let requests = vec![
        ask("/spec/compute/image#1", &[("value", "Not An Image")]),
        ask("/spec/lambda/0/image#2", &[("value", &good)]),
        ask("image", &[]),
        ask("ami", &[("osFamily", "plan9"), ("architecture", "mips")]),
    ];
    let failure = world.ask(1, requests).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Invalid);
    assert_eq!(failure.message, "3 images cannot be used");
    let problems: Vec<String> = failure.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems[0].starts_with("/spec/compute/image: `Not An Image` is not"),
        "{problems:?}"
    );
    assert!(
        problems[1].starts_with("the request for an image names neither"),
        "{problems:?}"
    );
    assert!(
        problems[2].contains("there are `x86_64` and `arm64`"),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_registry_that_is_down_is_asked_again_later() {
    let world = World::start(&[("1.4", 'a')]).await;
    world
        .registry
        .fail(PortError::Unavailable("ECR did not answer".to_owned()));
    for value in ["1.4", "1.x"] {
        let request = request(1, &[("value", &format!("{ECR}:{value}"))]);
        let failure = world.ask(1, vec![request]).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unavailable);
    }
    assert_eq!(world.allocations().await.len(), 0);
}

#[tokio::test]
async fn an_image_that_the_platform_may_not_look_up_is_used_with_a_warning() {
    let world = World::start(&[]).await;
    world.registry.fail(PortError::Denied("no".to_owned()));
    let value = format!("{ECR}:1.4");
    let outputs = world.resolve(1, &[("value", &value)]).await;
    assert_eq!(image_of(&outputs), value);
    assert_eq!(
        outputs["warning"],
        format!("`{value}` is not pinned: the platform may not ask its registry")
    );
    let reason = World::start(&[]).await;
    reason.registry.fail(PortError::Denied("no".to_owned()));
    let reason = reason.refused(&[("value", &format!("{ECR}:1.x"))]).await;
    assert!(reason.contains("cannot be listed"), "{reason}");
}

#[tokio::test]
async fn the_catalog_comes_before_the_registry() {
    let world = World::start(&[("1.2", 'a'), ("1.3", 'b'), ("1.4", 'c')]).await;
    world
        .catalog(&[
            container("1.2", "withdrawn"),
            container("1.3", "deprecated"),
            container("1.4", "current"),
        ])
        .await;
    let outputs = world.resolve(1, &[("value", &format!("{ECR}:1.x"))]).await;
    assert_eq!(
        (outputs["version"].as_str(), outputs.get("warning")),
        ("1.4", None)
    );
    let outputs = world.resolve(2, &[("value", &format!("{ECR}:1.3"))]).await;
    assert_eq!(outputs["digest"], digest('b'));
    assert_eq!(
        outputs["warning"],
        format!("`{ECR}` `1.3` is deprecated; the nearest newer one is `1.4`")
    );
}

#[tokio::test]
async fn what_was_withdrawn_is_refused_and_so_is_what_is_deprecated_where_that_is_configured() {
    let registry = FakeRegistry::with(&[("1.2", 'a'), ("1.3", 'b'), ("1.4", 'c')]);
    let world = World::start_with(json!({"deprecated": "refuse"}), registry).await;
    let states = [
        ("1.2", "withdrawn"),
        ("1.3", "deprecated"),
        ("1.4", "current"),
    ];
    for (release, state) in states {
        let image = format!("ami-000000{}", release.replace('.', ""));
        world
            .catalog(&[
                container(release, state),
                machine(None, release, &image, state),
            ])
            .await;
    }
    for (family, inputs) in [
        (ECR, [("repository", ECR), ("version", "")]),
        ("ubuntu", [("osFamily", "ubuntu"), ("osVersion", "")]),
    ] {
        let refused = async |version| {
            let [first, (name, _)] = inputs;
            world.refused(&[first, (name, version)]).await
        };
        assert_eq!(
            refused("1.2").await,
            format!("`{family}` `1.2` was withdrawn; the nearest newer one is `1.4`")
        );
        assert_eq!(
            refused("1.3").await,
            format!(
                "`{family}` `1.3` is deprecated; the nearest newer one is `1.4`, and deprecated \
                 images are refused here"
            )
        );
    }
}

#[tokio::test]
async fn a_landing_zones_machine_hides_the_one_that_all_share() {
    let world = World::start(&[]).await;
    world
        .catalog(&[
            machine(None, "22.04", "ami-00000022", "current"),
            machine(None, "24.04", "ami-00000024", "current"),
            machine(Some("sandbox"), "24.04", "ami-000000aa", "current"),
            machine(Some("other"), "26.04", "ami-000000bb", "current"),
        ])
        .await;
    let newest = world.resolve(1, &[("osFamily", "ubuntu")]).await;
    let expected = [
        ("architecture", "x86_64"),
        ("image", "ami-000000aa"),
        ("version", "24.04"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(newest, expected.into());
    let older = [
        ("osFamily", "ubuntu"),
        ("osVersion", "~> 22"),
        ("architecture", "amd64"),
    ];
    assert_eq!(image_of(&world.resolve(2, &older).await), "ami-00000022");
}

#[tokio::test]
async fn a_seed_answers_with_the_reference_that_cloudformation_looks_up() {
    let world = World::start(&[]).await;
    let seeds = SEEDS
        .iter()
        .map(|seed| Change::save(&seed.entry().unwrap()));
    world.table.commit(seeds.collect()).await.unwrap();
    let inputs = [
        ("osFamily", "ubuntu"),
        ("osVersion", "24.04"),
        ("architecture", "arm64"),
    ];
    let outputs = world.resolve(1, &inputs).await;
    let parameter =
        "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id";
    assert_eq!(outputs["parameter"], parameter);
    assert_eq!(
        image_of(&outputs),
        format!("{{{{resolve:ssm:{parameter}}}}}")
    );
    let old = [("osFamily", "amazon-linux"), ("osVersion", "2")];
    assert!(world.resolve(2, &old).await["warning"].contains("is deprecated"));
    assert_eq!(SEEDS[0].entry().unwrap().kind, ImageKind::Machine);
}

#[tokio::test]
async fn one_owner_that_asks_many_times_at_once_gets_one_answer() {
    let world = World::start(&[("1.4", 'a')]).await;
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let world = world.clone();
        callers.spawn(async move {
            let call = ResolverCall::Resolve {
                tenant: accepted::tenant(),
                deployment: accepted::deployment(1),
                resolver: ResolverName::image(),
                requests: vec![request(1, &[("value", &format!("{ECR}:1.4"))])],
            };
            let registry = OwnAccount(&world.registry);
            handle(&*world.table, &registry, &TestSystem::default(), call).await
        });
    }
    for answer in callers.join_all().await {
        assert_eq!(answer, Ok(ResolverAnswer { count: 1 }));
    }
    assert_eq!(world.allocations().await.len(), 1);
}

#[tokio::test]
async fn a_release_leaves_nothing_of_the_owner_and_all_of_others() {
    let world = World::start(&[]).await;
    world.resolve(1, &[("value", "nginx:1.27")]).await;
    let holder = request(1, &[]).owner;
    let strangers = [
        Owner {
            incarnation: "2".to_owned(),
            ..holder.clone()
        },
        Owner {
            tenant: TenantId::parse("umbrella").unwrap(),
            ..holder.clone()
        },
        owner("other"),
    ];
    assert_eq!(world.release(&strangers).await, ResolverAnswer { count: 3 });
    assert_eq!(world.allocations().await.len(), 1);
    assert_eq!(world.release(&[holder]).await, ResolverAnswer { count: 1 });
    assert_eq!(world.allocations().await.len(), 0);
}

#[tokio::test]
async fn what_an_earlier_incarnation_left_is_replaced() {
    let world = World::start(&[]).await;
    world.resolve(1, &[("value", "nginx:1.26")]).await;
    let again = ResolutionRequest {
        owner: Owner {
            incarnation: "2".to_owned(),
            ..request(1, &[]).owner
        },
        ..request(1, &[("value", "nginx:1.27")])
    };
    world.ask(1, vec![again.clone()]).await.unwrap();
    let held = world.held(&again.owner).await.unwrap();
    assert_eq!(
        (held.owner, held.value.as_str()),
        (again.owner, "nginx:1.27")
    );
}
