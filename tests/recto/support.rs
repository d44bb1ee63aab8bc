//! What the tests share: real parts only. A desk on SQLite in a temporary folder with a fixed clock, the `recto` binary
//! itself, and the tools that `tests/run` has prepared.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chrono::{DateTime, Utc};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use recto::case::{AccountId, AccountState, Actor, Clock, FollowUpState, LetterId};
use recto::desk::{Batch, Desk, Environment, Outcome, Proof, Settings};
use recto::intake::Offer;
use recto::letter::Catalogue;
use recto::people::{Account, Particulars, Role, Who};
use recto::register::FollowUpRow;
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

/// The letter types alone, without fonts and threads.
pub fn catalogue() -> Catalogue {
    Catalogue::load(&home().join("letter-templates")).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// The seed of a test that draws by chance: that of the variable `TEST_SEED`, to repeat a failure, or else a new one. It is printed,
/// and so stands above whatever failed.
pub fn seed() -> u64 {
    let given = std::env::var("TEST_SEED").ok().map(|text| text.parse().expect("TEST_SEED is a whole number"));
    let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
    eprintln!("drawn by TEST_SEED={seed}");
    seed
}

/// Runs a property over so many cases drawn from [`seed`].
pub fn runner(cases: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed().to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// One of the unit's people, as if signed in. Who is not among them is a person without a role.
pub fn person(name: &str) -> Who {
    let roles = match name {
        "A. Manager" => vec![Role::Manager],
        "L. Lead" => vec![Role::TeamLead],
        "O. Officer" | "E. Lsewhere" => vec![Role::Officer],
        "D. Director" => vec![Role::Director],
        "R. Cords" => vec![Role::Records],
        "M. Room" => vec![Role::MailRoom],
        "T. Author" => vec![Role::Author],
        "S. Admin" => vec![Role::Administrator],
        _ => Vec::new(),
    };
    let email = format!("{}@fsu.example.ca", name.to_lowercase().replace(". ", "."));
    // Who is kept to one program.
    let programs = if name == "E. Lsewhere" { vec!["odsp".to_owned()] } else { Vec::new() };
    let is = Particulars { name: name.to_owned(), email, roles, programs };
    Who::Person(Account { id: AccountId::new(name), is, state: AccountState::Open })
}

/// Whoever runs this machine.
pub fn machine() -> Who {
    Who::Operator("tests".to_owned())
}

/// What the people of the tests sign in with.
pub const PASSWORD: &str = "four words that nobody knows";

/// Signs in one of the unit's people, with an account of their own, and gives the session's secret.
pub async fn signed_in(desk: &Desk, name: &str) -> String {
    let here = Proof { address: "192.0.2.1", browser: "tests" };
    let Who::Person(Account { is, .. }) = person(name) else { unreachable!() };
    let email = is.email.clone();
    let secret = match desk.invite(&machine(), is).await {
        Ok((_, link)) => desk.sign_in_by_link(&link, None, PASSWORD, here).await,
        Err(_) => desk.sign_in(&email, PASSWORD, here).await,
    };
    secret.unwrap().text().to_owned()
}

/// A desk in a folder, its clock at an instant.
pub async fn desk_at(folder: &Path, instant: &str) -> Desk {
    Desk::open(studio(), Settings::default(), at(instant), folder).await.unwrap()
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

/// Who acts in tests where nobody else does.
pub fn operator() -> Actor {
    Actor::operator("tests")
}

/// Takes one event and gives what became of it.
pub async fn take(desk: &Desk, event: &Value) -> Outcome {
    let offers = vec![Offer::of("test".into(), event)];
    desk.take(operator(), offers, Batch::EachAlone).await.unwrap().pop().unwrap()
}

/// Takes one event that must be taken, and gives its letters.
pub async fn taken(desk: &Desk, event: &Value) -> Vec<LetterId> {
    match take(desk, event).await {
        Outcome::Taken(letters) => letters,
        other => panic!("{other:#?}"),
    }
}

pub async fn work(desk: &Desk) {
    recto::work::until_idle(desk, |_| {}).await.unwrap();
}

/// The state of a letter and the codes of its reasons.
pub async fn state(desk: &Desk, letter: &LetterId) -> (&'static str, Vec<String>) {
    let row = desk.reader().letter(letter).await.unwrap().unwrap();
    let codes = row.reasons.iter().map(|reason| reason.code.clone()).collect();
    (row.state.as_str(), codes)
}

/// The follow-ups that wait for a decision, the oldest due first.
pub async fn proposed(desk: &Desk) -> Vec<FollowUpRow> {
    desk.reader().follow_ups(Some(FollowUpState::Proposed), None, &[], 100).await.unwrap()
}

/// Runs the `recto` binary at the sample day's instant.
pub fn recto(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// The `recto` binary with its arguments, ready to run.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_recto"));
    command.args(arguments).arg("--dir").arg(folder).current_dir(home());
    command
        .env("RECTO_CLOCK", NOW)
        .env("LC_ALL", "C.UTF-8")
        .env_remove("RECTO_TOOLS")
        .env_remove("RECTO_CONFORMANCE_CLASSPATH");
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

/// A copy of the letter types, to be changed: a home of its own. What was proven of the original is left behind.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&home().join("letter-templates"), &folder.path().join("letter-templates"));
    let _ = std::fs::remove_file(folder.path().join("letter-templates/versions.toml"));
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

/// The version of a letter type in such a copy.
pub fn version(home: &Path, letter_type: &str) -> String {
    let text = std::fs::read_to_string(home.join(format!("letter-templates/{letter_type}/letter.toml"))).unwrap();
    text.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"')).unwrap().to_owned()
}

/// Raises the version of a letter type in such a copy, as whoever changes its words must.
pub fn raise(home: &Path, letter_type: &str) {
    let from = version(home, letter_type);
    let (fixed, last) = from.rsplit_once('.').unwrap();
    let to = format!("{fixed}.{}", last.parse::<u32>().unwrap() + 1);
    let file = home.join(format!("letter-templates/{letter_type}/letter.toml"));
    edit(file, &format!("version = \"{from}\""), &format!("version = \"{to}\""));
}

/// What the programs' policies have for other letter types than the debt notice.
const OF_OTHERS: [&str; 7] = [
    "unanswered_appeal_days",
    "refund_days",
    "plan_reply_days",
    "default_days",
    "settlement_days",
    "information_days",
    "trillium_affected",
];

/// A copy with some letter types alone, each with its plausible sample alone, so that the whole set is quickly checked.
pub fn small_copy(letter_types: &[&str]) -> tempfile::TempDir {
    let home = copy();
    for entry in std::fs::read_dir(home.path().join("letter-templates")).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() && !name.starts_with('_') && !letter_types.contains(&name.as_str()) {
            std::fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    for letter_type in letter_types {
        let samples = home.path().join(format!("letter-templates/{letter_type}/samples"));
        for sample in std::fs::read_dir(samples).unwrap().flatten().filter(|one| one.file_name() != "plausible.json") {
            std::fs::remove_file(sample.path()).unwrap();
        }
    }
    for entry in std::fs::read_dir(home.path().join("letter-templates/_programs")).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        std::fs::write(entry.path(), small_program(&text, &home.path().join("letter-templates"), letter_types))
            .unwrap();
    }
    home
}

/// A program for these letter types alone: no other is named in it, and it has no days or words that only another one uses.
fn small_program(text: &str, templates: &Path, letter_types: &[&str]) -> String {
    let used: String = letter_types
        .iter()
        .flat_map(|letter_type| files(&templates.join(letter_type)))
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    let is_used = |line: &&str| !OF_OTHERS.iter().any(|name| line.starts_with(name) && !used.contains(name));
    let small = |line: &str| match line.strip_prefix("letters = ") {
        None => line.to_owned(),
        Some(named) => {
            let kept: Vec<String> = letter_types
                .iter()
                .map(|one| format!("\"{one}\""))
                .filter(|one| named.contains(one.as_str()))
                .collect();
            if named.contains('*') { line.to_owned() } else { format!("letters = [{}]", kept.join(", ")) }
        }
    };
    text.lines().filter(is_used).map(small).collect::<Vec<_>>().join("\n")
}
