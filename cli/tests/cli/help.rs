//! What the command says of itself.

use crate::scene::Scene;

const COMMANDS: [&str; 17] = [
    "validate", "preview", "apply", "deploy", "list", "status", "destroy", "watch", "pool",
    "image", "name", "explain", "diff", "logs", "config", "drift", "audit",
];

#[test]
fn help_is_an_answer_for_every_command() {
    let all = Scene::empty().run(&["--help"]);
    insta::assert_snapshot!("help", all.transcript());
    for command in COMMANDS {
        let ended = Scene::empty().run(&[command, "--help"]);
        insta::assert_snapshot!(format!("help-{command}"), ended.transcript());
    }
}

#[test]
fn the_version_is_an_answer() {
    let ended = Scene::empty().run(&["--version"]);
    assert_eq!(ended.code, 0);
    assert_eq!(
        ended.output,
        format!("groundplane {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_is_told_on_standard_error_and_by_exit_code_2() {
    for line in [
        &[][..],
        &["deplyo"],
        &["deploy"],
        &["validate"],
        &["list", "--nonsense"],
        &["list", "-o", "yaml"],
        &["list", "--env", "Not A Name"],
        &["destroy", "web-service"],
        &["status", "web_service"],
        &["watch", "dep-123.dev.x"],
        &["watch", "web-service.dev", "--timeout", "soon"],
        &["watch", "web-service.dev", "--timeout", "0s"],
        &["watch", "web-service.dev", "--timeout", "-5m"],
        &["deploy", "web.yaml", "--timeout", "5m"],
        &["pool"],
        &["pool", "show", "Not A Name"],
        &["pool", "create", "dev"],
        &[
            "pool",
            "create",
            "dev",
            "--cidr",
            "10.0.0.0/8",
            "--tag",
            "tier",
        ],
        &["pool", "allocations"],
        &["pool", "allocations", "--pool", "dev", "--space", "default"],
        &["pool", "import", "10.0.0.0/8", "--space", "default"],
    ] {
        let ended = Scene::empty().run(line);
        assert_eq!((ended.code, ended.output.as_str()), (2, ""), "{line:?}");
        assert!(!ended.progress.is_empty(), "{line:?}");
    }
}

#[test]
fn a_refused_argument_says_how_it_should_look() {
    let destroy = Scene::empty().run(&["destroy", "web-service"]);
    assert!(
        destroy.progress.contains("for example web-service.dev"),
        "{}",
        destroy.progress
    );
    let watch = Scene::empty().run(&["watch", "web.dev", "--timeout", "soon"]);
    assert!(
        watch.progress.contains("for example 90s, 30m or 2h"),
        "{}",
        watch.progress
    );
    let typo = Scene::empty().run(&["deplyo"]);
    assert!(typo.progress.contains("'deploy'"), "{}", typo.progress);
}
