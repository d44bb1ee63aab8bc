//! Values are safe: what goes into a fact comes out on the page, or is refused with the field and the character named.

use std::sync::OnceLock;

use proptest::prelude::*;
use recto::case::Fault;
use recto::studio::Studio;
use serde_json::json;

use crate::support::{pdf_text, runner, sample, studio};

fn shared() -> &'static (Studio, tokio::runtime::Runtime) {
    static SHARED: OnceLock<(Studio, tokio::runtime::Runtime)> = OnceLock::new();
    SHARED.get_or_init(|| (studio(), tokio::runtime::Runtime::new().unwrap()))
}

/// A letter type and the places in its data where people type; each must come out on the page as often as it is set.
struct Typed {
    letter_type: &'static str,
    places: &'static [&'static str],
}

/// Names and references that go into fixed sentences, and whole texts of officers: the longest values of all.
const TYPED: [Typed; 3] = [
    Typed { letter_type: "debt-notice", places: &["/party/surname", "/case/office/name", "/facts/decision/reference"] },
    Typed {
        letter_type: "correspondence",
        places: &[
            "/facts/subject/en",
            "/facts/body/en/0/paragraph",
            "/facts/body/en/1/heading",
            "/facts/body/en/2/list/1",
            "/facts/body/en/5/table/header/0",
            "/facts/body/en/5/table/rows/1/0",
            "/facts/prepared_by",
        ],
    },
    Typed {
        letter_type: "dispute-response",
        places: &["/facts/issues/0/issue/en", "/facts/issues/0/finding/en", "/facts/issues/1/evidence/en"],
    },
];

/// Sets the plausible letter with a text in each of its places, and gives the PDF's words or the faults.
fn set(typed: &Typed, text: &str) -> Result<String, Vec<Fault>> {
    let (studio, runtime) = shared();
    let mut data = sample(typed.letter_type, "plausible");
    data.as_object_mut().unwrap().shift_remove("dated");
    for place in typed.places {
        *data.pointer_mut(place).unwrap_or_else(|| panic!("{place}")) = json!(text);
    }
    let letter = runtime.block_on(studio.preview(typed.letter_type, &data, "2026-11-17".parse().unwrap()))?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, letter.pdf).unwrap();
    Ok(pdf_text(&path))
}

/// Text without white space: where a line breaks is not the value's matter.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{ad}').collect()
}

fn comes_out_or_is_refused(typed: &Typed, text: &str) -> Result<(), TestCaseError> {
    match set(typed, text) {
        Ok(page) => {
            use unicode_normalization::UnicodeNormalization;
            let wanted = dense(&text.trim().nfc().collect::<String>());
            prop_assert!(!wanted.is_empty(), "an empty value was printed");
            let found = dense(&page.nfc().collect::<String>()).matches(&wanted).count();
            let (letter, places) = (typed.letter_type, typed.places.len());
            prop_assert!(found >= places, "{letter}: {text:?} went in at {places} places and came out at {found}");
        }
        Err(faults) => {
            for fault in &faults {
                let own = typed.places.iter().chain(&["/party/address"]).any(|field| fault.place.starts_with(field));
                prop_assert!(own, "{text:?}: {fault}");
                if fault.code == "character-not-printable" {
                    prop_assert!(fault.message.en.contains("U+") && fault.message.fr.contains("U+"), "{fault}");
                }
            }
        }
    }
    Ok(())
}

#[test]
fn no_text_in_any_fact_becomes_markup_breaks_the_page_or_vanishes() {
    // Typst's and minijinja's own signs, accents, controls, invisible and foreign characters, weighted towards trouble.
    let sign = prop::sample::select("#$[]{}()*_`~@<>\\/\"'=+-%&|;:,.!?^ ".chars().collect::<Vec<_>>());
    let letter = prop::sample::select("aZéÉçœŒßŠčžőłńøÅñüı’–—“”«»…ᐃᓄᒃΩжĐđ0179".chars().collect::<Vec<_>>());
    let strange =
        prop::sample::select("\u{0}\t\n\u{7f}\u{200b}\u{202e}\u{feff}\u{a0}\u{301}🙂中עx".chars().collect::<Vec<_>>());
    let character = prop_oneof![4 => sign, 6 => letter, 1 => strange, 1 => any::<char>()];
    let text =
        prop::collection::vec(character, 1..24).prop_map(|characters| characters.into_iter().collect::<String>());
    for typed in &TYPED {
        runner(100).run(&text, |text| comes_out_or_is_refused(typed, &text)).unwrap();
    }
}

#[test]
fn markup_in_a_name_or_in_an_officers_text_prints_as_written() {
    for surname in
        ["O'#Brien *$x$*", "{{ facts.balance }}", "{% raw %}", "#panic(\"x\")", "a\\\"b", "<label>", "@ref", "=Title"]
    {
        for typed in &TYPED {
            comes_out_or_is_refused(typed, surname).unwrap();
            let page = set(typed, surname).unwrap_or_else(|faults| panic!("{surname}: {faults:?}"));
            assert!(dense(&page).contains(&dense(surname)), "{surname}");
        }
    }
}

#[test]
fn a_character_that_would_vanish_is_refused_by_name() {
    for (text, code) in [
        ("Zero\u{200b}width", "U+200B"),
        ("\u{202e}turned", "U+202E"),
        ("soft\u{ad}hyphen", "U+00AD"),
        ("tab\there", "U+0009"),
    ] {
        for typed in &TYPED {
            let faults = set(typed, text).expect_err(text);
            let named = |place: &&str| faults.iter().any(|one| one.place == *place && one.message.en.contains(code));
            assert!(typed.places.iter().all(named), "{faults:?}");
        }
    }
}

#[test]
fn an_unbreakable_word_is_refused_rather_than_printed_off_the_page() {
    let (studio, runtime) = shared();
    let mut data = sample("sponsor-debt-notice", "plausible");
    data["party"]["format"] = json!("large-print");
    data["facts"]["sponsored_person"] = json!("W".repeat(60));
    let set = runtime.block_on(studio.preview("sponsor-debt-notice", &data, "2026-11-17".parse().unwrap()));
    let faults = set.err().expect("sixty capital W at 18 points do not fit a line");
    assert!(
        faults.iter().any(|fault| fault.code == "text-off-the-page" || fault.place.contains("sponsored_person")),
        "{faults:?}"
    );
}
