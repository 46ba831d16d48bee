//! The ports on the fake CloudFormation.

use std::collections::BTreeMap;

use groundplane_model::Resource;
use groundplane_ports::{
    ChangeSet, ChangeSetKind, ChangeSetState, ChangeStacks, ExecutionState, NewChangeSet,
    PortError, ReadStacks, Result, Stack, StackEvent,
};

use super::FakeStacks;
use super::world::{FakeChangeSet, FakeStack, World};

impl ReadStacks for FakeStacks {
    async fn stack(&self, name: &str) -> Result<Option<Stack>> {
        let mut world = self.world();
        let Some(name) = world.name_of(name) else {
            return Ok(None);
        };
        let seen = world.stacks.get(&name).map(|stack| describe(&world, stack));
        world.tick(&name);
        Ok(seen)
    }

    async fn change_set(&self, stack_name: &str, name: &str) -> Result<Option<ChangeSet>> {
        let mut world = self.world();
        let stack = world.stacks.get(stack_name);
        let seen = stack
            .and_then(|it| it.change_sets.get(name))
            .map(|it| it.seen.clone());
        world.settle(stack_name, name);
        Ok(seen)
    }

    async fn events(&self, stack_id: &str) -> Result<Vec<StackEvent>> {
        let world = self.world();
        let present = world.stacks.values().find(|stack| stack.id == stack_id);
        let events = present
            .map(|it| &it.events)
            .or_else(|| world.past.get(stack_id));
        Ok(events.map_or_else(Vec::new, |it| it.iter().rev().cloned().collect()))
    }

    async fn resources(&self, stack_name: &str) -> Result<Vec<Resource>> {
        let world = self.world();
        let applied = world
            .stacks
            .get(stack_name)
            .and_then(|it| it.applied.as_ref());
        let template = applied
            .map(|(digest, _)| world.template(digest))
            .unwrap_or_default();
        let resource = |(logical_id, resource_type): (String, String)| Resource {
            physical_id: format!("{stack_name}-{logical_id}"),
            logical_id,
            resource_type,
        };
        Ok(template.resources.into_iter().map(resource).collect())
    }
}

impl ChangeStacks for FakeStacks {
    async fn create_change_set(&self, new: &NewChangeSet) -> Result<()> {
        let mut world = self.world();
        let name = new.stack_name.as_str();
        let status = world.stacks.get(name).map(|stack| stack.status.clone());
        if new.kind == ChangeSetKind::Create && new.reverts_drift {
            return Err(refused("a stack that is made has no drift"));
        }
        match (new.kind, status.as_deref()) {
            (ChangeSetKind::Create, None) => {
                let mut stack = FakeStack::new(world.new_id(name), new.tags.clone());
                stack.enter(name, "REVIEW_IN_PROGRESS");
                world.stacks.insert(name.to_owned(), stack);
            }
            (ChangeSetKind::Create, Some("REVIEW_IN_PROGRESS")) => {}
            (ChangeSetKind::Update, Some(status)) if can_be_updated(status) => {}
            (kind, status) => return Err(refused(&format!("{kind:?} in {status:?}"))),
        }
        let stack = existing(&mut world, name)?;
        stack
            .change_sets
            .entry(new.name.clone())
            .or_insert_with(|| FakeChangeSet {
                seen: ChangeSet {
                    state: ChangeSetState::Creating,
                    execution: ExecutionState::NotStarted,
                    reason: None,
                },
                kind: new.kind,
                content: Some((new.template.digest.clone(), new.parameters.clone())),
                tags: Some(new.tags.clone()),
                reverts_drift: new.reverts_drift,
            });
        let what = if new.reverts_drift {
            "repair"
        } else {
            "change"
        };
        world.log.push(format!("{what} {name}"));
        Ok(())
    }

    async fn execute_change_set(&self, stack_name: &str, name: &str, token: &str) -> Result<()> {
        let mut world = self.world();
        let stack = existing(&mut world, stack_name)?;
        let change_set = stack
            .change_sets
            .get_mut(name)
            .ok_or_else(|| PortError::Conflict(format!("the change set `{name}`")))?;
        let ready = change_set.seen.state == ChangeSetState::Ready
            && change_set.seen.execution == ExecutionState::NotStarted;
        if !ready {
            return Err(PortError::Conflict(format!("the change set `{name}`")));
        }
        change_set.seen.execution = ExecutionState::Running;
        let next = match change_set.kind {
            ChangeSetKind::Create => "CREATE_IN_PROGRESS",
            ChangeSetKind::Update => "UPDATE_IN_PROGRESS",
        };
        if let Some(tags) = change_set.tags.clone() {
            stack.tags = tags;
        }
        stack.token = Some(token.to_owned());
        stack.enter(stack_name, next);
        stack.change_sets.retain(|other, _| other == name);
        world.log.push(format!("execute {stack_name}"));
        Ok(())
    }

    async fn delete_change_set(&self, stack_name: &str, name: &str) -> Result<()> {
        let mut world = self.world();
        if let Some(stack) = world.stacks.get_mut(stack_name) {
            stack.change_sets.remove(name);
        }
        world.log.push(format!("discard {stack_name}"));
        Ok(())
    }

    async fn delete_stack(&self, name: &str, token: &str) -> Result<()> {
        let mut world = self.world();
        let Some(name) = world.name_of(name) else {
            return Ok(());
        };
        let stack = existing(&mut world, &name)?;
        if stack.status == "DELETE_IN_PROGRESS" {
            // DeleteStack may be repeated, with the same token or another.
            return Ok(());
        }
        let can_stop = matches!(
            stack.status.as_str(),
            "REVIEW_IN_PROGRESS" | "CREATE_IN_PROGRESS"
        );
        if stack.status.ends_with("IN_PROGRESS") && !can_stop {
            return Err(refused(&format!("delete in {}", stack.status)));
        }
        stack.token = Some(token.to_owned());
        stack.enter(&name, "DELETE_IN_PROGRESS");
        stack.change_sets = BTreeMap::new();
        world.log.push(format!("delete {name}"));
        Ok(())
    }

    async fn cancel_update(&self, name: &str, token: &str) -> Result<()> {
        let mut world = self.world();
        let name = world.name_of(name).unwrap_or_else(|| name.to_owned());
        let stack = existing(&mut world, &name)?;
        if stack.status != "UPDATE_IN_PROGRESS" {
            return Ok(());
        }
        stack.token = Some(token.to_owned());
        stack.fail_execution();
        stack.enter(&name, "UPDATE_ROLLBACK_IN_PROGRESS");
        world.log.push(format!("cancel {name}"));
        Ok(())
    }

    async fn continue_rollback(&self, name: &str, token: &str) -> Result<()> {
        let mut world = self.world();
        let name = world.name_of(name).unwrap_or_else(|| name.to_owned());
        let stack = existing(&mut world, &name)?;
        if stack.status != "UPDATE_ROLLBACK_FAILED" {
            return Err(refused(&format!("continue in {}", stack.status)));
        }
        stack.token = Some(token.to_owned());
        stack.enter(&name, "UPDATE_ROLLBACK_IN_PROGRESS");
        world.log.push(format!("continue {name}"));
        Ok(())
    }
}

fn describe(world: &World, stack: &FakeStack) -> Stack {
    let applied = stack.applied.as_ref();
    let template = applied
        .map(|(digest, _)| world.template(digest))
        .unwrap_or_default();
    Stack {
        id: stack.id.clone(),
        status: stack.status.clone(),
        reason: None,
        tags: stack.tags.clone(),
        outputs: template.outputs,
    }
}

fn existing<'a>(world: &'a mut World, name: &str) -> Result<&'a mut FakeStack> {
    world
        .stacks
        .get_mut(name)
        .ok_or_else(|| refused(&format!("no stack `{name}`")))
}

fn can_be_updated(status: &str) -> bool {
    matches!(
        status,
        "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_FAILED"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE"
    )
}

fn refused(what: &str) -> PortError {
    PortError::Refused(format!("cloudformation refuses: {what}"))
}
