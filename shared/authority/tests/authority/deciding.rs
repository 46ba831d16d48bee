//! What the shipped policies decide, for every tier and every action; what an access policy adds; and
//! that none of them can be left out.

use std::fs;
use std::path::Path;

use groundplane_authority::{Action, Authority, Object, Policies, Tier, check_access, schema_text};
use groundplane_model::{
    AccessPolicySpec, AccessRule, CustomRole, GroupRoles, Machine, MachineIdentity, Principal,
    TenantId,
};

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

/// Somebody of `acme`, in groups that are named as the roles that they give.
fn member(groups: &[&str]) -> Principal {
    Principal {
        subject: "kim".to_owned(),
        tenant: tenant("acme"),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        machine: None,
    }
}

fn given(group: &str, tenant: Option<TenantId>) -> GroupRoles {
    GroupRoles {
        group: group.to_owned(),
        tenant,
        roles: vec![group.to_owned()],
    }
}

/// Nobody has a role but by groups: those of the tiers, and `auditor`, who sees the audit log.
fn access() -> AccessPolicySpec {
    let tiers = ["read-only", "user", "tenant-admin", "provider-admin"];
    let mut groups: Vec<GroupRoles> = tiers.iter().map(|name| given(name, None)).collect();
    groups.push(given("auditor", None));
    AccessPolicySpec {
        everyone: Vec::new(),
        groups,
        roles: vec![CustomRole {
            name: "auditor".to_owned(),
            actions: vec!["audit:read".to_owned()],
        }],
        ..AccessPolicySpec::default()
    }
}

fn authority(policies: Policies, access: AccessPolicySpec) -> Authority {
    assert_eq!(check_access(&access), Vec::new());
    Authority::new(policies, "platform", access).unwrap()
}

fn rule(name: &str, text: &str) -> AccessRule {
    AccessRule {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// One question and what is expected.
struct Cell {
    who: Option<&'static str>,
    action: Action,
    whose: Option<&'static str>,
    allowed: bool,
}

/// Every role, every action, and what belongs to the own tenant, another one, and the provider.
fn cells() -> Vec<Cell> {
    let mut cells = Vec::new();
    let people = [
        None,
        Some("read-only"),
        Some("user"),
        Some("tenant-admin"),
        Some("provider-admin"),
        Some("auditor"),
    ];
    for action in Action::ALL {
        for who in people {
            let has = match who {
                None => false,
                Some("auditor") => *action == Action::AuditRead,
                Some(tier) => Tier::named(tier).unwrap().has(*action),
            };
            let across = action.reaches_across_tenants() && who == Some("provider-admin");
            for (whose, allowed) in [
                (Some("acme"), has),
                (Some("umbrella"), has && across),
                (None, has),
            ] {
                cells.push(Cell {
                    who,
                    action: *action,
                    whose,
                    allowed,
                });
            }
        }
    }
    cells
}

/// The cells in which `authority` decides something else than is expected.
fn wrong_cells(authority: &Authority) -> usize {
    let people = cells().into_iter().filter(|cell| {
        let whose = cell.whose.map(tenant);
        let object = whose.as_ref().map_or(Object::PROVIDERS, Object::of);
        let groups: Vec<&str> = cell.who.into_iter().collect();
        let decision = authority.decide(&member(&groups), cell.action, object);
        decision.allowed != cell.allowed
    });
    let platform = Action::ALL.iter().filter(|action| {
        let acme = tenant("acme");
        let decision = authority.decide_for_the_platform(**action, Object::of(&acme));
        decision.allowed != Tier::System.has(**action)
    });
    people.count() + platform.count()
}

#[test]
fn every_cell_of_roles_actions_and_tenants_is_decided_as_the_tiers_say() {
    let authority = authority(Policies::shipped(), access());
    assert_eq!(wrong_cells(&authority), 0);
    assert!(cells().iter().filter(|cell| cell.allowed).count() > 100);
}

#[test]
fn no_policy_can_be_left_out_without_a_cell_that_shows_it() {
    let shipped = Policies::shipped();
    let names: Vec<&str> = shipped.names().collect();
    assert_eq!(names.len(), 7);
    for name in names {
        let rest = authority(shipped.clone().without(name), access());
        assert!(wrong_cells(&rest) > 0, "nothing needs `{name}`");
    }
}

#[test]
fn a_decision_names_the_policies_that_made_it() {
    let authority = authority(Policies::shipped(), access());
    let (acme, umbrella) = (tenant("acme"), tenant("umbrella"));
    let decide = |groups: &[&str], action, whose| {
        let decision = authority.decide(&member(groups), action, Object::of(whose));
        (decision.allowed, decision.policies.join(" "))
    };
    let read = Action::InstanceRead;
    let both = decide(&["user", "read-only"], read, &acme);
    assert_eq!(both, (true, "read-only user".to_owned()));
    assert_eq!(
        decide(&["user"], read, &umbrella),
        (false, "same-tenant".to_owned())
    );
    assert_eq!(decide(&[], read, &acme), (false, String::new()));
    let custom = decide(&["auditor"], Action::AuditRead, &acme);
    assert_eq!(custom, (true, "custom-role".to_owned()));
}

#[test]
fn until_something_else_is_said_tenants_work_and_the_platform_group_runs_the_platform() {
    let authority = authority(Policies::shipped(), AccessPolicySpec::default());
    assert_eq!(authority.roles_of(&member(&[])), ["user"]);
    assert_eq!(
        authority.roles_of(&member(&["platform"])),
        ["provider-admin", "user"]
    );
    let may = |groups: &[&str], action| {
        authority
            .decide(&member(groups), action, Object::PROVIDERS)
            .allowed
    };
    assert!(may(&[], Action::InstanceDeploy) && !may(&[], Action::GroundManage));
    assert!(may(&["platform"], Action::GroundManage));
    assert!(!may(&["platforms"], Action::GroundManage));
}

#[test]
fn a_group_can_have_its_roles_in_one_tenant_only() {
    let access = AccessPolicySpec {
        groups: vec![given("tenant-admin", Some(tenant("umbrella")))],
        ..AccessPolicySpec::default()
    };
    let authority = authority(Policies::shipped(), access);
    let ours = member(&["tenant-admin"]);
    let theirs = Principal {
        tenant: tenant("umbrella"),
        ..ours.clone()
    };
    assert_eq!(authority.roles_of(&ours), ["user"]);
    assert_eq!(authority.roles_of(&theirs), ["tenant-admin", "user"]);
}

#[test]
fn a_machine_has_the_roles_of_its_own_and_none_of_people() {
    let access = AccessPolicySpec {
        machines: vec![Machine {
            client: Some("c-1".to_owned()),
            role_arn: None,
            tenant: tenant("acme"),
            roles: vec!["read-only".to_owned()],
        }],
        ..AccessPolicySpec::default()
    };
    let authority = authority(Policies::shipped(), access);
    let machine = Principal {
        machine: Some(MachineIdentity::Client("c-1".to_owned())),
        ..member(&[])
    };
    assert_eq!(authority.roles_of(&machine), ["read-only"]);
    let other = MachineIdentity::Role("c-1".to_owned());
    assert_eq!(authority.tenant_of(&other), None);
}

#[test]
fn a_policy_of_ones_own_forbids_and_leaves_the_way_to_replace_it() {
    let access = AccessPolicySpec {
        roles: vec![CustomRole {
            name: "approver".to_owned(),
            actions: Vec::new(),
        }],
        groups: vec![given("approver", None)],
        policies: vec![
            rule(
                "approvers-only",
                "forbid (principal, action == Action::\"instance:approve\", resource) unless { principal in Role::\"approver\" };",
            ),
            rule(
                "nobody-manages",
                "forbid (principal, action in Action::\"provider-admin\", resource) when { principal.groups.contains(\"platform\") };",
            ),
        ],
        ..AccessPolicySpec::default()
    };
    let authority = authority(Policies::shipped(), access);
    let acme = tenant("acme");
    let may = |groups: &[&str], action| {
        let decision = authority.decide(&member(groups), action, Object::of(&acme));
        (decision.allowed, decision.policies.join(" "))
    };
    let denied = may(&[], Action::InstanceApprove);
    assert_eq!(denied, (false, "policy:approvers-only".to_owned()));
    assert!(may(&["approver"], Action::InstanceApprove).0);
    assert!(!may(&["platform"], Action::GroundManage).0);
    assert!(may(&["platform"], Action::AccessManage).0);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one document with every mistake")]
fn an_access_policy_that_cannot_work_is_refused_with_every_place() {
    let spec = AccessPolicySpec {
        everyone: vec!["usr".to_owned(), "system".to_owned()],
        groups: vec![given("nobody", None)],
        roles: vec![
            CustomRole {
                name: "user".to_owned(),
                actions: vec!["instance:steal".to_owned(), "drift:remediate".to_owned()],
            },
            CustomRole {
                name: "user".to_owned(),
                actions: Vec::new(),
            },
        ],
        machines: vec![Machine {
            client: None,
            role_arn: None,
            tenant: tenant("acme"),
            roles: vec!["user".to_owned()],
        }],
        policies: vec![
            rule("broken", "forbid (principal, action"),
            rule("broken", "permit (principal, action, resource);"),
            rule(
                "unknown",
                "forbid (principal, action == Action::\"instance:steal\", resource);",
            ),
            rule(
                "untyped",
                "forbid (principal, action, resource) when { principal.age > 3 };",
            ),
            rule(
                "two",
                "forbid (principal, action, resource); permit (principal, action, resource);",
            ),
        ],
    };
    let problems = check_access(&spec);
    let places: Vec<&str> = problems
        .iter()
        .map(|problem| problem.pointer.as_str())
        .collect();
    for expected in [
        "/spec/everyone/0",
        "/spec/everyone/1",
        "/spec/groups/0/roles/0",
        "/spec/roles/0/name",
        "/spec/roles/0/actions/0",
        "/spec/roles/0/actions/1",
        "/spec/roles/1/name",
        "/spec/machines/0",
        "/spec/policies/0/text",
        "/spec/policies/1/name",
        "/spec/policies/1/text",
        "/spec/policies/2/text",
        "/spec/policies/3/text",
        "/spec/policies/4/text",
    ] {
        assert!(
            places.contains(&expected),
            "{expected} is missing: {problems:#?}"
        );
    }
    for problem in &problems {
        assert!(
            !problem.message.chars().any(char::is_control),
            "{problem:?}"
        );
    }
}

#[test]
fn every_shipped_policy_is_valid_in_the_schema() {
    use cedar_policy::{PolicySet, Schema, ValidationMode, Validator};

    let (schema, warnings) = Schema::from_cedarschema_str(&schema_text()).unwrap();
    assert_eq!(warnings.count(), 0);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policies");
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_none_or(|extension| extension != "cedar")
        {
            continue;
        }
        let set: PolicySet = fs::read_to_string(&path).unwrap().parse().unwrap();
        let verdict = Validator::new(schema.clone()).validate(&set, ValidationMode::Strict);
        assert!(verdict.validation_passed(), "{}: {verdict}", path.display());
        read += 1;
    }
    assert_eq!(read, Policies::shipped().names().count());
}

/// `UPDATE_GOLDEN=1` writes it.
#[test]
fn the_schema_for_readers_is_that_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policies/authority.cedarschema");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, schema_text()).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), schema_text());
}
