use serde_json::json;

use super::*;

const TASK: &str = "arn:aws:ecs:eu-central-1:123456789012:task/main/4f1c";

fn event(source: &str, resources: &[&str], detail: Value) -> Event {
    Event {
        version: "0".to_owned(),
        id: "a".to_owned(),
        source: source.to_owned(),
        detail_type: "Something".to_owned(),
        account: "123456789012".to_owned(),
        time: "2026-11-21T10:00:00Z".parse().unwrap(),
        region: "eu-central-1".to_owned(),
        resources: resources.iter().map(|text| (*text).to_owned()).collect(),
        detail,
    }
}

fn dimensions(dimensions: &Value) -> Value {
    json!({ "configuration": { "metrics": [
        { "metricStat": { "metric": { "dimensions": dimensions } } }
    ] } })
}

#[test]
fn the_most_specific_comes_first_and_each_once() {
    let detail = json!({
        "taskArn": TASK, "group": "service:web",
        "clusterArn": "arn:aws:ecs:eu-central-1:123456789012:cluster/main",
        "taskDefinitionArn": "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3"
    });
    assert_eq!(
        subjects(&event("aws.ecs", &[TASK, TASK], detail)),
        [
            TASK,
            "arn:aws:ecs:eu-central-1:123456789012:service/main/web",
            "arn:aws:ecs:eu-central-1:123456789012:task-definition/web:3",
        ]
    );
}

#[test]
fn a_task_that_no_service_started_is_about_no_service() {
    let cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/main";
    for group in [json!("family:web"), json!(5), json!(null)] {
        let detail = json!({ "group": group, "clusterArn": cluster });
        assert_eq!(subjects(&event("aws.ecs", &[TASK], detail)), [TASK]);
    }
    for cluster in ["main", "arn:aws:ecs:eu-central-1:123456789012:service/a/b"] {
        let detail = json!({ "group": "service:web", "clusterArn": cluster });
        assert_eq!(subjects(&event("aws.ecs", &[TASK], detail)), [TASK]);
    }
}

#[test]
fn a_service_with_a_short_arn_is_found_by_the_long_one() {
    let short = "arn:aws:ecs:eu-central-1:123456789012:service/web";
    let cluster = "arn:aws:ecs:eu-central-1:123456789012:cluster/main";
    let found = subjects(&event(
        "aws.ecs",
        &[short],
        json!({ "clusterArn": cluster }),
    ));
    let long = "arn:aws:ecs:eu-central-1:123456789012:service/main/web";
    assert_eq!(found, [short, long]);
}

#[test]
fn an_alarm_is_about_what_its_metrics_measure() {
    let at = "eu-central-1:123456789012";
    for (measured, expected) in [
        (
            json!({ "ClusterName": "main", "ServiceName": "web" }),
            format!("arn:aws:ecs:{at}:service/main/web"),
        ),
        (
            json!({ "CacheClusterId": "orders-001", "CacheNodeId": "0001" }),
            format!("arn:aws:elasticache:{at}:replicationgroup:orders"),
        ),
        (
            json!({ "TargetGroup": "targetgroup/web/5a1b", "LoadBalancer": "app/edge/6c2d" }),
            format!("arn:aws:elasticloadbalancing:{at}:targetgroup/web/5a1b"),
        ),
        (
            json!({ "TargetGroup": "targetgroup/web/5a1b", "LoadBalancer": "app/edge/6c2d" }),
            format!("arn:aws:elasticloadbalancing:{at}:loadbalancer/app/edge/6c2d"),
        ),
        (json!({ "FileSystemId": "fs-0a1b" }), "fs-0a1b".to_owned()),
        (
            json!({ "FunctionName": "resize" }),
            format!("arn:aws:lambda:{at}:function:resize"),
        ),
        (
            json!({ "TopicName": "news" }),
            format!("arn:aws:sns:{at}:news"),
        ),
    ] {
        let found = subjects(&event("aws.cloudwatch", &[], dimensions(&measured)));
        assert!(found.contains(&expected), "{found:?} lacks {expected}");
    }
    let cluster_alone = dimensions(&json!({ "ClusterName": "main" }));
    assert_eq!(
        subjects(&event("aws.cloudwatch", &[], cluster_alone)),
        [""; 0]
    );
}

#[test]
fn an_alarm_on_another_accounts_metric_is_about_that_account() {
    let mut detail = dimensions(&json!({ "QueueName": "letters" }));
    detail["configuration"]["metrics"][0]["accountId"] = json!("210987654321");
    assert_eq!(
        subjects(&event("aws.cloudwatch", &[], detail)),
        [
            "arn:aws:sqs:eu-central-1:210987654321:letters",
            "210987654321/eu-central-1/AWS::SQS::Queue/letters",
        ]
    );
}

#[test]
fn a_scalable_target_is_what_it_scales() {
    for (namespace, id, expected) in [
        (
            "ecs",
            "service/main/web",
            "ecs:eu-central-1:123456789012:service/main/web",
        ),
        (
            "dynamodb",
            "table/orders",
            "dynamodb:eu-central-1:123456789012:table/orders",
        ),
        (
            "rds",
            "cluster:orders",
            "rds:eu-central-1:123456789012:cluster:orders",
        ),
        (
            "elasticache",
            "replication-group/orders",
            "elasticache:eu-central-1:123456789012:replicationgroup:orders",
        ),
        (
            "lambda",
            "function:resize:live",
            "lambda:eu-central-1:123456789012:function:resize",
        ),
    ] {
        let detail = json!({ "serviceNamespace": namespace, "resourceId": id });
        let found = subjects(&event("aws.application-autoscaling", &[], detail));
        assert!(found.contains(&format!("arn:aws:{expected}")), "{found:?}");
    }
    let unknown = json!({ "serviceNamespace": "cassandra", "resourceId": "keyspace/a/table/b" });
    let unknown = event("aws.application-autoscaling", &[], unknown);
    assert_eq!(subjects(&unknown), [""; 0]);
}

#[test]
fn a_source_that_is_not_known_names_what_it_is_about_in_its_resources() {
    let detail = json!({ "taskArn": TASK, "SourceArn": TASK });
    let found = subjects(&event("shop.orders", &["fs-0a1b", TASK], detail));
    assert_eq!(found, ["fs-0a1b", TASK]);
}

#[test]
fn what_cannot_be_an_identifier_is_left_out() {
    let long = "x".repeat(1025);
    let found = subjects(&event(
        "shop",
        &["", "a b", "a\nb", &long, TASK],
        json!(null),
    ));
    assert_eq!(found, [TASK]);
}

#[test]
fn an_event_is_about_at_most_fifty_things() {
    let names: Vec<String> = (0..60).map(|number| format!("thing-{number}")).collect();
    let resources: Vec<&str> = names.iter().map(String::as_str).collect();
    let found = subjects(&event("shop", &resources, json!({})));
    assert_eq!(found, names[..MOST_SUBJECTS]);
}

#[test]
fn without_an_account_or_region_names_mean_nothing() {
    let measured = dimensions(&json!({ "DBInstanceIdentifier": "a", "TopicName": "b" }));
    let mut nowhere = event("aws.cloudwatch", &[], measured);
    nowhere.region = String::new();
    assert_eq!(subjects(&nowhere), [""; 0]);
}

#[test]
fn other_partitions_name_their_resources_their_own_way() {
    let measured = dimensions(&json!({
        "ClusterName": "main", "ServiceName": "web", "BucketName": "orders",
        "DBInstanceIdentifier": "orders"
    }));
    for (region, partition) in [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let mut there = event("aws.cloudwatch", &[], measured.clone());
        there.region = region.to_owned();
        let found = subjects(&there);
        for expected in [
            format!("arn:{partition}:ecs:{region}:123456789012:service/main/web"),
            format!("arn:{partition}:rds:{region}:123456789012:db:orders"),
            format!("arn:{partition}:s3:::orders"),
        ] {
            assert!(found.contains(&expected), "{found:?} lacks {expected}");
        }
    }
}

#[test]
fn a_task_is_where_its_cluster_is_whoever_tells_of_it() {
    let cluster = "arn:aws-us-gov:ecs:us-gov-west-1:210987654321:cluster/main";
    let detail = json!({ "group": "service:web", "clusterArn": cluster });
    let service = "arn:aws-us-gov:ecs:us-gov-west-1:210987654321:service/main/web";
    assert_eq!(subjects(&event("aws.ecs", &[], detail)), [service]);
}

#[test]
fn what_health_affects_is_where_health_says() {
    let affected = |service: &str, entity: &str| {
        let detail = json!({
            "service": service, "affectedAccount": "210987654321", "eventRegion": "eu-west-1",
            "affectedEntities": [{ "entityValue": entity }, { "entityValue": 5 }, {}]
        });
        subjects(&event("aws.health", &[], detail))
    };
    assert_eq!(
        affected("ELASTICFILESYSTEM", "fs-0a1b").last().unwrap(),
        "fs-0a1b"
    );
    let queue = affected("SQS", "letters");
    assert_eq!(queue[0], "arn:aws:sqs:eu-west-1:210987654321:letters");
    assert_eq!(affected("EC2", "AWS_ACCOUNT"), [""; 0]);
    assert_eq!(affected("BILLING", "210987654321"), [""; 0]);
}
