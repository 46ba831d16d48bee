//! Documents that are too large for a request.

use std::fmt::Write as _;

use groundplane_api::MAX_BODY;
use serde_json::json;

use super::{Answer, Api, Call, Method, WEB, call, submit};

/// The largest document, in bytes.
const MOST: usize = 1024 * 1024;

/// The example, followed by comments up to so many bytes.
fn large(bytes: usize) -> String {
    let mut text = WEB.to_owned();
    while text.len() < bytes {
        text.push_str("\n# what nobody reads");
    }
    text
}

/// The example with so many variables, each with a value of its own.
fn with_variables(count: usize, mut value: impl FnMut() -> String) -> String {
    let mut variables = String::new();
    for number in 0..count {
        writeln!(variables, "      V{number}: \"{}\"", value()).unwrap();
    }
    let place = "      LOG_LEVEL: info\n";
    WEB.replace(place, &format!("{place}{variables}"))
}

/// Text that cannot be packed well: no two parts of it have anything in common.
fn noise(state: &mut u64, length: usize) -> String {
    let mut text = String::new();
    while text.len() < length {
        // Xorshift (Marsaglia, 2003).
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        write!(text, "{state:016x}").unwrap();
    }
    text
}

async fn opened(api: &Api, bytes: usize) -> Answer {
    let body = json!({ "bytes": bytes }).to_string();
    api.send(call(Method::POST, "/v1/uploads", body)).await
}

/// Uploads a document; gives the name of the upload.
async fn uploaded(api: &Api, document: &str) -> String {
    let answer = opened(api, document.len()).await;
    assert_eq!(answer.status, 201, "{:?}", answer.body);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.body["method"], "PUT");
    assert_eq!(
        answer.body["headers"]["content-length"],
        document.len().to_string()
    );
    let url = answer.body["url"].as_str().unwrap();
    api.system.upload(url, document.as_bytes().to_vec());
    answer.body["id"].as_str().unwrap().to_owned()
}

fn naming(upload: &str) -> Call {
    call(Method::POST, &format!("/v1/instances?upload={upload}"), "")
}

#[tokio::test]
async fn a_document_that_is_too_large_for_a_request_is_submitted_by_upload() {
    let api = Api::with_ground().await;
    let document = large(MAX_BODY + 1);
    api.refused(submit(document.clone()), 413).await;

    let upload = uploaded(&api, &document).await;
    let preview = format!("/v1/instances:preview?upload={upload}");
    let preview = api.send(call(Method::POST, &preview, "")).await;
    assert_eq!(preview.status, 200, "{:?}", preview.body);
    let first = api.send(naming(&upload).keyed("k")).await;
    assert_eq!(first.status, 202, "{:?}", first.body);
    assert_eq!(api.send(naming(&upload).keyed("k")).await, first);
}

#[tokio::test]
async fn any_document_may_be_uploaded() {
    let api = Api::start().await;
    let upload = uploaded(&api, super::LANDING_ZONE).await;
    let uri = format!("/v1/landing-zones/sandbox?upload={upload}");
    let answer = api.send(super::apply(&uri, "")).await;
    assert_eq!(answer.status, 200, "{:?}", answer.body);
}

#[tokio::test]
async fn what_has_many_values_is_kept_packed() {
    let api = Api::with_ground().await;
    let document = with_variables(190, || "a value of some length ".repeat(100));
    assert!(document.len() > MAX_BODY, "{}", document.len());
    let upload = uploaded(&api, &document).await;
    let answer = api.send(naming(&upload)).await;
    assert_eq!(answer.status, 202, "{:?}", answer.body);
}

#[tokio::test]
async fn what_cannot_be_packed_small_enough_is_refused() {
    let api = Api::with_ground().await;
    let mut state = 7;
    let document = with_variables(190, || noise(&mut state, 4000));
    let upload = uploaded(&api, &document).await;
    let problem = api.refused(naming(&upload), 422).await;
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("KiB when it is packed"), "{problem:#}");
}

#[tokio::test]
async fn nobody_names_what_another_tenant_has_uploaded() {
    let api = Api::with_ground().await;
    let upload = uploaded(&api, WEB).await;
    let theirs = naming(&upload).of_tenant("umbrella");
    let problem = api.refused(theirs, 404).await;
    let missing = naming("upl-00000000000000000000000000000000");
    assert_eq!(api.refused(missing, 404).await["detail"], problem["detail"]);
}

#[tokio::test]
async fn an_upload_stands_in_for_the_body() {
    let api = Api::with_ground().await;
    let upload = uploaded(&api, WEB).await;
    let both = call(Method::POST, &format!("/v1/instances?upload={upload}"), WEB);
    api.refused(both, 400).await;
}

#[tokio::test]
async fn what_names_no_upload_is_refused() {
    let api = Api::with_ground().await;
    for bad in [
        "",
        "upl-",
        "upl-1",
        "../acme/upl-00000000000000000000000000000000",
        "upl-0000000000000000000000000000000g",
        "upl-00000000000000000000000000000000%2f..",
    ] {
        api.refused(naming(bad), 400).await;
    }
}

#[tokio::test]
async fn what_is_no_size_is_refused() {
    let api = Api::start().await;
    for bad in [0, MOST + 1] {
        assert_eq!(opened(&api, bad).await.status, 422, "{bad}");
    }
    for bad in [
        "",
        "{}",
        r#"{"bytes": -1}"#,
        r#"{"bytes": 1.5}"#,
        r#"{"bytes": 1, "key": "x"}"#,
    ] {
        let answer = api.send(call(Method::POST, "/v1/uploads", bad)).await;
        answer.problem(400);
    }
}

#[tokio::test]
async fn what_became_larger_than_it_was_said_to_be_is_refused() {
    let api = Api::with_ground().await;
    let answer = opened(&api, 10).await;
    let url = answer.body["url"].as_str().unwrap();
    api.system.upload(url, vec![b'#'; MOST + 1]);
    let upload = answer.body["id"].as_str().unwrap();
    api.refused(naming(upload), 413).await;
}
