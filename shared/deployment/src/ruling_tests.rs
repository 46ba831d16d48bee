use std::sync::LazyLock;

use groundplane_model::{Digest, EnvironmentName};
use serde_json::json;

use super::*;
use crate::fixture::{id, tenant, unit_name};

static STARTER: LazyLock<Arc<Guardrails>> =
    LazyLock::new(|| Arc::new(Guardrails::starter().unwrap()));

const POLICY: &str = r#"package naming

import data.guardrails.template

deny contains template.violation("naming/queue", id, ["QueueName"], "the queue must be called `jobs`") if {
	some id, properties in template.of_type["AWS::SQS::Queue"]
	properties.QueueName != "jobs"
}
"#;

fn unit(name: &str, resources: &Value) -> PlannedUnit {
    let template = json!({ "Resources": resources }).to_string().into_bytes();
    PlannedUnit {
        unit: unit_name(name),
        stack_name: "x".to_owned(),
        digest: Digest::of(&template),
        template,
        parameters: BTreeMap::new(),
        outputs: BTreeMap::new(),
        exports: BTreeSet::new(),
        after: BTreeSet::new(),
    }
}

/// A queue that breaks a starter rule, and the policy's.
fn queue() -> PlannedUnit {
    let properties = json!({ "QueueName": "work", "SqsManagedSseEnabled": false });
    let queue = json!({ "Type": "AWS::SQS::Queue", "Properties": properties });
    unit("triggers", &json!({ "Queue": queue }))
}

fn rulebook(severity: GuardrailSeverity) -> Rulebook {
    let mut rulebook = Rulebook::new(Arc::clone(&STARTER));
    let own = Arc::new(Guardrails::own("naming", POLICY).unwrap());
    rulebook.add(("naming", "queue-team"), severity, own);
    rulebook
}

fn judged(rulebook: &Rulebook) -> Judged {
    let environment: EnvironmentName = "dev".parse().unwrap();
    let destination = Destination {
        tenant: &tenant(),
        environment: &environment,
    };
    rulebook.judge(destination, [queue()].iter())
}

fn texts(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn exception(rule: &str) -> GuardrailException {
    GuardrailException {
        rule: rule.to_owned(),
        unit: "triggers".to_owned(),
        resource: "Que*".to_owned(),
        actions: Vec::new(),
        tenant: None,
        environment: None,
        reason: "it holds nothing".to_owned(),
    }
}

#[test]
fn every_violation_refuses_with_rule_resource_place_and_owner() {
    let judged = judged(&rulebook(GuardrailSeverity::Deny));
    assert_eq!(
        texts(&judged.refusals),
        [
            "/spec/triggers: `Queue` of the unit `triggers`: the queue must be encrypted at rest: set \
             `SqsManagedSseEnabled` to true, or `KmsMasterKeyId` \
             (`/Resources/Queue/Properties/SqsManagedSseEnabled`): the rule \
             `encryption-at-rest/queue` of the guardrail `starter` (`groundplane` can say more \
             about it)",
            "/spec/triggers: `Queue` of the unit `triggers`: the queue must be called `jobs` \
             (`/Resources/Queue/Properties/QueueName`): the rule `naming/queue` of the guardrail \
             `naming` (`queue-team` can say more about it)",
        ]
    );
}

#[test]
fn what_only_warns_refuses_nothing_and_is_kept() {
    let mut rulebook = rulebook(GuardrailSeverity::Warn);
    rulebook.except([exception("encryption-at-rest/queue")]);
    let judged = judged(&rulebook);
    assert_eq!(texts(&judged.refusals), [""; 0]);
    assert_eq!(judged.warnings.len(), 1, "{judged:?}");
    let ruling = judged.ruling((&tenant(), &id(1)), BTreeSet::from(["small".to_owned()]));
    let kept: Vec<(&str, &Leave)> = ruling
        .findings
        .iter()
        .map(|it| (it.rule.as_str(), &it.leave))
        .collect();
    let reason = "it holds nothing".to_owned();
    assert_eq!(
        kept,
        [
            ("encryption-at-rest/queue", &Leave::Excepted { reason }),
            ("naming/queue", &Leave::Warned),
        ]
    );
    assert!(ruling.rules.contains("naming/queue"));
    assert!(ruling.rules.contains("public-access/bucket"));
    let makeup = &ruling.units[&unit_name("triggers")];
    assert_eq!(makeup.section.as_deref(), Some("triggers"));
    assert!(makeup.resource_types.contains("AWS::SQS::Queue"));
}

#[test]
fn an_exception_is_for_the_tenant_and_environment_that_it_names() {
    let broken = |limit: &dyn Fn(&mut GuardrailException)| {
        let mut rulebook = Rulebook::new(Arc::clone(&STARTER));
        let mut exception = exception("encryption-at-rest/queue");
        limit(&mut exception);
        rulebook.except([exception]);
        judged(&rulebook).refusals.len()
    };
    assert_eq!(broken(&|_| {}), 0);
    assert_eq!(broken(&|it| it.tenant = Some(tenant())), 0);
    assert_eq!(broken(&|it| it.tenant = Some("globex".parse().unwrap())), 1);
    assert_eq!(
        broken(&|it| it.environment = Some("dev".parse().unwrap())),
        0
    );
    assert_eq!(
        broken(&|it| it.environment = Some("prod".parse().unwrap())),
        1
    );
    assert_eq!(broken(&|it| it.unit = "compute".to_owned()), 1);
}

#[test]
fn a_policy_that_fails_on_a_template_lets_nothing_pass() {
    let policy = "package odd\n\ndeny contains found if {\n\tsome id in object.keys(input.Resources)\n\tfound := {\"rule\": id, \"resource\": id, \"pointer\": \"\", \"msg\": \"odd/rule\"}\n}\n\nname := \"odd/rule\"\n";
    let mut rulebook = Rulebook::new(Arc::clone(&STARTER));
    rulebook.except([exception("encryption-at-rest/queue")]);
    let own = Arc::new(Guardrails::own("odd", policy).unwrap());
    rulebook.add(("odd", "nobody"), GuardrailSeverity::Deny, own);
    let refusals = texts(&judged(&rulebook).refusals);
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert!(
        refusals[0].contains("cannot be judged by the guardrail `odd`"),
        "{refusals:?}"
    );
}
