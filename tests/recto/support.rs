//! What the tests share: real parts only. A desk on SQLite in a temporary folder with a fixed clock, the `recto` binary
//! itself, and the tools that `tests/run` has prepared.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use recto::case::Clock;
use recto::desk::{Desk, Environment, Member, Outcome, Settings, Whole};
use recto::intake::Offer;
use recto::studio::Studio;
use serde_json::{Value, json};

/// The sample day's instant.
pub const NOW: &str = "2026-11-17T14:45:00-05:00";

/// The project's folder: where `letter-templates`, `fonts` and `samples` are.
pub fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn at(instant: &str) -> Clock {
    Clock::Fixed(instant.parse::<DateTime<Utc>>().unwrap())
}

pub fn studio() -> Studio {
    Studio::open(&home(), true).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// The unit's people.
pub fn people() -> Vec<Member> {
    let people =
        [("A. Manager", "manager"), ("L. Lead", "team-lead"), ("O. Officer", "officer"), ("D. Director", "director")];
    people.map(|(name, role)| Member { name: name.to_owned(), role: role.to_owned() }).to_vec()
}

/// A desk in a folder, its clock at an instant.
pub async fn desk_at(folder: &Path, instant: &str) -> Desk {
    let settings = Settings { people: people(), ..Settings::default() };
    Desk::open(studio(), settings, at(instant), folder).await.unwrap()
}

/// A desk with letter types of its own, at the sample day's instant.
pub async fn desk_of(studio: Studio, folder: &Path) -> Desk {
    Desk::open(studio, Settings::default(), at(NOW), folder).await.unwrap()
}

/// A desk in a folder at the sample day's instant.
pub async fn desk(folder: &Path) -> Desk {
    desk_at(folder, NOW).await
}

/// A desk in the production environment: no specimen mark, SMTP allowed.
pub async fn production_desk(folder: &Path, instant: &str, settings: Settings) -> Desk {
    let studio = Studio::open(&home(), false).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let outbox = settings.smtp.is_none();
    let settings = Settings { environment: Environment::Production, outbox, ..settings };
    Desk::open(studio, settings, at(instant), folder).await.unwrap()
}

/// The sample of a letter type.
pub fn sample(letter_type: &str, name: &str) -> Value {
    let path = home().join(format!("letter-templates/{letter_type}/samples/{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap()
}

/// A CloudEvent of a type with some data; the case reference is the subject.
pub fn event(id: &str, kind: &str, time: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "https://cases.fsu.example.ca/",
        "type": format!("ca.on.recto.{kind}.v1"),
        "subject": data["case"]["reference"],
        "time": time,
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// The plausible debt notice as an event.
pub fn debt_referred(id: &str) -> Value {
    event(id, "debt.referred", "2026-11-17T09:00:00-05:00", &sample("debt-notice", "plausible"))
}

/// The same case and party with other facts.
pub fn with_facts(data: &Value, facts: Value) -> Value {
    json!({"case": data["case"], "party": data["party"], "facts": facts})
}

/// Takes one event and gives what became of it.
pub async fn take(desk: &Desk, event: &Value) -> Outcome {
    let offers = vec![Offer::of("test".into(), event)];
    desk.take(offers, Whole::No).await.unwrap().pop().unwrap()
}

/// Takes one event that must be taken, and gives its letters.
pub async fn taken(desk: &Desk, event: &Value) -> Vec<String> {
    match take(desk, event).await {
        Outcome::Taken(letters) => letters.into_iter().map(|letter| letter.0).collect(),
        other => panic!("{other:#?}"),
    }
}

pub async fn work(desk: &Desk) {
    recto::work::until_idle(desk, |_| {}).await.unwrap();
}

/// The state of a letter and the codes of its reasons.
pub async fn state(desk: &Desk, letter: &str) -> (&'static str, Vec<String>) {
    let row = desk.register.letter(letter).await.unwrap().unwrap();
    let codes = row.reasons().unwrap().into_iter().map(|reason| reason.code).collect();
    (row.state().unwrap().as_str(), codes)
}

/// Runs the `recto` binary at the sample day's instant.
pub fn recto(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// The `recto` binary with its arguments, ready to run.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recto"));
    command.args(arguments).arg("--dir").arg(folder).current_dir(home());
    command.env("RECTO_CLOCK", NOW).env_remove("RECTO_TOOLS").env_remove("RECTO_CONFORMANCE_CLASSPATH");
    command
}

/// Runs a tool that must be there and succeed, and gives its standard output.
pub fn tool(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; tests/run installs it"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The folder of the tools that `tests/run` prepares.
pub fn tools() -> PathBuf {
    std::env::var_os("RECTO_TOOLS").map(PathBuf::from).expect("RECTO_TOOLS is not set: run the tests with tests/run")
}

/// The words of a PDF as poppler reads them, white space folded.
pub fn pdf_text(pdf: &Path) -> String {
    let text = tool("pdftotext", &["-raw", pdf.to_str().unwrap(), "-"]);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// All files below a folder, as relative paths with their bytes, in order.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, std::fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A copy of the letter types, to be changed: a home of its own.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&home().join("letter-templates"), &folder.path().join("letter-templates"));
    std::os::unix::fs::symlink(home().join("fonts"), folder.path().join("fonts")).unwrap();
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Changes a text in a file of such a copy.
pub fn edit(file: PathBuf, from: &str, to: &str) {
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{from:?} is not in {}", file.display());
    std::fs::write(&file, text.replace(from, to)).unwrap();
}
