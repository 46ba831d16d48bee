//! Where the browser comes back to (RFC 8252, section 7.3): one port of this machine, for one answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use super::grant::Denied;
use super::{IdentityError, Secret};

/// The longest first line of a request that is read.
const MAX_LINE: u64 = 16 * 1024;

/// How long a connection may take to say something.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the answer must be.
#[derive(Debug, Clone)]
pub(super) struct Awaited {
    /// The path that it comes to.
    pub(super) path: String,
    /// What shows that it belongs to this login.
    pub(super) state: String,
    /// The issuer.
    pub(super) issuer: String,
    /// Whether it must name the issuer.
    pub(super) names_itself: bool,
}

/// What a request was.
#[derive(Debug, PartialEq)]
enum Heard {
    /// Nothing of this login; the listener goes on.
    Other(u16, &'static str),
    /// The answer.
    Answer(Result<Secret, IdentityError>),
}

/// A listener on a port of this machine, until it is dropped.
#[derive(Debug)]
pub(super) struct Loopback {
    address: SocketAddr,
    answers: Receiver<Result<Secret, IdentityError>>,
    is_closing: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Listens for the answer.
    pub(super) fn start(listener: TcpListener, awaited: Awaited) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (sender, answers) = mpsc::channel();
        let is_closing = Arc::new(AtomicBool::new(false));
        let closing = Arc::clone(&is_closing);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if closing.load(Ordering::Relaxed) {
                    return;
                }
                let heard = stream.ok().and_then(|stream| serve(&stream, &awaited));
                if let Some(Heard::Answer(answer)) = heard {
                    // Whoever waited may have given up.
                    let _ = sender.send(answer);
                }
            }
        });
        Ok(Self {
            address,
            answers,
            is_closing,
            listening: Some(listening),
        })
    }

    /// The code that the browser brings.
    pub(super) fn wait(&self, limit: Duration) -> Result<Secret, IdentityError> {
        let answer = self.answers.recv_timeout(limit);
        answer.unwrap_or_else(|_| {
            let limit = crate::render::time::waited(limit);
            Err(IdentityError::TimedOut(limit))
        })
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::Relaxed);
        // Wakes the thread from its wait for a connection.
        drop(TcpStream::connect(self.address));
        if let Some(listening) = self.listening.take() {
            drop(listening.join());
        }
    }
}

fn serve(stream: &TcpStream, awaited: &Awaited) -> Option<Heard> {
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let mut reader = BufReader::new(stream.take(MAX_LINE));
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    // The rest of the request is read, so that the answer arrives.
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        header.clear();
    }
    let heard = understand(&line, awaited);
    let (status, text) = match &heard {
        Heard::Other(status, text) => (*status, *text),
        Heard::Answer(Ok(_)) => (
            200,
            "Groundplane has what it needs: go back to the terminal.",
        ),
        Heard::Answer(Err(_)) => (200, "The login was refused: the terminal says why."),
    };
    let answer = format!(
        "HTTP/1.1 {status} -\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
    let mut writer = stream;
    // The browser may have gone already.
    let _ = writer.write_all(answer.as_bytes());
    Some(heard)
}

fn understand(line: &str, awaited: &Awaited) -> Heard {
    let mut words = line.split(' ');
    let (Some("GET"), Some(target)) = (words.next(), words.next()) else {
        return Heard::Other(405, "only GET is answered here");
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != awaited.path {
        return Heard::Other(404, "there is nothing here");
    }
    let fields: Vec<(String, String)> = query.split('&').filter_map(field).collect();
    // One that is said twice is said by nobody.
    let one = |name: &str| {
        let mut named = fields.iter().filter(|(field, _)| field == name);
        named
            .next()
            .filter(|_| named.next().is_none())
            .map(|(_, value)| value.clone())
    };
    if one("state").as_ref() != Some(&awaited.state) {
        return Heard::Other(400, "this is not the login that was begun in the terminal");
    }
    Heard::Answer(answer(one, awaited))
}

fn answer(
    one: impl Fn(&str) -> Option<String>,
    awaited: &Awaited,
) -> Result<Secret, IdentityError> {
    // RFC 9207: the answer of another issuer is not taken for this one's.
    let issuer = one("iss");
    if issuer
        .as_ref()
        .is_some_and(|issuer| *issuer != awaited.issuer)
        || (awaited.names_itself && issuer.is_none())
    {
        return Err(IdentityError::untrusted("the answer is of another issuer"));
    }
    if let Some(error) = one("error") {
        return Err(Denied::new(error, one("error_description")).into());
    }
    let code = one("code").filter(|code| !code.is_empty());
    code.map(Secret::new)
        .ok_or_else(|| IdentityError::untrusted("the answer holds no code"))
}

fn field(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let decoded = |text: &str| {
        let text = text.replace('+', " ");
        let decoded = percent_decode_str(&text).decode_utf8().ok()?;
        Some(decoded.into_owned())
    };
    Some((decoded(name)?, decoded(value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(line: &str, names_itself: bool) -> Heard {
        let awaited = Awaited {
            path: "/callback".to_owned(),
            state: "st&te".to_owned(),
            issuer: "https://id".to_owned(),
            names_itself,
        };
        understand(line, &awaited)
    }

    #[test]
    fn the_answer_of_this_login_brings_its_code() {
        let heard = heard("GET /callback?code=a%2Bb&state=st%26te HTTP/1.1\r\n", false);
        assert_eq!(heard, Heard::Answer(Ok(Secret::new("a+b"))));
    }

    #[test]
    fn the_answer_of_another_login_is_passed_over() {
        for line in [
            "GET /callback?code=a&state=other HTTP/1.1",
            "GET /callback?code=a HTTP/1.1",
            "GET /callback?code=a&state=st%26te&state=st%26te HTTP/1.1",
            "GET /callback?error=access_denied&state= HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "POST /callback?code=a&state=st%26te HTTP/1.1",
            "",
        ] {
            assert!(matches!(heard(line, false), Heard::Other(..)), "{line}");
        }
    }

    #[test]
    fn the_answer_of_another_issuer_is_refused() {
        let of = |rest: &str, names_itself| {
            let line = format!("GET /callback?code=a&state=st%26te{rest} HTTP/1.1");
            heard(&line, names_itself)
        };
        assert!(matches!(
            of("&iss=https%3A%2F%2Fid", true),
            Heard::Answer(Ok(_))
        ));
        assert!(matches!(
            of("&iss=https%3A%2F%2Fevil", false),
            Heard::Answer(Err(_))
        ));
        assert!(matches!(of("", true), Heard::Answer(Err(_))));
    }

    #[test]
    fn a_refusal_is_told_in_the_words_of_the_issuer() {
        let line = "GET /callback?error=access_denied&error_description=not+today&state=st%26te x";
        let refused = IdentityError::Refused("access_denied: not today".to_owned());
        assert_eq!(heard(line, false), Heard::Answer(Err(refused)));
    }
}
