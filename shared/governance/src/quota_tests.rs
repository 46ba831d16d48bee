use groundplane_model::{Quotas, TenantSpec};
use proptest::prelude::*;

use super::*;

fn tenant(quotas: Quotas) -> Tenant {
    Tenant {
        name: "acme".parse().unwrap(),
        spec: TenantSpec {
            owner: "platform-team".to_owned(),
            sections: None,
            engines: std::collections::BTreeMap::new(),
            limits: Vec::new(),
            required_labels: Vec::new(),
            production: groundplane_model::ProductionRules::default(),
            quotas,
        },
        updated_at: Timestamp::UNIX_EPOCH,
        updated_by: "test".to_owned(),
        version: 1,
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn what_is_used_up_is_said_with_its_name_its_bound_and_when_there_is_more() {
    let tenant = tenant(Quotas {
        instances: Some(3),
        deployments_per_hour: Some(10),
        ..Quotas::default()
    });
    let said = |quota, used| {
        exceeded(Some(&tenant), (quota, used, 1), at(7200 + 600)).map(|it| it.message)
    };
    assert_eq!(said(Quota::Instances, 2), None);
    assert_eq!(
        said(Quota::Instances, 3).unwrap(),
        "the quota `instances` is 3, and 3 are used; what is not needed any more makes room, and \
         `platform-team` can say more about it"
    );
    assert_eq!(
        said(Quota::DeploymentsPerHour, 10).unwrap(),
        "the quota `deploymentsPerHour` is 10, and 10 are used; it is counted anew in 3000 s, and \
         `platform-team` can say more about it"
    );
    assert_eq!(said(Quota::RequestsPerMinute, 1_000_000), None);
    assert_eq!(
        exceeded(None, (Quota::Instances, 9, 1), at(0)).map(|it| it.message),
        None
    );
}

proptest! {
    #[test]
    fn it_is_refused_exactly_where_the_sum_is_above_the_bound(
        most in 0u64..50, used in -5i64..60, more in 0u64..20,
    ) {
        let tenant = tenant(Quotas { allocations: Some(most), ..Quotas::default() });
        let refused = exceeded(Some(&tenant), (Quota::Allocations, used, more), at(0)).is_some();
        prop_assert_eq!(refused, used.max(0).unsigned_abs() + more > most);
    }

    #[test]
    fn a_window_ends_when_the_next_one_begins(second in 0i64..4_000_000_000) {
        let acme = "acme".parse().unwrap();
        for quota in [Quota::DeploymentsPerHour, Quota::RequestsPerMinute] {
            let left = quota.seconds_left(at(second)).unwrap();
            let key = |second| quota.key_of(&acme, at(second));
            prop_assert!(left >= 1);
            prop_assert_eq!(key(second), key(second + left - 1));
            prop_assert_ne!(key(second), key(second + left));
        }
    }
}
