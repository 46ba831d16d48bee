//! What is really there on the local AWS, asked of each service itself and given as it answers.

use serde_json::Value;

use super::command::variable;

/// The parts of `text` between `<name>` and `</name>`.
pub(crate) fn elements<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(open.as_str()).skip(1);
    parts
        .filter_map(|part| Some(part.split_once(&close)?.0))
        .collect()
}

/// The local AWS, as one account sees it.
pub(crate) struct Cloud {
    endpoint: String,
    region: String,
    /// The access key; twelve digits are an account of their own.
    key: String,
}

impl Cloud {
    pub(crate) fn from_env() -> Self {
        Self {
            endpoint: variable("GROUNDPLANE_TEST_AWS_ENDPOINT"),
            region: variable("GROUNDPLANE_TEST_AWS_REGION"),
            key: "test".to_owned(),
        }
    }

    /// The same AWS, as another account sees it.
    pub(crate) fn of_account(account: &str) -> Self {
        Self {
            key: account.to_owned(),
            ..Self::from_env()
        }
    }

    /// The stacks that are there or on their way.
    pub(crate) fn stacks(&self) -> String {
        self.ask(
            "cloudformation",
            "/?Action=DescribeStacks&Version=2010-05-15",
        )
    }

    /// The security groups.
    pub(crate) fn security_groups(&self) -> String {
        self.ask("ec2", "/?Action=DescribeSecurityGroups&Version=2016-11-15")
    }

    /// The file systems.
    pub(crate) fn file_systems(&self) -> String {
        self.ask("elasticfilesystem", "/2015-02-01/file-systems")
    }

    /// What a query of a service with XML answers says, for example `rds` and `DescribeDBInstances`.
    pub(crate) fn query(&self, service: &str, action: &str, version: &str) -> String {
        self.ask(service, &format!("/?Action={action}&Version={version}"))
    }

    /// Begins to make a stack.
    pub(crate) fn deploy(&self, stack: &str, template: &str, parameters: &[(&str, &str)]) {
        let mut fields = vec![
            ("Action".to_owned(), "CreateStack"),
            ("Version".to_owned(), "2010-05-15"),
            ("StackName".to_owned(), stack),
            ("TemplateBody".to_owned(), template),
            ("Capabilities.member.1".to_owned(), "CAPABILITY_NAMED_IAM"),
        ];
        for (number, (name, value)) in (1..).zip(parameters) {
            let field = |part| format!("Parameters.member.{number}.Parameter{part}");
            fields.extend([(field("Key"), *name), (field("Value"), *value)]);
        }
        let made = ureq::post(&self.endpoint)
            .header("authorization", self.authorization("cloudformation"))
            .send_form(fields);
        assert_eq!(made.unwrap().status().as_u16(), 200, "{stack}");
    }

    /// What a service with JSON answers says to a call, which must succeed.
    pub(crate) fn call(&self, service: &str, target: &str, arguments: &Value) -> String {
        let answer = self.tried(service, target, arguments);
        answer.unwrap_or_else(|| panic!("{target} of {arguments} fails"))
    }

    /// What a service with JSON answers says to a call, if that succeeds.
    pub(crate) fn tried(&self, service: &str, target: &str, arguments: &Value) -> Option<String> {
        let response = ureq::post(&self.endpoint)
            .header("authorization", self.authorization(service))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", target)
            .send(arguments.to_string());
        Some(response.ok()?.body_mut().read_to_string().unwrap())
    }

    /// Lets the function run whose name has this in it, as its schedule does.
    pub(crate) fn invoke(&self, function: &str) {
        let known: Value =
            serde_json::from_str(&self.ask("lambda", "/2015-03-31/functions")).unwrap();
        let mut names = known["Functions"].as_array().unwrap().iter();
        let names = names.find_map(|it| {
            it["FunctionName"]
                .as_str()
                .filter(|it| it.contains(function))
        });
        let path = format!("/2015-03-31/functions/{}/invocations", names.unwrap());
        let answer = ureq::post(format!("{}{path}", self.endpoint))
            .header("authorization", self.authorization("lambda"))
            .send("{}")
            .unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{function}");
    }

    /// Makes a hosted zone, and gives its id.
    pub(crate) fn create_hosted_zone(&self, name: &str) -> String {
        let body = format!(
            "<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <Name>{name}</Name><CallerReference>{name}</CallerReference>\
             </CreateHostedZoneRequest>"
        );
        let mut response = ureq::post(format!("{}/2013-04-01/hostedzone", self.endpoint))
            .header("authorization", self.authorization("route53"))
            .send(body)
            .unwrap();
        let answer = response.body_mut().read_to_string().unwrap();
        let (_, rest) = answer.split_once("<Id>/hostedzone/").unwrap();
        rest.split_once('<').unwrap().0.to_owned()
    }

    /// The local AWS reads the service from the credential's scope and checks no signature.
    fn authorization(&self, service: &str) -> String {
        let (key, region) = (&self.key, &self.region);
        let scope = format!("{key}/20260101/{region}/{service}/aws4_request");
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
    }

    /// What a service with paths answers.
    pub(crate) fn ask(&self, service: &str, path: &str) -> String {
        let authorization = self.authorization(service);
        let mut response = ureq::get(format!("{}{path}", self.endpoint))
            .header("authorization", authorization)
            .call()
            .unwrap();
        response.body_mut().read_to_string().unwrap()
    }
}
