//! `recto check`: proofs to leaf through, what has changed since earlier ones, and an author's watch.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{copy, edit, home};

fn check(home: &Path, arguments: &[&str]) -> Value {
    let output =
        Command::new(env!("CARGO_BIN_EXE_recto")).arg("check").args(arguments).arg("--json").current_dir(home).output();
    let output = output.unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn proofs_are_written_with_an_index_and_a_later_check_says_what_changed_by_text_and_by_image() {
    let (home, out) = (copy(), tempfile::tempdir().unwrap());
    let (before, after) = (out.path().join("before"), out.path().join("after"));
    let (before, after) = (before.to_str().unwrap(), after.to_str().unwrap());
    let report = check(home.path(), &["plan-reminder", "--out", before]);
    assert_eq!(report["faults"], Value::Array(Vec::new()));
    let index = std::fs::read_to_string(Path::new(before).join("index.html")).unwrap();
    let index = index.replace("&#x2f;", "/");
    for named in index.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let picture = std::fs::read(Path::new(before).join(named)).unwrap();
        assert_eq!(&picture[1..4], b"PNG", "{named}");
    }
    assert!(index.contains("plan-reminder/plausible.fr.pdf"), "{index}");
    assert_eq!(check(home.path(), &["plan-reminder", "--against", before])["changes"], Value::Array(Vec::new()));

    // One word in French, and one sample that is gone.
    let french = home.path().join("letter-templates/plan-reminder/fr.typ");
    edit(french, "payer ce montant maintenant", "payer ce montant dès maintenant");
    std::fs::remove_file(home.path().join("letter-templates/plan-reminder/samples/six-figures.json")).unwrap();
    let report = check(home.path(), &["plan-reminder", "--against", before, "--out", after]);
    let changes = report["changes"].as_array().unwrap();
    let of = |kind: &str| changes.iter().filter(|change| change["kind"] == kind).collect::<Vec<_>>();
    let removed: Vec<&str> = of("removed").iter().filter_map(|change| change["letter"].as_str()).collect();
    assert_eq!(removed, ["plan-reminder/six-figures.en", "plan-reminder/six-figures.fr"]);
    let changed = of("changed");
    assert!(changed.iter().all(|change| !change["letter"].as_str().unwrap().ends_with(".en")), "{changes:#?}");
    let plausible = changed.iter().find(|change| change["letter"] == "plan-reminder/plausible.fr").unwrap();
    assert!(plausible["text"][0].as_str().unwrap().contains("{+dès"), "{plausible:#}");
    let share = plausible["pages"][0][1].as_f64().unwrap();
    assert!(share > 0.0 && share < 0.5, "{plausible:#}");
    let page = std::fs::read_to_string(Path::new(after).join("changes.html")).unwrap();
    assert!(
        page.replace("&#x2f;", "/").contains("plan-reminder/plausible.fr-")
            && page.replace("&#x2f;", "/").contains("before/plan-reminder"),
        "{page}"
    );
}

#[test]
fn readability_is_told_of_each_type_and_a_text_that_is_hard_to_read_has_a_higher_grade() {
    let easy = check(&home(), &["paid-in-full"]);
    let grade = |report: &Value| report["readability"][0]["en_grade"].as_f64().unwrap();
    assert!((1.0..8.5).contains(&grade(&easy)), "{easy:#}");
    assert!((60.0..100.0).contains(&easy["readability"][0]["fr_score"].as_f64().unwrap()), "{easy:#}");
    let home = copy();
    edit(
        home.path().join("letter-templates/paid-in-full/en.typ"),
        "== How the debt was paid",
        "Notwithstanding the aforementioned administrative considerations, reconciliation of the outstanding obligations necessitates comprehensive documentation of every individual remittance.\n\n== How the debt was paid",
    );
    let hard = check(home.path(), &["paid-in-full"]);
    assert!(grade(&hard) > grade(&easy) + 1.0, "{} {}", grade(&easy), grade(&hard));
    let added = hard["faults"].as_array().unwrap().iter().any(|fault| fault["code"] == "languages-differ");
    assert!(added, "and a paragraph that French lacks is a fault: {hard:#}");
}

#[test]
fn an_author_sees_the_effect_of_an_edit_at_once() {
    let home = copy();
    let mut watch = Command::new(env!("CARGO_BIN_EXE_recto"))
        .args(["check", "plan-reminder", "--watch"])
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watch.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.by_ref().any(|line| line.contains("Waiting for a change")));
    // A file system may keep time in whole milliseconds or coarser.
    std::thread::sleep(Duration::from_millis(50));
    let edited = Instant::now();
    edit(home.path().join("letter-templates/plan-reminder/en.typ"), "facts.cure_amount", "facts.cure_amout");
    let first = lines.by_ref().find(|line| line.contains("cure_amout")).unwrap();
    let seen = edited.elapsed();
    let mut told = vec![first];
    told.extend(lines.by_ref().take_while(|line| !line.contains("Waiting for a change")));
    assert!(told.iter().any(|line| line.contains("cure_amout") && line.contains("plan-reminder/en.typ:")), "{told:#?}");
    watch.kill().unwrap();
    watch.wait().unwrap();
    // Under a second on a machine that does nothing else; the tests run side by side.
    assert!(seen < Duration::from_secs(5), "{seen:?}");
}
