//! Bad documents: each is refused at submission, with its place, and leaves nothing behind.

use serde_json::json;
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

/// A document that is refused: its text, the status, and the first problem's pointer, line,
/// column and a part of its message.
struct Bad {
    text: String,
    status: u16,
    pointer: &'static str,
    place: Option<(u64, u64)>,
    message: &'static str,
}

fn bad(
    text: impl Into<String>,
    status: u16,
    pointer: &'static str,
    (line, column, message): (u64, u64, &'static str),
) -> Bad {
    let place = (line > 0).then_some((line, column));
    Bad {
        text: text.into(),
        status,
        pointer,
        place,
        message,
    }
}

/// Aliases that stand for ten times what the one before stands for.
fn explosion() -> String {
    let level = |n: usize| {
        format!(
            "a{n}: &a{n} [{}]\n",
            vec![format!("*a{}", n - 1); 10].join(", ")
        )
    };
    "a0: &a0 [x]\n".to_owned() + &(1..20).map(level).collect::<String>()
}

fn documents() -> Vec<Bad> {
    let with = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        GOOD.replace(from, to)
    };
    let named = |name: &str| with("web-service", name);
    let name = "must be 3 to 32 lower-case letters, digits or hyphens";
    let memory = "/spec/compute/memory";
    vec![
        bad("kind: [", 400, "", (2, 1, "not valid YAML or JSON")),
        bad("", 400, "", (0, 0, "the text holds no document")),
        bad("- a\n- b\n", 400, "", (1, 1, "not a list")),
        bad("hello", 400, "", (1, 1, "not a single value")),
        bad(
            format!("{GOOD}---\n{GOOD}"),
            400,
            "",
            (12, 1, "more than one document"),
        ),
        bad(
            with("Service", "Servise"),
            422,
            "/kind",
            (2, 7, "`Servise`"),
        ),
        bad(
            with("dev/v1", "dev/v9"),
            422,
            "/apiVersion",
            (1, 13, "`groundplane.dev/v9`"),
        ),
        bad(
            with("  name: web-service\n", ""),
            422,
            "/metadata",
            (3, 1, "`name` is missing"),
        ),
        bad(with("512", "much"), 422, memory, (9, 13, "`much`")),
        bad(
            with("memory", "memry"),
            422,
            "/spec/compute/memry",
            (9, 5, "`memry`"),
        ),
        bad(
            format!("{GOOD}    memory: 1\n"),
            400,
            "/spec/compute",
            (11, 5, "is given twice"),
        ),
        bad(explosion(), 400, "", (5, 50, "more than 20000 values")),
        bad("[".repeat(10_000), 400, "", (1, 256, "recursion limit")),
        bad("{a: ".repeat(10_000), 400, "", (1, 1021, "recursion limit")),
        bad(named("\"x\\\"}]\""), 422, "/metadata/name", (4, 9, name)),
        bad(
            named("${AWS::StackName}"),
            422,
            "/metadata/name",
            (4, 9, name),
        ),
        bad(
            with("nginx", "\"a\u{0}b\""),
            400,
            "",
            (8, 14, "control character U+0000"),
        ),
        bad(
            with("A: b", "A: \"{{resolve:ssm:secret}}\""),
            422,
            "/spec/compute/environment/A",
            (10, 22, "{{resolve:"),
        ),
    ]
}

#[tokio::test]
async fn each_bad_document_is_refused_with_its_place() {
    let api = Api::with_ground().await;
    for Bad {
        text,
        status,
        pointer,
        place,
        message,
    } in documents()
    {
        let answer = api.refused(submit(text.clone()), status).await;
        let problem = &answer["problems"][0];
        let shown: String = text.chars().take(300).collect();
        assert_eq!(problem["severity"], "error", "{shown}: {answer}");
        assert_eq!(problem["pointer"], pointer, "{shown}: {problem}");
        if let Some((line, column)) = place {
            assert_eq!(
                (&problem["line"], &problem["column"]),
                (&json!(line), &json!(column)),
                "{shown}: {problem}"
            );
        }
        assert!(
            problem["message"].as_str().unwrap().contains(message),
            "{shown}: {problem}"
        );
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
    for Bad { text, .. } in documents() {
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
