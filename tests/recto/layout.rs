//! What a page must be in the hand: both sides of the sheet, the scissors, the last page. Read from the finished PDFs by poppler.
//!
//! [`broken_rules`] is asked of every sample by `pdf.rs`, which has them all set; the rules for plausible letters are stricter.

use std::path::Path;

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::support::tool;

/// Points. Below this line of a letter-sized page stands its foot.
const FOOT: f64 = 751.0;
/// Points to a millimetre.
const MM: f64 = 72.0 / 25.4;
/// The text area of a page that continues a letter, in points.
const TEXT: (f64, f64) = (12.0 * MM, FOOT);
/// How a slip begins: where the scissors go.
const CUT: [&str; 2] = ["Cut here", "Découpez ici"];
/// Sections that are spent once the slip is cut off: they may stand behind it.
const SPENT: [&str; 8] = [
    "If the plan does not suit you",
    "Si l’entente ne vous convient pas",
    "How to pay",
    "Comment payer",
    "How to accept",
    "Comment accepter",
    "How to send it",
    "Comment nous l’envoyer",
];
/// How what the house itself says at the end of every letter begins: the closing first.
const BOILERPLATE: [&str; 10] = [
    "Sincerely,",
    "Veuillez agréer",
    "Privacy notice:",
    "Renseignements personnels",
    "Is this letter ours?",
    "Cette lettre vient-elle de nous?",
    "Accessible formats:",
    "Formats accessibles",
    "Français",
    "English:",
];

/// A line of a page with its place, in points.
struct Line {
    top: f64,
    bottom: f64,
    words: Vec<String>,
    /// Whether a paragraph ends with it.
    last: bool,
}

impl Line {
    fn text(&self) -> String {
        self.words.join(" ")
    }
}

/// The lines of each page above its foot, from the top.
fn pages(pdf: &Path) -> Vec<Vec<Line>> {
    let xml = tool("pdftotext", &["-bbox-layout", pdf.to_str().unwrap(), "-"]);
    let mut reader = Reader::from_str(&xml);
    let (mut pages, mut word): (Vec<Vec<Line>>, bool) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => match start.name().as_ref() {
                "page" => pages.push(Vec::new()),
                "line" => {
                    let at = |name: &str| -> f64 {
                        let value = start.try_get_attribute(name).unwrap().unwrap().value;
                        value.parse().unwrap()
                    };
                    let line = Line { top: at("yMin"), bottom: at("yMax"), words: Vec::new(), last: false };
                    pages.last_mut().unwrap().push(line);
                }
                "word" => word = true,
                _ => {}
            },
            Event::Text(text) if word => {
                let line = pages.last_mut().unwrap().last_mut().unwrap();
                line.words.push(text.xml_content(quick_xml::XmlVersion::Implicit1_0).into_owned());
            }
            Event::End(end) => match end.name().as_ref() {
                "word" => word = false,
                "block" => {
                    if let Some(line) = pages.last_mut().and_then(|page| page.last_mut()) {
                        line.last = true;
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    for page in &mut pages {
        // The letters of SPECIMEN lie across the page.
        page.retain(|line| line.top < FOOT && line.bottom - line.top < 40.0);
        page.sort_by(|a, b| a.top.total_cmp(&b.top));
    }
    pages
}

/// The rules of a page that a finished letter breaks; `plausible` letters must fill their last page, too.
pub fn broken_rules(pdf: &Path, plausible: bool) -> Vec<String> {
    // In large print the notices alone are more than half a page: they may begin one, the closing may not.
    let large = pdf.to_str().unwrap().contains("large-print");
    let boilerplate = if large { &BOILERPLATE[..2] } else { &BOILERPLATE[..] };
    let pages = pages(pdf);
    let mut broken = Vec::new();
    let mut say = |page: usize, what: String| broken.push(format!("{} page {}: {what}", pdf.display(), page + 1));
    for (number, page) in pages.iter().enumerate() {
        let Some(first) = page.first() else { continue };
        let begins = |words: &[&str]| words.iter().any(|words| first.text().starts_with(words));
        // A part begins with the letterhead, on the front of a sheet.
        if begins(boilerplate) {
            say(number, format!("begins with “{}”", first.text()));
        }
        let cut = page.iter().find(|line| CUT.iter().any(|cut| line.text().starts_with(cut)));
        if let Some(cut) = cut.filter(|_| number % 2 == 1) {
            for line in behind(&pages[number - 1], cut.top) {
                say(number - 1, format!("“{line}” stands behind the slip of the next page"));
            }
        }
    }
    let last = pages.last().filter(|_| plausible && pages.len() > 1);
    if let Some(last) = last {
        let full = fullness(last);
        if full < 0.35 {
            say(pages.len() - 1, format!("is only {:.0} % full", full * 100.0));
        }
    }
    broken
}

/// The lines of a page that are cut out with the slip behind them and are not spent.
fn behind(page: &[Line], cut: f64) -> Vec<String> {
    let spent = page.iter().find(|line| SPENT.contains(&line.text().as_str())).map_or(f64::MAX, |line| line.top);
    let cut_out = page.iter().filter(|line| line.bottom > cut && line.top < spent);
    cut_out.map(Line::text).collect()
}

/// How much of the height of a page has something on it, lines a millimetre apart or a paragraph's distance counted as one.
fn fullness(page: &[Line]) -> f64 {
    let (mut filled, mut until) = (0.0, TEXT.0);
    for line in page {
        let from = if line.top - until < 8.0 * MM { until } else { line.top };
        filled += (line.bottom - from).max(0.0);
        until = until.max(line.bottom);
    }
    filled / (TEXT.1 - TEXT.0)
}

/// Paragraphs of a letter that end with one word alone on its line.
pub fn lonely_words(pdf: &Path) -> Vec<String> {
    let lines = pages(pdf).into_iter().flatten().collect::<Vec<_>>();
    let pairs = lines.windows(2).filter(|pair| pair[1].last && pair[1].words.len() == 1 && !pair[0].last);
    let lonely = pairs.filter(|pair| pair[0].words.len() > 6 && pair[1].top > pair[0].top);
    lonely.map(|pair| pair[1].text()).collect()
}
