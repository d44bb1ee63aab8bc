//! Letter types are folders: checked, and added without Rust.

use std::collections::BTreeSet;
use std::path::Path;

use recto::desk::{Desk, Settings};
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{NOW, at, copy, debt_referred, edit, event, sample, small_copy, state, taken, version, work};

/// All faults that `recto check` finds for a letter type: codes and places, and what is said.
fn check(home: &Path, letter_type: &str) -> (Vec<(String, String)>, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_recto"))
        .args(["check", letter_type, "--json"])
        .current_dir(home)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let faults: Vec<&Value> = report["faults"].as_array().into_iter().flatten().collect();
    let told: Vec<String> =
        faults.iter().map(|fault| format!("{}: {}", text(fault, "place"), text(fault, "message"))).collect();
    let codes = faults.iter().map(|fault| (text(fault, "code"), text(fault, "place"))).collect();
    (codes, told.join("\n") + &String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_letter_type_is_a_folder_and_needs_no_rust() {
    let home = copy();
    let folder = home.path().join("letter-templates/welcome-note");
    std::fs::create_dir_all(folder.join("samples")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "letter.toml",
        "version = \"1.0.0\"\n[title]\nen = \"Welcome\"\nfr = \"Bienvenue\"\n[called_by]\nevent = \"office.opened\"\n[rules]\nguards = [\"debtor-living\"]\napproval = \"none\"\nreview = \"none\"\npage_limit = 2\n[[must_say]]\nkey = \"street\"\nen = \"has opened in\"\nfr = \"est ouvert à\"\n",
    );
    write("facts.schema.json", &json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["place"], "additionalProperties": false, "x-from": "officer", "properties": {"place": {"x-label": {"en": "Place", "fr": "Endroit"}, "type": "string", "maxLength": 40}}}).to_string());
    write("en.typ", "Our office has opened in {{ facts.place }}.\n");
    write("fr.typ", "Notre bureau est ouvert à {{ facts.place }}.\n");
    let mut data = sample("debt-notice", "plausible");
    data["facts"] = json!({"place": "Sudbury #1"});
    let mut dated = data.clone();
    dated["dated"] = json!("2026-11-17");
    write("samples/plausible.json", &dated.to_string());
    assert_eq!(check(home.path(), "welcome-note").0, []);
    let data_folder = tempfile::tempdir().unwrap();
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(NOW), data_folder.path()).await.unwrap();
    let letters = taken(&desk, &event("o-1", "office.opened", "2026-11-17T09:00:00-05:00", &data)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &letters[0]).await, ("issued", vec![]));
    // Its event has no label of its own: the letter's title tells it.
    let told = desk.studio.catalogue.happened("office.opened");
    assert_eq!(
        (told.en.as_str(), told.fr.as_str()),
        ("the letter “Welcome” was called for", "la lettre « Bienvenue » a été demandée")
    );
}

/// The missing passages that `recto check` names for the debt notice: the key with the language whose words are missing.
fn missing_passages(home: &Path) -> BTreeSet<String> {
    let (faults, errors) = check(home, "debt-notice");
    let missing = faults.iter().filter(|(code, _)| code == "passage-missing");
    let named = missing
        .map(|(_, place)| place.split_once("must_say ").unwrap_or_else(|| panic!("{place}: {errors}")).1.to_owned());
    named.collect()
}

fn set(passages: &[&str]) -> BTreeSet<String> {
    passages.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn a_required_passage_that_is_not_on_the_page_is_named_with_its_language() {
    for (file, words, missing) in [
        ("debt-notice/letter.toml", "en = \"It is owed to\"", "creditor (en)"),
        ("debt-notice/letter.toml", "fr = \"C’est une créance de\"", "creditor (fr)"),
        (
            "_house/shared/other-language.toml",
            "en = \"Vous avez droit à nos services en français\"",
            "active-offer (en)",
        ),
    ] {
        let home = small_copy(&["debt-notice"]);
        assert_eq!(missing_passages(home.path()), set(&[]));
        let other = words.replace("= \"", "= \"Nowhere: ");
        edit(home.path().join("letter-templates").join(file), words, &other);
        assert_eq!(missing_passages(home.path()), set(&[missing]));
    }
}

#[test]
fn a_statutory_paragraph_that_the_french_body_lacks_is_named() {
    let home = small_copy(&["debt-notice"]);
    let file = home.path().join("letter-templates/debt-notice/fr.typ");
    let text = std::fs::read_to_string(&file).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.contains("paiement excédentaire")).collect();
    assert_ne!(text.lines().count(), without.len());
    std::fs::write(&file, without.join("\n")).unwrap();
    assert_eq!(
        missing_passages(home.path()),
        set(&["creditor (fr)", "decision (fr)", "payable-now (fr)", "reason (fr)"])
    );
}

#[test]
fn a_passage_with_a_condition_is_required_where_the_condition_is_met_and_nowhere_else() {
    let home = small_copy(&["debt-notice"]);
    let shared = |key: &str| format!("letter-templates/_house/shared/{key}.toml");
    let sample = "letter-templates/debt-notice/samples/plausible.json";
    let change = |file: &str, from: &str, to: &str| edit(home.path().join(file), from, to);
    // The sample's time for a review is open: what is said of one that has passed is not on the page, and need not be.
    change(&shared("disagree-expired"), "en = \"is now final\"", "en = \"is final for ever\"");
    assert_eq!(missing_passages(home.path()), set(&[]));
    change(&shared("disagree-open"), "fr = \"Vous avez le droit de demander", "fr = \"Nul n’a le droit de demander");
    assert_eq!(missing_passages(home.path()), set(&["review-right (fr)"]));
    // It has passed: now the one is due, and the other is not.
    change(sample, "\"review\": \"open\"", "\"review\": \"expired\"");
    change(sample, "\"date\": \"2026-10-22\", \"reference\"", "\"date\": \"2026-08-03\", \"reference\"");
    assert_eq!(missing_passages(home.path()), set(&["review-expired (en)"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_without_a_required_passage_is_held_and_says_which() {
    let (home, folder) = (small_copy(&["debt-notice"]), tempfile::tempdir().unwrap());
    let toml = home.path().join("letter-templates/debt-notice/letter.toml");
    edit(toml, "en = \"It is owed to\"", "en = \"Nobody owes it to\"");
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let desk = Desk::open(studio, Settings::default(), at(NOW), folder.path()).await.unwrap();
    let english = taken(&desk, &debt_referred("e-1")).await.remove(0);
    let mut other = debt_referred("e-2");
    other["data"]["party"]["id"] = json!("P-2");
    other["data"]["party"]["language"] = json!("fr");
    let french = taken(&desk, &other).await.remove(0);
    work(&desk).await;
    assert_eq!(state(&desk, &english).await, ("held", vec!["passage-missing".to_owned()]));
    assert_eq!(state(&desk, &french).await, ("issued", vec![]), "its words are there");
    let reason = desk.reader().letter(&english).await.unwrap().unwrap().reasons.0.remove(0);
    assert!(reason.message.en.contains("creditor") && reason.message.fr.contains("creditor"), "{reason}");
}

/// The faults of a letter type whose French file was changed so.
fn french_faults(letter_type: &str, change: impl Fn(&str) -> String) -> Vec<(String, String, String)> {
    let home = copy();
    let file = home.path().join(format!("letter-templates/{letter_type}/fr.typ"));
    let text = std::fs::read_to_string(&file).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed);
    std::fs::write(&file, changed).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_recto"))
        .args(["check", letter_type, "--json"])
        .current_dir(home.path())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let faults = report["faults"].as_array().unwrap().iter();
    faults.map(|fault| (text(fault, "code"), text(fault, "place"), text(fault, "message"))).collect()
}

/// The blocks of a body from one section's heading to the next.
fn section<'t>(text: &'t str, key: &str) -> &'t str {
    let heading = text.find(&format!("<{key}>")).unwrap();
    let from = text[..heading].rfind("\n==").unwrap() + 1;
    let to = text[heading..].find("\n==").map_or(text.len(), |end| heading + end + 1);
    &text[from..to]
}

#[test]
fn a_section_that_french_lacks_adds_or_has_elsewhere_is_named() {
    let named = |faults: &[(String, String, String)], words: &str| {
        assert!(
            faults.iter().any(|(code, _, message)| code == "languages-differ" && message.contains(words)),
            "{words}: {faults:#?}"
        );
    };
    let (one, two) = ("do-you-still-owe-this-debt", "about-this-decision");
    let gone = french_faults("write-off", |text| text.replace(section(text, two), ""));
    named(&gone, &format!("The section “{two}” is on the English pages and not on the French ones"));
    let added = french_faults("write-off", |text| {
        text.to_owned() + "\n== Encore une chose <one-more-thing>\n\nNous vous remercions.\n"
    });
    named(&added, "The section “one-more-thing” is on the French pages");
    let swapped = french_faults("write-off", |text| {
        let (first, second) = (section(text, one).to_owned(), section(text, two).to_owned());
        text.replace(&first, "\u{1}").replace(&second, &first).replace('\u{1}', &second)
    });
    named(&swapped, "The sections are in another order");
    // Within a section: a paragraph too many, and figures that stand in another paragraph.
    let more = french_faults("write-off", |text| {
        let whole = section(text, one).to_owned();
        text.replace(&whole, &format!("{}\n\nNous vous remercions.\n\n", whole.trim_end()))
    });
    named(&more, &format!("In the section “{one}”"));
}

#[test]
fn mistakes_of_every_kind_are_given_all_at_once_with_file_line_and_hint() {
    let home = copy();
    let templates = home.path().join("letter-templates");
    edit(templates.join("plan-default/letter.toml"), "page_limit", "page_limitt");
    let current = format!("version = \"{}\"", version(home.path(), "plan-default"));
    edit(templates.join("plan-default/letter.toml"), &current, "version = 1");
    edit(templates.join("_programs/odsp.toml"), "review_days = 30", "review_days = ");
    let written_off = templates.join("_events/debt.written-off.schema.json");
    edit(written_off.clone(), "\"maxLength\": 60", "\"maxLength\": \"many\"");
    edit(written_off, "\"additionalProperties\": false", "\"additionalProperties\": 7");
    edit(templates.join("estate/en.typ"), "{{ facts.balance | money }}", "{{ facts.balance | money }");
    let errors = check(home.path(), "plan-default").1;
    for wanted in [
        "plan-default/letter.toml:",
        "Did you mean “page_limit”?",
        "“page_limit” is missing in /rules",
        "“/version” must be a text in quotation marks; it is a number",
        "_programs/odsp.toml:",
        "_events/debt.written-off.schema.json:",
        "must be a whole number; it is a text in quotation marks",
        "must be true or false or a group of facts in braces; it is a number",
        "estate/en.typ:",
    ] {
        assert!(errors.contains(wanted), "{wanted}: {errors}");
    }
    // What is no typst is found in every template, in each branch, before a letter is set.
    let home = copy();
    let templates = home.path().join("letter-templates");
    edit(templates.join("debt-notice/fr.typ"), "#ledger(", "#ledger((");
    edit(templates.join("_house/shared/how-to-pay.en.typ"), "== ", "#let ( == ");
    let errors = check(home.path(), "plan-default").1;
    for wanted in ["debt-notice/fr.typ:", "_house/shared/how-to-pay.en.typ:"] {
        assert!(errors.contains(wanted), "{wanted}: {errors}");
    }
    // What only shows when the letter is set names the template's line too.
    let home = copy();
    edit(home.path().join("letter-templates/write-off/en.typ"), "#key-facts(", "#key-fact(");
    let (faults, errors) = check(home.path(), "write-off");
    assert!(
        faults.iter().any(|(code, place)| code == "typesetting-failed" && place.contains("write-off/en.typ:")),
        "{faults:?} {errors}"
    );
}

#[test]
fn mistakes_in_a_letter_type_are_found_all_at_once_with_their_places() {
    let home = copy();
    let folder = home.path().join("letter-templates/plan-confirmation");
    edit(folder.join("letter.toml"), "\"debtor-living\"", "\"debtor-livving\"");
    edit(folder.join("fr.typ"), "facts.agreed_on", "facts.agreed_onn");
    let (faults, errors) = check(home.path(), "plan-confirmation");
    let has = |code: &str, place: &str| faults.iter().any(|(c, p)| c == code && p.contains(place));
    assert!(has("guard-unknown", "plan-confirmation/letter.toml"), "{faults:?} {errors}");
    assert!(has("languages-differ", "plan-confirmation/"), "{faults:?}");
    assert!(has("name-not-in-schema", "plan-confirmation/"), "{faults:?}");
    assert!(has("template-faulty", "fr.typ:"), "a strict template names its line: {faults:?}");
    edit(folder.join("letter.toml"), "page_limit", "page_limitt");
    std::fs::write(home.path().join("letter-templates/debt-notice/facts.schema.json"), "{\n \"type\": \n}").unwrap();
    let (_, errors) = check(home.path(), "plan-confirmation");
    assert!(
        errors.contains("plan-confirmation/letter.toml:") && errors.contains("debt-notice/facts.schema.json:"),
        "{errors}"
    );
}

#[test]
fn policy_is_that_of_the_letters_date_and_each_parameter_has_a_source() {
    let home = copy();
    let file = home.path().join("letter-templates/_programs/ontario-works.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let policy = &text[text.find("[[policy]]").unwrap()..];
    let later = policy.replace("2024-01-01", "2027-01-01");
    // All that is missing is said first, because a rule rests on it.
    let lacking = later.replace("clearing_days = 10 ", "#").replace("telephone_business_days = 2 ", "#");
    std::fs::write(&file, format!("{text}\n{lacking}")).unwrap();
    let (_, errors) = check(home.path(), "debt-notice");
    assert!(errors.contains("_programs/ontario-works.toml:"), "{errors}");
    assert!(errors.contains("“clearing_days”") && errors.contains("“telephone_business_days”"), "{errors}");
    let unsourced = later.replace("automatic = []", "automatic = [\"plan-default\"]").replace("review_days = \"T", "#");
    std::fs::write(&file, format!("{text}\n{unsourced}")).unwrap();
    let (_, errors) = check(home.path(), "debt-notice");
    assert!(errors.contains("“review_days” has no source"), "{errors}");
    let automatic = later.replace("automatic = []", "automatic = [\"plan-default\"]");
    std::fs::write(&file, format!("{text}\n{automatic}")).unwrap();
    let (_, errors) = check(home.path(), "debt-notice");
    assert!(errors.contains("“plan-default” cannot be automatic"), "{errors}");
    // What nothing reads looks alive and is dead.
    let idle = "[policy.words]\nset_off_requires_sin = true";
    std::fs::write(
        &file,
        text.replace("[policy.words]", idle)
            .replace("\n[policy.sources]", "\n[policy.sources]\nset_off_requires_sin = \"ITA\""),
    )
    .unwrap();
    let (faults, errors) = check(home.path(), "debt-notice");
    assert!(faults.iter().any(|(code, _)| code == "policy-never-read"), "{errors}");
}

#[test]
fn a_fact_that_a_guard_reads_must_be_required_by_the_schema() {
    let home = copy();
    let file = home.path().join("letter-templates/hardship-decision/letter.toml");
    edit(file, "\"debtor-living\"", "\"debtor-living\", \"consent-valid\"");
    let (faults, errors) = check(home.path(), "hardship-decision");
    assert!(faults.iter().any(|(code, _)| code == "guard-fact-not-required"), "{errors}");
    assert!(errors.contains("“consent-valid” reads “consent”"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_internal_document_is_filed_with_the_case_and_sent_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::support::desk(folder.path()).await;
    let data = sample("reimbursement", "plausible");
    let credit = event("c-1", "credit.found", "2026-11-16T09:00:00-05:00", &data);
    let letters = taken(&desk, &credit).await;
    work(&desk).await;
    let mut states = Vec::new();
    for letter in &letters {
        let row = desk.reader().letter(letter).await.unwrap().unwrap();
        states.push((row.letter_type.clone(), row.channel.as_str(), row.state.as_str(), row.delivery));
    }
    // The letter waits for the manager, and the package with its calculation is there for the decision.
    let row = |letter: &str, channel: &'static str, state: &'static str| (letter.to_owned(), channel, state, None);
    assert_eq!(
        states,
        [row("reimbursement", "print", "awaiting-approval"), row("reimbursement-package", "file", "issued")]
    );
    let summary = sample("case-summary", "death");
    let asked = taken(&desk, &event("s-1", "summary.requested", "2026-11-16T09:00:00-05:00", &summary)).await;
    work(&desk).await;
    assert_eq!(state(&desk, &asked[0]).await, ("issued", vec![]), "though the person has died");
    let (pdf, _) = desk.pdf(&asked[0]).await.unwrap().unwrap();
    let file = folder.path().join("summary.pdf");
    std::fs::write(&file, pdf).unwrap();
    let words = crate::support::pdf_text(&file);
    assert!(words.contains("NOT A LETTER"), "{words}");
    assert!(!words.contains("Sincerely"), "{words}");
    assert_eq!(desk.verify().await.unwrap(), []);
    for letter in [&letters[1], &asked[0]] {
        assert!(desk.reader().deliveries_of(letter).await.unwrap().is_empty(), "nothing is on its way to anybody");
    }
}

#[test]
fn the_units_telephone_number_stands_in_one_line_and_changing_it_changes_every_letter() {
    let home = copy();
    edit(home.path().join("letter-templates/_house/contact.toml"), "1-800-555-0142", "1-800-555-0199");
    for (letter, sample, number) in [
        ("debt-notice", "plausible", "1-800-555-0199"),
        ("account-statement", "plausible", "1-800-555-0199"),
        ("sponsor-debt-notice", "plausible", "1-800-555-0152"),
    ] {
        let out = home.path().join("letter.pdf");
        let data = format!("letter-templates/{letter}/samples/{sample}.json");
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_recto"))
            .args(["render", letter, "--data", &data, "--lang", "en", "-o", out.to_str().unwrap()])
            .current_dir(home.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let words = crate::support::pdf_text(&out);
        assert!(words.contains(number) && !words.contains("1-800-555-0142"), "{letter}: {words}");
    }
}
