//! How the controls of compliance frameworks stand.

use groundplane_compliance::Row;
use groundplane_model::{EnvironmentName, FrameworkName};

use super::{CallError, Client};

impl Client {
    /// How every control stands, of one framework or all, in one environment or all.
    pub(crate) fn compliance(
        &self,
        framework: Option<&FrameworkName>,
        environment: Option<&EnvironmentName>,
    ) -> Result<Vec<Row>, CallError> {
        let asked = [
            ("framework", framework.map(FrameworkName::as_str)),
            ("environment", environment.map(EnvironmentName::as_str)),
        ];
        let asked: Vec<_> = asked
            .into_iter()
            .filter_map(|(question, answer)| Some((question, answer?)))
            .collect();
        self.every("/v1/compliance/report", &asked, "controls")
    }
}
