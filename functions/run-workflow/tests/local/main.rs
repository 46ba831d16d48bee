//! Services and databases as the services' own interfaces show them, at the address that
//! `GROUNDPLANE_TEST_AWS_ENDPOINT` names.

#[cfg(test)]
mod cloud {
    use aws_sdk_ecs::config::{BehaviorVersion, Credentials, Region};
    use aws_smithy_http_client::Builder;
    use groundplane_aws::{Databases, Services};
    use groundplane_ports::{
        ChangeServices, Database, FailOverDatabases, PortError, ReadDatabases, ReadServices,
        RolloutState, ServiceHealth, ServicePlace,
    };

    const CLUSTER: &str = "groundplane-test";
    const DATABASE: &str = "groundplane-test-orders";
    /// How often something is looked at until it is as it should be.
    const LOOKS: usize = 600;

    #[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
    fn endpoint() -> String {
        std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap()
    }

    macro_rules! client {
        ($sdk:ident) => {{
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .credentials_provider(Credentials::new("test", "test", None, None, "test"))
                .region(Region::new("eu-central-1"))
                .endpoint_url(endpoint())
                .http_client(Builder::new().build_http());
            $sdk::Client::from_conf(config.build())
        }};
    }

    /// A service of two containers, anew.
    async fn service(name: &str) -> (Services, ServicePlace) {
        let ecs = client!(aws_sdk_ecs);
        let _ = ecs.create_cluster().cluster_name(CLUSTER).send().await;
        let container = aws_sdk_ecs::types::ContainerDefinition::builder()
            .name("main")
            .image("nginx:1.27");
        ecs.register_task_definition()
            .family(name)
            .container_definitions(container.build())
            .send()
            .await
            .unwrap();
        // It may be there from another run.
        let old = ecs.delete_service().cluster(CLUSTER).service(name);
        let _ = old.force(true).send().await;
        ecs.create_service()
            .cluster(CLUSTER)
            .service_name(name)
            .task_definition(name)
            .desired_count(2)
            .send()
            .await
            .unwrap();
        let place = ServicePlace {
            cluster: CLUSTER.to_owned(),
            name: name.to_owned(),
        };
        let scaling = client!(aws_sdk_applicationautoscaling);
        (Services::new(ecs, scaling), place)
    }

    async fn look(services: &Services, place: &ServicePlace) -> ServiceHealth {
        let found = services.services(&place.cluster, &[&place.name]).await;
        let found = found.unwrap();
        assert_eq!(found.len(), 1);
        found.into_iter().next().unwrap()
    }

    /// Looks until the newest rollout is complete and all containers are its own.
    async fn steady(services: &Services, place: &ServicePlace) -> ServiceHealth {
        for _ in 0..LOOKS {
            let health = look(services, place).await;
            let is_complete = health
                .primary()
                .is_some_and(|primary| primary.state == RolloutState::Completed);
            if is_complete && health.running == health.desired && health.rollouts.len() == 1 {
                return health;
            }
            tokio::task::yield_now().await;
        }
        panic!("{:?}", look(services, place).await);
    }

    #[tokio::test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    async fn a_restart_is_a_new_rollout_that_takes_the_place_of_the_one_before() {
        let (services, place) = service("restarted").await;
        let before = steady(&services, &place).await;
        assert!(before.is_active, "{before:?}");
        assert_eq!(ServicePlace::of_arn(&before.arn), Some(place.clone()));
        let begun = services.restart(&place).await.unwrap();
        let after = begun.primary().unwrap().id.clone();
        assert_ne!(after, before.primary().unwrap().id);
        let end = steady(&services, &place).await;
        assert_eq!(end.primary().unwrap().id, after);
        assert_eq!(end.running, 2);
    }

    #[tokio::test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    async fn a_service_has_the_containers_that_it_is_told_to_have() {
        let (services, place) = service("scaled").await;
        for count in [3, 0, 1] {
            services.set_count(&place, count).await.unwrap();
            let health = steady(&services, &place).await;
            assert_eq!((health.desired, health.running), (count, count));
        }
    }

    #[tokio::test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    async fn services_that_do_not_exist_are_left_out_of_any_number() {
        let (services, place) = service("found").await;
        let missing: Vec<String> = (0..24).map(|number| format!("missing-{number}")).collect();
        let mut names: Vec<&str> = missing.iter().map(String::as_str).collect();
        names.push(&place.name);
        let found = services.services(CLUSTER, &names).await.unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let none = services.services("no-such-cluster", &names).await;
        assert_eq!(none, Ok(Vec::new()));
        let nowhere = ServicePlace {
            name: "missing".to_owned(),
            ..place
        };
        let refused = services.restart(&nowhere).await.unwrap_err();
        assert!(matches!(refused, PortError::Refused(_)), "{refused:?}");
    }

    /// The database, once it is available.
    async fn available(databases: &Databases) -> Database {
        let asked = ["no-such-database", &DATABASE.to_ascii_uppercase()];
        for _ in 0..LOOKS {
            let found = databases.databases(&asked).await.unwrap();
            assert_eq!(found.len(), 1, "{found:?}");
            if found[0].status == "available" {
                return found[0].clone();
            }
            tokio::task::yield_now().await;
        }
        panic!("the database is never available");
    }

    #[tokio::test]
    #[ignore = "needs a local AWS at GROUNDPLANE_TEST_AWS_ENDPOINT"]
    async fn a_database_goes_over_and_works_again() {
        let rds = client!(aws_sdk_rds);
        // It may be there from another run.
        let _ = rds
            .create_db_instance()
            .db_instance_identifier(DATABASE)
            .db_instance_class("db.t4g.micro")
            .engine("postgres")
            .allocated_storage(20)
            .master_username("main")
            .master_user_password("not-a-secret-0")
            .multi_az(true)
            .send()
            .await;
        let databases = Databases::new(rds);
        let before = available(&databases).await;
        assert!(before.has_standby, "{before:?}");
        assert_eq!(before.identifier, DATABASE);
        assert!(
            before.arn.ends_with(&format!(":db:{DATABASE}")),
            "{before:?}"
        );
        databases.fail_over(DATABASE).await.unwrap();
        available(&databases).await;
        let missing = databases.fail_over("no-such-database").await.unwrap_err();
        assert!(matches!(missing, PortError::Refused(_)), "{missing:?}");
    }
}
