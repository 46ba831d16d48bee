//! The target group and the rule that leads requests to it.

use groundplane_model::Problem;
use serde_json::{Value, json};

use super::{Ingress, TARGET_GROUP_ARN};
use crate::access;
use crate::compute::health_path;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections, Want,
};

/// The address of the service.
const URL: &str = "ingress.url";

/// The rule's place in the listener, where the spec leaves it open.
const PRIORITY: &str = "priority";

/// The highest priority that a listener knows.
const LAST_PRIORITY: u32 = 50_000;

/// The port of targets that name none. Those of ECS do, and a change of this one would replace the
/// group in the middle of its traffic.
const UNUSED_PORT: u16 = 80;

/// The unit `ingress`.
#[derive(Debug)]
pub(crate) struct RoutingUnit;

impl Capability for RoutingUnit {
    fn unit(&self) -> &'static str {
        "ingress"
    }

    fn section(&self) -> Option<&'static str> {
        Some("ingress")
    }

    /// Before compute, although it is about networking.
    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn requires(&self) -> &'static [&'static str] {
        &["compute"]
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([TARGET_GROUP_ARN, URL].map(Into::into))
    }

    fn wants(&self, sections: &Sections<'_>) -> Vec<Want> {
        let ingress = sections.read::<Ingress<'_>>("ingress");
        let is_open = ingress.is_ok_and(|ingress| ingress.priority.is_none());
        let mut wants = vec![Want::stack()];
        wants.extend(
            is_open.then(|| Want::name(PRIORITY, "AWS::ElasticLoadBalancingV2::ListenerRule")),
        );
        wants
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let ingress = input.sections.read::<Ingress<'_>>("ingress");
        let found = ingress.and_then(|ingress| {
            ingress.load_balancer(input.landing_zone)?;
            Ok(())
        });
        found.err().map(Problem::from).into_iter().collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let ingress: Ingress<'_> = input.sections.read("ingress")?;
        let mut resources = Resources::of(self.unit());
        resources.add("Targets", targets(input)?)?;
        resources.add("Rule", ingress.rule(input)?)?;
        // Whoever registers targets needs the rule as well: until then the group hangs on no load
        // balancer. The output waits for the whole stack, so there is nothing to add.
        context.set(TARGET_GROUP_ARN, json!({ "Ref": "Targets" }))?;
        let is_https = ingress.load_balancer(input.landing_zone)?.https;
        let scheme = if is_https { "https" } else { "http" };
        context.export(URL, format!("{scheme}://{}", ingress.host).into())?;
        Ok(resources)
    }
}

impl Ingress<'_> {
    fn rule(&self, input: &RenderInput<'_>) -> Result<Resource, RenderError> {
        let mut actions = access::actions(input.sections)?;
        actions.push(json!({ "Type": "forward", "TargetGroupArn": { "Ref": "Targets" } }));
        let actions: Vec<Value> = actions.into_iter().enumerate().map(ordered).collect();
        let properties = json!({
            "ListenerArn": self.load_balancer(input.landing_zone)?.listener_arn,
            "Priority": self.place(input)?,
            "Conditions": [
                { "Field": "host-header", "HostHeaderConfig": { "Values": [self.host] } },
                { "Field": "path-pattern", "PathPatternConfig": { "Values": [self.path] } },
            ],
            "Actions": actions,
        });
        let rule = Resource::new("AWS::ElasticLoadBalancingV2::ListenerRule", properties);
        Ok(rule)
    }

    fn place(&self, input: &RenderInput<'_>) -> Result<u32, RenderError> {
        if let Some(priority) = self.priority {
            return Ok(priority);
        }
        let allocated = input.resolved.require("ingress", PRIORITY)?;
        let priority = allocated.parse().ok();
        priority
            .filter(|number| (1..=LAST_PRIORITY).contains(number))
            .ok_or_else(|| RenderError::Section {
                section: "ingress".to_owned(),
                cause: format!("`{allocated}` was allocated as its priority, which is no priority"),
            })
    }
}

fn ordered((index, mut action): (usize, Value)) -> Value {
    if let Some(action) = action.as_object_mut() {
        action.insert("Order".to_owned(), (index + 1).into());
    }
    action
}

fn targets(input: &RenderInput<'_>) -> Result<Resource, RenderError> {
    let properties = json!({
        "VpcId": input.landing_zone.spec.network.vpc_id,
        "TargetType": "ip",
        "Protocol": "HTTP",
        "Port": UNUSED_PORT,
        "HealthCheckPath": health_path(input.sections)?,
        "HealthCheckIntervalSeconds": 15,
        "HealthyThresholdCount": 2,
        "Matcher": { "HttpCode": "200-399" },
        // Containers end when their requests have, not five minutes later.
        "TargetGroupAttributes": [
            { "Key": "deregistration_delay.timeout_seconds", "Value": "30" },
        ],
    });
    let group = "AWS::ElasticLoadBalancingV2::TargetGroup";
    Ok(Resource::new(group, properties))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_numbered_in_the_order_that_they_are_taken() {
        let actions: Vec<Value> = [json!({ "Type": "a" }), json!({ "Type": "b" })]
            .into_iter()
            .enumerate()
            .map(ordered)
            .collect();
        assert_eq!(
            actions,
            [
                json!({ "Type": "a", "Order": 1 }),
                json!({ "Type": "b", "Order": 2 })
            ]
        );
    }
}
