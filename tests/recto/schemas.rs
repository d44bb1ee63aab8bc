//! Schemas say what a fact is: what forms are made from, and what safeguards look at.

use std::path::Path;

use recto::desk::Outcome;
use recto::studio::Studio;
use serde_json::{Value, json};

use crate::support::{copy, desk, edit, event, home, sample, state, studio, take, taken, with_facts, work};

/// The faults of the letter types of a home that cannot be opened: code, place and English words.
fn refused(home: &Path) -> Vec<(String, String, String)> {
    let faults = Studio::open(home, true).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.code, fault.place, fault.message.en)).collect()
}

/// Whether a fault of this code, at a place that begins so, says this.
fn has(faults: &[(String, String, String)], code: &str, place: &str, words: &str) -> bool {
    faults.iter().any(|(c, p, message)| c == code && p.starts_with(place) && message.contains(words))
}

/// The schemas of `_events/` by kind.
fn kinds() -> Vec<String> {
    let files = std::fs::read_dir(home().join("letter-templates/_events")).unwrap().flatten();
    let name = |file: std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
    files.map(|file| name(file).strip_suffix(".schema.json").unwrap().to_owned()).collect()
}

/// Each property of a schema with its pointer, nested ones too.
fn properties(schema: &Value, at: &str, found: &mut Vec<(String, Value)>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        found.push((format!("{at}/{name}"), property.clone()));
        properties(property, &format!("{at}/{name}"), found);
    }
    if schema["items"].is_object() {
        properties(&schema["items"], &format!("{at}/*"), found);
    }
}

#[test]
fn every_property_has_a_label_in_both_languages_and_somebody_who_supplies_it() {
    let studio = studio();
    assert_eq!(studio.catalogue.unlabelled(), []);
    let types = studio.catalogue.types.values().map(|letter| (letter.key.clone(), &letter.schema));
    let kinds = kinds();
    let events = kinds.iter().map(|kind| (kind.clone(), studio.catalogue.event_schema(kind).unwrap()));
    let mut count = 0;
    for (name, schema) in types.chain(events) {
        assert!(!schema.source.to_string().contains("\"$ref\""), "{name} stands alone");
        let mut found = Vec::new();
        properties(&schema.source, "", &mut found);
        for (place, property) in found {
            count += 1;
            for language in ["en", "fr"] {
                let label = property["x-label"][language].as_str().unwrap_or_default();
                assert!(!label.is_empty() && !label.ends_with(':') && label.len() < 80, "{name}{place}: {label:?}");
                let first = label.chars().next().unwrap();
                assert!(first.is_uppercase(), "{name}{place}: {label}");
            }
            assert!(property["x-from"].is_string(), "{name}{place}: nobody supplies it");
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn a_property_without_a_label_is_named_with_its_file_line_and_pointer() {
    let home = copy();
    let file = home.path().join("letter-templates/_events/person.flagged.schema.json");
    edit(file, "\"x-label\": { \"en\": \"Lifted\", \"fr\": \"Levé\" },", "");
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let [fault] = &studio.catalogue.unlabelled()[..] else { panic!("one fault") };
    assert_eq!(fault.code, "label-missing");
    assert!(fault.place.starts_with("_events/person.flagged.schema.json:2"), "{}", fault.place);
    assert!(fault.message.en.starts_with("/properties/lifted has no label"), "{}", fault.message.en);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_recto"))
        .args(["check", "correspondence", "--json"])
        .current_dir(home.path())
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("label-missing"), "recto check demands it");
}

#[test]
fn a_slip_of_the_pen_in_a_schema_is_refused_with_what_was_meant() {
    let events = "letter-templates/_events";
    for (file, from, to, code, hint) in [
        (
            "_house/facts.schema.json",
            "\"format\": \"past-date\"",
            "\"format\": \"past-dat\"",
            "format-unknown",
            "“past-date”",
        ),
        (
            "_house/facts.schema.json",
            "\"x-recto\": \"officer-text\"",
            "\"x-rekto\": \"officer-text\"",
            "annotation-unknown",
            "“x-recto”",
        ),
        (
            "_house/facts.schema.json",
            "\"x-recto\": \"officer-text\"",
            "\"x-recto\": \"oficer-text\"",
            "annotation-unfit",
            "“officer-text”",
        ),
        ("_house/facts.schema.json", "\"maxLength\": 12", "\"maxLenght\": 12", "keyword-unknown", "“maxLength”"),
        ("_house/facts.schema.json", "\"x-term\": \"reason\"", "\"x-term\": \"reasons\"", "term-unknown", "“reason”"),
        (
            "_house/facts.schema.json",
            "\"pre-authorized-debit\"",
            "\"pre-authorised-debit\"",
            "term-unknown",
            "“pre-authorized-debit”",
        ),
        ("_events/debt.paid.schema.json", "#/$defs/receipts", "#/$defs/receipt", "definition-unknown", "“receipts”"),
        ("_events/debt.paid.schema.json", "facts.letter", "facts.leter", "path-unknown", "“facts.letter”"),
        (
            "_events/inquiry.received.schema.json",
            "\"is\": [\"ombudsman\"]",
            "\"is\": [\"ombusdman\"]",
            "value-unknown",
            "“\"ombudsman\"”",
        ),
        (
            "_events/debt.paid.schema.json",
            "\"x-from\": \"case-system\"",
            "\"x-from\": \"case-sistem\"",
            "annotation-unfit",
            "“case-system”",
        ),
        ("dispute-response/facts.schema.json", "\"outcome\"", "\"outcom\"", "name-unknown", "“outcome”"),
        ("estate/facts.schema.json", "\"in_error\"", "\"in_eror\"", "name-unknown", "“in_error”"),
        ("estate/letter.toml", "\"balance\"]", "\"balanse\"]", "name-unknown", "“balance”"),
        ("estate/letter.toml", "event = \"person.died\"", "event = \"person.dyed\"", "name-unknown", ""),
    ] {
        let home = copy();
        edit(home.path().join("letter-templates").join(file), from, to);
        let faults = refused(home.path());
        let known = faults.iter().any(|(c, _, message)| c == code && message.contains(hint));
        assert!(known, "{file}: {to}: {code} {hint}: {faults:#?}");
    }
    // A term needs the keys that it may be.
    let home = copy();
    let file = home.path().join(events).join("plan.agreed.schema.json");
    edit(
        file,
        "\"plan\": {",
        "\"how\": { \"x-label\": { \"en\": \"How\", \"fr\": \"Comment\" }, \"x-term\": \"method\", \"type\": \"string\" },\n    \"plan\": {",
    );
    assert!(has(&refused(home.path()), "term-unknown", "_events/plan.agreed.schema.json:", "\"enum\""));
    // And an event that nothing describes is one.
    let home = copy();
    edit(home.path().join("letter-templates/write-off/letter.toml"), "\"debt.written-off\"", "\"debt.writen-off\"");
    assert!(has(&refused(home.path()), "event-undescribed", "write-off/letter.toml", "“debt.written-off”"));
}

/// A home with a new letter type, called by a new event, whose facts are these.
fn with_new_type(properties: &Value, body: &str, facts: &Value) -> tempfile::TempDir {
    let home = copy();
    let folder = home.path().join("letter-templates/case-note");
    std::fs::create_dir_all(folder.join("samples")).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "letter.toml",
        "version = \"1.0.0\"\n[title]\nen = \"A note\"\nfr = \"Une note\"\n[called_by]\nevent = \"note.written\"\n[rules]\nguards = [\"both-languages\"]\napproval = \"none\"\nreview = \"none\"\npage_limit = 2\n",
    );
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    write("facts.schema.json", &json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "x-from": "officer", "type": "object", "required": required, "additionalProperties": false, "properties": properties}).to_string());
    write("en.typ", body);
    write("fr.typ", body);
    let mut data = sample("debt-notice", "plausible");
    data["facts"] = facts.clone();
    write("samples/plausible.json", &data.to_string());
    home
}

fn labelled(definition: &str) -> Value {
    json!({"$ref": format!("../_house/facts.schema.json#/$defs/{definition}"), "x-label": {"en": "Name", "fr": "Nom"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_text_under_an_unheard_of_name_is_read_by_the_guard() {
    let facts = json!({"parts": [{"musing": "Only in one language."}]});
    let part = json!({"type": "object", "additionalProperties": false, "required": ["musing"], "properties": {"musing": labelled("officer-text")}});
    let list = json!({"x-label": {"en": "Parts", "fr": "Parties"}, "type": "array", "maxItems": 3, "items": part});
    let body = "{% for part in facts.parts %}{{ part.musing[words.lang] if part.musing is mapping else part.musing }}{% endfor %}\n";
    let home = with_new_type(&json!({"parts": list}), body, &facts);
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let texts = &studio.catalogue.types["case-note"].schema.officer_texts;
    assert_eq!(texts.iter().map(recto::case::Place::as_str).collect::<Vec<_>>(), ["/parts/*/musing"]);
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::support::desk_of(studio, folder.path()).await;
    let mut data = sample("debt-notice", "plausible");
    data["facts"] = facts;
    data["party"]["language"] = json!("unknown");
    let letters = taken(&desk, &event("n-1", "note.written", "2026-11-17T09:00:00-05:00", &data)).await;
    work(&desk).await;
    let (stands, codes) = state(&desk, &letters[0]).await;
    assert!(stands == "held" && codes.contains(&"both-languages".to_owned()), "{stands} {codes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_day_under_a_new_name_is_refused_when_it_is_to_come() {
    let facts = json!({"jotted": ["2026-11-17"]});
    let list = json!({"x-label": {"en": "Days", "fr": "Jours"}, "type": "array", "maxItems": 3, "items": labelled("past-day")});
    let home = with_new_type(&json!({"jotted": list}), "{{ facts.jotted[0] | date }}\n", &facts);
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let folder = tempfile::tempdir().unwrap();
    let desk = crate::support::desk_of(studio, folder.path()).await;
    let told = |id: &str, day: &str| {
        let data = with_facts(&sample("debt-notice", "plausible"), json!({"jotted": ["2026-11-17", day]}));
        event(id, "note.written", "2026-11-17T09:00:00-05:00", &data)
    };
    let Outcome::Refused(faults) = take(&desk, &told("n-1", "2026-11-18")).await else { panic!("it was taken") };
    let found: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code.as_str(), fault.place.as_str())).collect();
    assert_eq!(found, [("date-in-the-future", "/data/facts/jotted/1")]);
    taken(&desk, &told("n-2", "2026-11-17")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_only_a_letter_needs_has_no_place_where_none_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let data = sample("debt-notice", "plausible");
    let told = |facts: Value| event("x-1", "person.died", "2026-11-17T09:00:00-05:00", &with_facts(&data, facts));
    for (facts, code, place) in [
        (json!({"died": "2026-11-01", "as_of": "2026-11-16"}), "fact-unknown", "/data/facts/as_of"),
        (json!({"died": "2026-11-01", "letter": true}), "fact-missing", "/data/facts/balance"),
        (
            json!({"died": "2026-11-01", "letter": true, "as_of": "2026-11-16", "balance": "1.00", "in_error": true}),
            "fact-unknown",
            "/data/facts/in_error",
        ),
    ] {
        let Outcome::Refused(faults) = take(&desk, &told(facts.clone())).await else { panic!("{facts}") };
        assert!(faults.iter().any(|fault| (fault.code.as_str(), fault.place.as_str()) == (code, place)), "{faults:?}");
    }
    // An event whose letter is another program's is not taken without it.
    let cured = sample("sponsorship-cured", "plausible");
    let mut other = cured.clone();
    other["case"]["program"] = json!("odsp");
    let told = event("x-2", "sponsorship.default-cured", "2026-11-17T09:00:00-05:00", &other);
    let Outcome::Refused(faults) = take(&desk, &told).await else { panic!("it was taken") };
    assert_eq!(faults[0].code, "event-not-handled");
}

#[test]
fn marks_stand_where_the_schemas_put_them() {
    let studio = studio();
    let places = |places: &[recto::case::Place]| places.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>();
    let schema = |letter: &str| &studio.catalogue.types[letter].schema;
    assert_eq!(places(&schema("insolvency-acknowledgement").foreign_numbers), ["/estate_number"]);
    assert_eq!(places(&schema("mpp-reply").weighed), ["/consent", "/prepared_by"]);
    assert_eq!(places(&schema("cra-transfer-confirmed").weighed), ["/sin_on_file"]);
    assert_eq!(
        places(&schema("correction").officer_texts),
        ["/wrong/title", "/mistakes/*/said", "/mistakes/*/correct", "/what_to_do"]
    );
    assert_eq!(places(&schema("correspondence").officer_texts), ["/subject", "/body"]);
    assert_eq!(places(&schema("plan-default").past_days), ["/defaulted", "/agreed_on", "/reminded_on"]);
    // What belongs to another letter of the event is not described for this one.
    let names = |letter: &str| schema(letter).properties().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert!(!names("debt-notice").contains(&"months".to_owned()) && !names("estate").contains(&"in_error".to_owned()));
    assert!(!names("ombudsman-reply").contains(&"consent".to_owned()));
}

#[test]
fn what_must_stand_together_does() {
    let studio = studio();
    let schema = &studio.catalogue.types["correction"].schema;
    let mut facts = sample("correction", "plausible")["facts"].clone();
    facts.as_object_mut().unwrap().shift_remove("as_of");
    facts["balance"] = json!("1.00");
    assert!(!schema.faults(&facts, "").is_empty(), "a balance needs its date");
    // Nine digits that could be a Social Insurance Number have no place where mistakes are told of.
    let mut facts = sample("correction", "plausible")["facts"].clone();
    for text in [json!("Your number 046-454-286."), json!({"en": "046 454 286", "fr": "rien"})] {
        facts["what_to_do"] = text;
        assert!(!schema.faults(&facts, "").is_empty());
    }
}
