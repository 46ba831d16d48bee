//! Registered resolvers: asked once per deployment, held to the contract, told what is given back.

use std::collections::BTreeMap;
use std::sync::Mutex;

use groundplane_model::{
    Allocation, Change, FailureKind, InstanceId, Owner, ResolutionRequest, Resolver,
    ResolverAnswer, ResolverCall, ResolverName, UnitName,
};
use groundplane_ports::{CallFunctions, PortError, ReadTable, Result as PortResult, WriteTable};
use groundplane_resolve_foreign::handle;
use serde_json::{Value, json};

use crate::accepted;
use crate::dynamo::TestTable;
use crate::system::TestSystem;

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:groundplane-resolver-licence";

/// A function that answers what it is told to, and remembers its calls.
#[derive(Default)]
struct Function {
    calls: Mutex<Vec<Value>>,
    answer: Mutex<Option<PortResult<String>>>,
}

impl Function {
    fn answers(self, answer: PortResult<Value>) -> Self {
        *self.answer.lock().unwrap() = Some(answer.map(|it| it.to_string()));
        self
    }

    fn calls(&self) -> Vec<Value> {
        self.calls.lock().unwrap().clone()
    }
}

impl CallFunctions for Function {
    async fn call(&self, arn: &str, payload: &str) -> PortResult<String> {
        assert_eq!(arn, ARN);
        let call: Value = serde_json::from_str(payload).unwrap();
        self.calls.lock().unwrap().push(call.clone());
        if let Some(answer) = self.answer.lock().unwrap().clone() {
            return answer;
        }
        let requests = call["requests"].as_array().into_iter().flatten();
        let resolutions: Vec<Value> = requests
            .map(|request| json!({ "owner": request["owner"], "outputs": { "value": "L-1" } }))
            .collect();
        Ok(json!({ "resolutions": resolutions }).to_string())
    }
}

fn licence() -> ResolverName {
    ResolverName::parse("licence").unwrap()
}

fn owner() -> Owner {
    Owner {
        tenant: accepted::tenant(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("spec").unwrap(),
        input: "/spec/compute/environment/LICENCE#1".to_owned(),
    }
}

fn registered() -> Resolver {
    let resolver = json!({
        "name": "licence",
        "spec": { "functionArn": ARN, "config": { "edition": "team" } },
        "updated_at": "2026-01-01T00:00:00Z",
        "updated_by": "ops",
    });
    serde_json::from_value(resolver).unwrap()
}

async fn start() -> TestTable {
    let table = TestTable::start().await;
    for deployment in [1, 2] {
        let configs = [("licence", json!({ "seats": 5 }))];
        accepted::accept_with(&*table, deployment, &configs, vec![registered()]).await;
    }
    table
        .commit(vec![Change::save(&registered())])
        .await
        .unwrap();
    table
}

async fn resolve(
    table: &TestTable,
    function: &Function,
    deployment: u128,
) -> Result<ResolverAnswer, String> {
    let request = ResolutionRequest {
        resolver: licence(),
        owner: owner(),
        deployment: accepted::deployment(deployment),
        inputs: BTreeMap::from([("product".to_owned(), "web".to_owned())]),
    };
    let call = ResolverCall::Resolve {
        tenant: accepted::tenant(),
        deployment: accepted::deployment(deployment),
        resolver: licence(),
        requests: vec![request],
    };
    let answer = handle(&**table, function, &TestSystem::default(), call).await;
    answer.map_err(|failure| {
        assert_eq!(failure.kind, FailureKind::Invalid, "{failure}");
        failure.to_string()
    })
}

async fn release(table: &TestTable, function: &Function) {
    let call = ResolverCall::Release {
        resolver: licence(),
        owners: vec![owner()],
    };
    handle(&**table, function, &TestSystem::default(), call)
        .await
        .unwrap();
}

async fn held(table: &TestTable) -> Option<Allocation> {
    table
        .get(&Allocation::key_of(&licence(), &owner()))
        .await
        .unwrap()
}

#[tokio::test]
async fn it_is_told_where_for_whom_and_how_it_is_configured() {
    let (table, function) = (start().await, Function::default());
    resolve(&table, &function, 1).await.unwrap();
    let call = &function.calls()[0];
    assert_eq!(call["action"], "resolve");
    assert_eq!(call["config"], json!({ "edition": "team", "seats": 5 }));
    assert_eq!(
        call["scope"],
        json!({
            "environment": "dev", "landingZone": "sandbox",
            "account": "123456789012", "region": "eu-west-1",
        })
    );
    assert_eq!(call["requests"][0]["inputs"], json!({ "product": "web" }));
    assert_eq!(call["requests"][0]["owner"]["tenant"], "acme");
    let held = held(&table).await.unwrap();
    assert_eq!(
        (held.value.as_str(), held.layer.as_str()),
        ("L-1", "environment")
    );
}

#[tokio::test]
async fn it_is_asked_once_per_deployment_and_then_told_what_is_held() {
    let (table, function) = (start().await, Function::default());
    for _ in 0..2 {
        resolve(&table, &function, 1).await.unwrap();
    }
    assert_eq!(function.calls().len(), 1);
    resolve(&table, &function, 2).await.unwrap();
    let calls = function.calls();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        calls[1]["requests"][0]["current"],
        json!({ "value": "L-1" })
    );
}

#[tokio::test]
async fn an_answer_that_breaks_the_contract_is_refused_in_words_and_not_kept() {
    let answer =
        |outputs: Value| json!({ "resolutions": [{ "owner": owner(), "outputs": outputs }] });
    let many: BTreeMap<String, &str> = (0..21).map(|at| (format!("o{at}"), "x")).collect();
    for (given, expected) in [
        (Ok(json!({ "resolutions": [] })), "it says nothing for"),
        (Ok(json!([1])), "cannot be used: "),
        (
            Ok(answer(json!({ "a": "1", "b": "2" }))),
            "which output is the value",
        ),
        (Ok(answer(json!({ "value": "a\nb" }))), "control characters"),
        (
            Ok(answer(json!({ "value": "x".repeat(2_049) }))),
            "longer than 2048 bytes",
        ),
        (Ok(answer(json!(many))), "more than 20 outputs"),
        (
            Err(PortError::Refused(
                json!({ "errorMessage": "no seats\n left" }).to_string(),
            )),
            "the resolver `licence` failed: no seats\\n left",
        ),
        (
            Err(PortError::Refused("junk".to_owned())),
            "its function failed",
        ),
    ] {
        let (table, function) = (start().await, Function::default().answers(given));
        let refusal = resolve(&table, &function, 1).await.unwrap_err();
        assert!(refusal.contains(expected), "{refusal} is not {expected}");
        assert_eq!(held(&table).await, None);
    }
}

#[tokio::test]
async fn the_value_is_the_one_named_else_value_else_the_only_one() {
    for (resolution, expected) in [
        (
            json!({ "outputs": { "a": "1", "b": "2" }, "value": "b" }),
            "2",
        ),
        (json!({ "outputs": { "a": "1", "value": "2" } }), "2"),
        (json!({ "outputs": { "a": "1" } }), "1"),
    ] {
        let mut resolution = resolution;
        resolution["owner"] = json!(owner());
        let given = json!({ "resolutions": [resolution] });
        let (table, function) = (start().await, Function::default().answers(Ok(given)));
        resolve(&table, &function, 1).await.unwrap();
        assert_eq!(held(&table).await.unwrap().value, expected);
    }
}

#[tokio::test]
async fn what_is_given_back_is_told_once_and_forgotten() {
    let (table, function) = (start().await, Function::default());
    resolve(&table, &function, 1).await.unwrap();
    for _ in 0..2 {
        release(&table, &function).await;
    }
    let calls = function.calls();
    assert_eq!(calls.len(), 2, "asked once, told once");
    assert_eq!(
        calls[1],
        json!({ "action": "release", "resolver": "licence", "owners": [owner()] })
    );
    assert_eq!(held(&table).await, None);
}

#[tokio::test]
async fn one_that_is_no_longer_registered_is_not_told() {
    let (table, function) = (start().await, Function::default());
    resolve(&table, &function, 1).await.unwrap();
    let stored: Resolver = table
        .get(&Resolver::key_of(&licence()))
        .await
        .unwrap()
        .unwrap();
    table.commit(vec![Change::remove(&stored)]).await.unwrap();
    release(&table, &function).await;
    assert_eq!(function.calls().len(), 1);
    assert_eq!(held(&table).await, None);
}

#[tokio::test]
async fn one_that_was_never_registered_is_refused() {
    let table = TestTable::start().await;
    accepted::accept(&*table, 1, &[]).await;
    let refusal = resolve(&table, &Function::default(), 1).await.unwrap_err();
    assert!(refusal.contains("`licence` is not registered"), "{refusal}");
}
