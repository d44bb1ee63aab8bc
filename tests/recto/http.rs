//! The service's entrances for the tests: its router within the test, and `recto serve` as a process of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use recto::desk::{CurrentDesk, Desk};
use serde_json::Value;
use tower::ServiceExt;

use crate::support::{NOW, command, desk, desk_at, home, signed_in};

/// The token of the router's tests.
pub const TOKEN: &str = "a-token";
/// The header of one event.
pub const STRUCTURED: (&str, &str) = ("content-type", "application/cloudevents+json");
/// The header of several.
pub const BATCH: (&str, &str) = ("content-type", "application/cloudevents-batch+json");
/// The longest that a test waits for the service to come to something.
const PATIENCE: Duration = Duration::from_secs(90);

/// The service's router over a desk in a folder of its own.
pub struct Api {
    /// The desk behind it.
    pub desk: Arc<Desk>,
    router: Router,
    folder: tempfile::TempDir,
    sessions: tokio::sync::Mutex<BTreeMap<String, String>>,
}

impl Api {
    pub async fn start() -> Api {
        Api::at(NOW).await
    }

    /// At another instant than the sample day's.
    pub async fn at(instant: &str) -> Api {
        let folder = tempfile::tempdir().unwrap();
        let open = Arc::new(CurrentDesk::new(desk_at(folder.path(), instant).await, home()));
        let desk = open.desk();
        Api { router: recto::web::router(open, TOKEN).unwrap(), desk, folder, sessions: Default::default() }
    }

    /// Its data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn send(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// The headers of a page that somebody has open who is signed in.
    pub async fn session(&self, name: &str) -> [(header::HeaderName, String); 2] {
        let mut sessions = self.sessions.lock().await;
        if !sessions.contains_key(name) {
            sessions.insert(name.to_owned(), signed_in(&self.desk, name).await);
        }
        let cookie = format!("__Host-recto_session={}", sessions[name]);
        [(header::COOKIE, cookie), (header::HeaderName::from_static("sec-fetch-site"), "same-origin".to_owned())]
    }

    /// Calls the API with the token. Whatever the client did wrong must be answered with a problem document.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> (StatusCode, Value) {
        let bearer = [(header::AUTHORIZATION, format!("Bearer {TOKEN}"))];
        self.call_with(&bearer, method, path, headers, body).await
    }

    /// The same by one of the unit's people, who is signed in.
    pub async fn call_by(
        &self,
        name: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> (StatusCode, Value) {
        self.call_with(&self.session(name).await, method, path, headers, body).await
    }

    async fn call_with(
        &self,
        known_by: &[(header::HeaderName, String)],
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> (StatusCode, Value) {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        for (name, value) in known_by {
            request = request.header(name, value);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.send(request.body(Body::from(body)).unwrap()).await;
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE).cloned();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let value: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_client_error() {
            assert_eq!(kind.unwrap(), "application/problem+json");
            assert_eq!(value["status"], status.as_u16());
            assert!(value["type"].as_str().unwrap().starts_with("urn:problem:recto:"));
        }
        (status, value)
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, value) = self.call("GET", path, &[], String::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}: {value:#}");
        value
    }

    /// A page in a language.
    pub async fn page(&self, path: &str, language: &str) -> String {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
        let response = self.send(request.header(header::ACCEPT_LANGUAGE, language).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        String::from_utf8_lossy(&response.into_body().collect().await.unwrap().to_bytes()).into_owned()
    }

    /// A page that somebody opens who is signed in.
    pub async fn open(&self, name: &str, path: &str, language: &str) -> Answer {
        let request = Request::get(path).header(header::ACCEPT_LANGUAGE, language);
        let request =
            self.session(name).await.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        self.answered(request.body(Body::empty()).unwrap()).await
    }

    /// Sends a form of a page that somebody has open who is signed in.
    pub async fn fill_in(&self, name: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::ACCEPT_LANGUAGE, "en");
        let request =
            self.session(name).await.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        self.answered(form(request, fields)).await
    }

    /// The same while somebody types, as the page's script does.
    pub async fn type_in(&self, name: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header(header::ACCEPT_LANGUAGE, "en").header("hx-request", "true");
        let request =
            self.session(name).await.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        self.answered(form(request, fields)).await
    }

    /// Sends a request of a browser.
    pub async fn answered(&self, request: Request<Body>) -> Answer {
        let answer = self.send(request).await;
        let place = answer.headers().get(header::LOCATION).map(|place| place.to_str().unwrap().to_owned());
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        Answer { status, place: place.unwrap_or_default(), text }
    }

    /// Posts a document, and gives the status and the problem's stable kind, such as `no-authority`; empty where all was well.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, String) {
        kind_of(self.call("POST", path, &[], body.to_string()).await)
    }

    /// The same by one of the unit's people, who is signed in.
    pub async fn post_by(&self, name: &str, path: &str, body: &Value) -> (u16, String) {
        kind_of(self.call_by(name, "POST", path, &[], body.to_string()).await)
    }

    /// Takes an event, does what is due, and gives the letters that it called for.
    pub async fn taken(&self, event: &Value) -> Vec<String> {
        let (status, receipt) = self.call("POST", "/events", &[STRUCTURED], event.to_string()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{receipt:#}");
        crate::support::work(&self.desk).await;
        receipt["letters"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    /// A letter's state and the codes of its reasons.
    pub async fn state(&self, letter: &str) -> (String, Vec<String>) {
        let letter = self.get(&format!("/letters/{letter}")).await;
        let codes = letter["reasons"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned());
        (letter["state"].as_str().unwrap().to_owned(), codes.collect())
    }
}

/// What a browser is answered: the status, where it leads, what it says.
pub struct Answer {
    pub status: StatusCode,
    pub place: String,
    pub text: String,
}

/// A form as a browser sends it.
pub fn form(request: axum::http::request::Builder, fields: &[(&str, &str)]) -> Request<Body> {
    let encoded = |text: &str| {
        let byte = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect::<String>()
    };
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request.body(Body::from(body.join("&"))).unwrap()
}

/// The status, and the stable kind of the problem; empty where all was well.
fn kind_of((status, answer): (StatusCode, Value)) -> (u16, String) {
    let kind = answer["type"].as_str().unwrap_or_default();
    let problem = kind.strip_prefix("urn:problem:recto:").filter(|_| !status.is_success());
    (status.as_u16(), problem.unwrap_or_default().to_owned())
}

/// The sessions of the people of the tests over a data folder; they outlive the service, as the register has them.
fn sessions_of(folder: &Path) -> BTreeMap<String, String> {
    let kept = folder.with_extension("sessions.json");
    if let Ok(text) = std::fs::read(&kept) {
        return serde_json::from_slice(&text).unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sessions: BTreeMap<String, String> = runtime.block_on(async {
        let desk = desk(folder).await;
        let mut sessions = BTreeMap::new();
        for name in ["A. Manager", "O. Officer"] {
            sessions.insert(name.to_owned(), signed_in(&desk, name).await);
        }
        desk.close().await;
        sessions
    });
    std::fs::write(&kept, serde_json::to_vec(&sessions).unwrap()).unwrap();
    sessions
}

/// `recto serve` over a data folder, on a free port; killed where it is dropped.
pub struct Service {
    process: Child,
    address: String,
    token: String,
    sessions: BTreeMap<String, String>,
    log: PathBuf,
}

impl Service {
    /// Starts it and waits until it listens. Its letter types are those of `home`; the people of the tests are signed in.
    pub fn start(home: &Path, folder: &Path) -> Service {
        let sessions = sessions_of(folder);
        let log = folder.with_extension("log");
        let file = std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = command(folder, &["serve", "--listen", "127.0.0.1:0"]);
        command.current_dir(home).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        // Pages:  http://127.0.0.1:8080/
        let said = line.trim().split_once("http://").map(|(_, url)| url.trim_end_matches('/').to_owned());
        let address = said.unwrap_or_else(|| panic!("{line}{}", std::fs::read_to_string(&log).unwrap()));
        let token = recto::web::token(folder).unwrap();
        Service { process, address, token, sessions, log }
    }

    /// The whole address of a path of the API.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1{path}", self.address)
    }

    /// Its access token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Opens a connection and sends a request but for the last bytes of its body, which are given back.
    pub fn begin(&self, method: &str, path: &str, body: &str) -> std::io::Result<(TcpStream, Vec<u8>)> {
        self.begin_as(&format!("Authorization: Bearer {}", self.token), method, path, body)
    }

    fn begin_as(&self, known_by: &str, method: &str, path: &str, body: &str) -> std::io::Result<(TcpStream, Vec<u8>)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (address, length) = (&self.address, body.len());
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nHost: {address}\r\n{known_by}\r\nConnection: close\r\n\
             Idempotency-Key: {path}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        let (first, last) = body.as_bytes().split_at(length / 2);
        stream.write_all(&[head.as_bytes(), first].concat())?;
        Ok((stream, last.to_vec()))
    }

    /// Calls the API: the status and what it answers. An error where the service died of it.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> std::io::Result<(u16, Value)> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (mut stream, rest) = self.begin(method, path, &body)?;
        stream.write_all(&rest)?;
        answer(stream)
    }

    /// The same by one of the unit's people, who is signed in.
    pub fn call_by(&self, name: &str, method: &str, path: &str, body: &Value) -> std::io::Result<(u16, Value)> {
        let known_by = format!("Cookie: recto_session={}\r\nSec-Fetch-Site: same-origin", self.sessions[name]);
        let (mut stream, rest) = self.begin_as(&known_by, method, path, &body.to_string())?;
        stream.write_all(&rest)?;
        answer(stream)
    }

    /// Asks until the answer is as wanted.
    pub fn until(&self, path: &str, wanted: impl Fn(&Value) -> bool) -> std::io::Result<Value> {
        let begun = Instant::now();
        loop {
            let (_, answer) = self.call("GET", path, &Value::Null)?;
            if wanted(&answer) {
                return Ok(answer);
            }
            assert!(begun.elapsed() < PATIENCE, "{path} stays {answer:#}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Sends it a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status().unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    /// Kills it outright after a time, wherever it is then; unless what this gives is dropped before.
    pub fn kill_after(&self, time: Duration) -> impl Drop + use<> {
        let script = format!("sleep {}; exec kill -s KILL {}", time.as_secs_f64(), self.process.id());
        Killer(Command::new("sh").args(["-c", &script]).spawn().unwrap())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Waits for its end.
    pub fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < PATIENCE, "it does not end\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A process that waits to kill a service, and does not any more once it is dropped.
struct Killer(Child);

impl Drop for Killer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The status and the JSON of an answer, once it is whole.
pub fn answer(mut stream: TcpStream) -> std::io::Result<(u16, Value)> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or(std::io::ErrorKind::InvalidData)?;
    Ok((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}
