//! A local AWS with a table, a bucket, and a log that is kept.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use groundplane_aws::{Artifacts, CloudFormation, Secrets, System, Table};
use groundplane_model::{
    Allocation, Change, DeploymentId, DeploymentSpec, Failure, InstanceId, Owner,
    ResolutionRequest, ResolverAnswer, ResolverCall, ResolverName, TenantId, UnitName,
};
use groundplane_ports::{ReadTable, WriteTable};
use groundplane_resolve_secret::{Engine, handle};
use groundplane_tests::accounts::OwnAccount;
use serde_json::{Value, json};

const TABLE: &str = "groundplane-secret-test";
const BUCKET: &str = "groundplane-secret-test";

/// A local AWS.
pub(crate) struct Cloud {
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    dynamo: aws_sdk_dynamodb::Client,
    bucket: aws_sdk_s3::Client,
    stacks: CloudFormation,
    table: Table,
}

/// What all clients have in common.
macro_rules! client {
    ($sdk:ident) => {{
        let config = $sdk::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint())
            .http_client(Builder::new().build_http());
        config
    }};
}

#[expect(clippy::disallowed_methods, reason = "the test is told where to run")]
fn endpoint() -> String {
    std::env::var("GROUNDPLANE_TEST_AWS_ENDPOINT").unwrap()
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let dynamo = aws_sdk_dynamodb::Client::from_conf(client!(aws_sdk_dynamodb).build());
        let bucket = client!(aws_sdk_s3).force_path_style(true).build();
        let bucket = aws_sdk_s3::Client::from_conf(bucket);
        let stacks = client!(aws_sdk_cloudformation).build();
        let stacks = aws_sdk_cloudformation::Client::from_conf(stacks);
        let secrets = client!(aws_sdk_secretsmanager).build();
        // Table and bucket may be there from another run.
        let _ = bucket.create_bucket().bucket(BUCKET).send().await;
        make_table(&dynamo).await;
        Self {
            secrets: aws_sdk_secretsmanager::Client::from_conf(secrets),
            table: Table::new(dynamo.clone(), TABLE.to_owned()),
            stacks: CloudFormation::new(stacks),
            dynamo,
            bucket,
        }
    }

    /// Accepts a deployment whose secrets are configured like this.
    pub(crate) async fn accept(&self, number: u128, secret: &Value) {
        let submitted: DeploymentSpec = serde_json::from_value(json!({
            "tenant": "acme", "deployment": DeploymentId::from_number(number), "spec": "null",
            "environment": {
                "name": "dev", "updated_at": "2026-01-01T00:00:00Z", "updated_by": "ops",
                "spec": {
                    "landingZone": "sandbox", "production": false, "approval": false,
                    "resolvers": { "secret": secret },
                },
            },
            "landing_zone": {
                "name": "sandbox", "updated_at": "2026-01-01T00:00:00Z", "updated_by": "ops",
                "spec": {
                    "account": "123456789012", "region": "us-east-1", "cluster": "c",
                    "network": { "vpcId": "vpc-1", "privateSubnetIds": [] },
                },
            },
        }))
        .unwrap();
        // It may be there from another run.
        let _ = self.table.commit(vec![Change::save(&submitted)]).await;
    }

    /// Asks for a secret; gives what the owner holds then.
    pub(crate) async fn resolve(&self, number: u128, owner: &Owner, rotation: &str) -> Allocation {
        let deployment = DeploymentId::from_number(number);
        let request = ResolutionRequest {
            resolver: ResolverName::secret(),
            owner: owner.clone(),
            deployment: deployment.clone(),
            inputs: [("rotation".to_owned(), rotation.to_owned())].into(),
        };
        let call = ResolverCall::Resolve {
            tenant: owner.tenant.clone(),
            deployment,
            resolver: ResolverName::secret(),
            requests: vec![request],
        };
        self.send(call).await.unwrap();
        self.held(owner).await.unwrap()
    }

    pub(crate) async fn release(&self, owner: &Owner) {
        let call = ResolverCall::Release {
            resolver: ResolverName::secret(),
            owners: vec![owner.clone()],
        };
        self.send(call).await.unwrap();
    }

    async fn send(&self, call: ResolverCall) -> Result<ResolverAnswer, Failure> {
        let secrets = Secrets::new(self.secrets.clone());
        let engine = Engine {
            stacks: OwnAccount(&self.stacks),
            artifacts: Artifacts::new(self.bucket.clone(), BUCKET.to_owned()),
            system: System,
            installation: "test".to_owned(),
        };
        handle(&self.table, &OwnAccount(&secrets), &engine, call).await
    }

    pub(crate) async fn held(&self, owner: &Owner) -> Option<Allocation> {
        let key = Allocation::key_of(&ResolverName::secret(), owner);
        self.table.get(&key).await.unwrap()
    }

    /// The value of a secret and its version, as only the test may see them.
    pub(crate) async fn value(&self, arn: &str) -> (String, String) {
        let value = self.secrets.get_secret_value().secret_id(arn).send();
        let value = value.await.unwrap();
        (
            value.secret_string().unwrap().to_owned(),
            value.version_id().unwrap().to_owned(),
        )
    }

    /// Everything in the table and in the bucket.
    pub(crate) async fn stored(&self) -> String {
        let scan = self.dynamo.scan().table_name(TABLE).send().await.unwrap();
        let mut stored = format!("{:?}", scan.items());
        let listed = self.bucket.list_objects_v2().bucket(BUCKET).send().await;
        for object in listed.unwrap().contents() {
            let key = object.key().unwrap();
            let object = self.bucket.get_object().bucket(BUCKET).key(key).send();
            let content = object.await.unwrap().body.collect().await.unwrap();
            stored.push_str(&String::from_utf8(content.to_vec()).unwrap());
        }
        stored
    }
}

async fn make_table(client: &aws_sdk_dynamodb::Client) {
    let mut request = client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest);
    for (name, kind) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind);
        request = request
            .attribute_definitions(attribute.build().unwrap())
            .key_schema(key.build().unwrap());
    }
    let _ = request.send().await;
}

/// The owner whose input is called that.
pub(crate) fn owner(input: &str) -> Owner {
    Owner {
        tenant: TenantId::parse("acme").unwrap(),
        instance: InstanceId::parse("web-service.dev").unwrap(),
        incarnation: "1".to_owned(),
        unit: UnitName::parse("spec").unwrap(),
        input: input.to_owned(),
    }
}

/// A log that can be read.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Logs everything of this thread from now on.
    pub(crate) fn start(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter("trace")
            .with_writer(move || log.clone())
            .finish();
        tracing_subscriber::util::SubscriberInitExt::set_default(subscriber)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.lock()).into_owned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
