//! A small client for the local AWS. It signs nothing, which only an emulator accepts.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use roxmltree::{Document, Node};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Response, StatusCode};

use crate::local_aws::REGION;

/// The outputs of a stack.
pub(crate) type Outputs = BTreeMap<String, String>;

/// A client for one local AWS.
#[derive(Debug, Clone)]
pub(crate) struct Aws {
    agent: Agent,
    endpoint: String,
}

/// What the local AWS said no with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The error's name.
    pub(crate) code: String,
    /// Its text.
    pub(crate) message: String,
}

/// A stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stack {
    /// For example `CREATE_COMPLETE`.
    pub(crate) status: String,
    /// Why it has this status.
    pub(crate) reason: String,
    /// Its outputs.
    pub(crate) outputs: Outputs,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refused {}

impl Aws {
    /// A client for what answers at `endpoint`.
    pub(crate) fn new(endpoint: String) -> Self {
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self { agent, endpoint }
    }

    /// Whether `path` is answered with success.
    pub(crate) fn answers(&self, path: &str) -> bool {
        self.agent
            .get(format!("{}{path}", self.endpoint))
            .call()
            .is_ok_and(|response| response.status() == StatusCode::OK)
    }

    /// Calls an operation of a service that speaks JSON, for example
    /// `cognito-idp`, `AWSCognitoIdentityProviderService.AdminCreateUser`.
    ///
    /// # Errors
    /// [`Refused`], or where there is no answer.
    pub(crate) fn call(&self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let mut response = self
            .agent
            .post(&self.endpoint)
            .header("authorization", authorization(service))
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .send(input.to_string())
            .with_context(|| format!("{target} was not answered"))?;
        let text = text_of(&mut response)?;
        if response.status().is_success() {
            return serde_json::from_str(&text)
                .with_context(|| format!("the answer of {target} is no JSON"));
        }
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let field = |name: &str| problem.get(name).and_then(Value::as_str);
        let code = field("__type").unwrap_or("unknown error");
        bail!(Refused {
            code: code.rsplit('#').next().unwrap_or(code).to_owned(),
            message: field("message")
                .or(field("Message"))
                .unwrap_or(&text)
                .to_owned(),
        })
    }

    /// Reads what a service that has paths and speaks JSON keeps at `path`.
    ///
    /// # Errors
    /// Where there is no such answer.
    pub(crate) fn read(&self, service: &str, path: &str) -> Result<Value> {
        let mut response = self
            .agent
            .get(format!("{}{path}", self.endpoint))
            .header("authorization", authorization(service))
            .call()
            .with_context(|| format!("{path} was not answered"))?;
        let text = text_of(&mut response)?;
        serde_json::from_str(&text).with_context(|| format!("the answer at {path} is no JSON"))
    }

    /// Calls an operation of CloudFormation. Gives the XML of the answer.
    ///
    /// # Errors
    /// [`Refused`], or where there is no answer.
    pub(crate) fn cloudformation(
        &self,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String> {
        let fixed = [("Action", action), ("Version", "2010-05-15")];
        let mut response = self
            .agent
            .post(&self.endpoint)
            .header("authorization", authorization("cloudformation"))
            .send_form(fixed.iter().chain(parameters).copied())
            .with_context(|| format!("{action} was not answered"))?;
        let text = text_of(&mut response)?;
        if response.status().is_success() {
            return Ok(text);
        }
        let document = Document::parse(&text).context("the answer is no XML")?;
        let field = |name| first_text(document.root(), name).unwrap_or_default();
        bail!(Refused {
            code: field("Code"),
            message: field("Message"),
        })
    }

    /// The stack of that name, if there is one.
    ///
    /// # Errors
    /// Where there is no answer that can be read.
    pub(crate) fn stack(&self, name: &str) -> Result<Option<Stack>> {
        match self.cloudformation("DescribeStacks", &[("StackName", name)]) {
            Ok(xml) => stack_from(&xml).map(Some),
            Err(error) if is_refused(&error, "ValidationError") => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether `error` is a refusal under the name `code`.
pub(crate) fn is_refused(error: &anyhow::Error, code: &str) -> bool {
    error
        .downcast_ref::<Refused>()
        .is_some_and(|refused| refused.code == code)
}

fn text_of(response: &mut Response<ureq::Body>) -> Result<String> {
    Ok(response.body_mut().read_to_string()?)
}

/// Names the service, by which an emulator finds it; the signature is none.
fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request, \
         SignedHeaders=host, Signature=0"
    )
}

fn stack_from(xml: &str) -> Result<Stack> {
    let document = Document::parse(xml).context("the answer is no XML")?;
    let outputs = document
        .descendants()
        .filter_map(|node| {
            Some((
                child_text(node, "OutputKey")?,
                child_text(node, "OutputValue")?,
            ))
        })
        .collect();
    Ok(Stack {
        status: first_text(document.root(), "StackStatus").context("the stack has no status")?,
        reason: first_text(document.root(), "StackStatusReason").unwrap_or_default(),
        outputs,
    })
}

fn first_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.descendants()
        .find(|node| node.tag_name().name() == name)
        .map(text_in)
}

fn child_text(node: Node<'_, '_>, name: &str) -> Option<String> {
    node.children()
        .find(|node| node.tag_name().name() == name)
        .map(text_in)
}

fn text_in(node: Node<'_, '_>) -> String {
    node.text().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACKS: &str = r#"<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
        <DescribeStacksResult><Stacks><member>
            <StackName>groundplane</StackName>
            <StackStatus>UPDATE_COMPLETE</StackStatus>
            <Outputs>
                <member><OutputKey>ApiId</OutputKey><OutputValue>00b7acfb</OutputValue></member>
                <member><OutputKey>Join</OutputKey><OutputValue>a&amp;b</OutputValue><Description>d</Description></member>
            </Outputs>
        </member></Stacks></DescribeStacksResult>
    </DescribeStacksResponse>"#;

    #[test]
    fn a_stack_is_read_with_its_outputs() {
        let stack = stack_from(STACKS).unwrap();
        assert_eq!(stack.status, "UPDATE_COMPLETE");
        assert_eq!(stack.outputs.len(), 2);
        assert_eq!(stack.outputs["ApiId"], "00b7acfb");
        assert_eq!(stack.outputs["Join"], "a&b");
    }

    #[test]
    fn an_answer_without_a_stack_is_an_error() {
        assert!(stack_from("<DescribeStacksResponse/>").is_err());
        assert!(stack_from("not xml").is_err());
    }

    #[test]
    fn a_refusal_is_known_by_its_name() {
        let error = anyhow::Error::new(Refused {
            code: "ValidationError".to_owned(),
            message: "no".to_owned(),
        });
        assert!(is_refused(&error, "ValidationError"));
        assert!(!is_refused(&error, "AlreadyExistsException"));
        assert!(!is_refused(
            &anyhow::anyhow!("ValidationError"),
            "ValidationError"
        ));
    }
}
