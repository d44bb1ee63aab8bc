//! One glyph, one character: what every reader of a PDF makes the same letters of.
//!
//! A letter with a mark that has no code point of its own, such as `x̱`, is set as two glyphs, and typst says of each that it stands for
//! both characters. Readers that know `ActualText` put in a blank or not; others read the second glyph as another letter. So each of
//! several glyphs is given its own character before the PDF is made.

use std::ops::Range;

use typst::layout::{Frame, FrameItem};
use typst::model::Document;
use typst::text::TextItem;
use typst_layout::{Page, PagedDocument};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The document with a character of its own for each glyph of letters with marks.
pub(super) fn parted(document: PagedDocument) -> PagedDocument {
    if !document.pages().iter().any(|page| has_marks(&page.frame)) {
        return document;
    }
    let part = |page: &Page| {
        let mut page = page.clone();
        part_frame(&mut page.frame);
        page
    };
    PagedDocument::new(document.pages().iter().map(part).collect(), document.info().clone())
}

fn has_marks(frame: &Frame) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => has_marks(&group.frame),
        FrameItem::Text(text) => text.text.chars().any(is_combining_mark),
        _ => false,
    })
}

fn part_frame(frame: &mut Frame) {
    // A mark that is raised is a text of its own behind that of its letter.
    let texts: Vec<&TextItem> = frame
        .items()
        .filter_map(|(_, item)| if let FrameItem::Text(text) = item { Some(text) } else { None })
        .collect();
    let mut parted = part_texts(&texts).into_iter();
    frame.retain(|item| {
        match item {
            FrameItem::Group(group) => part_frame(&mut group.frame),
            FrameItem::Text(text) => {
                if let Some(Some(glyphs)) = parted.next() {
                    set(text, &glyphs);
                }
            }
            _ => {}
        }
        true
    });
}

/// What each glyph of some texts that follow each other stands for; nothing for a text that stays as it is.
fn part_texts(texts: &[&TextItem]) -> Vec<Option<Vec<String>>> {
    let all: Vec<(usize, usize)> = texts
        .iter()
        .enumerate()
        .flat_map(|(text, item)| (0..item.glyphs.len()).map(move |glyph| (text, glyph)))
        .collect();
    let said = |(text, glyph): (usize, usize)| &texts[text].text[texts[text].glyphs[glyph].range()];
    let mut parted: Vec<Option<Vec<String>>> = vec![None; texts.len()];
    let mut at = 0;
    while at < all.len() {
        let cluster = said(all[at]);
        let composed: Vec<char> = cluster.chars().collect();
        if composed.len() < 2 || !composed[1..].iter().copied().all(is_combining_mark) {
            at += 1;
            continue;
        }
        // In one text, the glyphs of a cluster have one range; another range is the same letter once more.
        let range = |(text, glyph): (usize, usize)| (text, texts[text].glyphs[glyph].range());
        let goes_on = |pair: &&[(usize, usize)]| {
            said(pair[1]) == cluster && (pair[0].0 != pair[1].0 || range(pair[0]) == range(pair[1]))
        };
        let same = 1 + all[at..].windows(2).take_while(goes_on).count();
        // As many glyphs as there are characters, composed or taken apart.
        let decomposed: Vec<char> = cluster.nfd().collect();
        let Some(characters) =
            [composed, decomposed].into_iter().find(|characters| same.is_multiple_of(characters.len()))
        else {
            at += same;
            continue;
        };
        for (step, (text, glyph)) in all[at..at + same].iter().enumerate() {
            let own = parted[*text].get_or_insert_with(|| {
                (0..texts[*text].glyphs.len()).map(|glyph| said((*text, glyph)).to_owned()).collect()
            });
            own[*glyph] = characters[step % characters.len()].to_string();
        }
        at += same;
    }
    parted
}

/// Sets what each glyph stands for; glyphs that shared their characters and still do share them again.
fn set(item: &mut TextItem, glyphs: &[String]) {
    let before: Vec<Range<usize>> = item.glyphs.iter().map(|glyph| glyph.range()).collect();
    let (mut text, mut last) = (String::new(), None);
    for (at, said) in glyphs.iter().enumerate() {
        let whole = said == &item.text[before[at].clone()];
        let shared = last.clone().filter(|(of, _)| whole && *of == before[at]).map(|(_, range)| range);
        let range = shared.unwrap_or_else(|| {
            text.push_str(said);
            text.len() - said.len()..text.len()
        });
        last = whole.then(|| (before[at].clone(), range.clone()));
        item.glyphs[at].range = range.start as u16..range.end as u16;
    }
    item.text = text.into();
}
