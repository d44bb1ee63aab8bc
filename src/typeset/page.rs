//! What stands on the finished pages, and where: the address in its window and nothing else there, and nothing off the page.

use typst::layout::{Abs, Frame, FrameItem, Point};
use typst_layout::PagedDocument;

use super::Job;
use crate::case::Fault;
use crate::case::envelope::{ENVELOPE, Envelope, Zone};
use crate::case::sheet::sheets;

/// Nothing may come nearer to the paper's edge than this, in millimetres.
const EDGE: f64 = 6.0;

/// The words of one page.
#[derive(Debug, Clone)]
pub struct PageText {
    width: f64,
    height: f64,
    runs: Vec<Run>,
}

/// A run of text with its box, in millimetres.
#[derive(Debug, Clone)]
struct Run {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    baseline: f64,
}

impl PageText {
    /// The page's words in the order in which they were placed; no-break spaces stand as they are.
    pub fn words(&self) -> String {
        let mut text = String::new();
        let mut before: Option<&Run> = None;
        for run in &self.runs {
            // Runs of one sentence touch; a new line or a gap, as between table cells, is a new word.
            let touches = |b: &Run| (run.baseline - b.baseline).abs() < 0.05 && (run.left - b.right).abs() < 0.3;
            // No letter divides words, so a hyphen at the end of a line is its own: « peut-être » stays one word.
            let hyphened =
                text.ends_with(['-', '\u{2010}']) && before.is_some_and(|b| run.baseline - b.baseline > 0.05);
            if before.is_some_and(|before| !touches(before)) && !text.ends_with(' ') && !hyphened {
                text.push(' ');
            }
            before = Some(run);
            text.push_str(if text.ends_with(' ') { run.text.trim_start_matches(' ') } else { &run.text });
        }
        text
    }

    /// The page's words with white space folded.
    pub fn text(&self) -> String {
        self.words().split([' ', '\u{a0}', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

/// Reads the words of all pages with their places.
pub fn read(document: &PagedDocument) -> Vec<PageText> {
    let page = |page: &typst_layout::Page| {
        let size = page.frame.size();
        let mut runs = Vec::new();
        collect(&page.frame, Point::zero(), &mut runs);
        PageText { width: size.x.to_mm(), height: size.y.to_mm(), runs }
    };
    document.pages().iter().map(page).collect()
}

fn collect(frame: &Frame, origin: Point, runs: &mut Vec<Run>) {
    for (position, item) in frame.items() {
        let at = origin + *position;
        match item {
            // Turned text is the specimen mark, an artifact across the whole page.
            FrameItem::Group(group) if is_shift(&group.transform) => {
                let shift = Point::new(group.transform.tx, group.transform.ty);
                collect(&group.frame, at + shift, runs);
            }
            FrameItem::Text(text) => {
                let ascent: Abs = text.font.metrics().cap_height.at(text.size);
                runs.push(Run {
                    text: text.text.to_string(),
                    left: at.x.to_mm(),
                    right: (at.x + text.width()).to_mm(),
                    top: (at.y - ascent).to_mm(),
                    baseline: at.y.to_mm(),
                });
            }
            _ => {}
        }
    }
}

fn is_shift(transform: &typst::layout::Transform) -> bool {
    transform.sx.is_one() && transform.sy.is_one() && transform.kx.is_zero() && transform.ky.is_zero()
}

/// What is wrong with the pages: too many, words off the paper, the window not as it must be.
pub fn faults(pages: &[PageText], job: &Job) -> Vec<Fault> {
    let mut faults = Vec::new();
    // A part starts on the front of a sheet, so each part but the last may leave a blank back.
    if let Some(limit) = job.page_limit.map(|limit| limit + job.parts - 1).filter(|limit| pages.len() > *limit) {
        faults.push(Fault::new(
            "too-many-pages",
            "",
            format!("The letter would have {} pages, and its type allows {limit}. Shorten its longest texts and lists; those who maintain the letter type may raise its limit.", pages.len()),
            format!("La lettre compterait {} pages, et son type en permet {limit}. Abrégez ses textes et listes les plus longs; les responsables du type de lettre peuvent relever sa limite.", pages.len()),
        ));
    }
    for (index, page) in pages.iter().enumerate() {
        faults.extend(page.runs.iter().filter(|run| off_the_page(run, page)).map(|run| off_page_fault(run, index + 1)));
    }
    if !job.block.is_empty() {
        faults.extend(window_faults(pages, job));
    }
    faults
}

fn off_the_page(run: &Run, page: &PageText) -> bool {
    run.left < EDGE || run.right > page.width - EDGE || run.top < EDGE || run.baseline > page.height - EDGE
}

fn window_faults(pages: &[PageText], job: &Job) -> Vec<Fault> {
    let Envelope { window, ever_visible, .. } = ENVELOPE;
    let mut faults = Vec::new();
    let in_window = |line: &str, page: &PageText| page.line_in(window, line);
    // A part begins on the front of a sheet, where its address shows through the window.
    let fronts = sheets(pages.len()).map(|sheet| sheet.front);
    let firsts: Vec<usize> = fronts.filter(|front| in_window(&job.block[0], &pages[front - 1])).collect();
    if firsts.len() != job.parts || firsts.first() != Some(&1) {
        faults.push(window_fault(&job.block[0], 1));
    }
    for number in firsts {
        let page = &pages[number - 1];
        faults.extend(job.block.iter().filter(|line| !in_window(line, page)).map(|line| window_fault(line, number)));
        let strangers = page.runs.iter().filter(|run| run.touches(ever_visible) && !run.inside(window));
        faults.extend(strangers.map(|run| stranger_fault(&run.text, number)));
        let lines = page.lines_in(window);
        let others = lines.iter().filter(|line| !job.block.iter().any(|own| folded(own) == folded(line)));
        faults.extend(others.map(|line| stranger_fault(line, number)));
    }
    faults
}

impl PageText {
    /// The lines of text that stand wholly in a zone.
    fn lines_in(&self, zone: Zone) -> Vec<String> {
        let mut lines: Vec<(f64, String)> = Vec::new();
        for run in self.runs.iter().filter(|run| run.inside(zone)) {
            match lines.last_mut() {
                Some((baseline, line)) if (*baseline - run.baseline).abs() < 0.5 => line.push_str(&run.text),
                _ => lines.push((run.baseline, run.text.clone())),
            }
        }
        lines.into_iter().map(|(_, line)| line).collect()
    }

    fn line_in(&self, zone: Zone, wanted: &str) -> bool {
        self.lines_in(zone).iter().any(|line| folded(line) == folded(wanted))
    }
}

impl Run {
    fn inside(&self, zone: Zone) -> bool {
        self.left >= zone.left - 0.1
            && self.right <= zone.right + 0.1
            && self.top >= zone.top - 0.1
            && self.baseline <= zone.bottom + 0.1
    }

    fn touches(&self, zone: Zone) -> bool {
        self.left < zone.right && self.right > zone.left && self.top < zone.bottom && self.baseline > zone.top
    }
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn off_page_fault(run: &Run, page: usize) -> Fault {
    let text: String = run.text.chars().take(60).collect();
    Fault::new(
        "text-off-the-page",
        format!("page {page}"),
        format!("“{text}” runs off the page. Shorten it, or give it places to break."),
        format!("« {text} » déborde de la page. Abrégez-le ou donnez-lui où se couper."),
    )
}

fn window_fault(line: &str, page: usize) -> Fault {
    Fault::new(
        "address-not-in-window",
        format!("page {page}"),
        format!("The address line “{line}” is not wholly inside the envelope's window."),
        format!("La ligne d’adresse « {line} » n’est pas entièrement dans la fenêtre de l’enveloppe."),
    )
}

fn stranger_fault(text: &str, page: usize) -> Fault {
    Fault::new(
        "text-in-window",
        format!("page {page}"),
        format!("“{text}” could show through the envelope's window. Nothing but the address may stand there."),
        format!("« {text} » pourrait paraître dans la fenêtre de l’enveloppe. Seule l’adresse peut s’y trouver."),
    )
}
