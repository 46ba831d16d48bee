//! The section `database`: an RDS instance whose password nobody sees.

mod change;
mod instance;
mod version;

use groundplane_model::{Environment, Problem};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::foundation::{DATA_GROUP, data_roles};
use crate::network::{check_subnets, check_zones};
use crate::policy::{allow, attached};
use crate::text::pointer;
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resources, Sections,
};

/// Where clients connect to.
const ENDPOINT: &str = "database.endpoint";
/// The port.
const PORT: &str = "database.port";
/// The name of the database.
const NAME: &str = "database.name";
/// The name of the main user.
const USERNAME: &str = "database.username";
/// The secret with the password, among others.
const SECRET_ARN: &str = "database.secret_arn";

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Database<'a> {
    engine: Engine,
    engine_version: &'a str,
    instance_class: &'a str,
    allocated_storage: u32,
    multi_az: bool,
    backup_retention_days: u8,
    db_name: &'a str,
    db_username: &'a str,
    deletion_protection: Option<bool>,
    on_delete: OnDelete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Engine {
    Postgres,
    Mysql,
}

/// What becomes of the data when the section goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OnDelete {
    Snapshot,
    Retain,
    Delete,
}

impl Engine {
    const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Mysql => 3306,
        }
    }
}

impl<'a> Database<'a> {
    /// The port that the engine listens on.
    pub(crate) const fn port(&self) -> u16 {
        self.engine.port()
    }

    /// Whether the database outlives its section.
    pub(crate) fn is_retained(&self) -> bool {
        self.on_delete == OnDelete::Retain
    }

    fn is_protected(&self, environment: &Environment) -> bool {
        let default = environment.spec.production;
        self.deletion_protection.unwrap_or(default)
    }
}

/// The unit `database`.
#[derive(Debug)]
pub(crate) struct DatabaseUnit;

impl Capability for DatabaseUnit {
    fn unit(&self) -> &'static str {
        "database"
    }

    fn section(&self) -> Option<&'static str> {
        Some("database")
    }

    fn phase(&self) -> Phase {
        Phase::Infrastructure
    }

    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = Keys::from([DATA_GROUP.into()]);
        keys.extend(data_roles(sections).into_iter().map(Into::into));
        keys
    }

    fn writes<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::from([ENDPOINT, PORT, NAME, USERNAME, SECRET_ARN].map(Into::into))
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let database = match input.sections.read::<Database<'_>>("database") {
            Ok(database) => database,
            Err(error) => return vec![error.into()],
        };
        // RDS wants subnets in two zones, whether it uses them or not.
        // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
        check_subnets("database", input.landing_zone)
            .or_else(|| check_zones(&pointer(&["database"]), input.landing_zone))
            .into_iter()
            .chain(database.retired_version())
            .collect()
    }

    fn check_change(&self, before: &Sections<'_>, input: &CheckInput<'_>) -> Vec<Problem> {
        // What was deployed could be read; if it cannot, there is nothing to compare with.
        let Ok(before) = before.read::<Database<'_>>("database") else {
            return Vec::new();
        };
        let protected = before.is_protected(input.environment);
        if !input.sections.declares("database") {
            return change::removed(protected).into_iter().collect();
        }
        match input.sections.read::<Database<'_>>("database") {
            Ok(after) => change::changed(&before, &after, protected),
            Err(error) => vec![error.into()],
        }
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let database: Database<'_> = input.sections.read("database")?;
        let mut resources = Resources::of(self.unit());
        let kept = database.on_delete_policies();
        resources.add("Secret", database.secret(input, kept.others))?;
        resources.add("Subnets", instance::subnets(input, kept.others))?;
        resources.add("Parameters", database.parameters(kept.others))?;
        resources.add(
            "Database",
            database.instance(input, context, kept.instance)?,
        )?;
        resources.add("SecretTarget", instance::secret_target(kept.others))?;
        let mut roles = Vec::new();
        for role in data_roles(input.sections) {
            roles.push(context.require(role)?);
        }
        if !roles.is_empty() {
            let read = allow(
                &["secretsmanager:GetSecretValue"],
                &reference("SecretTarget"),
            );
            resources.add("SecretAccess", attached("database", &roles, &[read]))?;
        }
        let attribute = |name: &str| json!({ "Fn::GetAtt": ["Database", name] });
        context.export(ENDPOINT, attribute("Endpoint.Address"))?;
        context.export(PORT, attribute("Endpoint.Port"))?;
        context.export(NAME, database.db_name.into())?;
        context.export(USERNAME, database.db_username.into())?;
        // The secret by way of its target: whoever reads it finds the host in it as well.
        context.export(SECRET_ARN, reference("SecretTarget"))?;
        Ok(resources)
    }
}

fn reference(resource: &str) -> Value {
    json!({ "Ref": resource })
}
