//! How figures, dates and numbers are written: `tests/formats.md`, row by row.

use recto::case::Language;
use recto::case::format::Formats;

use crate::support::home;

#[test]
fn every_row_is_written_as_its_source_asks() {
    let text = std::fs::read_to_string(home().join("tests/formats.md")).unwrap();
    let filters = ["money", "date", "month", "number", "percent", "phone"];
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
                _ => Some(formats.phone(&input)),
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
