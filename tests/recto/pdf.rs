//! The pages: accessible, archival, complete, and the same every time.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::layout::{broken_rules, lonely_words};
use crate::support::{files, pdf_text, recto, tool};

/// Validates PDFs against profiles with veraPDF itself; one report a file and profile.
pub fn conformance(profiles: &str, paths: &[PathBuf]) -> Vec<Value> {
    let classpath = std::env::var("RECTO_CONFORMANCE_CLASSPATH").expect("run the tests with tests/run, which sets it");
    let mut java = Command::new("java");
    java.args(["-XX:+UseSerialGC", "-cp", &classpath, "Conformance", profiles]).args(paths);
    let output = java.output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn paths(folder: &Path, ending: &str) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|(name, _)| name.ends_with(ending)).map(|(name, _)| folder.join(name)).collect()
}

#[test]
fn every_type_language_and_sample_meets_pdf_ua_1_and_pdf_a_2a_and_is_spelled_right() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("check");
    let output = recto(&folder.path().join("data"), &["check", "--json", "--out", out.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{report:#}");
    let pdfs = paths(&out, ".pdf");
    assert_eq!(report["letters"], pdfs.len());
    assert!(pdfs.len() >= 30 * 2 * 2, "{}", pdfs.len());
    // What stands for an ordinary letter: in both languages, and a French one in French.
    let ordinary = ["plausible.en.pdf", "plausible.fr.pdf", "plausible-french.fr.pdf"];
    let is_plausible = |pdf: &Path| ordinary.contains(&pdf.file_name().unwrap().to_str().unwrap());
    let broken: Vec<String> = pdfs.iter().flat_map(|pdf| broken_rules(pdf, is_plausible(pdf))).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let plausible: Vec<&PathBuf> = pdfs.iter().filter(|pdf| is_plausible(pdf)).collect();
    let lonely: Vec<String> = plausible.iter().flat_map(|pdf| lonely_words(pdf)).collect();
    assert!(lonely.len() * 3 < plausible.len(), "{lonely:?}");
    let reports = conformance("ua1,2a", &pdfs);
    assert_eq!(reports.len(), 2 * pdfs.len());
    let bad: Vec<&Value> = reports.iter().filter(|report| report["compliant"] != true).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    // hunspell's Canadian dictionaries and our glossary know every word.
    let home = crate::support::home();
    let mut spelling = Command::new("python3");
    spelling.arg(home.join("tests/tools/spelling.py")).arg(&out).arg(home.join("letter-templates"));
    let spelling = spelling.output().unwrap();
    assert!(
        spelling.status.success(),
        "{}{}",
        String::from_utf8_lossy(&spelling.stdout),
        String::from_utf8_lossy(&spelling.stderr)
    );
}

#[test]
fn every_letter_of_the_day_meets_them_and_a_file_without_tags_does_not() {
    let folder = tempfile::tempdir().unwrap();
    assert!(recto(folder.path(), &["demo", "--no-serve"]).status.success());
    let issued = paths(&folder.path().join("archive"), ".pdf");
    assert_eq!(issued.len(), 70);
    let reports = conformance("ua1,2a", &issued);
    let bad: Vec<&Value> = reports.iter().filter(|report| report["compliant"] != true).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    // The merged print file has no tags: the validator must see that, or it sees nothing.
    let print = folder.path().join("runs/2026-11-17/letters-001.pdf");
    let reports = conformance("ua1,2a", &[print]);
    assert!(reports.iter().all(|report| report["compliant"] == false), "{reports:#?}");
}

#[test]
fn a_letter_has_bookmarks_headings_in_order_table_headers_and_each_passage_in_its_language() {
    let folder = tempfile::tempdir().unwrap();
    let (letter, open) = (folder.path().join("letter.pdf"), folder.path().join("open.pdf"));
    let (letter, open) = (letter.to_str().unwrap(), open.to_str().unwrap());
    let data = "letter-templates/debt-notice/samples/plausible.json";
    let output = recto(folder.path(), &["render", "debt-notice", "--data", data, "--lang", "fr", "-o", letter]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let outline: Value = serde_json::from_str(&tool("qpdf", &["--json=2", "--json-key=outlines", letter])).unwrap();
    let subject = &outline["outlines"][0];
    assert_eq!(subject["title"], "Avis de dette envers le gouvernement de l’Ontario");
    let sections = subject["kids"].as_array().unwrap();
    assert!(sections.len() >= 7 && sections.iter().any(|one| one["title"] == "Comment payer"), "{outline:#}");
    let structure = tool("pdfinfo", &["-struct", letter]);
    let tags: Vec<&str> = structure.lines().filter_map(|line| line.split_whitespace().next()).collect();
    let levels: Vec<u32> = tags.iter().filter_map(|tag| tag.strip_prefix('H')?.parse().ok()).collect();
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    assert!(tags.iter().filter(|tag| **tag == "TH").count() >= 5, "the columns of the table have headers");
    tool("qpdf", &["--qdf", "--object-streams=disable", letter, open]);
    let bytes = std::fs::read(open).unwrap();
    let has = |words: &str| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(has("/Lang (fr-CA)") && has("/Lang (en-CA)"), "the letter is French, its offer of English is English");
}

#[test]
fn an_unknown_preference_gets_both_complete_letters_each_on_a_new_sheet() {
    let folder = tempfile::tempdir().unwrap();
    let render = |lang: &str| {
        let out = folder.path().join(format!("{lang}.pdf"));
        let data = "letter-templates/debt-notice/samples/plausible.json";
        let output = recto(
            folder.path(),
            &["render", "debt-notice", "--data", data, "--lang", lang, "-o", out.to_str().unwrap()],
        );
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        out
    };
    let (en, fr, both) = (render("en"), render("fr"), render("both"));
    let pages = |pdf: &Path| {
        tool("pdfinfo", &[pdf.to_str().unwrap()])
            .lines()
            .find_map(|line| line.strip_prefix("Pages:")?.trim().parse::<usize>().ok())
            .unwrap()
    };
    let page = |pdf: &Path, number: usize| {
        let number = number.to_string();
        tool("pdftotext", &["-f", &number, "-l", &number, "-raw", pdf.to_str().unwrap(), "-"])
    };
    let second = pages(&en).next_multiple_of(2) + 1;
    assert_eq!(pages(&both), second - 1 + pages(&fr));
    assert!(page(&both, second).contains("Avis"), "the French letter starts on a sheet front");
    assert!(page(&both, second).contains("Page 1 sur"), "with its own page numbers");
    let words = |pdf: &Path| pdf_text(pdf).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let (both, en, fr) = (words(&both), words(&en), words(&fr));
    // But for the offer of the other language, which is there already.
    let offers = ["en", "fr"].map(|language| {
        let passage = format!("letter-templates/_house/shared/other-language.{language}.typ");
        std::fs::read_to_string(crate::support::home().join(passage)).unwrap()
    });
    for word in en.iter().chain(&fr).filter(|word| !offers.concat().contains(*word)) {
        assert!(both.contains(word), "{word} is in one letter, but not in the bilingual one");
    }
}

#[test]
fn the_window_shows_the_address_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let types = std::fs::read_dir(crate::support::home().join("letter-templates")).unwrap().flatten();
    let names = types.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap());
    let names = names.filter(|name| !name.starts_with('_'));
    // What is filed goes into no envelope.
    let filed = |name: &String| {
        let toml = std::fs::read_to_string(crate::support::home().join(format!("letter-templates/{name}/letter.toml")));
        toml.unwrap().contains("filed = true")
    };
    let names = names.filter(|name| !filed(name));
    for letter in names.collect::<Vec<_>>() {
        for lang in ["en", "fr"] {
            let out = folder.path().join("letter.pdf");
            let data = format!("letter-templates/{letter}/samples/plausible.json");
            let output = recto(
                folder.path(),
                &["render", &letter, "--data", &data, "--lang", lang, "-o", out.to_str().unwrap()],
            );
            assert!(output.status.success(), "{letter}: {}", String::from_utf8_lossy(&output.stderr));
            // The rectangle that may ever show (x 0 to 137 mm, y 52 to 90 mm), at 72 dots an inch.
            let crop = ["-f", "1", "-l", "1", "-x", "0", "-y", "148", "-W", "388", "-H", "107", "-layout"];
            let shown = tool("pdftotext", &[&crop[..], &[out.to_str().unwrap(), "-"]].concat());
            let sample: Value = serde_json::from_str(&std::fs::read_to_string(&data).unwrap()).unwrap();
            let addressee = sample.get("addressee").unwrap_or(&sample["party"]);
            let Some(code) = addressee["address"]["postal_code"].as_str() else { continue };
            assert!(shown.contains(code), "{letter} {lang}: {shown}");
            let lines: Vec<&str> = shown.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            // Letters of the SPECIMEN mark lie across the page, one or two to a line.
            let address: Vec<&&str> = lines.iter().filter(|line| line.chars().count() > 3).collect();
            assert!(address.len() <= 5, "{letter} {lang}: {address:?}");
            assert!(address.iter().all(|line| ***line == line.to_uppercase()), "{letter} {lang}: {address:?}");
        }
    }
}
