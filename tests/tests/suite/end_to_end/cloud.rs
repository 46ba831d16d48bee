//! What is really there on the local AWS, asked of each service itself and given as it answers.

use super::command::variable;

/// The local AWS.
pub(crate) struct Cloud {
    endpoint: String,
    region: String,
}

impl Cloud {
    pub(crate) fn from_env() -> Self {
        Self {
            endpoint: variable("GROUNDPLANE_TEST_AWS_ENDPOINT"),
            region: variable("GROUNDPLANE_TEST_AWS_REGION"),
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

    /// The local AWS reads the service from the credential's scope and checks no signature.
    fn ask(&self, service: &str, path: &str) -> String {
        let scope = format!("test/20260101/{}/{service}/aws4_request", self.region);
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
        let mut response = ureq::get(format!("{}{path}", self.endpoint))
            .header("authorization", authorization)
            .call()
            .unwrap();
        response.body_mut().read_to_string().unwrap()
    }
}
