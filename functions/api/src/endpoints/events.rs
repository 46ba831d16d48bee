//! What instances live by, and what tells them.

use groundplane_authority::Action;
use groundplane_model::Workflow;

use crate::contract::{json, says};
use crate::routes::Routes;
use crate::{System, Table, event_sources, ground, lifecycles, simulate};

/// What instances live by, and what tells them.
pub(super) fn routes<T: Table, S: System>() -> Routes<T, S> {
    of_lifecycles().merge(of_event_sources())
}

/// What instances live by.
fn of_lifecycles<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/lifecycles",
            Action::LifecycleRead,
            says("listLifecycles", "Lists the versions of lifecycles"),
            lifecycles::list::<T, S>,
        )
        .get(
            "/v1/lifecycles/{name}",
            Action::LifecycleRead,
            says("showLifecycle", "Shows the newest version of a lifecycle"),
            lifecycles::newest::<T, S>,
        )
        .put(
            "/v1/lifecycles/{name}",
            Action::LifecyclePublish,
            says("publishLifecycle", "Publishes a version of a lifecycle")
                .besides(|sheet| sheet.takes_document("lifecycle")),
            lifecycles::apply::<T, S>,
        )
        .get(
            "/v1/lifecycles/{name}/{version}",
            Action::LifecycleRead,
            says("showLifecycleVersion", "Shows a version of a lifecycle"),
            lifecycles::show::<T, S>,
        )
        .post(
            "/v1/lifecycles:simulate",
            Action::LifecycleRead,
            says(
                "simulateLifecycle",
                "Lets events happen to an instance that does not exist",
            )
            .besides(json::<simulate::Wish>),
            simulate::run::<T, S>,
        )
        .get(
            "/v1/workflows",
            Action::LifecycleRead,
            says("listWorkflows", "Lists workflows"),
            ground::list::<Workflow, T, S>,
        )
        .put(
            "/v1/workflows/{name}",
            Action::LifecyclePublish,
            says("applyWorkflow", "Registers a workflow, or changes it")
                .besides(|sheet| sheet.takes_document("workflow")),
            ground::apply::<Workflow, T, S>,
        )
        .get(
            "/v1/workflows/{name}",
            Action::LifecycleRead,
            says("showWorkflow", "Shows a workflow"),
            ground::show::<Workflow, T, S>,
        )
}

/// What tells the platform that something has happened.
fn of_event_sources<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/event-sources",
            Action::EventSourceRead,
            says("listEventSources", "Lists event sources"),
            event_sources::list::<T, S>,
        )
        .put(
            "/v1/event-sources/{name}",
            Action::EventSourceManage,
            says(
                "applyEventSource",
                "Registers an event source, or changes it",
            )
            .besides(|sheet| sheet.takes_yaml::<event_sources::Settings>()),
            event_sources::apply::<T, S>,
        )
        .get(
            "/v1/event-sources/{name}",
            Action::EventSourceRead,
            says("showEventSource", "Shows an event source"),
            event_sources::show::<T, S>,
        )
        .delete(
            "/v1/event-sources/{name}",
            Action::EventSourceManage,
            says(
                "removeEventSource",
                "Deletes an event source and its secret",
            ),
            event_sources::remove::<T, S>,
        )
        .post(
            "/v1/event-sources/{name}/rotations",
            Action::EventSourceManage,
            says(
                "rotateEventSource",
                "Makes another secret and shows it once",
            ),
            event_sources::rotate::<T, S>,
        )
}
