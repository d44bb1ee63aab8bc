//! Whether the two languages of a letter say the same: every amount, date, deadline, reference and number of the rendered text.

use std::collections::BTreeMap;

use super::CheckedLetter;
use crate::case::Fault;
use crate::case::figures::{Figure, figures};

/// The figures of a rendered letter, each with how often it stands there.
pub(super) fn figures_of_pages(pages: &[String]) -> BTreeMap<Figure, usize> {
    let mut counts = BTreeMap::new();
    for figure in pages.iter().flat_map(|page| figures(page)) {
        *counts.entry(figure).or_default() += 1;
    }
    counts
}

/// The figures in which the English and the French page of one sample differ.
///
/// Amounts, dates, months and percentages stand equally often in both. Other numbers stand in both, however often: a page's
/// number and an ordinal (4th, 4e) are written as each language does.
pub fn differences(en: &CheckedLetter, fr: &CheckedLetter) -> Vec<Fault> {
    let place = format!("{}/samples/{}.json", en.letter_type, en.sample);
    let all = en.figures.keys().chain(fr.figures.keys());
    let mut differing: Vec<&Figure> = all.filter(|figure| !agree(figure, en, fr)).collect();
    differing.sort();
    differing.dedup();
    let times = |letter: &CheckedLetter, figure| letter.figures.get(figure).copied().unwrap_or_default();
    differing.into_iter().map(|figure| unequal(figure, times(en, figure), times(fr, figure), &place)).collect()
}

fn agree(figure: &Figure, en: &CheckedLetter, fr: &CheckedLetter) -> bool {
    match figure {
        Figure::Word(word) => {
            let number = word.trim_end_matches(|c: char| c.is_alphabetic());
            let is_page = number.parse::<usize>().is_ok_and(|number| number <= en.pages.max(fr.pages));
            let ordinal = number.len() < word.len() && number.bytes().all(|b| b.is_ascii_digit());
            is_page || ordinal || en.figures.contains_key(figure) == fr.figures.contains_key(figure)
        }
        _ => en.figures.get(figure) == fr.figures.get(figure),
    }
}

fn unequal(figure: &Figure, en: usize, fr: usize, place: &str) -> Fault {
    Fault::new(
        "languages-differ",
        place,
        format!(
            "“{figure}” stands {en} times on the English pages and {fr} times on the French ones. Say the same in both."
        ),
        format!(
            "« {figure} » figure {en} fois sur les pages anglaises et {fr} fois sur les françaises. Dites la même chose dans les deux."
        ),
    )
}
