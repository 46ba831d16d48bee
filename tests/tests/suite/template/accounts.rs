//! What the templates promise about other accounts, and about the boundary that nobody leaves.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{of_type, resources, template, texts};

/// The functions that come into other accounts, by the crate that lets them.
const CALLERS: [&str; 6] = [
    "CheckDriftFunction",
    "PollServicesFunction",
    "ProvisionStackFunction",
    "ResolveImageFunction",
    "ResolveSecretFunction",
    "RunWorkflowFunction",
];

fn other_account() -> BTreeMap<String, Value> {
    resources("landing-zone-account.yaml")
}

fn statements(policies: &Value) -> Vec<&Value> {
    let documents = policies.as_array().into_iter().flatten();
    documents
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .collect()
}

fn denied<'s>(statements: &[&'s Value], action: &str) -> Vec<&'s Value> {
    let denies = |statement: &&Value| {
        statement["Effect"] == "Deny" && texts(&statement["Action"]).iter().any(|it| it == action)
    };
    statements.iter().copied().filter(denies).collect()
}

#[test]
fn those_who_come_into_other_accounts_are_those_who_are_told_to_be_trusted() {
    let template = template();
    let may = |properties: &Value| properties["Policies"].to_string().contains("ReachAccounts");
    let callers: BTreeSet<&str> = of_type(&template, "AWS::Serverless::Function")
        .into_iter()
        .filter(|(_, function)| may(function))
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(callers, BTreeSet::from(CALLERS));
    let told = super::whole("template.yaml")["Outputs"]["AccountCallerRoleArns"].to_string();
    for caller in CALLERS {
        assert!(told.contains(&format!("\"{caller}Role\"")), "{caller}");
    }
    let reach = &template["ReachAccounts"]["Properties"]["PolicyDocument"]["Statement"];
    let expected = json!([{
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Resource": {"Fn::Sub": "arn:${AWS::Partition}:iam::*:role/${AssumableRoles}"},
    }]);
    assert_eq!(*reach, expected);
}

#[test]
fn the_role_of_another_account_demands_an_external_id_and_a_caller() {
    let account = other_account();
    let trust = &account["AccessRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"];
    assert_eq!(trust.as_array().unwrap().len(), 1);
    let expected = json!({
        "StringEquals": {"sts:ExternalId": {"Ref": "ExternalIds"}},
        "ArnEquals": {"aws:PrincipalArn": {"Ref": "CallerRoleArns"}},
    });
    assert_eq!(trust[0]["Condition"], expected);
    let parameters = &super::whole("landing-zone-account.yaml")["Parameters"];
    assert!(parameters["ExternalIds"]["Default"].is_null());
}

#[test]
fn cloudformation_and_the_boundary_are_the_same_in_every_account() {
    let (own, other) = (template(), other_account());
    for name in ["CloudFormationRole", "WorkloadBoundary"] {
        for field in ["Policies", "PolicyDocument", "AssumeRolePolicyDocument"] {
            let of = |account: &BTreeMap<String, Value>| account[name]["Properties"][field].clone();
            assert_eq!(of(&own), of(&other), "{field} of {name}");
        }
    }
}

#[test]
fn what_the_platform_may_do_in_its_own_account_it_may_do_in_another() {
    let (own, other) = (template(), other_account());
    let access = &other["AccessRole"]["Properties"]["Policies"];
    let allowed: BTreeSet<String> = statements(access)
        .into_iter()
        .flat_map(|statement| texts(&statement["Action"]))
        .collect();
    for name in ["ChangeStacks", "DetectDrift", "LookAtResources"] {
        let document = &own[name]["Properties"]["PolicyDocument"]["Statement"];
        for statement in document.as_array().unwrap() {
            for action in texts(&statement["Action"]) {
                assert!(allowed.contains(&action), "{action} of {name}");
            }
        }
    }
    for action in [
        "ecs:UpdateService",
        "rds:RebootDBInstance",
        "secretsmanager:DescribeSecret",
    ] {
        assert!(allowed.contains(action), "{action}");
    }
    assert!(!allowed.contains("secretsmanager:GetSecretValue"));
    assert!(
        !allowed
            .iter()
            .any(|action| action == "*" || action == "sts:AssumeRole")
    );
}

#[test]
fn no_role_is_made_without_the_boundary_and_no_boundary_is_taken_away() {
    for account in [template(), other_account()] {
        let role = statements(&account["CloudFormationRole"]["Properties"]["Policies"]);
        let boundary = json!({"Ref": "WorkloadBoundary"});
        for action in ["iam:CreateRole", "iam:PutRolePermissionsBoundary"] {
            let unless = json!({"StringNotEquals": {"iam:PermissionsBoundary": boundary}});
            let found = denied(&role, action);
            assert_eq!(found.len(), 1, "{action}");
            assert_eq!(
                (&found[0]["Resource"], &found[0]["Condition"]),
                (&json!("*"), &unless)
            );
        }
        let removed = denied(&role, "iam:DeleteRolePermissionsBoundary");
        assert_eq!(
            (&removed[0]["Resource"], &removed[0]["Condition"]),
            (&json!("*"), &Value::Null)
        );
        for action in [
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:SetDefaultPolicyVersion",
        ] {
            let found = denied(&role, action);
            assert_eq!(found[0]["Resource"], boundary, "{action}");
            assert!(found[0]["Condition"].is_null(), "{action}");
        }
    }
}

#[test]
fn no_role_of_an_instance_leaves_its_boundary() {
    let boundary = &template()["WorkloadBoundary"]["Properties"]["PolicyDocument"]["Statement"];
    let all: Vec<&Value> = boundary.as_array().unwrap().iter().collect();
    for action in [
        "iam:CreatePolicyVersion",
        "iam:CreateRole",
        "iam:DeletePolicy",
        "iam:DeleteRolePermissionsBoundary",
        "iam:PutRolePermissionsBoundary",
        "iam:SetDefaultPolicyVersion",
    ] {
        let found = denied(&all, action);
        assert!(
            found
                .iter()
                .any(|it| it["Resource"] == "*" && it["Condition"].is_null()),
            "{action}"
        );
    }
}

#[test]
fn other_accounts_read_templates_and_send_what_aws_says_and_nothing_else() {
    let template = template();
    let conditional =
        &template["ArtifactBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"][1]["Fn::If"];
    assert_eq!(conditional[0], "HasTrustedAccounts");
    let templates = json!({"Fn::Sub": "${ArtifactBucket.Arn}/templates/*"});
    assert_eq!(conditional[1]["Action"], "s3:GetObject");
    assert_eq!(conditional[1]["Resource"], templates);
    let events = &template["EventBus"]["Properties"]["Policy"]["Fn::If"];
    assert_eq!(events[0], "HasTrustedAccounts");
    let statement = &events[1]["Statement"][0];
    assert_eq!(statement["Action"], "events:PutEvents");
    let only_of_aws = json!({
        "Null": {"events:source": "false"},
        "ForAllValues:StringLike": {"events:source": "aws.*"},
    });
    assert_eq!(statement["Condition"], only_of_aws);
}

#[test]
fn who_reads_some_partitions_only_may_read_no_others() {
    let template = template();
    let narrow = |name: &str| {
        let statements = &template[name]["Properties"]["PolicyDocument"]["Statement"];
        statements[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"].clone()
    };
    assert_eq!(narrow("ReadDeployments"), json!(["TENANT#*#DEPLOYMENT#*"]));
    assert_eq!(
        narrow("ReadEnvironments"),
        json!(["PLATFORM#ENVIRONMENT#*"])
    );
    for (function, policy) in [
        ("AwaitApprovalFunction", "ReadDeployments"),
        ("ListMembersFunction", "ReadEnvironments"),
        ("ScheduleDriftFunction", "ReadEnvironments"),
        ("ValidateDeploymentFunction", "ReadDeployments"),
    ] {
        let policies = template[function]["Properties"]["Policies"].to_string();
        assert!(
            policies.contains(policy) && !policies.contains("\"ReadTable\""),
            "{function}"
        );
    }
}

#[test]
fn other_accounts_forward_what_the_own_account_listens_to() {
    let (own, other) = (template(), other_account());
    let pattern = |rule: &Value| rule["Properties"]["EventPattern"].clone();
    assert_eq!(
        pattern(&other["ForwardEventsRule"]),
        pattern(&own["CloudEventsRule"])
    );
    let target = &other["ForwardEventsRule"]["Properties"]["Targets"][0];
    assert_eq!(target["Arn"], json!({"Ref": "EventBusArn"}));
    assert!(target["DeadLetterConfig"]["Arn"].is_object());
}
