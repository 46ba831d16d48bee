//! Bad documents: each is refused at submission, with its place, and leaves nothing behind.

use tokio::task::JoinSet;

use super::{Api, WEB, get, send, submit};

/// A good document that most of the bad ones are made from.
const GOOD: &str = "\
apiVersion: groundplane.dev/v1
kind: Service
metadata:
  name: web-service
  environment: dev
spec:
  compute:
    image: nginx
    memory: 512
    environment: {A: b}
";

/// A document that is refused: its text, and the first problem's pointer, place and a part of its
/// message.
struct Bad {
    text: String,
    pointer: &'static str,
    /// Line and column, where the problem has a place.
    place: Option<(u64, u64)>,
    message: &'static str,
}

fn bad(
    text: impl Into<String>,
    pointer: &'static str,
    place: (u64, u64),
    message: &'static str,
) -> Bad {
    let text = text.into();
    Bad {
        place: Some(place),
        text,
        pointer,
        message,
    }
}

/// `GOOD` with this instead of that.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replace(from, to)
}

/// Aliases each of which stands for ten times what the one before it stands for.
fn explosion() -> String {
    let level = |n: usize| {
        let before = format!("*a{}", n - 1);
        format!("a{n}: &a{n} [{}]\n", vec![before; 10].join(", "))
    };
    "a0: &a0 [x]\n".to_owned() + &(1..20).map(level).collect::<String>()
}

/// Texts that are no document.
fn unreadable() -> Vec<Bad> {
    let two = format!("{GOOD}---\n{GOOD}");
    let twice = format!("{GOOD}    memory: 1\n");
    let control = with("nginx", "\"a\u{0}b\"");
    let nothing = Bad {
        place: None,
        ..bad("", "", (0, 0), "the text holds no document")
    };
    vec![
        nothing,
        bad("kind: [", "", (2, 1), "not valid YAML or JSON"),
        bad("- a\n- b\n", "", (1, 1), "not a list"),
        bad("hello", "", (1, 1), "not a single value"),
        bad(two, "", (12, 1), "more than one document"),
        bad(twice, "/spec/compute", (11, 5), "is given twice"),
        bad(explosion(), "", (5, 50), "more than 20000 values"),
        bad("[".repeat(10_000), "", (1, 256), "recursion limit"),
        bad("{a: ".repeat(10_000), "", (1, 1021), "recursion limit"),
        bad(control, "", (8, 14), "control character U+0000"),
    ]
}

/// Documents that do not say what they must.
fn invalid() -> Vec<Bad> {
    let version = with("dev/v1", "dev/v9");
    let nameless = with("  name: web-service\n", "");
    let name = |name: &str| {
        let rule = "must be 3 to 32 lower-case letters, digits or hyphens";
        bad(with("web-service", name), "/metadata/name", (4, 9), rule)
    };
    let secret = with("A: b", "A: \"{{resolve:ssm:secret}}\"");
    vec![
        bad(with("Service", "Servise"), "/kind", (2, 7), "`Servise`"),
        bad(version, "/apiVersion", (1, 13), "`groundplane.dev/v9`"),
        bad(nameless, "/metadata", (3, 1), "`name` is missing"),
        bad(
            with("512", "much"),
            "/spec/compute/memory",
            (9, 13),
            "`much`",
        ),
        bad(
            with("memory", "memry"),
            "/spec/compute/memry",
            (9, 5),
            "`memry`",
        ),
        name("\"x\\\"}]\""),
        name("${AWS::StackName}"),
        bad(
            secret,
            "/spec/compute/environment/A",
            (10, 22),
            "{{resolve:",
        ),
    ]
}

#[tokio::test]
async fn each_bad_document_is_refused_with_its_place() {
    let api = Api::with_ground().await;
    let unreadable = unreadable().into_iter().map(|bad| (400, bad));
    for (status, bad) in unreadable.chain(invalid().into_iter().map(|bad| (422, bad))) {
        let answer = api.refused(submit(bad.text.clone()), status).await;
        let problem = &answer["problems"][0];
        let place = problem["line"].as_u64().zip(problem["column"].as_u64());
        let shown: String = bad.text.chars().take(300).collect();
        assert_eq!(problem["severity"], "error", "{shown}: {problem}");
        assert_eq!(problem["pointer"], bad.pointer, "{shown}: {problem}");
        assert_eq!(place, bad.place, "{shown}: {problem}");
        let message = problem["message"].as_str().unwrap();
        assert!(message.contains(bad.message), "{shown}: {problem}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_refused() {
    let api = Api::with_ground().await;
    for bytes in [
        &b"\xff\xfe\x00\x01"[..],
        b"kind: \xc3\x28",
        b"\x00\x00\x00\x00",
    ] {
        let problem = api.refused(submit(bytes), 400).await;
        assert_eq!(problem["detail"], "the document cannot be read");
    }
}

#[tokio::test]
async fn a_field_that_is_nearly_right_comes_with_the_right_one() {
    let api = Api::with_ground().await;
    let answer = api
        .refused(submit(WEB.replace("memory:", "memroy:")), 422)
        .await;
    let hint = answer["problems"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("`memory`"), "{hint}");
}

#[tokio::test]
async fn all_problems_are_reported_at_once() {
    let api = Api::with_ground().await;
    let document = WEB
        .replace("name: web-service", "name: W")
        .replace("cpu: 256", "cpu: 7");
    let answer = api.refused(submit(document), 422).await;
    assert_eq!(answer["detail"], "the document has 2 problems");
    assert_eq!(answer["problems"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_document_that_is_no_service_makes_no_instance() {
    let api = Api::with_ground().await;
    let answer = api.refused(submit(super::ENVIRONMENT), 422).await;
    let expected = "instances are made from `kind: Service`, not `Environment`";
    assert_eq!(answer["detail"], expected);
}

#[tokio::test]
async fn other_requests_go_on_while_bad_ones_are_refused() {
    let api = Api::with_ground().await;
    let mut callers = JoinSet::new();
    for Bad { text, .. } in unreadable().into_iter().chain(invalid()) {
        callers.spawn(send(api.router.clone(), submit(text)));
    }
    callers.spawn(send(api.router.clone(), submit(WEB)));
    let answers = callers.join_all().await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!(accepted, 1);
    assert_eq!(
        api.send(get("/v1/instances/web-service.dev")).await.status,
        200
    );
}
