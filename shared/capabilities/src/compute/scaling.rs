//! Scaling on CPU, where the section allows more containers than its minimum.

use serde_json::json;

use super::Compute;
use crate::{RenderInput, Resource};

/// The share of CPU that scaling aims at, in percent.
const CPU_TARGET: u8 = 70;

impl Compute<'_> {
    pub(super) fn scalable_target(&self, input: &RenderInput<'_>) -> Resource {
        let cluster = &input.landing_zone.spec.cluster;
        // Application Auto Scaling knows clusters by name, ECS by ARN as well.
        let cluster = cluster.rsplit('/').next().unwrap_or(cluster);
        Resource::new(
            "AWS::ApplicationAutoScaling::ScalableTarget",
            json!({
                "ServiceNamespace": "ecs",
                "ScalableDimension": "ecs:service:DesiredCount",
                "ResourceId": { "Fn::Join": ["/", [
                    "service",
                    cluster,
                    { "Fn::GetAtt": ["Service", "Name"] },
                ]] },
                "MinCapacity": self.min_capacity,
                "MaxCapacity": self.max_capacity,
            }),
        )
    }
}

pub(super) fn policy() -> Resource {
    Resource::new(
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        json!({
            "PolicyName": "cpu",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": { "Ref": "ScalableTarget" },
            "TargetTrackingScalingPolicyConfiguration": {
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "ECSServiceAverageCPUUtilization",
                },
                "TargetValue": CPU_TARGET,
            },
        }),
    )
}
