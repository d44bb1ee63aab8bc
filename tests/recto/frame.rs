//! The frame of a letter: its box and slip as data, one envelope, the house's pictures, what an approval is bound to, and nothing of one
//! letter in the style of a page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;
use recto::case::envelope::ENVELOPE;
use recto::case::sheet::{Sheet, sheets};
use recto::case::{Fault, Language, LetterId};
use recto::letter::{KeyFacts, take_date};
use recto::studio::{Composed, Studio};
use recto::typeset::{Block, Boxed, Job, Press};
use serde_json::Value;

use crate::support::{copy, edit, home, sample, studio};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn composed<'s>(studio: &'s Studio, letter_type: &str, id: &str, date: &str, data: &Value) -> Composed<'s> {
    let letter = &studio.catalogue.types[letter_type];
    let data = studio.check_data(letter, data).unwrap();
    studio.compose(letter, LetterId::new(id), day(date), data).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// What is wrong with a home whose letter templates were changed.
fn opening_faults(change: impl Fn(&Path)) -> Vec<Fault> {
    let home = copy();
    change(&home.path().join("letter-templates"));
    Studio::open(home.path(), true).err().unwrap_or_default()
}

/// What stops the plausible debt notice of a home whose letter templates were changed, or keeps it from being set.
async fn faults_of(letter_type: &str, change: impl Fn(&Path)) -> Vec<Fault> {
    let home = copy();
    change(&home.path().join("letter-templates"));
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let preview = studio.preview(letter_type, &sample(letter_type, "plausible"), day("2026-11-17")).await;
    preview.map_or_else(|faults| faults, |preview| preview.stops)
}

fn has(faults: &[Fault], code: &str, said: &str) {
    let found = faults.iter().any(|fault| fault.code == code && fault.to_string().contains(said));
    assert!(found, "{code} {said}: {faults:#?}");
}

#[test]
fn the_amount_and_the_day_of_a_letter_are_data() {
    let studio = studio();
    let mut with = [0, 0];
    for (key, letter) in &studio.catalogue.types {
        let toml = std::fs::read_to_string(home().join(format!("letter-templates/{key}/letter.toml"))).unwrap();
        for (name, data) in &letter.samples {
            let mut data = data.clone();
            let date = take_date(&mut data).unwrap_or(day("2026-11-17"));
            let data = studio.check_data(letter, &data).unwrap();
            let draft = studio.catalogue.draft(letter, LetterId::new("0"), date, data).unwrap();
            let KeyFacts { sum, by } = draft.key_facts().unwrap();
            assert!(toml.contains("\nsum = ") || sum.is_none(), "{key} {name}");
            assert!(toml.contains("\nby = ") || by.is_none(), "{key} {name}");
            with = [with[0] + usize::from(sum.is_some()), with[1] + usize::from(by.is_some())];
        }
    }
    assert!(with[0] > 150 && with[1] > 60, "{with:?}");
    let of = |letter_type: &str, name: &str| {
        let mut data = sample(letter_type, name);
        take_date(&mut data);
        let composed = composed(&studio, letter_type, "0", "2026-11-17", &data);
        (composed.draft.key_facts().unwrap(), composed.draft.deadlines)
    };
    let (notice, deadlines) = of("debt-notice", "plausible");
    assert_eq!(
        notice.sum,
        sample("debt-notice", "plausible")["facts"]["balance"].as_str().map(|sum| sum.parse().unwrap())
    );
    assert_eq!(notice.by, deadlines["respond"].as_str().map(day));
    let (reply, _) = of("mpp-reply", "plausible");
    assert_eq!(reply, KeyFacts::default(), "a reply to a member of parliament is about no money");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_box_has_named_cells_and_shows_the_amount_and_the_day_that_letter_toml_names() {
    let studio = studio();
    let data = sample("debt-notice", "plausible");
    let preview = studio.preview("debt-notice", &data, day("2026-11-17")).await.unwrap();
    let boxed = preview.blocks.iter().find_map(|block| match block {
        Block::Facts(Boxed::KeyFacts, rows) => Some(rows),
        _ => None,
    });
    let names: Vec<&str> = boxed.unwrap().iter().map(|row| row.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["sum", "by", "do", "why", "to-ask-for-a-review"]);
    let wrong_day = faults_of("plan-reminder", |templates| {
        for language in ["en", "fr"] {
            edit(
                templates.join(format!("plan-reminder/{language}.typ")),
                "{{ key_facts.by | date }}",
                "{{ letter.date | date }}",
            );
        }
    });
    has(&wrong_day.await, "key-fact-differs", "“by”");
    let no_sum = faults_of("plan-reminder", |templates| {
        edit(templates.join("plan-reminder/letter.toml"), "sum = \"facts.cure_amount\"\n", "");
        for language in ["en", "fr"] {
            edit(templates.join(format!("plan-reminder/{language}.typ")), "key_facts.sum", "facts.cure_amount");
        }
    });
    has(&no_sum.await, "key-fact-differs", "“sum”");
    let nameless = faults_of("plan-reminder", |templates| {
        for language in ["en", "fr"] {
            edit(templates.join(format!("plan-reminder/{language}.typ")), "  sum: (", "  (");
        }
    });
    has(&nameless.await, "typesetting-failed", "key-fact-without-a-name");
}

#[test]
fn names_in_the_box_are_checked_where_they_are_written() {
    let faults = opening_faults(|templates| {
        edit(templates.join("debt-notice/letter.toml"), "sum = \"facts.balance\"", "sum = \"facts.balence\"");
        edit(templates.join("estate/letter.toml"), "by = \"deadlines.information\"", "by = \"deadline.information\"");
    });
    has(&faults, "path-unknown", "Did you mean “facts.balance”?");
    has(&faults, "path-unknown", "Did you mean “deadlines.information”?");
    let faults = opening_faults(|templates| {
        edit(templates.join("write-off/fr.typ"), "words.key_facts.what_to_do", "words.key_facts.what_to_doo");
    });
    has(&faults, "label-unknown", "Did you mean “what_to_do”?");
}

#[test]
fn every_label_of_the_box_is_in_both_languages_and_used() {
    let catalogue = studio().catalogue;
    let labels = Language::BOTH.map(|language| {
        let words = catalogue.writer(language).words()["key_facts"].as_object().unwrap();
        words.keys().cloned().collect::<BTreeSet<String>>()
    });
    assert_eq!(labels[0], labels[1]);
    let bodies = catalogue.types.keys().flat_map(|key| catalogue.writer(Language::En).names_in_body(key));
    let used = bodies.filter_map(|name| Some(name.strip_prefix("words.key_facts.")?.to_owned()));
    assert_eq!(used.collect::<BTreeSet<String>>(), labels[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slip_is_a_slot_and_is_not_set_anywhere_else() {
    let studio = studio();
    let has_slip = |blocks: &[Block]| blocks.iter().any(|block| matches!(block, Block::Facts(Boxed::Slip, _)));
    for (letter_type, name, wanted) in
        [("debt-notice", "plausible", true), ("plan-proposal", "plausible", true), ("paid-in-full", "plausible", false)]
    {
        let preview = studio.preview(letter_type, &sample(letter_type, name), day("2026-11-17")).await.unwrap();
        assert_eq!(has_slip(&preview.blocks), wanted, "{letter_type}");
    }
    let in_the_body = |text: &'static str| {
        move |templates: &Path| {
            edit(templates.join("debt-notice/en.typ"), "You received assistance", text);
        }
    };
    let block = faults_of("debt-notice", in_the_body("#block[#slip(title: [Slip])]\n\nYou received assistance")).await;
    has(&block, "typesetting-failed", "slip-in-a-body");
    has(&block, "typesetting-failed", "debt-notice/en.typ:");
    let form = faults_of("debt-notice", in_the_body("#form(([Name], sign-here()))\n\nYou received assistance")).await;
    has(&form, "form-in-a-letter", "slip.en.typ");
    let misnamed = faults_of("plan-proposal", |templates| {
        edit(templates.join("plan-proposal/slip.en.typ"), "#let cut-off", "#let cut-of");
    });
    has(&misnamed.await, "typesetting-failed", "cut-off");
    let faults = opening_faults(|templates| {
        edit(templates.join("plan-proposal/letter.toml"), "slip = \"reply\"\n", "");
        std::fs::remove_file(templates.join("information-request/slip.fr.typ")).unwrap();
    });
    has(&faults, "slip-unannounced", "plan-proposal/letter.toml");
    has(&faults, "file-unreadable", "information-request/slip.fr.typ");
}

#[test]
fn pages_addresses_and_typst_have_one_envelope() {
    let catalogue = studio().catalogue;
    let file = String::from_utf8(catalogue.house["envelope.typ"].clone()).unwrap();
    let address = ENVELOPE.address;
    for wanted in [
        format!("beside: {}mm", ENVELOPE.beside),
        format!("below: {}mm", ENVELOPE.below),
        format!("left: {}mm, top: {}mm, width: {}mm", address.left, address.top, address.width),
    ] {
        assert!(file.contains(&wanted), "{wanted}: {file}");
    }
    // Nobody else has its figures.
    for name in ["letter-templates/_house/letter.typ", "src/typeset/page.rs", "src/case/address/block.rs"] {
        let text = std::fs::read_to_string(home().join(name)).unwrap();
        for figure in ["62.2", "88.5", "141mm", "94mm", "104mm", "137.0", "215.9"] {
            assert!(!text.contains(figure), "{name} has {figure}");
        }
    }
}

#[test]
fn a_sheet_has_a_front_and_mostly_a_back() {
    let found: Vec<Sheet> = sheets(3).collect();
    assert_eq!(found, [Sheet { front: 1, back: Some(2) }, Sheet { front: 3, back: None }]);
    assert_eq!((sheets(0).len(), sheets(4).len()), (0, 2));
}

#[test]
fn the_house_has_pictures_that_are_hashed_and_kept_with_it() {
    const SQUARE: &str =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>";
    let home = copy();
    let arms = home.path().join("letter-templates/_house/arms");
    std::fs::create_dir(&arms).unwrap();
    std::fs::write(arms.join("square.svg"), SQUARE).unwrap();
    std::fs::write(arms.join("notes.txt"), "not read").unwrap();
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let names: Vec<&str> = studio.catalogue.house.keys().map(String::as_str).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| !name.starts_with("ocr-b/")).collect();
    assert_eq!(names, ["arms/square.svg", "envelope.typ", "letter.typ"], "templates are Recto's, not typst's");
    let job = |main: &str| Job {
        main: format!(
            "#set document(title: \"A\", date: datetime(year: 2026, month: 11, day: 17))\n#set text(font: \"Open Sans\", lang: \"en\")\n{main}"
        ),
        footer: None,
        ident: "1".to_owned(),
        block: Vec::new(),
        parts: 1,
        page_limit: None,
    };
    let picture = job("#image(\"/house/arms/square.svg\", alt: \"A square\")");
    let set = |press: &Press, job: &Job| press.set(job).map(|set| set.pdf);
    let shown = set(&studio.press, &picture).unwrap_or_else(|faults| panic!("{faults:#?}"));
    // What is kept of the house sets the same again, and another picture is another house.
    let bare = crate::support::studio().press;
    let kept: BTreeMap<String, Vec<u8>> = studio.catalogue.house.clone();
    assert_eq!(set(&bare.with_house(&kept), &picture).unwrap(), shown);
    assert!(set(&bare, &picture).is_err(), "a picture that the house does not have is a fault");
    std::fs::write(arms.join("square.svg"), SQUARE.replace("<rect", "<rect fill=\"red\"")).unwrap();
    let other = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_ne!(other.press.house_hash(), studio.press.house_hash());
    assert_ne!(set(&other.press, &picture).unwrap(), shown);
    assert_eq!(other.press.words("", ""), studio.press.words("", ""), "a picture says no word");
}

#[test]
fn an_approval_is_bound_to_words_and_not_to_how_they_are_written_in_typst() {
    let hash = |change: &dyn Fn(&Path)| {
        let home = copy();
        change(&home.path().join("letter-templates"));
        let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
        composed(&studio, "debt-notice", "AAAA", "2026-11-17", &sample("debt-notice", "plausible")).content_hash
    };
    let as_it_is = hash(&|_| ());
    let house = |name: &str, from: &'static str, to: &'static str| {
        let name = format!("_house/{name}");
        move |templates: &Path| edit(templates.join(&name), from, to)
    };
    // An argument with another name, a measure, a comment and lines broken otherwise are no words.
    let renamed = hash(&|templates| {
        house("letter.typ", "salutation", "greeting")(templates);
        house("frame.typ", "  salutation: [", "  greeting: [")(templates);
    });
    assert_eq!(renamed, as_it_is);
    assert_eq!(hash(&house("letter.typ", "side: 22mm,", "side: 22.5mm,   // wider")), as_it_is);
    assert_eq!(
        hash(&house(
            "letter.typ",
            "set par(leading: 0.4em, spacing: 0.6em)",
            "set par(\n  leading: 0.4em,\n  spacing: 0.6em,\n)"
        )),
        as_it_is
    );
    let rewrapped = |templates: &Path| {
        edit(templates.join("debt-notice/en.typ"), "This is called an", "This is\ncalled an");
    };
    assert_eq!(hash(&rewrapped), as_it_is);
    // A word of the body, of a shared text, of the unit, of the foot of the page and of letter.typ itself are.
    let body = |templates: &Path| edit(templates.join("debt-notice/en.typ"), "This is called an", "This is named an");
    let paragraph = |templates: &Path| {
        edit(templates.join("debt-notice/en.typ"), "This is called an", "\n\nThis is called an");
    };
    let changes: [&dyn Fn(&Path); 6] = [
        &body,
        &paragraph,
        &house("shared/privacy.en.typ", "personal information", "private information"),
        &house("words.toml", "unit = \"Financial Services Unit\"", "unit = \"Finance Unit\""),
        &house("words.toml", "letter_id = \"Letter ID:\"", "letter_id = \"Letter number:\""),
        &house("letter.typ", "\"SPECIMEN\"", "\"SAMPLE\""),
    ];
    for (index, change) in changes.iter().enumerate() {
        assert_ne!(hash(change), as_it_is, "{index}");
    }
    // So are a figure, a date, an address, and the letter's own identity.
    let studio = studio();
    let data = sample("debt-notice", "plausible");
    let own = |id: &str, date: &str, data: &Value| composed(&studio, "debt-notice", id, date, data).content_hash;
    assert_eq!(own("AAAA", "2026-11-17", &data), as_it_is);
    let mut moved = data.clone();
    moved["party"]["address"]["lines"] = serde_json::json!(["1 OTHER ST"]);
    assert_ne!(own("AAAA", "2026-11-17", &moved), as_it_is);
    assert_ne!(own("AAAA", "2026-11-18", &data), as_it_is);
    assert_ne!(own("BBBB", "2026-11-17", &data), as_it_is);
}

#[test]
fn no_style_of_a_page_has_anything_of_one_letter() {
    let studio = studio();
    let data = sample("debt-notice", "plausible");
    let [one, other] = ["AAAA", "BBBB"].map(|id| composed(&studio, "debt-notice", id, "2026-11-17", &data).job);
    assert_eq!(one.main, other.main, "the identity of a letter stands at the foot of its pages alone");
    assert_ne!(one.footer, other.footer);
    // What a `set page` names: the profile of print, what the module itself has, and whether all letters are specimens.
    const SHARED: [&str; 18] = [
        "paper",
        "us-letter",
        "margin",
        "top",
        "head",
        "bottom",
        "left",
        "right",
        "x",
        "m",
        "side",
        "background",
        "if",
        "specimen",
        "specimen-mark",
        "footer",
        "page-footer",
        "footer-descent",
    ];
    let letter = String::from_utf8(studio.catalogue.house["letter.typ"].clone()).unwrap();
    let calls: Vec<&str> = letter.split("set page(").skip(1).map(|rest| &rest[..closing(rest)]).collect();
    assert_eq!(calls.len(), 2);
    for call in calls {
        let named = call.split(|c: char| !c.is_ascii_alphabetic() && c != '-').filter(|name| !name.is_empty());
        named.for_each(|name| assert!(SHARED.contains(&name), "a `set page` names {name}"));
    }
    assert!(letter.contains("\n#let page-footer(m) = context {\n  import \"/footer.typ\"\n"));
    assert!(letter.contains("\n#let specimen-mark = "));
}

/// Where the parenthesis that is open at the beginning of a text closes.
fn closing(text: &str) -> usize {
    let mut open = 1;
    text.find(|c| {
        open += i32::from(c == '(') - i32::from(c == ')');
        open == 0
    })
    .unwrap()
}

#[test]
fn the_frame_is_written_in_the_house_alone_and_print_has_two_profiles() {
    for (name, bytes) in crate::support::files(&home().join("src/letter")) {
        let text = String::from_utf8(bytes).unwrap();
        for typst in ["#show", "#import", "correspondence", "/house/letter.typ"] {
            assert!(!text.contains(typst), "src/letter/{name} writes {typst}");
        }
    }
    let letter = std::fs::read_to_string(home().join("letter-templates/_house/letter.typ")).unwrap();
    assert!(!letter.contains("if large") && !letter.contains("text.size"));
    let profile = |name: &str| -> Vec<String> {
        let from = letter.find(&format!("#let {name} = (\n")).unwrap();
        let lines = letter[from..].lines().skip(1).take_while(|line| *line != ")");
        lines.filter_map(|line| Some(line.strip_prefix("  ")?.split_once(": ")?.0.to_owned())).collect()
    };
    assert_eq!(profile("ordinary"), profile("large"));
    assert!(profile("large").len() > 15);
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_that_rust_reads_back_are_asked_for() {
    for mark in ["recto-closing", "recto-facts", "recto-facts-end", "recto-language", "recto-part-start"] {
        let faults = opening_faults(|templates| {
            edit(templates.join("_house/letter.typ"), &format!("<{mark}>"), "<recto-renamed>");
        });
        has(&faults, "mark-missing", mark);
    }
    let faults = faults_of("debt-notice", |templates| {
        edit(templates.join("_house/letter.typ"), "facts(\"contact\", rows", "facts(\"telephone\", rows");
    });
    has(&faults.await, "contact-missing", "set-contact");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_with_interpreters_says_so_in_the_languages_of_its_readers() {
    let home = copy();
    for program in ["ontario-works", "odsp", "sponsorship"] {
        let file = home.path().join(format!("letter-templates/_programs/{program}.toml"));
        edit(file, "interpreter = false", "interpreter = true");
    }
    let studio = Studio::open(home.path(), true).unwrap_or_else(|faults| panic!("{faults:#?}"));
    for name in ["plausible", "large-print", "unknown-language"] {
        let data = sample("debt-notice", name);
        let preview = studio.preview("debt-notice", &data, day("2026-11-17")).await.unwrap();
        assert_eq!(preview.stops, [], "{name}");
        let text: String = preview.blocks.iter().map(Block::text).collect();
        for word in ["Español", "Tiếng Việt", "Українська", "tłumacz", "bilaash"] {
            assert!(text.contains(word), "{name}: {word}");
        }
    }
}
