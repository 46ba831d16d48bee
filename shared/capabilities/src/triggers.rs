//! The section `triggers`: what calls the functions, or starts a task: schedules and webhooks.

mod schedule;
mod webhook;

use std::collections::BTreeSet;

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::compute::TASK_DEFINITION;
use crate::foundation::{COMPUTE_GROUP, EXECUTION_ROLE_ARN, TASK_ROLE_ARN};
use crate::lambda::{Lambda, arn_key};
use crate::subnets::subnet_keys;
use crate::template::logical_name;
use crate::text::pointer;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resources, Sections,
    Want,
};

/// The queue of what no target took.
const DEAD_LETTERS_ARN: &str = "triggers.dead_letters.arn";
/// Its address.
const DEAD_LETTERS_URL: &str = "triggers.dead_letters.url";
/// The address that the functions have routes under.
const WEBHOOK_URL: &str = "triggers.webhook.url";

/// The target that starts a task of the section `compute`.
const TASK: &str = "compute";

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Triggers<'a> {
    eventbridge_schedule_group: Option<&'a str>,
    #[serde(borrow, default)]
    schedules: Vec<Schedule<'a>>,
    webhook_gateway: bool,
}

#[derive(Debug, Deserialize)]
struct Schedule<'a> {
    name: &'a str,
    expression: &'a str,
    target: &'a str,
    input: Option<Value>,
}

impl<'a> Triggers<'a> {
    fn starts_tasks(&self) -> bool {
        self.schedules
            .iter()
            .any(|schedule| schedule.target == TASK)
    }

    fn scheduled_functions(&self) -> BTreeSet<&'a str> {
        let targets = self.schedules.iter().map(|schedule| schedule.target);
        targets.filter(|target| *target != TASK).collect()
    }
}

/// The unit `triggers`.
#[derive(Debug)]
pub(crate) struct TriggersUnit;

impl Capability for TriggersUnit {
    fn unit(&self) -> &'static str {
        "triggers"
    }

    fn section(&self) -> Option<&'static str> {
        Some("triggers")
    }

    fn phase(&self) -> Phase {
        Phase::Compute
    }

    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let Ok(triggers) = sections.read::<Triggers<'a>>("triggers") else {
            return Keys::new();
        };
        let mut keys: Keys<'a> = targets(&triggers, sections)
            .into_iter()
            .map(|name| arn_key(name).into())
            .collect();
        if triggers.starts_tasks() {
            let task = [
                TASK_DEFINITION,
                COMPUTE_GROUP,
                TASK_ROLE_ARN,
                EXECUTION_ROLE_ARN,
            ];
            keys.extend(task.map(Into::into));
            keys.extend(subnet_keys(sections));
        }
        keys
    }

    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Keys::new();
        if let Ok(triggers) = sections.read::<Triggers<'a>>("triggers") {
            if !triggers.schedules.is_empty() {
                keys.extend([DEAD_LETTERS_ARN, DEAD_LETTERS_URL].map(Into::into));
            }
            if triggers.webhook_gateway {
                keys.insert(WEBHOOK_URL.into());
            }
        }
        keys
    }

    fn wants(&self, sections: &Sections<'_>) -> Vec<Want> {
        let mut wants = vec![Want::stack()];
        let triggers = sections.read::<Triggers<'_>>("triggers");
        let makes_group = |triggers: &Triggers<'_>| {
            triggers.eventbridge_schedule_group.is_none() && !triggers.schedules.is_empty()
        };
        if triggers.is_ok_and(|triggers| makes_group(&triggers)) {
            wants.push(schedule::group_name());
        }
        wants
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        match input.sections.read::<Triggers<'_>>("triggers") {
            Ok(triggers) => triggers.check(input.sections),
            Err(error) => vec![error.into()],
        }
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let triggers: Triggers<'_> = input.sections.read("triggers")?;
        let mut resources = Resources::of(self.unit());
        if !triggers.schedules.is_empty() {
            triggers.add_schedules(input, context, &mut resources)?;
            let arn = json!({ "Fn::GetAtt": ["DeadLetters", "Arn"] });
            context.set(DEAD_LETTERS_ARN, arn)?;
            context.export(DEAD_LETTERS_URL, json!({ "Ref": "DeadLetters" }))?;
        }
        if triggers.webhook_gateway {
            let functions: Lambda<'_> = input.sections.read("lambda")?;
            webhook::add(input, &functions, context, &mut resources)?;
            let url = json!({ "Fn::GetAtt": ["Webhooks", "ApiEndpoint"] });
            context.export(WEBHOOK_URL, url)?;
        }
        Ok(resources)
    }
}

/// The functions that the triggers call.
fn targets<'a>(triggers: &Triggers<'a>, sections: &Sections<'a>) -> BTreeSet<&'a str> {
    let mut targets = triggers.scheduled_functions();
    if triggers.webhook_gateway {
        let lambda = sections.read::<Lambda<'a>>("lambda");
        targets.extend(lambda.iter().flat_map(Lambda::names));
    }
    targets
}

impl Triggers<'_> {
    fn check(&self, sections: &Sections<'_>) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.schedules.is_empty() && !self.webhook_gateway {
            let message = "there is neither a schedule nor a webhook gateway";
            problems.push(Problem::error(pointer(&["triggers"]), message));
        }
        if self.webhook_gateway && !sections.declares("lambda") {
            let message = "a webhook gateway requires the section `lambda`";
            let pointer = pointer(&["triggers", "webhookGateway"]);
            problems.push(Problem::error(pointer, message));
        }
        let mut seen = BTreeSet::new();
        for (index, schedule) in self.schedules.iter().enumerate() {
            let at = |field| pointer(&["triggers", "schedules", &index.to_string(), field]);
            problems.extend(schedule.check_target(&at("target"), sections));
            if !seen.insert(logical_name("", schedule.name)) {
                let message = format!("`{}` differs from another only in hyphens", schedule.name);
                problems.push(Problem::error(at("name"), message));
            }
        }
        problems
    }
}

impl Schedule<'_> {
    fn check_target(&self, pointer: &str, sections: &Sections<'_>) -> Option<Problem> {
        let lambda = sections.read::<Lambda<'_>>("lambda");
        let mut known: Vec<&str> = lambda.iter().flat_map(Lambda::names).collect();
        known.extend(sections.declares(TASK).then_some(TASK));
        if known.contains(&self.target) {
            return None;
        }
        let message = format!("there is no target `{}`", self.target);
        let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let hint = if known.is_empty() {
            "declare the section `lambda` or `compute`".to_owned()
        } else {
            format!("the targets are {}", known.join(", "))
        };
        Some(Problem::error(pointer, message).with_hint(hint))
    }
}
