//! The shipped template on the local AWS, driven through the shipped command line. `cargo xtask
//! test` brings a platform of its own up for these, says where it is in `GROUNDPLANE_TEST_…`, and
//! runs the ignored tests.

mod accounts;
mod addresses;
mod approval;
mod canaries;
mod clients;
mod cloud;
mod command;
mod drift;
mod fleet;
mod healing;
mod inventory;
mod lives;
mod outside;
mod previews;
mod sections;
mod storm;

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use cloud::Cloud;
use command::{Platform, Ran};

/// Asks until there is an answer.
fn patient<T>(patience: Duration, ask: impl Fn() -> Option<T>) -> T {
    #[expect(clippy::disallowed_methods, reason = "waiting has an end")]
    let now = Instant::now;
    let begin = now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < patience, "nothing after {patience:?}");
        // Between two looks, not for luck: the condition decides.
        thread::sleep(Duration::from_millis(200));
    }
}

/// A spec of the example's kind under another name, so that the tests do not meet.
fn spec(name: &str) -> String {
    let example = crate::platform::example("web-service.yaml").unwrap();
    let spec = example.replacen("name: web-service", &format!("name: {name}"), 1);
    assert_ne!(spec, example, "the example is called web-service");
    spec
}

fn larger(spec: &str) -> String {
    let changed = spec
        .replace("cpu: 256", "cpu: 512")
        .replace("memory: 512", "memory: 1024");
    assert_ne!(changed, spec, "the example states cpu and memory");
    changed
}

/// The steps of the deployment that a command followed, with their ends.
fn steps(ran: &Ran) -> Vec<(String, String)> {
    let waves = ran.answer["deployment"]["waves"].as_array().unwrap();
    waves
        .iter()
        .flat_map(|wave| wave["units"].as_array().unwrap())
        .map(|unit| {
            let text = |field: &str| unit[field].as_str().unwrap().to_owned();
            (text("step"), text("status"))
        })
        .collect()
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_service_is_deployed_updated_and_destroyed_without_a_trace() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    let mine = spec("shop");

    let first = platform.run_with(&mine, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(first.code, 0, "{first:?}");
    assert_eq!(first.answer["deployment"]["outcome"], "changed");
    assert_eq!(first.answer["instance"]["status"], "active");
    assert_eq!(first.answer["instance"]["revision"], 1);
    let outputs = first.answer["instance"]["outputs"].as_object().unwrap();
    let file_system = outputs["storage.efs.filesystem_id"].as_str().unwrap();
    assert!(
        cloud.file_systems().contains(file_system),
        "the file system is real"
    );
    assert!(
        cloud.stacks().contains("-shop-compute-"),
        "the stack is real"
    );
    assert!(
        cloud.security_groups().contains("-shop-foundation-"),
        "the groups are real"
    );

    let again = platform.run_with(&mine, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert_eq!(again.answer["deployment"]["outcome"], "unchanged");
    assert_eq!(
        again.answer["deployment"]["waves"],
        json!([]),
        "no engine was needed"
    );

    let update = platform.run_with(&larger(&mine), &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(update.code, 0, "{update:?}");
    assert_eq!(
        steps(&update),
        [("compute".to_owned(), "succeeded".to_owned())]
    );
    assert_eq!(update.answer["instance"]["revision"], 2);

    let gone = platform.run(&["destroy", "shop.dev", "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
    assert!(!cloud.stacks().contains("-shop-"), "no stack is left");
    assert!(
        !cloud.security_groups().contains("-shop-"),
        "no security group is left"
    );
    assert!(
        !cloud.file_systems().contains(file_system),
        "no file system is left"
    );
    let listed = platform.run(&["list", "-o", "json"]);
    assert!(
        !listed.answer.to_string().contains("shop.dev"),
        "{listed:?}"
    );
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_deployment_that_fails_takes_back_what_it_created() {
    let (platform, cloud) = (Platform::from_env(), Cloud::from_env());
    // Scaling needs a type of resource that the local AWS does not know, so the compute unit fails
    // once foundation and storage are there.
    let scaled = spec("doomed").replace("memory: 512", "memory: 512\n    maxCapacity: 3");
    assert_ne!(scaled, spec("doomed"), "the example states its memory");

    let failed = platform.run_with(&scaled, &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(failed.code, 1, "{failed:?}");
    let status = platform.run(&["status", "doomed.dev", "-o", "json"]);
    assert_eq!(status.answer["instance"]["status"], "failed");
    assert_eq!(
        status.answer["instance"]["units"],
        json!([]),
        "no unit is left"
    );
    let deployment = &status.answer["deployment"];
    assert_eq!(deployment["status"], "failed");
    assert_eq!(deployment["error"]["unit"], "compute");
    assert_eq!(deployment["error"]["name"], "Groundplane.ProvisionFailed");
    let cause = deployment["error"]["cause"].as_str().unwrap();
    assert!(cause.contains("AWS::ApplicationAutoScaling"), "{cause}");
    let mut undone = steps(&status);
    undone.sort();
    let expected = ["compute", "foundation", "storage"];
    assert_eq!(
        undone,
        expected.map(|step| (step.to_owned(), "undone".to_owned()))
    );
    assert!(!cloud.stacks().contains("-doomed-"), "no stack is left");
    assert!(
        !cloud.security_groups().contains("-doomed-"),
        "no security group is left"
    );
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn two_deployments_at_once_do_not_meet() {
    let platform = Platform::from_env();
    std::thread::scope(|scope| {
        let deploy = |name: &'static str| {
            let platform = &platform;
            scope.spawn(move || {
                platform.run_with(&spec(name), &["deploy", "-", "--wait", "-o", "json"])
            })
        };
        let both = [deploy("left"), deploy("right")];
        for ran in both.map(|thread| thread.join().unwrap()) {
            assert_eq!(ran.code, 0, "{ran:?}");
        }
    });
    for name in ["left.dev", "right.dev"] {
        let gone = platform.run(&["destroy", name, "--wait", "--yes", "-o", "json"]);
        assert_eq!(gone.code, 0, "{gone:?}");
    }
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn a_token_decides_what_is_seen() {
    let platform = Platform::from_env();
    let mine = platform.run_with(&spec("secret"), &["deploy", "-", "--wait", "-o", "json"]);
    assert_eq!(mine.code, 0, "{mine:?}");

    let stranger = platform.as_stranger();
    let theirs = stranger.run(&["status", "secret.dev", "-o", "json"]);
    assert_eq!(
        theirs.code, 1,
        "another tenant's instance does not exist: {theirs:?}"
    );
    let missing = stranger.run(&["status", "absent.dev", "-o", "json"]);
    let said = |ran: &Ran, name: &str| {
        ran.answer["error"]["message"]
            .to_string()
            .replace(name, "x")
    };
    assert_eq!(said(&theirs, "secret"), said(&missing, "absent"));

    let nobody = platform.as_nobody().run(&["list", "-o", "json"]);
    assert_eq!(
        nobody.code, 1,
        "a token without a tenant is refused: {nobody:?}"
    );
    assert!(
        nobody.answer["error"]["message"]
            .to_string()
            .contains("tenant"),
        "{nobody:?}"
    );
    let forged = platform
        .with_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.")
        .run(&["list", "-o", "json"]);
    assert_eq!(forged.code, 1, "an unsigned token is refused: {forged:?}");

    let gone = platform.run(&["destroy", "secret.dev", "--wait", "--yes", "-o", "json"]);
    assert_eq!(gone.code, 0, "{gone:?}");
}

#[test]
#[ignore = "needs the local AWS: cargo xtask test"]
fn an_invalid_document_stores_nothing() {
    let platform = Platform::from_env();
    let refused = platform.post(
        "/v1/instances",
        "apiVersion: groundplane.dev/v1\nkind: Servise\n",
    );
    assert_eq!(refused.status, 422);
    assert_eq!(refused.content_type, "application/problem+json");
    assert_eq!(refused.body["problems"][0]["line"], 2, "{}", refused.body);
    let large = platform.post("/v1/instances", &"x".repeat(2 * 1024 * 1024));
    assert_eq!(large.status, 413, "{}", large.body);
    let listed = platform.run(&["list", "-o", "json"]);
    assert_eq!(listed.code, 0, "other requests go on: {listed:?}");
}
