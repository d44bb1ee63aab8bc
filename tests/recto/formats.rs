//! How figures, dates and numbers are written: `tests/formats.md`, row by row.

use recto::case::Language;
use recto::case::format::Formats;
use recto::studio::Studio;
use recto::typeset::Block;
use serde_json::json;

use crate::support::{home, sample, studio};

#[test]
fn every_row_is_written_as_its_source_asks() {
    let text = std::fs::read_to_string(home().join("tests/formats.md")).unwrap();
    let filters = ["money", "date", "month", "number", "percent", "phone", "list", "plural", "text", "civility"];
    let (studio, runtime) = (studio(), tokio::runtime::Runtime::new().unwrap());
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in text.lines().filter(|line| filters.iter().any(|filter| line.starts_with(&format!("| {filter} |")))) {
        let cells: Vec<String> =
            line.trim_matches('|').split('|').map(|cell| cell.trim().replace('␣', "\u{a0}")).collect();
        let [filter, input, en, fr, _] = cells.as_slice() else { panic!("five cells: {line}") };
        let input = input.replace('∅', "");
        for (language, wanted) in Language::BOTH.into_iter().zip([en, fr]) {
            let formats = Formats::of(language);
            let written = match filter.as_str() {
                "money" => formats.money(&input),
                "date" => formats.date(&input),
                "month" => formats.month(&input),
                "number" => formats.number(&input),
                "percent" => formats.percent(&input),
                "phone" => formats.phone(&input),
                "list" => Some(formats.list(&input.split("; ").map(str::to_owned).collect::<Vec<_>>())),
                "plural" => plural(formats, &input, language),
                "text" => Some(formats.text(&input)),
                _ => civility(&studio, &runtime, &input, language),
            };
            let written = written.unwrap_or_else(|| "refused".to_owned());
            if written != *wanted {
                wrong.push(format!("{line}\n    {}: {written}", language.code()));
            }
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 150, "{rows} rows");
}

/// `2; payment/payments; versement/versements`: the count, then the nouns of each language.
fn plural(formats: &Formats, input: &str, language: Language) -> Option<String> {
    let parts: Vec<&str> = input.split("; ").collect();
    let (one, many) = parts[1 + language as usize].split_once('/').unwrap();
    formats.plural(parts[0], one, many)
}

/// `role; title; given name; surname`, with ∅ for what there is none of: the salutation and the closing, as they stand on the page
/// of a letter to that person.
fn civility(studio: &Studio, runtime: &tokio::runtime::Runtime, input: &str, language: Language) -> Option<String> {
    let parts: Vec<&str> = input.split(';').map(str::trim).collect();
    let mut party =
        json!({"id": "P-1", "role": parts[0], "surname": parts[3], "language": language.code(), "channel": "email"});
    for (name, text) in [("title", parts[1]), ("given_name", parts[2])] {
        if !text.is_empty() {
            party[name] = json!(text);
        }
    }
    party["channel"] = json!("print");
    party["address"] =
        json!({"lines": ["14 ELM ST"], "municipality": "Sudbury", "province": "ON", "postal_code": "P3C 1S2"});
    // A letter that goes to anybody: that to a member of parliament; the others go to whom it is about.
    let kind = if parts[0] == "mpp" { "mpp-reply" } else { "information-request" };
    let mut data = sample(kind, "plausible");
    data.as_object_mut().unwrap().shift_remove("dated");
    data[if parts[0] == "mpp" { "addressee" } else { "party" }] = party;
    let set = runtime.block_on(studio.preview(kind, &data, "2026-11-17".parse().unwrap()));
    let set = set.unwrap_or_else(|faults| panic!("{input}: {faults:#?}"));
    let mut after_subject = set.blocks.iter().skip_while(|block| !matches!(block, Block::Heading { level: 1, .. }));
    let salutation = after_subject.find_map(paragraph)?;
    let mut closing = after_subject.skip_while(|block| !matches!(block, Block::Closing));
    // The signature stands on the next line.
    let closing = closing.find_map(paragraph)?.lines().next()?;
    Some(format!("{salutation} … {closing}"))
}

/// The text of a paragraph.
fn paragraph(block: &Block) -> Option<&str> {
    match block {
        Block::Paragraph { text, .. } => Some(text),
        _ => None,
    }
}

#[test]
fn a_sum_may_be_larger_than_any_amount() {
    let sum = "-123456789012.30".parse().unwrap();
    let written = Language::BOTH.map(|language| Formats::of(language).sum(sum).unwrap());
    assert_eq!(written, ["–$123,456,789,012.30", "–123\u{a0}456\u{a0}789\u{a0}012,30\u{a0}$"]);
}
