//! An issuer as scripted, and a browser that goes where it is sent.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::answers::page;
use crate::platform::{Platform, Reply};
use crate::scene::Scene;

/// The client that people log in through.
pub(crate) const CLIENT: &str = "cli";

pub(crate) const DISCOVERY: &str = "GET /.well-known/openid-configuration";
pub(crate) const TOKEN: &str = "POST /token";
pub(crate) const LIST: &str = "GET /v1/instances";

/// 08:00 on 21 November 2026, when every scene begins.
const NOW: i64 = 1_795_248_000;

/// What a scene makes up as its `count`th secret.
pub(crate) fn secret(count: u8) -> String {
    URL_SAFE_NO_PAD.encode([count; 32])
}

/// The nonce of the first login of a scene: the verifier and the state come before it.
pub(crate) fn nonce() -> String {
    secret(3)
}

/// The document of an issuer that offers everything.
pub(crate) fn document(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "device_authorization_endpoint": format!("{issuer}/device"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "code_challenge_methods_supported": ["S256"],
    })
}

/// An issuer with its document. It is a platform too: it answers whatever it is told to.
pub(crate) fn issuer() -> Platform {
    let platform = Platform::start();
    let document = document(&platform.endpoint());
    platform.on(DISCOVERY, [Reply::json(200, &document)])
}

/// A token that is good for `seconds` from when a scene begins, with other claims.
pub(crate) fn token(issuer: &Platform, seconds: i64, claims: &Value) -> String {
    let mut payload = json!({
        "iss": issuer.endpoint(),
        "aud": CLIENT,
        "sub": "ada",
        "exp": NOW + seconds,
        "custom:tenant": "acme",
        "cognito:groups": ["platform"],
    });
    for (name, value) in claims.as_object().unwrap() {
        payload[name] = value.clone();
    }
    let payload = URL_SAFE_NO_PAD.encode(payload.to_string());
    format!("e30.{payload}.s3cret")
}

/// An answer of the token endpoint.
pub(crate) fn tokens(id_token: &str, refresh_token: Option<&str>) -> Reply {
    let mut body = json!({
        "access_token": "access-s3cret",
        "token_type": "Bearer",
        "id_token": id_token,
        "expires_in": 3600,
    });
    if let Some(token) = refresh_token {
        body["refresh_token"] = json!(token);
    }
    Reply::json(200, &body)
}

/// A refusal of the token endpoint.
pub(crate) fn denied(error: &str) -> Reply {
    Reply::json(400, &json!({"error": error}))
}

/// Someone with a home, whose platform is at the same address as the issuer.
pub(crate) fn scene(issuer: &Platform) -> Scene {
    let scene = Scene::empty().variable("GROUNDPLANE_ENDPOINT", &issuer.endpoint());
    let home = scene.path().join("home").display().to_string();
    scene
        .variable("HOME", &home)
        .variable("GROUNDPLANE_ISSUER", &issuer.endpoint())
        .variable("GROUNDPLANE_CLIENT_ID", CLIENT)
}

/// A field of the query of an address.
pub(crate) fn field(address: &str, name: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let mut fields = query.split('&').filter_map(|field| field.split_once('='));
    let (_, value) = fields.find(|(field, _)| *field == name).unwrap();
    value
        .replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%20", " ")
}

/// Goes back to where a login page sends the browser, with these fields; what is shown then.
pub(crate) fn go_back(page: &str, fields: &str) -> String {
    let redirect = field(page, "redirect_uri");
    let rest = redirect.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let request = format!("GET /{path}?{fields} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// A browser in front of which somebody agrees.
pub(crate) fn agree(page: &str) {
    let state = field(page, "state");
    let answer = go_back(page, &format!("code=c0de-s3cret&state={state}"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// An issuer whose token is good for `seconds`, and whoever has logged in there.
pub(crate) fn logged_in(seconds: i64, refresh: Option<&str>) -> (Platform, Scene) {
    let issuer = issuer();
    let id_token = token(&issuer, seconds, &json!({"nonce": nonce()}));
    let issuer = issuer
        .on(TOKEN, [tokens(&id_token, refresh)])
        .on(LIST, [page(&[], None)]);
    let scene = scene(&issuer).browses(agree);
    let ended = scene.run(&["login"]);
    assert_eq!(ended.code, 0, "{}", ended.progress);
    (issuer, scene)
}

/// The only file of a login.
pub(crate) fn file(scene: &Scene) -> PathBuf {
    let folder = scene.path().join("home/.cache/groundplane/logins");
    let mut files = fs::read_dir(folder).unwrap();
    let file = files.next().unwrap().unwrap().path();
    assert!(files.next().is_none());
    file
}

/// Whether a login is kept.
pub(crate) fn is_kept(scene: &Scene) -> bool {
    let folder = scene.path().join("home/.cache/groundplane/logins");
    fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some())
}

/// What the platform was last shown.
pub(crate) fn bearer(issuer: &Platform) -> String {
    let asked = issuer.asked();
    let last = asked.iter().rfind(|asked| asked.line.starts_with(LIST));
    last.unwrap().headers["authorization"].clone()
}
