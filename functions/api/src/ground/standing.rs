//! What a landing zone must be for the instances that stand on it: in the account that it says, within
//! its boundary, and where it was.

use groundplane_model::{
    Environment, Failure, FailureKind, Index, Instance, LandingZoneName, LandingZoneSpec, Member,
    Partition, Problem,
};
use groundplane_ports::ReadTable;

use crate::problem::Refused;

/// How many records are read at a time.
const PAGE: u16 = 100;

/// What is wrong with the roles of a landing zone: those of another account are of that account, and
/// there what is provisioned has a role of its own and a boundary.
pub(super) fn check_account(spec: &LandingZoneSpec) -> Vec<Problem> {
    let Some(role) = &spec.assume_role_arn else {
        return Vec::new();
    };
    let account = spec.account.as_str();
    let mut problems = Vec::new();
    let named = [
        ("assumeRoleArn", Some(role)),
        ("serviceRoleArn", spec.service_role_arn.as_ref()),
        (
            "permissionsBoundaryArn",
            spec.permissions_boundary_arn.as_ref(),
        ),
    ];
    for (field, arn) in named {
        let of = arn.map(|arn| arn.split(':').nth(4).unwrap_or_default());
        match of {
            None => {
                let message = format!("a landing zone that is reached by a role needs `{field}`");
                problems.push(Problem::error("/spec", message));
            }
            // A policy of AWS itself is in every account.
            Some(of) if of == account || of == "aws" => {}
            Some(of) => {
                let message = format!("is in the account {of}, and the landing zone in {account}");
                problems.push(Problem::error(format!("/spec/{field}"), message));
            }
        }
    }
    problems
}

/// A boundary may be replaced, and never taken away.
pub(super) fn check_boundary(before: &LandingZoneSpec, after: &LandingZoneSpec) -> Option<Problem> {
    let boundary = before.permissions_boundary_arn.as_ref()?;
    let is_gone = after.permissions_boundary_arn.is_none();
    is_gone.then(|| {
        let message =
            "a permissions boundary cannot be taken away: roles would be made without one";
        Problem::error("/spec", message).with_hint(format!(
            "keep `permissionsBoundaryArn: {boundary}`, or name another one"
        ))
    })
}

/// Demands that no instance stands on the landing zone: its stacks would be left behind where it was.
pub(super) async fn must_be_empty(
    table: &impl ReadTable,
    zone: &LandingZoneName,
) -> Result<(), Refused> {
    let mut cursor: Option<String> = None;
    loop {
        let environments = Index::environments("");
        let page = table.list::<Environment>(&environments, PAGE, cursor.as_deref());
        let page = page.await?;
        for environment in &page.records {
            no_member(table, environment, zone).await?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// An environment may have moved on since its instances were deployed, so each of them is asked.
async fn no_member(
    table: &impl ReadTable,
    environment: &Environment,
    zone: &LandingZoneName,
) -> Result<(), Refused> {
    let partition = Partition::environment(&environment.name);
    let mut cursor: Option<String> = None;
    loop {
        let page = table.page::<Member>(&partition, Member::PREFIX, PAGE, cursor.as_deref());
        let page = page.await?;
        for Member {
            tenant, instance, ..
        } in &page.records
        {
            let found: Option<Instance> = table.get(&Instance::key_of(tenant, instance)).await?;
            if found.is_some_and(|found| found.landing_zone == *zone) {
                let message = format!(
                    "the instance `{instance}` of `{tenant}` stands on `{zone}`, which therefore stays \
                     in its account and region; it may name another role there"
                );
                return Err(Failure::new(FailureKind::Conflict, message).into());
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ROLE: &str = "arn:aws:iam::222222222222:role/groundplane-access";
    const SERVICE: &str = "arn:aws:iam::222222222222:role/groundplane-cloudformation";
    const BOUNDARY: &str = "arn:aws:iam::222222222222:policy/groundplane-boundary";

    fn spec(roles: &Value) -> LandingZoneSpec {
        let mut spec = json!({
            "account": "222222222222", "region": "eu-west-1", "cluster": "main",
            "network": { "vpcId": "vpc-1", "privateSubnetIds": [] },
        });
        let roles = roles.as_object().unwrap().clone();
        spec.as_object_mut().unwrap().extend(roles);
        serde_json::from_value(spec).unwrap()
    }

    fn told(roles: &Value) -> Vec<String> {
        let problems = check_account(&spec(roles)).into_iter();
        let told = problems.map(|it| format!("{} {}", it.pointer, it.message));
        told.collect()
    }

    #[test]
    fn a_landing_zone_of_the_platforms_own_account_needs_no_roles() {
        assert_eq!(told(&json!({})), Vec::<String>::new());
    }

    #[test]
    fn another_account_needs_all_three_and_of_that_account() {
        let all = json!({"assumeRoleArn": ROLE, "serviceRoleArn": SERVICE,
            "permissionsBoundaryArn": BOUNDARY});
        assert_eq!(told(&all), Vec::<String>::new());
        let told_of_one = told(&json!({ "assumeRoleArn": ROLE }));
        assert_eq!(told_of_one.len(), 2, "{told_of_one:?}");
        for field in ["assumeRoleArn", "serviceRoleArn", "permissionsBoundaryArn"] {
            let mut other = all.clone();
            let arn = all[field].as_str().unwrap();
            other[field] = Value::from(arn.replace("222222222222", "333333333333"));
            let expected = format!(
                "/spec/{field} is in the account 333333333333, and the landing zone in 222222222222"
            );
            assert_eq!(told(&other), [expected]);
        }
    }

    #[test]
    fn a_boundary_is_replaced_and_never_taken_away() {
        let with = spec(&json!({ "permissionsBoundaryArn": BOUNDARY }));
        let other = spec(&json!({ "permissionsBoundaryArn": format!("{BOUNDARY}-2") }));
        let without = spec(&json!({}));
        assert!(check_boundary(&with, &without).is_some());
        for (before, after) in [(&with, &other), (&without, &with), (&without, &without)] {
            assert_eq!(check_boundary(before, after), None);
        }
    }
}
