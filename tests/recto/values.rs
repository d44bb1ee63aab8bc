//! Values are safe: what goes into a fact comes out on the page, or is refused with the field and the character named.

use std::sync::OnceLock;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recto::studio::Studio;
use serde_json::json;

use crate::support::{pdf_text, sample, studio};

fn shared() -> &'static (Studio, tokio::runtime::Runtime) {
    static SHARED: OnceLock<(Studio, tokio::runtime::Runtime)> = OnceLock::new();
    SHARED.get_or_init(|| (studio(), tokio::runtime::Runtime::new().unwrap()))
}

/// Sets the plausible debt notice with a text in three places, and gives the PDF's words or the faults.
fn set(text: &str) -> Result<String, Vec<recto::case::Fault>> {
    let (studio, runtime) = shared();
    let mut data = sample("debt-notice", "plausible");
    data["party"]["surname"] = json!(text);
    data["case"]["office"]["name"] = json!(text);
    data["facts"]["decision"]["reference"] = json!(text);
    let letter = runtime.block_on(studio.preview("debt-notice", &data, "2026-11-17".parse().unwrap()))?;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.pdf");
    std::fs::write(&path, letter.pdf).unwrap();
    Ok(pdf_text(&path))
}

/// Text without white space: where a line breaks is not the value's matter.
fn dense(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{ad}').collect()
}

fn comes_out_or_is_refused(text: &str) -> Result<(), TestCaseError> {
    match set(text) {
        Ok(page) => {
            use unicode_normalization::UnicodeNormalization;
            let wanted = dense(&text.trim().nfc().collect::<String>());
            prop_assert!(!wanted.is_empty(), "an empty value was printed");
            let found = dense(&page.nfc().collect::<String>()).matches(&wanted).count();
            prop_assert!(found >= 3, "{text:?} went in at three places and came out at {found}");
        }
        Err(faults) => {
            let fields = ["/party/surname", "/case/office/name", "/facts/decision/reference", "/party/address"];
            for fault in &faults {
                prop_assert!(fields.iter().any(|field| fault.place.starts_with(field)), "{text:?}: {fault}");
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
    let mut runner = TestRunner::new(Config { cases: 160, failure_persistence: None, ..Config::default() });
    runner.run(&text, |text| comes_out_or_is_refused(&text)).unwrap();
}

#[test]
fn a_surname_with_markup_prints_as_written() {
    for surname in
        ["O'#Brien *$x$*", "{{ facts.balance }}", "{% raw %}", "#panic(\"x\")", "a\\\"b", "<label>", "@ref", "=Title"]
    {
        comes_out_or_is_refused(surname).unwrap();
        let page = set(surname).unwrap_or_else(|faults| panic!("{surname}: {faults:?}"));
        assert!(dense(&page).contains(&dense(surname)), "{surname}");
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
        let faults = set(text).expect_err(text);
        assert!(
            faults.iter().any(|fault| fault.place == "/party/surname" && fault.message.en.contains(code)),
            "{faults:?}"
        );
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
