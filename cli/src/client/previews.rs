//! Previews, as the platform answers them or as they are made without one.

use groundplane_deployment::PlanId;
use groundplane_model::Problem;
use groundplane_preview::Preview;
use serde::{Deserialize, Serialize};

use crate::error::FileProblem;

/// What deploying one service would do.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Previewed {
    /// The file with the service.
    pub(crate) file: String,
    /// What `deploy --plan` takes.
    pub(crate) plan: PlanId,
    /// The revision that it is compared with.
    pub(crate) revision: Option<u64>,
    /// The preview itself.
    #[serde(flatten)]
    pub(crate) preview: Preview,
    /// What the user should know about the document.
    pub(crate) remarks: Vec<FileProblem>,
    /// The command that has exactly this done, where a platform knows the plan.
    #[serde(skip)]
    pub(crate) next: Option<String>,
}

/// The platform's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AnsweredPreview {
    /// What `deploy --plan` takes.
    pub(crate) plan: PlanId,
    /// The revision that it is compared with.
    pub(crate) revision: Option<u64>,
    /// The preview itself.
    #[serde(flatten)]
    pub(crate) preview: Preview,
    /// What the user should know about the document.
    #[serde(default)]
    pub(crate) remarks: Vec<Problem>,
}
