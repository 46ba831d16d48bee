//! The section `network`: subnets of the service's own, with addresses that the IPAM resolver
//! handed out.

use groundplane_model::Problem;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Capability, CheckInput, Keys, Phase, References, RenderError, RenderInput, Resource, Resources,
    Sections, Want,
};

/// The blocks of addresses, separated by commas.
const CIDRS: &str = "network.cidrs";

/// The section's fields.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Network {
    subnets: u8,
    prefix_length: u8,
}

impl Network {
    fn numbers(&self) -> impl Iterator<Item = u8> {
        1..=self.subnets
    }

    /// What the block of a subnet is asked for as. A subnet of another size is another block: the
    /// old one is given back once nothing uses it any more.
    fn input(&self, number: u8) -> String {
        format!("subnet-{number}-{}", self.prefix_length)
    }
}

fn id_key(number: u8) -> String {
    format!("network.subnet_{number}.id")
}

/// The keys of the subnets that the service's code runs in, where they are its own.
pub(crate) fn subnet_keys<'a>(sections: &Sections<'a>) -> Keys<'a> {
    match sections.read::<Network>("network") {
        Ok(network) => network.numbers().map(|it| id_key(it).into()).collect(),
        Err(_) => Keys::new(),
    }
}

/// The subnets that the service's code runs in: its own, or the private ones of the landing zone.
pub(crate) fn code_subnets(
    input: &RenderInput<'_>,
    context: &mut References<'_>,
) -> Result<Value, RenderError> {
    if !input.sections.declares("network") {
        return Ok(json!(input.landing_zone.spec.network.private_subnet_ids));
    }
    let network: Network = input.sections.read("network")?;
    let ids = network.numbers().map(|it| context.require(&id_key(it)));
    ids.collect::<Result<Vec<Value>, _>>().map(Value::from)
}

/// The unit `network`.
#[derive(Debug)]
pub(crate) struct SubnetsUnit;

impl Capability for SubnetsUnit {
    fn unit(&self) -> &'static str {
        "network"
    }

    fn section(&self) -> Option<&'static str> {
        Some("network")
    }

    fn phase(&self) -> Phase {
        Phase::Foundation
    }

    fn reads<'a>(&self, _sections: &Sections<'a>) -> Keys<'a> {
        Keys::new()
    }

    fn writes<'a>(&self, sections: &Sections<'a>) -> Keys<'a> {
        let mut keys = subnet_keys(sections);
        keys.insert(CIDRS.into());
        keys
    }

    fn wants(&self, sections: &Sections<'_>) -> Vec<Want> {
        let mut wants = vec![Want::stack()];
        if let Ok(network) = sections.read::<Network>("network") {
            let blocks = network
                .numbers()
                .map(|number| Want::block(&network.input(number), network.prefix_length));
            wants.extend(blocks);
        }
        wants
    }

    fn check(&self, input: &CheckInput<'_>) -> Vec<Problem> {
        let section = input.sections.read::<Network>("network");
        section.err().map(Problem::from).into_iter().collect()
    }

    fn render(
        &self,
        input: &RenderInput<'_>,
        context: &mut References<'_>,
    ) -> Result<Resources, RenderError> {
        let network: Network = input.sections.read("network")?;
        let ground = &input.landing_zone.spec.network;
        let mut resources = Resources::of(self.unit());
        let mut blocks = Vec::new();
        for number in network.numbers() {
            let block = input.resolved.require("network", &network.input(number))?;
            let name = format!("Subnet{number}");
            let zone = usize::from(number) - 1;
            let properties = json!({
                "VpcId": ground.vpc_id,
                "CidrBlock": block,
                "AvailabilityZone": { "Fn::Select": [zone, { "Fn::GetAZs": "" }] },
                "MapPublicIpOnLaunch": false,
                "Tags": [{ "Key": "Name", "Value": format!("{} {number}", input.instance) }],
            });
            resources.add(name.clone(), Resource::new("AWS::EC2::Subnet", properties))?;
            // Without an association the VPC's main route table applies.
            let tables = &ground.private_route_table_ids;
            if let Some(table) = tables.get(zone).or(tables.first()) {
                let properties = json!({ "RouteTableId": table, "SubnetId": { "Ref": name } });
                let kind = "AWS::EC2::SubnetRouteTableAssociation";
                resources.add(format!("Routes{number}"), Resource::new(kind, properties))?;
            }
            context.set(&id_key(number), json!({ "Ref": name }))?;
            blocks.push(block);
        }
        context.export(CIDRS, blocks.join(",").into())?;
        Ok(resources)
    }
}
