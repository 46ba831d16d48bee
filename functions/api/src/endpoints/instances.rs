//! What is deployed, and what happens to it.

use groundplane_authority::Action;

use crate::contract::{self, Sheet, answers, json, says};
use crate::preview::PreviewView;
use crate::routes::{Routes, Verb};
use crate::view::{AcceptedView, DeploymentView};
use crate::{
    System, Table, again, approvals, deployments, drift, explanation, instances, lives, preview,
    revisions, uploads,
};

/// What is deployed, and what happens to it.
pub(super) fn routes<T: Table, S: System>() -> Routes<T, S> {
    of_instances()
        .merge(of_deployments())
        .merge(of_revisions())
        .merge(of_lives())
        .merge(of_drift())
}

/// Instances.
fn of_instances<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/instances",
            Action::InstanceRead,
            says("listInstances", "Lists instances"),
            instances::list::<T, S>,
        )
        .post(
            "/v1/instances",
            Action::InstanceDeploy,
            says(
                "submitInstance",
                "Submits a spec: deploys an instance, or changes it",
            )
            .besides(|sheet| sheet.takes_document("service")),
            instances::submit::<T, S>,
        )
        .post(
            "/v1/instances:preview",
            Action::InstancePreview,
            says(
                "previewInstance",
                "Says what submitting a spec would do; writes nothing",
            )
            .besides(|sheet| sheet.takes_document("service")),
            preview::run::<T, S>,
        )
        .post(
            "/v1/uploads",
            Action::InstanceDeploy,
            says(
                "openUpload",
                "Says where to put a document that is too large for a request",
            )
            .besides(json::<uploads::Wanted>),
            uploads::open::<T, S>,
        )
        .get(
            "/v1/instances/{id}",
            Action::InstanceRead,
            says(
                "showInstance",
                "Shows an instance with its outputs and units",
            ),
            instances::show::<T, S>,
        )
        .delete(
            "/v1/instances/{id}",
            Action::InstanceDestroy,
            says("destroyInstance", "Destroys an instance"),
            instances::destroy::<T, S>,
        )
        .verbs("/v1/instances/{id}", &OF_AN_INSTANCE, again::act::<T, S>)
}

/// What is done with an instance besides.
const OF_AN_INSTANCE: [Verb; 2] = [
    Verb {
        name: "rollback",
        action: Action::InstanceDeploy,
        says: says("rollBackInstance", "Deploys an earlier revision again").besides(|sheet| {
            sheet.may_take_json::<again::Wanted>();
            answers::<contract::Begun<AcceptedView>>(sheet);
        }),
    },
    Verb {
        name: "preview",
        action: Action::InstancePreview,
        says: says("previewRollback", "Says what a rollback would do").besides(|sheet| {
            sheet.may_take_json::<again::Wanted>();
            answers::<axum::Json<PreviewView>>(sheet);
        }),
    },
];

/// What is done with a deployment.
const OF_A_DEPLOYMENT: [Verb; 4] = [
    Verb {
        name: "approve",
        action: Action::InstanceApprove,
        says: says("approveDeployment", "Approves a plan that waits").besides(decided),
    },
    Verb {
        name: "reject",
        action: Action::InstanceApprove,
        says: says("rejectDeployment", "Rejects a plan that waits").besides(decided),
    },
    Verb {
        name: "cancel",
        action: Action::InstanceDeploy,
        says: says("cancelDeployment", "Ends a deployment before its time")
            .besides(answers::<axum::Json<DeploymentView>>),
    },
    Verb {
        name: "retry",
        action: Action::InstanceDeploy,
        says: says("retryDeployment", "Tries a failed deployment again")
            .besides(answers::<contract::Begun<AcceptedView>>),
    },
];

/// What deciding about a plan takes and answers.
fn decided(sheet: &mut Sheet) {
    json::<approvals::Said>(sheet);
    answers::<axum::Json<DeploymentView>>(sheet);
}

/// Deployments.
fn of_deployments<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/deployments/{id}",
            Action::InstanceRead,
            says(
                "showDeployment",
                "Shows a deployment: status, waves, units, errors, what it waits for",
            ),
            deployments::show::<T, S>,
        )
        .verbs(
            "/v1/deployments/{id}",
            &OF_A_DEPLOYMENT,
            deployments::act::<T, S>,
        )
        .get(
            "/v1/deployments/{id}/preview",
            Action::InstancePreview,
            says(
                "previewDeployment",
                "Says what a planned deployment does to what is there",
            ),
            deployments::preview::<T, S>,
        )
}

/// What was deployed.
fn of_revisions<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/instances/{id}/revisions",
            Action::InstanceRead,
            says("listRevisions", "Lists what was deployed"),
            revisions::list::<T, S>,
        )
        .get(
            "/v1/instances/{id}/revisions/{number}",
            Action::InstanceRead,
            says("showRevision", "Shows a revision in full"),
            revisions::show::<T, S>,
        )
        .get(
            "/v1/instances/{id}/difference",
            Action::InstanceRead,
            says("compareRevisions", "Says how two revisions differ"),
            revisions::difference::<T, S>,
        )
        .get(
            "/v1/instances/{id}/explanation",
            Action::InstanceRead,
            says(
                "explainInstance",
                "Says where each effective value comes from",
            ),
            explanation::show::<T, S>,
        )
}

/// What instances do after they were deployed.
fn of_lives<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/instances/{id}/events",
            Action::LogRead,
            says("listEvents", "Lists what each event did to an instance"),
            lives::events::<T, S>,
        )
        .get(
            "/v1/instances/{id}/history",
            Action::LogRead,
            says("listHistory", "Lists the states of an instance over time"),
            lives::history::<T, S>,
        )
        .put(
            "/v1/instances/{id}/lifecycle",
            Action::InstanceUpgrade,
            says(
                "moveLifecycle",
                "Moves an instance to another lifecycle or version",
            )
            .besides(json::<lives::Wish>),
            lives::adopt::<T, S>,
        )
        .post(
            "/v1/instances/{id}/operations/{name}",
            Action::InstanceOperate,
            says("runOperation", "Runs a day-2 operation")
                .besides(|sheet| sheet.takes_any_object()),
            lives::operate::<T, S>,
        )
        .post(
            "/v1/instances/{id}/signals/{name}",
            Action::InstanceOperate,
            says("giveSignal", "Gives an instance a signal of its lifecycle"),
            lives::signal::<T, S>,
        )
}

/// What is there against what was asked for.
fn of_drift<T: Table, S: System>() -> Routes<T, S> {
    Routes::new()
        .get(
            "/v1/instances/{id}/drift",
            Action::DriftRead,
            says("showDrift", "Shows the drift of an instance"),
            drift::show::<T, S>,
        )
        .post(
            "/v1/instances/{id}/drift",
            Action::DriftCheck,
            says("checkDrift", "Has an instance checked now"),
            drift::check::<T, S>,
        )
        .get(
            "/v1/instances/{id}/drift/{checkedAt}",
            Action::DriftRead,
            says("showDriftReport", "Shows an earlier report, whole"),
            drift::earlier::<T, S>,
        )
        .get(
            "/v1/drift",
            Action::DriftRead,
            says(
                "listDrift",
                "Lists the drift of the instances in an environment",
            ),
            drift::list::<T, S>,
        )
}
