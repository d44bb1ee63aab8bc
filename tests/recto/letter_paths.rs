//! What letter.toml names must be there: paths, values, shared texts and what they must say. A slip of the pen switches nothing off.

use std::path::Path;
use std::process::Command;

use chrono::NaiveDate;
use recto::case::LetterId;
use recto::letter::Data;
use serde_json::Value;

use crate::support::{copy, edit, sample, studio};

/// A fault as `recto check` gives it: code, place, what is said.
type Told = (String, String, String);

/// All faults of a letter type, those of loading the letter types among them.
fn check(home: &Path, letter_type: &str) -> Vec<Told> {
    let output = Command::new(env!("CARGO_BIN_EXE_recto"))
        .args(["check", letter_type, "--json"])
        .current_dir(home)
        .output()
        .unwrap();
    if let Ok(report) = serde_json::from_slice::<Value>(&output.stdout)
        && let Some(faults) = report["faults"].as_array()
    {
        let text = |fault: &Value, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
        return faults.iter().map(|one| (text(one, "code"), text(one, "place"), text(one, "message"))).collect();
    }
    // Letter types that cannot be read are told on standard error: "place: message [code]".
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines = told.lines().filter_map(|line| {
        let (rest, code) = line.trim().trim_end_matches(']').rsplit_once(" [")?;
        let (place, message) = rest.split_once(": ")?;
        Some((code.to_owned(), place.to_owned(), message.to_owned()))
    });
    lines.collect()
}

/// Makes a slip in a letter.toml of a copy, and gives the place where it stands.
fn slip(home: &Path, letter_type: &str, right: &str, wrong: &str) -> String {
    let file = home.join(format!("letter-templates/{letter_type}/letter.toml"));
    let text = std::fs::read_to_string(&file).unwrap();
    let at = text.find(right).unwrap_or_else(|| panic!("{right:?} is not in {letter_type}"));
    std::fs::write(&file, text.replacen(right, wrong, 1)).unwrap();
    format!("{letter_type}/letter.toml:{}", 1 + text[..at].matches('\n').count())
}

#[test]
fn a_misspelt_path_is_named_with_its_line_and_what_was_meant_wherever_letter_toml_has_one() {
    let slips = [
        ("debt-notice", "from = \"facts.decision.date\"", "from = \"facts.decision.dat\"", "facts.decision.date"),
        (
            "dispute-acknowledgement",
            "{ fact = \"facts.kind\", is = \"dispute\" }",
            "{ fact = \"facts.kin\", is = \"dispute\" }",
            "facts.kind",
        ),
        ("plan-confirmation", "[\"derived.schedule.total\"", "[\"derived.schedule.totl\"", "derived.schedule.total"),
        ("write-off", "[\"facts.decided\"", "[\"facts.decidet\"", "facts.decided"),
        ("cra-transfer-notice", "of = [\"facts.principal\"", "of = [\"facts.principle\"", "facts.principal"),
        ("plan-default", "item = \"paid\"", "item = \"payd_in\"", ""),
        ("reimbursement", "approval = \"facts.excess\"", "approval = \"facts.exces\"", "facts.excess"),
        ("paid-in-full", "review = \"derived.balance\"", "review = \"derived.ballance\"", "derived.balance"),
        ("estate", "fact = \"facts.letter\"", "fact = \"facts.leter\"", "facts.letter"),
        (
            "dispute-response",
            "how-to-pay = { fact = \"facts.outcome\"",
            "how-to-pay = { fact = \"facts.outcom\"",
            "facts.outcome",
        ),
        (
            "hardship-decision",
            "when = { fact = \"facts.outcome\", is = \"granted\"",
            "when = { fact = \"facts.autcome\", is = \"granted\"",
            "facts.outcome",
        ),
        ("settlement-offer", "[\"facts.offer\"", "[\"fact.offer\"", "facts.offer"),
    ];
    let home = copy();
    let places = slips.map(|(letter_type, right, wrong, _)| slip(home.path(), letter_type, right, wrong));
    let told = check(home.path(), "write-off");
    for (place, (_, _, wrong, meant)) in places.iter().zip(slips) {
        let found = told.iter().find(|(code, at, _)| code == "path-unknown" && at == place);
        let (_, _, message) = found.unwrap_or_else(|| panic!("{place}: {wrong}: {told:#?}"));
        assert!(meant.is_empty() || message.contains(&format!("Did you mean “{meant}”?")), "{message}");
    }
    assert_eq!(told.len(), slips.len(), "each once: {told:#?}");
}

#[test]
fn a_path_to_something_of_another_kind_or_to_what_need_not_be_there_is_named() {
    let slips = [
        ("debt-notice", "from = \"facts.decision.date\"", "from = \"facts.balance\"", "path-of-another-kind"),
        ("reimbursement", "approval = \"facts.excess\"", "approval = \"facts.as_of\"", "path-of-another-kind"),
        ("account-statement", "of = \"facts.transactions\"", "of = \"facts.balance\"", "path-of-another-kind"),
        ("plan-confirmation", "[\"derived.schedule.total\"", "[\"derived.schedule.last_due\"", "path-of-another-kind"),
        ("plan-default", "\"facts.reminded_on\"", "\"facts.balance\"", "path-of-another-kind"),
        ("correction", "review = \"none\"", "review = \"facts.balance\"", "path-optional"),
        ("hardship-decision", "\"facts.until?\"", "\"facts.until\"", "path-optional"),
        ("dispute-acknowledgement", "is = \"review\"", "is = \"reviews\"", "value-unknown"),
        ("estate", "is = true", "is = \"true\"", "value-unknown"),
    ];
    let home = copy();
    let places = slips.map(|(letter_type, right, wrong, _)| slip(home.path(), letter_type, right, wrong));
    let unsaid = slip(home.path(), "information-request", "review = \"none\"", "#");
    let circle = slip(home.path(), "sponsor-debt-notice", "of = \"facts.months\"", "of = \"derived.net\"");
    let told = check(home.path(), "write-off");
    for (place, (_, _, wrong, code)) in places.iter().zip(slips) {
        assert!(told.iter().any(|(told, at, _)| told == code && at == place), "{place}: {wrong}: {told:#?}");
    }
    assert!(told.iter().any(|(_, at, _)| *at == circle), "{told:#?}");
    assert!(!unsaid.is_empty() && told.iter().any(|(code, ..)| code == "review-amount-unsaid"), "{told:#?}");
    assert!(told.iter().any(|(code, _, said)| code == "derivation-circular" && said.contains("months_total, net")));
    // What a policy has is looked at where everything else could be read.
    let home = copy();
    let place = slip(home.path(), "dispute-response", "days = \"appeal_days\"", "days = \"apeal_days\"");
    let told = check(home.path(), "write-off");
    assert!(told.iter().any(|(code, at, _)| code == "policy-parameter-unknown" && *at == place), "{told:#?}");
}

#[test]
fn a_path_leads_only_into_what_is_known_where_it_is_read() {
    let home = copy();
    let slips = [
        ("plan-default", "by = \"deadlines.respond\"", "by = \"deadlines.respnd\"", "deadlines.respond"),
        ("plan-reminder", "sum = \"facts.cure_amount\"", "sum = \"facts.cure_amont\"", "facts.cure_amount"),
        ("paid-in-full", "equal = [\"derived.received\"", "equal = [\"deadlines.received\"", ""),
        ("estate", "fact = \"facts.letter\"", "fact = \"derived.letter\"", ""),
    ];
    let places = slips.map(|(letter_type, right, wrong, _)| slip(home.path(), letter_type, right, wrong));
    let told = check(home.path(), "write-off");
    for (place, (_, _, wrong, meant)) in places.iter().zip(slips) {
        let named =
            |(code, at, said): &(String, String, String)| code == "path-unknown" && at == place && said.contains(meant);
        assert!(told.iter().any(named), "{place}: {wrong}: {told:#?}");
    }
}

#[test]
fn derived_values_that_are_misspelt_say_what_the_function_wants() {
    let home = copy();
    let unknown = slip(home.path(), "reimbursement", "owed = \"facts.debt\"", "owd = \"facts.debt\"");
    let other = slip(home.path(), "cra-transfer-notice", "function = \"total\"", "function = \"totals\"");
    let told = check(home.path(), "write-off");
    let has = |code: &str, place: &str, words: &str| {
        told.iter().any(|(told, at, said)| told == code && at == place && said.contains(words))
    };
    assert!(has("name-unknown", &unknown, "Did you mean “owed”?"), "{told:#?}");
    assert!(has("name-missing", &unknown, "“owed” is missing"), "{told:#?}");
    assert!(has("value-unfit", &other, "totals"), "{told:#?}");
}

#[test]
fn words_owed_under_a_condition_are_missed_where_it_holds_and_nowhere_else() {
    let home = copy();
    slip(
        home.path(),
        "hardship-decision",
        "en = \"not to pause the collection\"",
        "en = \"never to pause the collection\"",
    );
    let told = check(home.path(), "hardship-decision");
    let missing: Vec<&Told> = told.iter().filter(|(code, ..)| code == "passage-missing").collect();
    assert!(!missing.is_empty(), "{told:#?}");
    for (_, place, message) in &missing {
        assert!(message.contains("“refused”") && message.contains("never to pause the collection"), "{message}");
        let name = place.split("/samples/").nth(1).and_then(|rest| rest.split(".json").next()).unwrap();
        assert_eq!(sample("hardship-decision", name)["facts"]["outcome"], "refused", "{place}");
    }
    // With the condition turned, the words are missed where the decision is another.
    let home = copy();
    slip(
        home.path(),
        "hardship-decision",
        "key = \"refused\"\nwhen = { fact = \"facts.outcome\", is = \"refused\" }",
        "key = \"refused\"\nwhen = { fact = \"facts.outcome\", is = [\"granted\", \"partly\"] }",
    );
    let told = check(home.path(), "hardship-decision");
    let missing = told.iter().filter(|(code, _, said)| code == "passage-missing" && said.contains("“refused”"));
    assert_eq!(missing.count(), 2, "in each language: {told:#?}");
}

#[test]
fn a_shared_text_carries_what_it_must_say_and_is_missed_where_it_is_taken_out() {
    // Taken out of both languages alike, which no comparison of the two can see.
    let home = copy();
    for language in ["en", "fr"] {
        let body = home.path().join(format!("letter-templates/debt-notice/{language}.typ"));
        edit(body, "{% include \"no-answer\" %}", "");
    }
    let place = slip(home.path(), "plan-default", "no-answer = ", "no-anser = ");
    let told = check(home.path(), "debt-notice");
    let has = |code: &str, place: &str| told.iter().any(|(told, at, _)| told == code && at.starts_with(place));
    assert!(has("shared-text-not-included", "debt-notice/letter.toml:"), "{told:#?}");
    assert!(
        has("shared-text-unknown", &place) && has("shared-text-not-stated", "plan-default/letter.toml:"),
        "{told:#?}"
    );
    // Reworded, it no longer says what it must: in each letter that has it, the frame's among them.
    let home = copy();
    let shared = |name: &str| home.path().join(format!("letter-templates/_house/shared/{name}"));
    edit(shared("privacy.fr.typ"), "_Loi sur l’accès", "_Règles sur l’accès");
    edit(shared("no-answer.en.typ"), "It would not take the Canada child benefit.", "");
    let told = check(home.path(), "debt-notice");
    for words in ["Loi sur l’accès à l’information", "It would not take the Canada child benefit"] {
        let missed = told.iter().any(|(code, _, said)| code == "passage-missing" && said.contains(words));
        assert!(missed, "{words}: {told:#?}");
    }
}

#[test]
fn a_word_of_the_house_that_one_language_lacks_is_named() {
    let home = copy();
    edit(home.path().join("letter-templates/_house/words.toml"), "by_email = \"PAR COURRIEL\"\n", "");
    let told = check(home.path(), "write-off");
    assert!(told.iter().any(|(code, _, said)| code == "word-missing" && said.contains("“by_email”")), "{told:#?}");
}

#[test]
fn what_is_wrong_with_a_saved_phrase_is_said_with_its_line() {
    let home = copy();
    let file = home.path().join("letter-templates/_house/phrases.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    let is_at = |told: &[(String, String, String)], code: &str, line: &str| {
        let number = 1 + std::fs::read_to_string(&file).unwrap().lines().position(|one| one.contains(line)).unwrap();
        let place = format!("_house/phrases.toml:{number}");
        assert!(told.iter().any(|(found, at, _)| (found.as_str(), at) == (code, &place)), "{code} {place}: {told:#?}");
    };
    // In one language only, or with a name that no phrase has.
    edit(file.clone(), ", fr = \"Merci de votre appel\"", "");
    edit(file.clone(), "programs = [", "programmes = [");
    let told = check(home.path(), "write-off");
    is_at(&told, "name-missing", "\"Thank you for calling\"");
    is_at(&told, "name-unknown", "programmes");
    // What is written as it must be, and says what it may not.
    std::fs::write(&file, &written).unwrap();
    edit(file.clone(), "key = \"moving\"", "key = \"thank-you-for-calling\"");
    edit(file.clone(), "We have received the documents", "We have received the 2 documents");
    edit(file.clone(), "\"Merci de votre lettre\"", "\" \"");
    edit(file.clone(), "- (second document)\n\nGardez", "\nGardez");
    let told = check(home.path(), "write-off");
    is_at(&told, "phrase-with-figure", "the 2 documents");
    is_at(&told, "phrase-blank", "fr = \" \"");
    // A program that is none, once all else can be read.
    let other = copy();
    edit(other.path().join("letter-templates/_house/phrases.toml"), "\"odsp\"]", "\"ospd\"]");
    let found = check(other.path(), "write-off");
    let named = found.iter().any(|(code, _, said)| code == "program-unknown" && said.contains("“ospd”"));
    assert!(named && found.len() == 1, "{found:#?}");
    for code in ["phrase-languages-differ", "phrase-named-twice"] {
        assert_eq!(told.iter().filter(|(found, ..)| found == code).count(), 1, "{code}: {told:#?}");
    }
}

#[test]
fn an_approval_whose_amount_is_not_there_is_refused_and_never_zero() {
    let studio = studio();
    let date = NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
    for (letter_type, fact) in [("write-off", "amount"), ("debt-notice", "balance")] {
        let letter = &studio.catalogue.types[letter_type];
        let amount = |data: &Value| {
            let data = Data::read(data).unwrap();
            studio.catalogue.draft(letter, LetterId::new("x"), date, data).unwrap().amount_to_approve()
        };
        let mut data = sample(letter_type, "plausible");
        let wanted = data["facts"][fact].as_str().unwrap().to_owned();
        assert_eq!(amount(&data).unwrap().to_string(), wanted);
        data["facts"].as_object_mut().unwrap().remove(fact);
        assert_eq!(amount(&data).unwrap_err().code, "approval-amount-missing");
    }
    // Only a letter of which letter.toml says that it is about no amount asks for no authority over one.
    let letter = &studio.catalogue.types["information-request"];
    let data = Data::read(&sample("information-request", "plausible")).unwrap();
    let draft = studio.catalogue.draft(letter, LetterId::new("x"), date, data).unwrap();
    assert!(draft.amount_to_approve().unwrap().is_zero());
}
