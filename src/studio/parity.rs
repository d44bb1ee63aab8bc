//! Whether the two languages of a letter say the same: every amount, date, deadline, reference and number of the rendered text,
//! and the same sections in the same order, each with the same blocks.
//!
//! A section begins with a heading that has a key, such as `<how-to-pay>`, which both languages share; what stands before the
//! first of them is the opening. Bilingual notices have gone out whose second language lacked a part (Commissioner for French
//! Language Services of Ontario, annual report 2015-2016): no reader of one language can see that.

use std::collections::BTreeMap;

use super::CheckedLetter;
use crate::case::figures::{Figure, figures};
use crate::case::{Fault, Language};
use crate::letter::MustSay;
use crate::typeset::Block;

/// The figures of a rendered letter, each with how often it stands there.
pub(super) fn figures_of_pages(pages: &[String]) -> BTreeMap<Figure, usize> {
    let mut counts = BTreeMap::new();
    for figure in pages.iter().flat_map(|page| figures(page)) {
        *counts.entry(figure).or_default() += 1;
    }
    counts
}

/// In what the English and the French page of one sample differ.
///
/// Amounts, dates, months and percentages stand equally often in both. Other numbers stand in both, however often: a page's
/// number and an ordinal (4th, 4e) are written as each language does.
pub(super) fn differences(en: &CheckedLetter, fr: &CheckedLetter, required: &[MustSay]) -> Vec<Fault> {
    let place = format!("{}/samples/{}.json", en.letter_type, en.sample);
    let all = en.figures.keys().chain(fr.figures.keys());
    let mut differing: Vec<&Figure> = all.filter(|figure| !agree(figure, en, fr)).collect();
    differing.sort();
    differing.dedup();
    let times = |letter: &CheckedLetter, figure| letter.figures.get(figure).copied().unwrap_or_default();
    let unequal = differing.into_iter().map(|figure| unequal(figure, times(en, figure), times(fr, figure), &place));
    unequal.chain(sections_differ(&en.blocks, &fr.blocks, required, &place)).collect()
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

/// A section of a letter: its key and its blocks.
struct Section<'b> {
    key: &'b str,
    blocks: Vec<&'b Block>,
}

fn sections(blocks: &[Block]) -> Vec<Section<'_>> {
    let mut sections = vec![Section { key: "letterhead", blocks: Vec::new() }];
    for block in blocks {
        match block {
            Block::Heading { level: 1, .. } => sections.push(Section { key: "opening", blocks: Vec::new() }),
            Block::Closing => sections.push(Section { key: "closing", blocks: Vec::new() }),
            Block::Heading { key: Some(key), .. } => sections.push(Section { key, blocks: Vec::new() }),
            _ => {}
        }
        sections.last_mut().expect("there is one from the start").blocks.push(block);
    }
    sections
}

fn sections_differ(en: &[Block], fr: &[Block], required: &[MustSay], place: &str) -> Vec<Fault> {
    let (en, fr) = (sections(en), sections(fr));
    let [keys_en, keys_fr] = [&en, &fr].map(|sections| sections.iter().map(|one| one.key).collect::<Vec<_>>());
    let mut faults: Vec<Fault> = Vec::new();
    faults.extend(keys_en.iter().filter(|key| !keys_fr.contains(key)).map(|key| missing(key, Language::Fr, place)));
    faults.extend(keys_fr.iter().filter(|key| !keys_en.contains(key)).map(|key| missing(key, Language::En, place)));
    if faults.is_empty() && keys_en != keys_fr {
        faults.push(out_of_order(&keys_en, &keys_fr, place));
    }
    if faults.is_empty() {
        faults.extend(en.iter().zip(&fr).flat_map(|(en, fr)| blocks_differ(en, fr, place)));
    }
    if faults.is_empty() {
        faults.extend(required.iter().filter_map(|must_say| stands_elsewhere(must_say, &en, &fr, place)));
    }
    faults
}

/// What a block is, without its words: what must be equal in both languages.
fn shape(block: &Block, language: Language) -> String {
    let (en, fr) = match block {
        Block::Heading { level, .. } => (format!("heading {level}"), format!("titre {level}")),
        Block::Paragraph { .. } => ("paragraph".into(), "paragraphe".into()),
        Block::List { items, .. } => (format!("list of {}", items.len()), format!("liste de {}", items.len())),
        Block::Table(rows) => {
            let columns = rows.first().map_or(0, Vec::len);
            (format!("table of {} × {columns}", rows.len()), format!("tableau de {} × {columns}", rows.len()))
        }
        Block::Part(_) => ("part".into(), "partie".into()),
        Block::Closing => ("closing".into(), "formule finale".into()),
        Block::Facts(_, rows) => {
            let lines = rows.len();
            let names = rows.iter().filter_map(|row| row.name.as_deref()).collect::<Vec<_>>().join(" ");
            (format!("box of {lines} lines {names}"), format!("encadré de {lines} lignes {names}"))
        }
    };
    if language == Language::En { en } else { fr }
}

fn blocks_differ(en: &Section<'_>, fr: &Section<'_>, place: &str) -> Vec<Fault> {
    let shapes =
        |section: &Section<'_>, language| section.blocks.iter().map(|block| shape(block, language)).collect::<Vec<_>>();
    if shapes(en, Language::En) != shapes(fr, Language::En) {
        let place = format!("{place} <{}>", en.key);
        let [en_en, fr_en] = [en, fr].map(|section| shapes(section, Language::En).join(", "));
        let [en_fr, fr_fr] = [en, fr].map(|section| shapes(section, Language::Fr).join(", "));
        let (key, alone) = (en.key, first_alone(en, fr));
        return vec![Fault::new(
            "languages-differ",
            place,
            format!("In the section “{key}”, English has {en_en}; French has {fr_en}. They part at: {alone}"),
            format!("Dans la section « {key} », l’anglais a {en_fr}; le français a {fr_fr}. Ils divergent à : {alone}"),
        )];
    }
    let pairs = en.blocks.iter().zip(&fr.blocks).enumerate();
    let unequal = pairs.filter(|(_, (en, fr))| sums_and_days(en) != sums_and_days(fr));
    unequal.map(|(index, (block, _))| figures_elsewhere(en.key, index + 1, &block.text(), place)).collect()
}

/// The words at which two sections part.
fn first_alone(en: &Section<'_>, fr: &Section<'_>) -> String {
    let shapes =
        |section: &Section<'_>| section.blocks.iter().map(|block| shape(block, Language::En)).collect::<Vec<_>>();
    let same = shapes(en).iter().zip(shapes(fr)).take_while(|(en, fr)| *en == fr).count();
    let words =
        |section: &Section<'_>| section.blocks.get(same).map_or("–".to_owned(), |block| beginning(&block.text()));
    format!("“{}” / « {} »", words(en), words(fr))
}

/// The amounts, dates, months and percentages of a block, item by item and cell by cell, in their order: those of one kind do not
/// change places between languages.
fn sums_and_days(block: &Block) -> Vec<[Vec<Figure>; 4]> {
    let of = |text: &str| {
        let mut kinds = <[Vec<Figure>; 4]>::default();
        for figure in figures(text) {
            match figure {
                Figure::Amount(_) => kinds[0].push(figure),
                Figure::Date(_) => kinds[1].push(figure),
                Figure::Month(..) => kinds[2].push(figure),
                Figure::Percent(_) => kinds[3].push(figure),
                _ => {}
            }
        }
        kinds
    };
    match block {
        Block::List { items, .. } => items.iter().map(|item| of(item)).collect(),
        Block::Table(rows) => rows.iter().flatten().map(|cell| of(cell)).collect(),
        Block::Facts(_, rows) => rows.iter().flat_map(|row| [of(&row.label), of(&row.value)]).collect(),
        other => vec![of(&other.text())],
    }
}

/// Words that the letter must say and that stand in other blocks in French than in English.
fn stands_elsewhere(must_say: &MustSay, en: &[Section<'_>], fr: &[Section<'_>], place: &str) -> Option<Fault> {
    let [in_en, in_fr] = [(en, &must_say.en), (fr, &must_say.fr)].map(|(sections, words)| {
        let blocks = sections.iter().flat_map(|section| section.blocks.iter().map(|block| (section.key, block)));
        let found = blocks.enumerate().filter(|(_, (_, block))| plain(&block.text()).contains(&plain(words)));
        found.map(|(index, (key, _))| (index, key)).collect::<Vec<_>>()
    });
    let (first_en, first_fr) = (in_en.first()?, in_fr.first()?);
    let shared = in_en.iter().any(|one| in_fr.contains(one));
    let (key, en, fr) = (&must_say.key, first_en.1, first_fr.1);
    (!shared).then(|| {
        Fault::new(
            "languages-differ",
            place,
            format!("“{key}”, which the letter must say, stands in “{en}” in English and in “{fr}” in French, or in other paragraphs of it."),
            format!("« {key} », que la lettre doit dire, figure dans « {en} » en anglais et dans « {fr} » en français, ou dans d’autres paragraphes."),
        )
    })
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn beginning(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= 60 { text } else { text.chars().take(60).collect::<String>() + "…" }
}

fn missing(key: &str, language: Language, place: &str) -> Fault {
    let (en, fr) = match language {
        Language::En => ("French pages and not on the English ones", "françaises et non sur les anglaises"),
        Language::Fr => ("English pages and not on the French ones", "anglaises et non sur les françaises"),
    };
    Fault::new(
        "languages-differ",
        place,
        format!("The section “{key}” is on the {en}. Say the same in both."),
        format!("La section « {key} » est sur les pages {fr}. Dites la même chose dans les deux."),
    )
}

fn out_of_order(en: &[&str], fr: &[&str], place: &str) -> Fault {
    let (en, fr) = (en.join(", "), fr.join(", "));
    Fault::new(
        "languages-differ",
        place,
        format!("The sections are in another order: English has {en}; French has {fr}."),
        format!("Les sections sont dans un autre ordre : l’anglais a {en}; le français a {fr}."),
    )
}

fn figures_elsewhere(key: &str, block: usize, text: &str, place: &str) -> Fault {
    let text = beginning(text);
    Fault::new(
        "languages-differ",
        format!("{place} <{key}>"),
        format!("Block {block} of the section “{key}” (“{text}”) has other amounts or dates in French."),
        format!("Le bloc {block} de la section « {key} » (« {text} ») a d’autres montants ou dates en français."),
    )
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
