//! The pages, in a real browser: no errors, no accessibility violations, no scrolling sideways, in both languages.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use recto::case::LetterState;
use recto::register::{Filter, Kind, Register};
use serde_json::Value;

use crate::openid::Started;
use crate::support::{command, home, tool, tools};

/// By what the sample day's manager signs in.
const OFFICER: &str = "l.abernethy@fsu.example.ca";
const MANAGER: &str = "o.marchildon@fsu.example.ca";
const ADMINISTRATOR: &str = "s.dufresne@fsu.example.ca";

/// The running service; its standard output is held open beside it.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A demo that is served, by the demo itself: the service, its address, and what its people sign in with.
fn served(folder: &std::path::Path) -> (Service, BufReader<std::process::ChildStdout>, String, String) {
    served_by(command(folder, &["demo", "--listen", "127.0.0.1:0"]))
}

fn served_by(mut demo: Command) -> (Service, BufReader<std::process::ChildStdout>, String, String) {
    let mut process = demo.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let (mut password, mut base) = (String::new(), String::new());
    while base.is_empty() {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "the demo ended");
        if let Some((_, given)) = line.split_once("with the password ") {
            password = given.trim().to_owned();
        }
        if let Some(address) = line.strip_prefix("Pages:") {
            base = address.trim().trim_end_matches('/').to_owned();
        }
    }
    (Service(process), output, base, password)
}

/// Where pictures of the pages are left: in the folder that `RECTO_PICTURES` names, or with what the test throws away.
fn pictures(folder: &tempfile::TempDir, name: &str) -> std::path::PathBuf {
    let kept = std::env::var_os("RECTO_PICTURES").map(std::path::PathBuf::from);
    kept.unwrap_or_else(|| folder.path().join("pictures")).join(name)
}

/// Writes the HTML of each e-mail of a folder into another.
const HTML_PARTS: &str = "import email, email.policy, pathlib, sys\n\
    for mail in pathlib.Path(sys.argv[1]).glob('*.eml'):\n\
    \x20   parts = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).walk()\n\
    \x20   html = [part.get_content() for part in parts if part.get_content_type() == 'text/html']\n\
    \x20   pathlib.Path(sys.argv[2], mail.stem + '.html').write_text(html[0])";

#[test]
fn a_newcomer_sees_the_day_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (_service, _output, base, password) = served(folder.path());
    let held = "/letters?state=held";
    let mut paths = vec![
        "/".to_owned(),
        "/api/docs".into(),
        "/letters".into(),
        held.into(),
        "/letters?person=Trem&type=debt-notice".into(),
        "/merges".into(),
        "/decisions".into(),
        "/decisions?order=amount".into(),
        "/standards".into(),
        "/runs".into(),
        "/runs/2026-11-17".into(),
    ];
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(folder.path().join("runs/2026-11-17/manifest.json")).unwrap()).unwrap();
    let piece = &manifest[0];
    paths.push(format!("/letters/{}", piece["letter"].as_str().unwrap()));
    paths.push(format!("/cases/{}", piece["case"].as_str().unwrap()));
    paths.extend(decided_of(folder.path()));
    let shots = pictures(&folder, "pages");
    looked_at(&base, MANAGER, &password, &shots, &paths);
    let mails = folder.path().join("mails");
    std::fs::create_dir(&mails).unwrap();
    let outbox = folder.path().join("outbox");
    tool("python3", &["-c", HTML_PARTS, outbox.to_str().unwrap(), mails.to_str().unwrap()]);
    assert!(std::fs::read_dir(&mails).unwrap().count() >= 12);
    checked(&mails);
    let own = ["/people", "/tokens", "/audit", "/health", "/account", "/sign-in"].map(str::to_owned);
    looked_at(&base, ADMINISTRATOR, &password, &shots, &own);
}

/// The pages of letters and follow-ups on which somebody decides.
fn decided_of(folder: &std::path::Path) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let register = Register::open(folder, "specimen").await.unwrap();
        let reader = register.reader();
        let mut paths = Vec::new();
        for state in [LetterState::AwaitingApproval, LetterState::Held, LetterState::Issued] {
            let filter = Filter { state: Some(state), limit: 1, ..Filter::default() };
            paths.push(format!("/letters/{}", reader.letters(&filter).await.unwrap()[0].id));
        }
        for kind in [Kind::Is("who-is-it"), Kind::IsNot("who-is-it")] {
            let rows = reader.proposed(kind, None, &[], 1).await.unwrap();
            paths.extend(rows.iter().map(|row| format!("/follow-ups/{}", row.id)));
        }
        register.close().await;
        paths
    })
}

/// Has the browser open each page in both languages, signed in as somebody.
fn looked_at(base: &str, email: &str, password: &str, shots: &std::path::Path, paths: &[String]) {
    let both = paths.iter().flat_map(|path| {
        let mark = if path.contains('?') { '&' } else { '?' };
        ["en", "fr"].map(|lang| format!("{path}{mark}lang={lang}"))
    });
    let output = Command::new("node")
        .arg(home().join("tests/browser/pages.mjs"))
        .args([base, email, password])
        .arg(shots)
        .args(both)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    checked(shots);
    let pages: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(pages.len(), 2 * paths.len());
    for (number, page) in pages.iter().enumerate() {
        let lang = if number % 2 == 0 { "en-CA" } else { "fr-CA" };
        assert_eq!(page["lang"], lang, "{page}");
    }
}

#[test]
fn an_officer_merges_a_sheet_in_either_language_and_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let (_service, _output, base, password) = served(folder.path());
    let sheet = home().join("samples/merges/statements.xlsx");
    // Handed in again, its letters are asked for once more, and held: the same letter has gone.
    for (number, (language, option)) in [("en", ""), ("fr", ""), ("fr", "--without-scripts")].into_iter().enumerate() {
        let shots = pictures(&folder, &format!("merge-{number}-{language}"));
        let mut browser = Command::new("node");
        browser.arg(home().join("tests/browser/merge.mjs")).args([&base, MANAGER, &password]).arg(&shots);
        browser
            .args([language, "account-statement"])
            .arg(&sheet)
            .args([option].iter().filter(|option| !option.is_empty()));
        let output = browser.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_str(text.trim()).unwrap();
        let pages: Vec<&str> =
            told["pages"].as_array().unwrap().iter().map(|page| page["name"].as_str().unwrap()).collect();
        assert_eq!(pages, ["hand-in", "sheet", "row", "merge"], "{told:#}");
        checked(&shots);
        assert!(std::fs::read(shots.join("result.xlsx")).unwrap().starts_with(b"PK"));
    }
}

#[test]
fn an_officer_writes_by_keyboard_alone_in_either_language_and_without_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let (_service, _output, base, password) = served(folder.path());
    let pages = ["choose-case", "choose-letter", "blank", "written", "faults", "event"];
    for (number, (language, option)) in [("en", ""), ("fr", ""), ("fr", "--without-scripts")].into_iter().enumerate() {
        let shots = pictures(&folder, &format!("write-{number}-{language}"));
        let output = Command::new("node")
            .arg(home().join("tests/browser/write.mjs"))
            .args([&base, OFFICER, &password])
            .arg(&shots)
            .args([language, "DR-2026-004512"])
            .args([option].iter().filter(|option| !option.is_empty()))
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_str(text.trim()).unwrap();
        let seen: Vec<&str> =
            told["pages"].as_array().unwrap().iter().map(|page| page["name"].as_str().unwrap()).collect();
        assert_eq!(seen, pages, "{told:#}");
        checked(&shots);
        assert_eq!(told["letter"].as_str().unwrap().len(), 14, "{told:#}");
    }
}

/// Has the W3C's Nu checker read every page of a folder: it finds nothing, not even to warn of.
fn checked(folder: &std::path::Path) {
    let jar = tools().join("browser/node_modules/vnu-jar/build/dist/vnu.jar");
    let output =
        Command::new("java").arg("-jar").arg(jar).args(["--skip-non-html", "--stdout"]).arg(folder).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.trim().is_empty(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn each_role_does_its_work_in_the_browser_in_either_language() {
    for (language, waiting) in [("en", "WZJM-8ZF1-VQG2"), ("fr", "7AA8-N3M2-RXBV")] {
        let folder = tempfile::tempdir().unwrap();
        let (_service, _output, base, password) = served(folder.path());
        let shots = pictures(&folder, &format!("roles-{language}"));
        let output = Command::new("node")
            .arg(home().join("tests/browser/roles.mjs"))
            .args([&base, &password])
            .arg(&shots)
            .args([language, waiting])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_str(text.trim()).unwrap();
        let paths = [
            "plan",
            "approve plan",
            "write twice",
            "return",
            "answer",
            "approve",
            "let pass",
            "find and bundle",
            "invite",
        ];
        assert_eq!(told["done"], serde_json::json!(paths), "{told:#}");
        checked(&shots);
    }
}

#[test]
fn somebody_signs_in_with_the_account_of_their_organization() {
    let folder = tempfile::tempdir().unwrap();
    // The provider must know the service's address, and the service the provider's: one of them is chosen first.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let service = format!("http://{free}");
    let people = folder.path().join("people.json");
    let claims = |name: &str, group: &str| serde_json::json!({"name": name, "email": format!("{group}@fsu.example.ca"), "email_verified": true, "groups": [group]});
    let known =
        serde_json::json!({"en": claims("Noor Castellan", "officers"), "fr": claims("Odile Marchildon", "managers")});
    std::fs::write(&people, known.to_string()).unwrap();
    let secret = folder.path().join("client-secret");
    std::fs::write(&secret, "a secret of the tests alone").unwrap();
    let provider = Started::script("provider.mjs", &[people.to_str().unwrap(), &service]);
    let settings = folder.path().join("recto.toml");
    let toml = format!(
        "[openid]\nissuer = \"{}\"\nclient_id = \"recto\"\nclient_secret_file = \"{}\"\naddress = \"{service}\"\n\
         scopes = [\"groups\"]\n[[openid.groups]]\nname = \"officers\"\nroles = [\"officer\"]\n\
         [[openid.groups]]\nname = \"managers\"\nroles = [\"manager\", \"officer\"]\n",
        provider.issuer,
        secret.display(),
    );
    std::fs::write(&settings, toml).unwrap();
    let mut demo = command(&folder.path().join("data"), &["demo", "--listen", &free.to_string()]);
    demo.arg("--config").arg(&settings);
    let (_service, _output, base, _) = served_by(demo);
    for (language, me) in [("en", "Noor Castellan"), ("fr", "Odile Marchildon")] {
        let shots = pictures(&folder, &format!("elsewhere-{language}"));
        let output = Command::new("node")
            .arg(home().join("tests/browser/elsewhere.mjs"))
            .args([&base, &provider.issuer])
            .arg(&shots)
            .args([language, language])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!(told["me"], me, "{told:#}");
        checked(&shots);
    }
}
