//! A real table in memory, one for each test.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::ops::Deref;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    BehaviorVersion, Config, Credentials, Region, StalledStreamProtectionConfig,
};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, GlobalSecondaryIndex, KeySchemaElement,
    KeyType, Projection, ProjectionType, ScalarAttributeType,
};
use groundplane_aws::Table;
use serde_json::Value;

/// The table's name.
const NAME: &str = "groundplane";

/// The keys of the table and of its index, as `infra/template.yaml` has them.
pub(crate) const KEYS: [(&str, KeyType); 4] = [
    ("pk", KeyType::Hash),
    ("sk", KeyType::Range),
    ("gsi1pk", KeyType::Hash),
    ("gsi1sk", KeyType::Range),
];

/// Everything that is stored: items in DynamoDB's JSON by `pk sk`.
pub(crate) type Dump = BTreeMap<String, Value>;

/// A table of its own, empty at first.
#[derive(Debug, Clone)]
pub(crate) struct TestTable {
    client: Client,
    table: Table,
}

/// The SDK's client of what listens there.
fn client_at(address: SocketAddr) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(format!("http://{address}"))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("eu-west-1"))
        // A busy machine must not look like a broken network.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .build();
    Client::from_conf(config)
}

/// The adapter on what listens there.
pub(crate) fn adapter_at(address: SocketAddr) -> Table {
    Table::new(client_at(address), NAME.to_owned())
}

impl Deref for TestTable {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

impl TestTable {
    /// Starts a database on a port of its own and makes the table.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let address = listener.local_addr().unwrap();
        let database = dynoxide::Database::memory().unwrap();
        tokio::spawn(dynoxide::server::serve_on(listener, database));
        let client = client_at(address);
        create(&client).await;
        let table = Table::new(client.clone(), NAME.to_owned());
        Self { client, table }
    }

    /// The adapter, for those who want to own it.
    pub(crate) fn adapter(&self) -> Table {
        self.table.clone()
    }

    /// Everything that is stored but the audit log, which tells of every call.
    pub(crate) async fn dump(&self) -> Dump {
        let mut dump = self.dump_all().await;
        dump.retain(|place, _| !place.starts_with("AUDIT#"));
        dump
    }

    /// The entries of the audit log, in DynamoDB's JSON, by time.
    pub(crate) async fn audit_log(&self) -> Vec<Value> {
        let mut dump = self.dump_all().await;
        dump.retain(|place, _| place.starts_with("AUDIT#"));
        dump.into_values().collect()
    }

    async fn dump_all(&self) -> Dump {
        let mut dump = Dump::new();
        let mut start = None;
        loop {
            let scan = self
                .client
                .scan()
                .table_name(NAME)
                .set_exclusive_start_key(start);
            let page = scan.send().await.unwrap();
            for item in page.items.unwrap_or_default() {
                let key = |name: &str| item.get(name).unwrap().as_s().unwrap().clone();
                let place = format!("{} {}", key("pk"), key("sk"));
                dump.insert(place, as_the_stream_gives_it(item));
            }
            start = page.last_evaluated_key;
            if start.is_none() {
                return dump;
            }
        }
    }

    /// The kinds of all records, sorted.
    pub(crate) async fn kinds(&self) -> Vec<String> {
        let dump = self.dump().await;
        let kind = |item: &Value| item["kind"]["S"].as_str().unwrap().to_owned();
        let mut kinds: Vec<_> = dump.values().map(kind).collect();
        kinds.sort();
        kinds
    }

    /// Writes an item past the adapter.
    pub(crate) async fn put_raw(&self, fields: &[(&str, &str)]) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let item = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), text(value)))
            .collect();
        let put = self.client.put_item().table_name(NAME).set_item(Some(item));
        put.send().await.unwrap();
    }
}

/// The item in DynamoDB's JSON.
pub(crate) fn as_the_stream_gives_it(item: HashMap<String, AttributeValue>) -> Value {
    serde_json::to_value(serde_dynamo::Item::from(item)).unwrap()
}

async fn create(client: &Client) {
    let attribute = |(name, _): &(&str, KeyType)| {
        AttributeDefinition::builder()
            .attribute_name(*name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    let keys = |keys: &[(&str, KeyType)]| {
        let element = |(name, kind): &(&str, KeyType)| {
            let element = KeySchemaElement::builder().attribute_name(*name);
            element.key_type(kind.clone()).build().unwrap()
        };
        Some(keys.iter().map(element).collect())
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name("gsi1")
        .set_key_schema(keys(&KEYS[2..]))
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::All)
                .build(),
        )
        .build()
        .unwrap();
    client
        .create_table()
        .table_name(NAME)
        .billing_mode(BillingMode::PayPerRequest)
        .set_attribute_definitions(Some(KEYS.iter().map(attribute).collect()))
        .set_key_schema(keys(&KEYS[..2]))
        .global_secondary_indexes(index)
        .send()
        .await
        .unwrap();
}
