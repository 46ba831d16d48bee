//! What functions ask of the local AWS, counted by a listener that they reach it through.
//!
//! It takes one request per connection and passes the answer on until the other side closes: all
//! that is needed to count, and nothing of HTTP that could go wrong unnoticed.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use anyhow::Result;
use serde_json::Value;

use crate::local_aws::LocalAws;

const DYNAMODB: &str = "DynamoDB_20120810.";

/// The targets of calls that ask what there is besides stacks.
const LOOKED_AT: [&str; 2] = ["AmazonEC2ContainerService", "AnyScaleFrontendService"];

/// Reads and writes of single items of the table, and looks at what there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TableTraffic {
    /// `GetItem` and `Query` calls.
    pub(crate) reads: u64,
    /// Items written, removed or checked, those of a transaction counted singly.
    pub(crate) writes: u64,
    /// Calls of CloudFormation, ECS and Application Auto Scaling.
    pub(crate) looks: u64,
}

/// Counts requests on their way to a local AWS.
#[derive(Debug, Clone)]
pub(crate) struct Traffic {
    address: SocketAddr,
    counted: Arc<Mutex<TableTraffic>>,
}

impl Traffic {
    /// Listens, and passes what comes to the local AWS of `folder`, which need not run yet.
    ///
    /// # Errors
    /// Where nothing can be listened on.
    pub(crate) fn listen(folder: PathBuf) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let traffic = Self {
            address: listener.local_addr()?,
            counted: Arc::default(),
        };
        let counting = traffic.clone();
        thread::spawn(move || counting.serve(&listener, &folder));
        Ok(traffic)
    }

    /// Where functions reach the local AWS through this.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was counted since this was last asked.
    pub(crate) fn take(&self) -> TableTraffic {
        std::mem::take(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, listener: &TcpListener, folder: &Path) {
        let target = OnceLock::new();
        for client in listener.incoming().flatten() {
            // A connection that nothing is behind is closed; the function asks again.
            if let Some(target) = find(&target, folder) {
                let counting = self.clone();
                // A request that breaks off is the function's to repeat, and not counted.
                thread::spawn(move || drop(counting.pass(&client, &target)));
            }
        }
    }

    fn pass(&self, client: &TcpStream, target: &str) -> io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let request = Request::read(&mut reader)?;
        let mut server = TcpStream::connect(target)?;
        server.write_all(request.head.as_bytes())?;
        server.write_all(&request.body)?;
        let mut answer = client;
        io::copy(&mut server, &mut answer)?;
        let (reads, writes) = request.counts();
        let looks = u64::from(request.is_look());
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.reads += reads;
        counted.writes += writes;
        counted.looks += looks;
        Ok(())
    }
}

fn find(known: &OnceLock<String>, folder: &Path) -> Option<String> {
    if let Some(target) = known.get() {
        return Some(target.clone());
    }
    let endpoint = LocalAws::running(folder)?.endpoint();
    let target = endpoint.strip_prefix("http://")?.to_owned();
    Some(known.get_or_init(|| target).clone())
}

/// A request, changed to be the only one of its connection.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    head: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    fn read(reader: &mut impl BufRead) -> io::Result<Self> {
        let mut head = String::new();
        reader.read_line(&mut head)?;
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            let name = name.to_ascii_lowercase();
            if name != "connection" {
                head.push_str(&line);
            }
            headers.insert(name, value.trim().to_owned());
        }
        head.push_str("connection: close\r\n\r\n");
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        Ok(Self {
            head,
            headers,
            body,
        })
    }

    /// The reads and writes of the table that this asks for.
    fn counts(&self) -> (u64, u64) {
        let target = self.headers.get("x-amz-target").map_or("", String::as_str);
        match target.strip_prefix(DYNAMODB) {
            Some("GetItem" | "Query" | "BatchGetItem") => (1, 0),
            Some("PutItem" | "UpdateItem" | "DeleteItem") => (0, 1),
            Some("TransactWriteItems") => (0, self.transaction_length()),
            _ => (0, 0),
        }
    }

    /// Whether this asks CloudFormation, ECS or Application Auto Scaling.
    fn is_look(&self) -> bool {
        let scope = self.headers.get("authorization");
        let is_of_stacks = scope.is_some_and(|scope| scope.contains("/cloudformation/"));
        let target = self.headers.get("x-amz-target").map_or("", String::as_str);
        is_of_stacks || LOOKED_AT.iter().any(|service| target.starts_with(service))
    }

    fn transaction_length(&self) -> u64 {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        let items = body.get("TransactItems").and_then(Value::as_array);
        items.map_or(0, |items| u64::try_from(items.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn request(target: &str, body: &str) -> Request {
        let text = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nX-Amz-Target: {target}\r\n\
             Content-Length: {}\r\n\r\n{body}and what comes after",
            body.len()
        );
        Request::read(&mut text.as_bytes()).unwrap()
    }

    #[test]
    fn a_request_is_passed_on_whole_and_as_the_last_of_its_connection() {
        let read = request("x", "{}");
        assert_eq!(read.body, b"{}");
        assert!(read.head.starts_with("POST / HTTP/1.1\r\nHost: x\r\n"));
        assert!(read.head.ends_with("connection: close\r\n\r\n"));
        assert!(!read.head.contains("keep-alive"));
    }

    #[test]
    fn reads_and_writes_of_the_table_are_counted() {
        let counts =
            |operation, body| request(&format!("DynamoDB_20120810.{operation}"), body).counts();
        assert_eq!(counts("GetItem", "{}"), (1, 0));
        assert_eq!(counts("Query", "{}"), (1, 0));
        assert_eq!(counts("PutItem", "{}"), (0, 1));
        assert_eq!(
            counts("TransactWriteItems", r#"{"TransactItems":[{},{},{}]}"#),
            (0, 3)
        );
        assert_eq!(counts("DescribeTable", "{}"), (0, 0));
        assert_eq!(
            request("AWSStepFunctions.StartExecution", "{}").counts(),
            (0, 0)
        );
    }

    #[test]
    fn looks_at_what_there_is_are_told_from_everything_else() {
        let service = "AmazonEC2ContainerServiceV20141113.DescribeServices";
        assert!(request(service, "{}").is_look());
        assert!(!request("DynamoDB_20120810.GetItem", "{}").is_look());
        let mut stack = request("", "Action=DetectStackDrift");
        assert!(!stack.is_look());
        let scope =
            "AWS4-HMAC-SHA256 Credential=test/20261121/us-east-1/cloudformation/aws4_request";
        stack
            .headers
            .insert("authorization".to_owned(), scope.to_owned());
        assert!(stack.is_look());
    }

    #[test]
    fn a_request_goes_through_and_its_answer_comes_back() {
        let server = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let target = server.local_addr().unwrap().to_string();
        let serving = thread::spawn(move || {
            let (mut stream, _) = server.accept().unwrap();
            Request::read(&mut BufReader::new(stream.try_clone().unwrap())).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap();
        });
        let front = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let traffic = Traffic {
            address: front.local_addr().unwrap(),
            counted: Arc::default(),
        };
        let counting = traffic.clone();
        let passing = thread::spawn(move || counting.pass(&front.accept().unwrap().0, &target));

        let mut client = TcpStream::connect(traffic.address).unwrap();
        let asked = b"POST / HTTP/1.1\r\nx-amz-target: DynamoDB_20120810.GetItem\r\ncontent-length: 2\r\n\r\n{}";
        client.write_all(asked).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        serving.join().unwrap();
        passing.join().unwrap().unwrap();

        assert!(answer.ends_with("hello"), "{answer}");
        assert_eq!(
            traffic.take(),
            TableTraffic {
                reads: 1,
                writes: 0,
                looks: 0,
            }
        );
        assert_eq!(traffic.take(), TableTraffic::default());
    }
}
