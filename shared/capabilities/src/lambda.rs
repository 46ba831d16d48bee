//! The section `lambda`: functions from container images.

use std::collections::{BTreeMap, BTreeSet};

use groundplane_model::{LandingZone, Problem};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::foundation::{COMPUTE_GROUP, LAMBDA_ROLE_ARN, LAMBDA_ROLE_NAME};
use crate::image::EcrRepository;
use crate::network::check_subnets;
use crate::policy::{allow, attached};
use crate::subnets::{code_subnets, subnet_keys};
use crate::template::logical_name;
use crate::text::{expression, keys, pointer};
use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections, Use,
};

/// How long logs are kept.
const LOG_RETENTION_DAYS: u16 = 30;

/// The section's fields.
#[derive(Debug, Deserialize)]
pub(crate) struct Lambda<'a> {
    #[serde(borrow)]
    functions: Vec<Function<'a>>,
}

#[derive(Debug, Deserialize)]
struct Function<'a> {
    name: &'a str,
    image: &'a str,
    memory: u16,
    timeout: u16,
    #[serde(borrow, default)]
    environment: BTreeMap<&'a str, &'a str>,
}

/// The context key with the ARN of the function `name`.
pub(crate) fn arn_key(name: &str) -> String {
    format!("lambda.{}.arn", name.replace('-', "_"))
}

/// The context key with the name that the function `name` has at AWS.
fn name_key(name: &str) -> String {
    format!("lambda.{}.name", name.replace('-', "_"))
}

impl<'a> Lambda<'a> {
    /// The names of the functions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.functions.iter().map(|function| function.name)
    }
}

/// The unit `lambda`.
#[derive(Debug)]
pub(crate) struct LambdaUnit;

impl Capability for LambdaUnit {
    fn unit(&self) -> &'static str {
        "lambda"
    }

    fn section(&self) -> Option<&'static str> {
        Some("lambda")
    }

    fn phase(&self) -> Phase {
        Phase::Compute
    }

    fn reads<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys =
            Keys::from([COMPUTE_GROUP, LAMBDA_ROLE_ARN, LAMBDA_ROLE_NAME].map(Into::into));
        keys.extend(subnet_keys(sections));
        keys.extend(
            self.uses(sections)
                .into_iter()
                .map(|found| found.key.into()),
        );
        keys
    }

    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let lambda = sections.read::<Lambda<'a>>("lambda");
        let names = lambda.iter().flat_map(Lambda::names);
        names
            .flat_map(|name| [arn_key(name).into(), name_key(name).into()])
            .collect()
    }

    fn uses<'a>(&self, sections: &Sections<'a>) -> Vec<Use<'a>> {
        let lambda = sections.read::<Lambda<'a>>("lambda");
        let functions = lambda.into_iter().flat_map(|lambda| lambda.functions);
        functions.enumerate().flat_map(uses_of).collect()
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let lambda: Lambda<'_> = match input.sections.read("lambda") {
            Ok(lambda) => lambda,
            Err(error) => return vec![error.into()],
        };
        let mut problems: Vec<Problem> = check_subnets("lambda", input.landing_zone)
            .into_iter()
            .collect();
        let mut seen = BTreeSet::new();
        for (index, function) in lambda.functions.iter().enumerate() {
            let at = |field| pointer(&["lambda", "functions", &index.to_string(), field]);
            problems.extend(check_image(
                function.image,
                &at("image"),
                input.landing_zone,
            ));
            if !seen.insert(logical_name("", function.name)) {
                let message = format!("`{}` differs from another only in hyphens", function.name);
                problems.push(Problem::error(at("name"), message));
            }
        }
        problems
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let lambda: Lambda<'_> = input.sections.read("lambda")?;
        let mut resources = Resources::of(self.unit());
        let mut log_groups = Vec::new();
        for function in &lambda.functions {
            let logs = logical_name("Logs", function.name);
            let retention = json!({ "RetentionInDays": LOG_RETENTION_DAYS });
            let group = Resource::new("AWS::Logs::LogGroup", retention).on_delete("Delete");
            resources.add(logs.clone(), group)?;
            log_groups.push(json!({ "Fn::GetAtt": [logs, "Arn"] }));
            let resource = logical_name("Function", function.name);
            let arn = json!({ "Fn::GetAtt": [resource, "Arn"] });
            context.export(&arn_key(function.name), arn)?;
            context.export(&name_key(function.name), json!({ "Ref": resource }))?;
            resources.add(resource, function.resource(input, context)?)?;
        }
        let role = context.require(LAMBDA_ROLE_NAME)?;
        let statements = [write_logs(log_groups), attach_to_network()];
        resources.add("Execution", attached("lambda", &[role], &statements))?;
        Ok(resources)
    }
}

impl Function<'_> {
    fn resource(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resource, RenderError> {
        let mut variables = Map::new();
        for (name, text) in &self.environment {
            variables.insert((*name).to_owned(), expression(text, context)?);
        }
        let properties = json!({
            "PackageType": "Image",
            "Code": { "ImageUri": self.image },
            "Role": context.require(LAMBDA_ROLE_ARN)?,
            "MemorySize": self.memory,
            "Timeout": self.timeout,
            "LoggingConfig": { "LogGroup": { "Ref": logical_name("Logs", self.name) } },
            "VpcConfig": {
                "SecurityGroupIds": [context.require(COMPUTE_GROUP)?],
                "SubnetIds": code_subnets(input, context)?,
            },
        });
        // Lambda tries the role's permissions out when the function is made.
        let function = Resource::new("AWS::Lambda::Function", properties).after(&["Execution"]);
        if variables.is_empty() {
            return Ok(function);
        }
        Ok(function.property("Environment", json!({ "Variables": variables })))
    }
}

fn uses_of((index, function): (usize, Function<'_>)) -> Vec<Use<'_>> {
    let index = index.to_string();
    let mut uses = Vec::new();
    for (name, text) in function.environment {
        let pointer = pointer(&["lambda", "functions", &index, "environment", name]);
        uses.extend(keys(text).map(|key| Use {
            pointer: pointer.clone(),
            key,
        }));
    }
    uses
}

/// Lambda takes images from ECR in its own region only.
/// <https://docs.aws.amazon.com/lambda/latest/dg/images-create.html>
fn check_image(image: &str, pointer: &str, zone: &LandingZone) -> Option<Problem> {
    let region = &zone.spec.region;
    let is_near = EcrRepository::of(image).is_some_and(|found| found.region == *region);
    (!is_near).then(|| {
        let message = format!("`{image}` is not in an ECR repository of the region `{region}`");
        Problem::error(pointer, message).with_hint("copy the image to ECR in that region")
    })
}

fn write_logs(groups: Vec<Value>) -> Value {
    allow(
        &["logs:CreateLogStream", "logs:PutLogEvents"],
        &groups.into(),
    )
}

/// What Lambda needs to place a function in subnets. The interfaces do not exist yet when the
/// permission is asked for, and Describe knows no resources.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html>
fn attach_to_network() -> Value {
    allow(
        &[
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ],
        &"*".into(),
    )
}
