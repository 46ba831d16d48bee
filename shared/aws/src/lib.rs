//! The ports on AWS. Clients are made once per process, from the environment, by [`Aws`]; those for
//! other accounts by [`Accounts`], as long as what a role gave is good.

mod accounts;
mod artifacts;
mod audit_log;
mod cloudformation;
mod databases;
mod error;
mod events;
mod executions;
mod functions;
mod own_secrets;
mod registry;
mod scaling;
mod secrets;
mod services;
mod system;
mod table;
mod tagged;
mod timers;
mod uploads;

pub use accounts::{Accounts, Everywhere};
pub use artifacts::Artifacts;
pub use audit_log::AuditLog;
pub use cloudformation::CloudFormation;
pub use databases::Databases;
pub use events::EventBus;
pub use executions::{DeployMachine, DriftMachine, TransitionMachine};
pub use functions::Functions;
pub use own_secrets::OwnSecrets;
pub use registry::Registry;
pub use secrets::Secrets;
pub use services::Services;
pub use system::System;
pub use table::Table;
pub use tagged::TaggedResources;
pub use timers::{TimerTarget, Timers};

use aws_config::{Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// What every client is made from: region, credentials and endpoint of the environment.
#[derive(Debug, Clone)]
pub struct Aws {
    config: SdkConfig,
    /// The region of the platform itself, where templates are kept.
    home: Option<Region>,
}

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
        let home = config.region().cloned();
        Self { config, home }
    }

    /// The accounts of landing zones, as this one reaches them.
    #[must_use]
    pub fn accounts(&self) -> Accounts {
        Accounts::new(self.clone())
    }

    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: String) -> Table {
        Table::new(aws_sdk_dynamodb::Client::new(&self.config), name)
    }

    /// The bucket of that name as the store of artifacts.
    #[must_use]
    pub fn artifacts(&self, bucket: String) -> Artifacts {
        Artifacts::new(self.buckets(), bucket)
    }

    /// The bucket of that name as the place of the audit log.
    #[must_use]
    pub fn audit_log(&self, bucket: String) -> AuditLog {
        AuditLog::new(self.buckets(), bucket)
    }

    fn buckets(&self) -> aws_sdk_s3::Client {
        // An emulator has no bucket sub-domains to look up.
        let config = aws_sdk_s3::config::Builder::from(&self.config)
            .force_path_style(self.config.endpoint_url().is_some())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// The deploy state machine with that ARN.
    #[must_use]
    pub fn deploy_machine(&self, arn: String) -> DeployMachine {
        DeployMachine::new(aws_sdk_sfn::Client::new(&self.config), arn)
    }

    /// The transition state machine with that ARN.
    #[must_use]
    pub fn transition_machine(&self, arn: String) -> TransitionMachine {
        TransitionMachine::new(aws_sdk_sfn::Client::new(&self.config), arn)
    }

    /// The drift state machine with that ARN.
    #[must_use]
    pub fn drift_machine(&self, arn: String) -> DriftMachine {
        DriftMachine::new(aws_sdk_sfn::Client::new(&self.config), arn)
    }

    /// Timers that call a function.
    #[must_use]
    pub fn timers(&self, target: TimerTarget) -> Timers {
        Timers::new(aws_sdk_scheduler::Client::new(&self.config), target)
    }

    /// The event bus of that name.
    #[must_use]
    pub fn event_bus(&self, name: String) -> EventBus {
        EventBus::new(aws_sdk_eventbridge::Client::new(&self.config), name)
    }

    /// The functions of the account and region.
    #[must_use]
    pub fn functions(&self) -> Functions {
        Functions::new(aws_sdk_lambda::Client::new(&self.config))
    }

    /// The stacks of the account and region.
    #[must_use]
    pub fn cloudformation(&self) -> CloudFormation {
        let client = aws_sdk_cloudformation::Client::new(&self.config);
        CloudFormation::new(client).with_templates_of(self.home.clone())
    }

    /// The private registries of ECR.
    #[must_use]
    pub fn registry(&self) -> Registry {
        Registry::new(aws_sdk_ecr::Client::new(&self.config))
    }

    /// The secrets of the account and region.
    #[must_use]
    pub fn secrets(&self) -> Secrets {
        Secrets::new(aws_sdk_secretsmanager::Client::new(&self.config))
    }

    /// The secrets that `installation` makes for itself.
    #[must_use]
    pub fn own_secrets(&self, installation: String) -> OwnSecrets {
        OwnSecrets::new(
            aws_sdk_secretsmanager::Client::new(&self.config),
            installation,
        )
    }

    /// The services of ECS in the account and region, and what scales them.
    #[must_use]
    pub fn services(&self) -> Services {
        let scaling = aws_sdk_applicationautoscaling::Client::new(&self.config);
        Services::new(aws_sdk_ecs::Client::new(&self.config), scaling)
    }

    /// The resources that carry the tags of `installation`.
    #[must_use]
    pub fn tagged_resources(&self, installation: String) -> TaggedResources {
        let client = aws_sdk_resourcegroupstagging::Client::new(&self.config);
        TaggedResources::new(client, installation)
    }

    /// The databases of RDS in the account and region.
    #[must_use]
    pub fn databases(&self) -> Databases {
        Databases::new(aws_sdk_rds::Client::new(&self.config))
    }
}
