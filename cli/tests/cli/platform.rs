//! A platform that answers as scripted and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// One answer, as it goes over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Reply(Vec<u8>);

impl Reply {
    /// An answer with a status, headers (each with its line end) and a body.
    pub(crate) fn new(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} -\r\n{headers}content-length: {length}\r\n");
        Self(format!("{head}connection: close\r\n\r\n{body}").into_bytes())
    }

    /// JSON that was asked for.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = "content-type: application/json\r\n";
        Self::new(status, headers, &body.to_string())
    }

    /// A refusal as RFC 9457 has it.
    pub(crate) fn problem(status: u16, body: &Value) -> Self {
        let headers = "content-type: application/problem+json\r\n";
        Self::new(status, headers, &body.to_string())
    }

    /// Bytes that are not HTTP, or not all of it.
    pub(crate) fn raw(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

/// What the platform was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// Method and path with its query.
    pub(crate) line: String,
    /// The headers by lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: String,
}

#[derive(Debug, Default)]
struct State {
    replies: BTreeMap<String, VecDeque<Reply>>,
    asked: Vec<Asked>,
    closing: bool,
}

/// A platform on a port of this machine, until it is dropped.
#[derive(Debug)]
pub(crate) struct Platform {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    serving: Option<JoinHandle<()>>,
}

impl Platform {
    /// A platform that answers every question with 404 until it is told better.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let serving = std::thread::spawn(move || {
            listener
                .incoming()
                .take_while(|_| !shared.lock().unwrap().closing)
                .for_each(|stream| serve(&shared, &stream.unwrap()));
        });
        Self {
            address,
            state,
            serving: Some(serving),
        }
    }

    /// Answers `question` (method and path) with `replies`, one after the other; the last is
    /// given for ever.
    pub(crate) fn on(self, question: &str, replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = replies.into_iter().collect();
        let mut state = self.state.lock().unwrap();
        state.replies.insert(question.to_owned(), replies);
        drop(state);
        self
    }

    /// The base address.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}/_aws/execute-api/abc123/$default", self.address)
    }

    /// Everything that was asked, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The first lines of everything that was asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.line).collect()
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        self.state.lock().unwrap().closing = true;
        // Wakes the thread from its wait for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(serving) = self.serving.take() {
            serving.join().unwrap();
        }
    }
}

fn serve(state: &Mutex<State>, mut stream: &TcpStream) {
    let Some(asked) = read(stream) else { return };
    let path = asked.line.split('?').next().unwrap_or_default().to_owned();
    let mut state = state.lock().unwrap();
    state.asked.push(asked);
    let reply = match state.replies.get_mut(&path) {
        Some(replies) if replies.len() > 1 => replies.pop_front(),
        Some(replies) => replies.front().cloned(),
        None => Some(Reply::json(404, &json!({"message": "Not Found"}))),
    };
    drop(state);
    // The client may have hung up on an answer that it does not like.
    let _ = stream.write_all(&reply.unwrap().0);
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let method = words.next()?.to_owned();
    let target = words
        .next()?
        .strip_prefix("/_aws/execute-api/abc123/$default")?;
    let mut asked = Asked {
        line: format!("{method} {target}"),
        ..Asked::default()
    };
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        asked.headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = asked.headers.get("content-length");
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).unwrap();
    Some(asked)
}
