//! Forms made from schemas: whatever a schema takes can be typed, and what is typed is the value that it takes.

use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof};
use recto::case::{Language, bold};
use recto::form::{self, Change, Field, Kind, Typed, blocks};
use recto::letter::Catalogue;
use serde_json::{Value, json};

use crate::support::{catalogue, runner, with_facts};

/// What nobody types.
const OWN: [&str; 2] = ["prepared_by", "edited_by"];

fn languages(data: &Value) -> &'static [Language] {
    match data.get("addressee").unwrap_or(&data["party"])["language"].as_str() {
        Some("en") => &[Language::En],
        Some("fr") => &[Language::Fr],
        _ => &Language::BOTH,
    }
}

/// A value typed out and read again.
fn there_and_back(fields: &[Field], value: &Value, languages: &[Language]) -> Value {
    let mut typed = Typed::default();
    form::type_out(fields, value, &mut typed, "facts", languages);
    // Whether an event asks for its letter is not typed, but other fields depend on it.
    typed.put("facts.letter", value["letter"].to_string());
    let read = form::value(fields, &typed, "facts", languages);
    assert!(read.faults.is_empty(), "{:?} of {value}", read.faults);
    read.value
}

/// The same facts, whatever the order of their names, without what nobody types.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => {
            // A list with nothing in it says what none says; whether an event asks for its letter is not typed.
            let is_typed = |name: &str| !OWN.contains(&name) && name != "letter" && object[name] != json!([]);
            let mut names: Vec<&String> = object.keys().filter(|name| is_typed(name)).collect();
            names.sort();
            Value::Object(names.into_iter().map(|name| (name.clone(), plain(&object[name]))).collect())
        }
        Value::Array(list) => list.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[test]
fn every_sample_of_every_letter_type_can_be_typed() {
    let studio = crate::support::studio();
    let catalogue = &studio.catalogue;
    let mut tried = 0;
    for letter in catalogue.types.values() {
        let fields = form::fields(&letter.schema.source, &OWN);
        for (name, sample) in &letter.samples {
            let languages = languages(sample);
            // Blank texts and characters that no letter has are samples of what is refused.
            if studio.check_data(letter, sample).is_err() {
                continue;
            }
            let again = there_and_back(&fields, &sample["facts"], languages);
            assert_eq!(plain(&again), plain(&sample["facts"]), "{}/{name}", letter.key);
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn every_example_of_every_event_can_be_typed() {
    let catalogue = catalogue();
    for kind in catalogue.event_kinds() {
        let (Some(schema), Some(example)) = (catalogue.event_schema(kind), catalogue.event_example(kind)) else {
            continue;
        };
        let (fields, facts) = (form::fields(&schema.source, &OWN), &example["data"]["facts"]);
        let languages = languages(&example["data"]);
        let again = there_and_back(&fields, facts, languages);
        assert_eq!(plain(&again), plain(facts), "{kind}");
    }
}

/// Every field of every form, below a path.
fn each<'f>(fields: &'f [Field], see: &mut dyn FnMut(&'f Field)) {
    for field in fields {
        see(field);
        if let Kind::Group(inner) | Kind::Rows(inner) = &field.kind {
            each(inner, see);
        }
    }
}

#[test]
fn every_field_has_its_words_in_both_languages_and_no_key_shows() {
    let catalogue: Catalogue = catalogue();
    let schemas = catalogue.types.values().map(|letter| &letter.schema);
    for schema in schemas.chain(catalogue.event_kinds().into_iter().filter_map(|kind| catalogue.event_schema(kind))) {
        each(&form::fields(&schema.source, &OWN), &mut |field| {
            assert!(field.label.en != field.name && !field.label.fr.is_empty(), "{}: {}", schema.shown, field.name);
            if let Kind::Choice(keys) = &field.kind {
                assert!(!keys.is_empty(), "{}: {}", schema.shown, field.name);
                for (key, words) in keys {
                    let shows = [&words.en, &words.fr].contains(&key) && key.contains(['-', '_']);
                    assert!(!shows, "{}: {} shows “{key}”", schema.shown, field.name);
                }
            }
        });
    }
}

fn payment() -> Vec<Field> {
    form::fields(&catalogue().event_schema("payment.received").unwrap().source, &OWN)
}

fn typed(fields: &[(&str, &str)]) -> Typed {
    Typed(fields.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

#[test]
fn amounts_and_days_are_read_as_people_write_them_and_never_guessed() {
    let fields = payment();
    for (amount, is) in [
        ("1234.5", "1234.50"),
        ("$1,234.50", "1234.50"),
        ("1 234,50 $", "1234.50"),
        ("1\u{a0}234,50", "1234.50"),
        ("50", "50.00"),
        ("1,234", ""),
        ("12.345", ""),
        ("about 50", ""),
    ] {
        let read = form::value(&fields, &typed(&[("facts.amount", amount)]), "facts", &[]);
        match is {
            "" => {
                assert_eq!(read.faults.len(), 1, "{amount}: {:?}", read.value);
                assert_eq!(read.faults[0].place, "/facts/amount");
                assert_eq!(read.value["amount"], amount, "what was typed is not lost");
            }
            is => assert_eq!((&read.value["amount"], read.faults.len()), (&json!(is), 0), "{amount}"),
        }
    }
    for (day, is) in [
        ("2026-11-16", "2026-11-16"),
        ("16 novembre 2026", "2026-11-16"),
        ("Nov 16, 2026", "2026-11-16"),
        ("20261116", "2026-11-16"),
        ("16/11/2026", "2026-11-16"),
        ("03/04/2026", ""),
        ("yesterday", ""),
        ("2026-02-30", ""),
    ] {
        let read = form::value(&fields, &typed(&[("facts.received", day)]), "facts", &[]);
        match is {
            "" => assert_eq!(read.faults[0].place, "/facts/received", "{day}"),
            is => assert_eq!((&read.value["received"], read.faults.len()), (&json!(is), 0), "{day}"),
        }
    }
}

#[test]
fn rows_are_added_moved_and_taken_out_with_all_that_is_in_them() {
    let catalogue = catalogue();
    let letter = &catalogue.types["debt-notice"];
    let fields = form::fields(&letter.schema.source, &OWN);
    let facts = letter.samples["plausible.json"]["facts"].clone();
    let mut typed = Typed::default();
    form::type_out(&fields, &facts, &mut typed, "facts", &[Language::En]);
    let rows = |typed: &Typed| form::value(&fields, typed, "facts", &[Language::En]).value["transactions"].clone();
    let first = facts["transactions"].as_array().unwrap().clone();
    assert!(first.len() > 2);
    // A row that is added and blank says nothing.
    typed.change(&Change::read("add:facts.transactions").unwrap());
    assert_eq!(typed.rows("facts.transactions"), first.len() + 1);
    assert_eq!(rows(&typed), json!(first));
    typed.put(format!("facts.transactions.{}.kind", first.len()), "payment");
    assert_eq!(rows(&typed)[first.len()], json!({"kind": "payment"}));
    typed.change(&Change::read(&format!("remove:facts.transactions.{}", first.len())).unwrap());
    typed.change(&Change::read("up:facts.transactions.1").unwrap());
    assert_eq!((&rows(&typed)[0], &rows(&typed)[1]), (&first[1], &first[0]));
    typed.change(&Change::read("remove:facts.transactions.0").unwrap());
    assert_eq!(rows(&typed)[0], first[0]);
    assert_eq!(rows(&typed).as_array().unwrap().len(), first.len() - 1);
    // What is no row of a list changes nothing.
    let before = typed.clone();
    for button in ["up:facts.transactions.0", "remove:facts", "up:facts.balance", "remove:facts.transactions.x"] {
        typed.change(&Change::read(button).unwrap());
    }
    assert_eq!(typed, before);
    assert_eq!(Change::read("send"), None);
}

#[test]
fn ten_rows_and_more_stay_in_their_order() {
    let mut typed = Typed::default();
    for number in 0..12 {
        typed.put(format!("facts.rows.{number}"), "");
        typed.put(format!("facts.rows.{number}.name"), number.to_string());
    }
    typed.put("facts.rows_of_another_list.0.name", "other");
    typed.change(&Change::Remove("facts.rows.1".to_owned()));
    let name = |number: usize| typed.at(&format!("facts.rows.{number}.name")).to_owned();
    let names: Vec<String> = (0..typed.rows("facts.rows")).map(name).collect();
    assert_eq!(names, ["0", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"]);
    assert_eq!(typed.at("facts.rows_of_another_list.0.name"), "other");
}

#[test]
fn rows_that_no_form_has_are_not_taken() {
    let given = [
        "facts.rows.999",
        "facts.rows.1000",
        "facts.rows.18446744073709551615.name",
        "facts.rows.99999999999999999999",
        "other.rows.0",
    ];
    let given: Vec<(String, String)> = given.iter().map(|path| ((*path).to_owned(), "x".to_owned())).collect();
    let typed = Typed::of(&given, &["facts"]);
    assert_eq!(typed.0.keys().collect::<Vec<_>>(), ["facts.rows.999"]);
    // Nor by a button, nor from a draft that was kept before.
    let mut typed = Typed::default();
    typed.change(&Change::Add("facts.rows.4000000000".to_owned()));
    typed.put("facts.rows.4000000000.name", "x");
    assert!(typed.rows("facts.rows") < 2);
    typed.put("facts.rows.0", "");
    typed.put("facts.rows.999", "");
    typed.change(&Change::Add("facts.rows".to_owned()));
    assert_eq!(typed.rows("facts.rows"), 1_000);
    let before = typed.clone();
    typed.change(&Change::Remove("facts.rows.1000".to_owned()));
    assert_eq!(typed, before);
}

#[test]
fn words_in_another_language_than_the_letters_are_missing_there() {
    let catalogue = catalogue();
    let letter = catalogue
        .types
        .values()
        .find(|letter| form::fields(&letter.schema.source, &OWN).iter().any(|field| matches!(field.kind, Kind::Both)));
    let letter = letter.expect("a letter with an officer's words");
    let fields = form::fields(&letter.schema.source, &OWN);
    let both = fields.iter().find(|field| matches!(field.kind, Kind::Both)).expect("at the top of it");
    let path = format!("facts.{}", both.name);
    let of = |fields_typed: &[(&str, &str)], languages: &[Language]| {
        let typed =
            Typed(fields_typed.iter().map(|(code, words)| (format!("{path}.{code}"), (*words).to_owned())).collect());
        form::value(&fields, &typed, "facts", languages).value[&both.name].clone()
    };
    assert_eq!(of(&[("fr", "Bonjour")], &[Language::Fr]), json!("Bonjour"));
    assert_eq!(
        of(&[("en", "Hello")], &[Language::Fr]),
        json!({"en": "Hello"}),
        "the schema says that French is missing"
    );
    assert_eq!(of(&[("en", "Hello")], &Language::BOTH), json!({"en": "Hello"}));
    assert_eq!(of(&[("en", "Hello"), ("fr", "Bonjour")], &[Language::Fr]), json!({"en": "Hello", "fr": "Bonjour"}));
    let data = with_facts(&letter.samples["plausible.json"], json!({&both.name: {"en": "Hello"}}));
    let studio = crate::support::studio();
    let faults = studio.check_data(&studio.catalogue.types[&letter.key], &data).expect_err("it lacks one language");
    assert!(faults.iter().any(|fault| fault.place == format!("/facts/{}/fr", both.name)), "{faults:?}");
}

#[test]
fn a_free_letter_is_written_with_few_marks() {
    let text = "# Your question\n\nYou asked us\nabout two things:\n- the amount\n• the date\n\n| Day | Amount |\n| --- | ---: |\n| May 1 | $25.00 |\n| a \\| b | |\n\n\\# not a heading\n#5 is one\n-12 is not an item";
    let is = blocks::read(text);
    assert_eq!(
        is,
        json!([
            {"heading": "Your question"},
            {"paragraph": "You asked us about two things:"},
            {"list": ["the amount", "the date"]},
            {"table": {"header": ["Day", "Amount"], "rows": [["May 1", "$25.00"], ["a | b", ""]], "align": ["left", "right"]}},
            {"paragraph": "# not a heading"},
            {"heading": "5 is one"},
            {"paragraph": "-12 is not an item"},
        ])
    );
}

#[test]
fn every_free_letter_can_be_written() {
    let words = "[a-zé#|*\\\\•:.$ -]{1,24}".prop_map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
    let words = words.prop_filter("words", |words| !words.is_empty());
    let cell = "[a-z|*\\\\$ -]{0,8}".prop_map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
    let row = move |width: usize| prop::collection::vec(cell.clone(), width);
    let plain = "[a-zé][a-zé#|*: -]{0,16}".prop_map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
    let table = (2usize..4).prop_flat_map(move |width| {
        let last = prop::collection::vec(row(width), 1..4);
        (prop::collection::vec("[a-z]{1,6}", width), last)
    });
    let table = table.prop_map(|(header, rows)| json!({"table": {"header": header, "rows": rows}}));
    let block = prop_oneof![
        plain.prop_map(|words| json!({"heading": words.trim_start_matches('#').trim()})),
        words.clone().prop_map(|words| json!({"paragraph": words})),
        prop::collection::vec(
            "[a-zé][a-zé#* -]{0,12}".prop_map(|words| words.split_whitespace().collect::<Vec<_>>().join(" ")),
            1..4
        )
        .prop_map(|items| json!({"list": items})),
        table,
        Just(json!({"paragraph": "plain"})),
    ];
    let letter = prop::collection::vec(block, 1..6);
    runner(500)
        .run(&letter, |letter| {
            let letter = Value::Array(letter);
            prop_assert_eq!(blocks::read(&blocks::write(&letter)), letter);
            Ok(())
        })
        .unwrap();
}

/// A text with what is bold in it between brackets.
fn bracketed(text: &str) -> String {
    let piece = |run: bold::Run| if run.strong { format!("[{}]", run.words) } else { run.words };
    bold::runs(text).into_iter().map(piece).collect()
}

#[test]
fn bold_is_what_two_asterisks_hug_and_nothing_else() {
    for (text, is) in [
        ("Send it **before you move**, please.", "Send it [before you move], please."),
        ("**All.** **Twice**", "[All.] [Twice]"),
        ("(**a**) «\u{a0}**b**\u{a0}» l’**été**:", "([a]) «\u{a0}[b]\u{a0}» l’[été]:"),
        ("**a * b** and **c ** d**", "[a * b] and [c ** d]"),
        ("2 ** 3", "2 ** 3"),
        ("2**3**4", "2**3**4"),
        ("word**s**", "word**s**"),
        ("**s**words", "**s**words"),
        ("** a** and **b **", "** a** and **b **"),
        ("**open, and never shut", "**open, and never shut"),
        ("****1234 ***x*** *x* **", "****1234 ***x*** *x* **"),
        ("\\**as typed** and **bold**", "**as typed** and [bold]"),
        ("C:\\** is a path, \\ too", "C:\\** is a path, \\ too"),
        ("", ""),
    ] {
        assert_eq!(bracketed(text), is, "{text}");
        assert_eq!(bold::plain(text), is.replace(['[', ']'], ""), "{text}");
    }
}

#[test]
fn bold_takes_nothing_but_its_marks_out_of_a_text() {
    runner(2_000)
        .run(&"[a1é*\\\\ .]{0,16}", |text| {
            let without = |text: &str| text.replace(['*', '\\'], "");
            prop_assert_eq!(without(&bold::plain(&text)), without(&text));
            for run in bold::runs(&text).into_iter().filter(|run| run.strong) {
                prop_assert_eq!(run.words.trim(), &run.words);
                prop_assert!(!run.words.is_empty());
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_saved_phrase_fits_into_a_letter_in_both_languages() {
    let studio = crate::support::studio();
    let letter = &studio.catalogue.types["correspondence"];
    let is = |block: &Value| block.as_object().unwrap().keys().next().unwrap().clone();
    assert!(studio.catalogue.phrases.len() >= 10);
    for phrase in &studio.catalogue.phrases {
        let [en, fr] = Language::BOTH.map(|language| blocks::read(phrase.text.get(language)));
        let kinds = |blocks: &Value| blocks.as_array().unwrap().iter().map(is).collect::<Vec<_>>();
        assert_eq!(kinds(&en), kinds(&fr), "{}", phrase.key);
        for language in Language::BOTH {
            let text = phrase.text.get(language);
            assert_eq!(blocks::write(&blocks::read(text)), text, "{}: as it would be typed", phrase.key);
        }
        let mut data = letter.samples["plausible.json"].clone();
        data["facts"]["body"] = json!({"en": en, "fr": fr});
        data.as_object_mut().unwrap().shift_remove("dated");
        let faults = studio.check_data(letter, &data).err().unwrap_or_default();
        assert!(faults.is_empty(), "{}: {faults:#?}", phrase.key);
    }
    // What says where a review is asked for is none for a debt that has no review.
    let of = |program| studio.catalogue.phrases.iter().filter(|phrase| phrase.fits(program)).count();
    assert!(of(Some("sponsorship")) < of(Some("odsp")) && of(None) == studio.catalogue.phrases.len());
}

#[test]
fn words_that_stand_in_a_letter_are_typed_in_its_language() {
    let catalogue = catalogue();
    fn each(controls: &[form::Control], see: &mut dyn FnMut(&form::Control)) {
        for control in controls {
            see(control);
            each(&control.inner, see);
        }
    }
    let mut seen = 0;
    for letter in catalogue.types.values() {
        let fields = form::fields(&letter.schema.source, &OWN);
        for (page, letters) in [(Language::Fr, Language::En), (Language::En, Language::Fr)] {
            let controls = form::controls(&fields, &Typed::default(), "facts", (page, &[letters]), &[]);
            each(&controls, &mut |control| {
                // A document that shows something is named so that it stands in a letter of either language.
                let is_of_one = control.path != "facts.evidence";
                let is_typed = matches!(control.kind, "long" | "letter-text") && is_of_one || control.lang.is_some();
                assert!(!is_typed || control.lang == Some(letters.code()), "{}: {}", letter.key, control.path);
                seen += usize::from(is_typed);
            });
        }
    }
    assert!(seen > 60, "{seen}");
}

/// The names of all fields of a form.
fn names(controls: &[form::Control]) -> Vec<&str> {
    controls.iter().flat_map(|one| std::iter::once(one.path.as_str()).chain(names(&one.inner))).collect()
}

#[test]
fn what_does_not_apply_to_what_is_chosen_is_not_on_the_form_and_nothing_typed_there_is_lost() {
    let fields = form::fields(&catalogue().event_schema("inquiry.received").unwrap().source, &OWN);
    let shown = |typed: &Typed| form::controls(&fields, typed, "facts", (Language::En, &Language::BOTH), &[]);
    let depend = ["facts.by", "facts.reference", "facts.consent", "facts.answer", "facts.enclosures"];
    let applies: [(&str, &[&str]); 4] = [
        ("", &[]),
        ("person", &["facts.by"]),
        ("ombudsman", &["facts.reference", "facts.answer", "facts.enclosures"]),
        ("representative", &["facts.consent", "facts.answer"]),
    ];
    for (from, wanted) in applies {
        let mut typed = Typed::default();
        typed.put("facts.from", from);
        let controls = shown(&typed);
        let are: Vec<&str> = names(&controls).into_iter().filter(|name| depend.contains(name)).collect();
        assert_eq!(are, wanted, "{from}");
        // The rest is there whatever is chosen.
        assert!(names(&controls).contains(&"facts.received") && names(&controls).contains(&"facts.subject"), "{from}");
        // What was typed before the choice was another one stays, and is a fault until it is taken out.
        typed.put("facts.by", "mail");
        let controls = shown(&typed);
        let by = controls.iter().find(|one| one.path == "facts.by").unwrap_or_else(|| panic!("{from}: lost"));
        assert_eq!(by.value, "mail", "{from}");
        let faults = form::value(&fields, &typed, "facts", &Language::BOTH).faults;
        let found: Vec<_> = faults.iter().map(|fault| (fault.code.as_str(), fault.place.as_str())).collect();
        let wanted = ("fact-does-not-apply", "/facts/by");
        assert_eq!(found, if from == "person" { vec![] } else { vec![wanted] }, "{from}");
    }
}

#[test]
fn a_form_is_the_one_that_was_sent_where_it_has_the_same_fields() {
    let fields = form::fields(&catalogue().event_schema("inquiry.received").unwrap().source, &OWN);
    let mut typed = Typed::default();
    typed.put("facts.from", "person");
    for field in ["received", "by", "subject.en", "subject"] {
        typed.put(format!("facts.{field}"), "");
    }
    let shown = |typed: &Typed| form::controls(&fields, typed, "facts", (Language::En, &Language::BOTH), &[]);
    let mut sent = Typed::default();
    names(&shown(&typed)).into_iter().for_each(|name| sent.put(name, typed.as_typed(name)));
    // The reference of the case has the name of a part.
    sent.put("case", "DR-2026-004512");
    assert!(form::were_sent(&shown(&sent), &sent), "{:?} {:?}", names(&shown(&sent)), sent.0.keys());
    sent.put("facts.from", "ombudsman");
    assert!(!form::were_sent(&shown(&sent), &sent), "others apply now");
}
