//! Schedules: their group, the role that they work under, and the queue of what failed.

use serde_json::{Value, json};

use super::{Schedule, TASK, Triggers};
use crate::compute::{CONTAINER, TASK_DEFINITION};
use crate::foundation::{COMPUTE_GROUP, EXECUTION_ROLE_ARN, TASK_ROLE_ARN};
use crate::lambda::arn_key;
use crate::network::cluster_arn;
use crate::policy::{allow, allow_where, arn, attached, only_from, role};
use crate::subnets::code_subnets;
use crate::template::logical_name;
use crate::{References, RenderError, RenderInput, Resource, Resources, Want};

/// The name of the group, where the service has one of its own.
const GROUP: &str = "schedule-group";

/// The name of the group, where the spec names none.
pub(super) fn group_name() -> Want {
    Want::name(GROUP, "AWS::Scheduler::ScheduleGroup")
}

/// The variable in which a task finds the input of its schedule, as JSON.
const INPUT_VARIABLE: &str = "SCHEDULE_INPUT";

/// For how many seconds failed calls are kept: two weeks, the longest that SQS allows.
const KEPT_SECONDS: u32 = 1_209_600;

impl Triggers<'_> {
    pub(super) fn add_schedules(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
        resources: &mut Resources,
    ) -> Result<(), RenderError> {
        let group = match self.eventbridge_schedule_group {
            Some(group) => group,
            None => input.resolved.require("triggers", GROUP)?,
        };
        if self.eventbridge_schedule_group.is_none() {
            let properties = json!({ "Name": group });
            let own = Resource::new("AWS::Scheduler::ScheduleGroup", properties);
            resources.add("ScheduleGroup", own)?;
        }
        resources.add("DeadLetters", dead_letters())?;
        // The service acts for whole groups, not for single schedules.
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        let source = arn("scheduler", &format!("schedule-group/{group}"));
        let principal = "scheduler.amazonaws.com";
        let caller = role(principal, Some(only_from(&source)), input.landing_zone);
        resources.add("Caller", caller)?;
        let statements = self.permissions(context)?;
        let access = attached("triggers", &[json!({ "Ref": "Caller" })], &statements);
        resources.add("CallerAccess", access)?;
        for schedule in &self.schedules {
            // A group of its own has to be there first; the name alone does not say so.
            let waits: &[&str] = match self.eventbridge_schedule_group {
                Some(_) => &["CallerAccess"],
                None => &["CallerAccess", "ScheduleGroup"],
            };
            let resource = schedule.resource(group, input, context)?.after(waits);
            resources.add(logical_name("Schedule", schedule.name), resource)?;
        }
        Ok(())
    }

    /// What the schedules may call, and no more.
    fn permissions(&self, context: &mut References<'_>) -> Result<Vec<Value>, RenderError> {
        let mut statements = vec![allow(&["sqs:SendMessage"], &dead_letters_arn())];
        let mut functions = Vec::new();
        for name in self.scheduled_functions() {
            functions.push(context.require(&arn_key(name))?);
        }
        if !functions.is_empty() {
            statements.push(allow(&["lambda:InvokeFunction"], &functions.into()));
        }
        if self.starts_tasks() {
            statements.push(allow(&["ecs:RunTask"], &context.require(TASK_DEFINITION)?));
            // Tasks carry the tags of their definition, which takes a right of its own ("Grant permission
            // to tag resources on creation", Amazon ECS developer guide).
            let on_creation = json!({ "ecs:CreateAction": "RunTask" });
            let tasks = arn("ecs", "task/*");
            statements.push(allow_where(&["ecs:TagResource"], &tasks, &on_creation));
            let roles = [
                context.require(TASK_ROLE_ARN)?,
                context.require(EXECUTION_ROLE_ARN)?,
            ];
            let to_tasks = json!({ "iam:PassedToService": "ecs-tasks.amazonaws.com" });
            statements.push(allow_where(&["iam:PassRole"], &json!(roles), &to_tasks));
        }
        Ok(statements)
    }
}

impl Schedule<'_> {
    fn resource(
        &self,
        group: &str,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resource, RenderError> {
        let target = if self.target == TASK {
            self.task(input, context)?
        } else {
            self.function(context)?
        };
        let properties = json!({
            "GroupName": group,
            "ScheduleExpression": self.expression,
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": target,
        });
        Ok(Resource::new("AWS::Scheduler::Schedule", properties))
    }

    fn function(&self, context: &mut References<'_>) -> Result<Value, RenderError> {
        let input = self
            .input
            .as_ref()
            .map_or_else(|| "{}".to_owned(), Value::to_string);
        Ok(json!({
            "Arn": context.require(&arn_key(self.target))?,
            "RoleArn": { "Fn::GetAtt": ["Caller", "Arn"] },
            "Input": input,
            "DeadLetterConfig": { "Arn": dead_letters_arn() },
        }))
    }

    /// A task takes no input but its variables, so the input is one of them.
    fn task(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Value, RenderError> {
        let mut overrides = json!([]);
        if let Some(data) = &self.input {
            let variable = json!({ "name": INPUT_VARIABLE, "value": data.to_string() });
            overrides = json!([{ "name": CONTAINER, "environment": [variable] }]);
        }
        let network = json!({
            "AssignPublicIp": "DISABLED",
            "SecurityGroups": [context.require(COMPUTE_GROUP)?],
            "Subnets": code_subnets(input, context)?,
        });
        Ok(json!({
            "Arn": cluster_arn(input.landing_zone),
            "RoleArn": { "Fn::GetAtt": ["Caller", "Arn"] },
            "Input": json!({ "containerOverrides": overrides }).to_string(),
            "DeadLetterConfig": { "Arn": dead_letters_arn() },
            "EcsParameters": {
                "TaskDefinitionArn": context.require(TASK_DEFINITION)?,
                "LaunchType": "FARGATE",
                "NetworkConfiguration": { "AwsvpcConfiguration": network },
                "PropagateTags": "TASK_DEFINITION",
            },
        }))
    }
}

fn dead_letters() -> Resource {
    let properties = json!({
        "MessageRetentionPeriod": KEPT_SECONDS,
        "SqsManagedSseEnabled": true,
    });
    Resource::new("AWS::SQS::Queue", properties).on_delete("Delete")
}

fn dead_letters_arn() -> Value {
    json!({ "Fn::GetAtt": ["DeadLetters", "Arn"] })
}
