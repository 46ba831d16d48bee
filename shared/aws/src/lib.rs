//! The ports on AWS. Clients are made once per process, from the environment, by [`Aws`].

mod artifacts;
mod cloudformation;
mod error;
mod events;
mod executions;
mod functions;
mod registry;
mod secrets;
mod system;
mod table;

pub use artifacts::Artifacts;
pub use cloudformation::CloudFormation;
pub use events::EventBus;
pub use executions::DeployMachine;
pub use functions::Functions;
pub use registry::Registry;
pub use secrets::Secrets;
pub use system::System;
pub use table::Table;

use aws_config::SdkConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// What every client is made from: region, credentials and endpoint of the environment.
#[derive(Debug, Clone)]
pub struct Aws(SdkConfig);

impl Aws {
    /// Reads the environment as the AWS SDKs do.
    pub async fn from_env() -> Self {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .http_client(http)
            .load()
            .await;
        Self(config)
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: String) -> Table {
        Table::new(aws_sdk_dynamodb::Client::new(&self.0), name)
    }

    /// The bucket of that name as the store of artifacts.
    #[must_use]
    pub fn artifacts(&self, bucket: String) -> Artifacts {
        // An emulator has no bucket sub-domains to look up.
        let config = aws_sdk_s3::config::Builder::from(&self.0)
            .force_path_style(self.0.endpoint_url().is_some())
            .build();
        Artifacts::new(aws_sdk_s3::Client::from_conf(config), bucket)
    }

    /// The deploy state machine with that ARN.
    #[must_use]
    pub fn deploy_machine(&self, arn: String) -> DeployMachine {
        DeployMachine::new(aws_sdk_sfn::Client::new(&self.0), arn)
    }

    /// The event bus of that name.
    #[must_use]
    pub fn event_bus(&self, name: String) -> EventBus {
        EventBus::new(aws_sdk_eventbridge::Client::new(&self.0), name)
    }

    /// The functions of the account and region.
    #[must_use]
    pub fn functions(&self) -> Functions {
        Functions::new(aws_sdk_lambda::Client::new(&self.0))
    }

    /// The stacks of the account and region.
    #[must_use]
    pub fn cloudformation(&self) -> CloudFormation {
        CloudFormation::new(aws_sdk_cloudformation::Client::new(&self.0))
    }

    /// The private registries of ECR.
    #[must_use]
    pub fn registry(&self) -> Registry {
        Registry::new(aws_sdk_ecr::Client::new(&self.0))
    }

    /// The secrets of the account and region.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new(aws_sdk_secretsmanager::Client::new(&self.0))
    }
}
