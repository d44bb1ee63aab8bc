//! Letters with marks that have no code point of their own, such as `x̱`, set so that every reader of the PDF makes the same letters
//! of them.
//!
//! typst sets them as two glyphs or more, each of which stands for the whole letter. Readers that know `ActualText` put a blank behind
//! it, because the mark ends before its letter does; others read the letter once for each glyph. So the first glyph alone is left as
//! text, in a font of its own, where it stands for the letter with its marks; and the marks are drawn, which no reader reads.

use std::collections::HashMap;

use ttf_parser::{GlyphId, OutlineBuilder};
use typst::foundations::Bytes;
use typst::layout::{Abs, Frame, FrameItem, Point};
use typst::model::Document;
use typst::syntax::Span;
use typst::text::{Font, FontInstance, Glyph, TextItem};
use typst::visualize::{Curve, CurveItem, FillRule, Geometry, Shape};
use typst_layout::{Page, PagedDocument};
use unicode_normalization::char::is_combining_mark;

/// The document with each letter and its marks as one glyph of text.
pub(super) fn joined(document: PagedDocument) -> PagedDocument {
    if !document.pages().iter().any(|page| has_marks(&page.frame)) {
        return document;
    }
    let mut fonts = Fonts::default();
    let mut join = |page: &Page| Page { frame: join_frame(&page.frame, &mut fonts), ..page.clone() };
    let pages = document.pages().iter().map(&mut join).collect();
    PagedDocument::new(pages, document.info().clone())
}

fn has_marks(frame: &Frame) -> bool {
    frame.items().any(|(_, item)| match item {
        FrameItem::Group(group) => has_marks(&group.frame),
        FrameItem::Text(text) => text.text.chars().any(is_combining_mark),
        _ => false,
    })
}

fn join_frame(frame: &Frame, fonts: &mut Fonts) -> Frame {
    let mut joined = Frame::new(frame.size(), frame.kind());
    if frame.has_baseline() {
        joined.set_baseline(frame.baseline());
    }
    // The letter whose marks may follow: a raised mark is a text of its own.
    let mut open = None;
    for (at, item) in frame.items() {
        match item {
            FrameItem::Group(group) => {
                let mut group = group.clone();
                group.frame = join_frame(&group.frame, fonts);
                joined.push(*at, FrameItem::Group(group));
            }
            FrameItem::Text(text) => join_text(*at, text, &mut open, fonts, &mut joined),
            other => joined.push(*at, other.clone()),
        }
    }
    joined
}

/// A letter that was set, and whose marks are to be drawn.
struct Letter {
    cluster: String,
    glyph: u16,
}

fn join_text(at: Point, text: &TextItem, open: &mut Option<Letter>, fonts: &mut Fonts, joined: &mut Frame) {
    let (mut pen, mut plain, mut range) = (at.x, Plain { from: 0, left: at.x }, None);
    for (place, glyph) in text.glyphs.iter().enumerate() {
        let cluster = &text.text[glyph.range()];
        let left = pen;
        pen += glyph.x_advance.at(text.size);
        let is_mark = open.as_ref().is_some_and(|letter| {
            letter.cluster == cluster && range.clone().map_or(letter.glyph != glyph.id, |range| range == glyph.range)
        });
        if is_mark {
            plain.end(place, at, text, joined);
            let origin = Point::new(left + glyph.x_offset.at(text.size), at.y - glyph.y_offset.at(text.size));
            joined.push(origin, drawn(text, glyph));
        } else if cluster.chars().nth(1).is_some_and(is_combining_mark) && has_marks_behind(text, place) {
            plain.end(place, at, text, joined);
            let own =
                TextItem { font: fonts.for_letter(&text.font, glyph.id, cluster), ..part(text, place..place + 1) };
            joined.push(Point::new(left, at.y), FrameItem::Text(own));
            *open = Some(Letter { cluster: cluster.to_owned(), glyph: glyph.id });
            range = Some(glyph.range.clone());
        } else {
            *open = None;
            range = None;
            continue;
        }
        plain = Plain { from: place + 1, left: pen };
    }
    plain.end(text.glyphs.len(), at, text, joined);
}

/// Whether a glyph is not all of its letter: another one of the same letter follows, or the text ends here, and its raised mark is the
/// next.
fn has_marks_behind(text: &TextItem, place: usize) -> bool {
    text.glyphs.get(place + 1).is_none_or(|next| next.range == text.glyphs[place].range)
}

/// Glyphs in a row that stay as they are.
struct Plain {
    from: usize,
    left: Abs,
}

impl Plain {
    fn end(&self, to: usize, at: Point, text: &TextItem, joined: &mut Frame) {
        if self.from < to {
            joined.push(Point::new(self.left, at.y), FrameItem::Text(part(text, self.from..to)));
        }
    }
}

/// Some glyphs of a text as a text of their own.
fn part(text: &TextItem, glyphs: std::ops::Range<usize>) -> TextItem {
    let glyphs = &text.glyphs[glyphs];
    let from = glyphs.iter().map(|glyph| glyph.range.start).min().unwrap_or_default();
    let to = glyphs.iter().map(|glyph| glyph.range.end).max().unwrap_or_default();
    let moved = |glyph: &Glyph| Glyph { range: glyph.range.start - from..glyph.range.end - from, ..glyph.clone() };
    let words = text.text[usize::from(from)..usize::from(to)].into();
    TextItem { text: words, glyphs: glyphs.iter().map(moved).collect(), ..text.clone() }
}

/// A glyph as a shape.
fn drawn(text: &TextItem, glyph: &Glyph) -> FrameItem {
    let mut outline = Outline { curve: Curve::new(), last: Point::zero(), unit: text.size / text.font.units_per_em() };
    text.font.ttf().outline_glyph(GlyphId(glyph.id), &mut outline);
    let shape = Shape {
        geometry: Geometry::Curve(outline.curve),
        fill: Some(text.fill.clone()),
        fill_rule: FillRule::NonZero,
        stroke: None,
    };
    FrameItem::Shape(shape, Span::detached())
}

/// A glyph's outline as a curve on the page, on which down is positive.
struct Outline {
    curve: Curve,
    last: Point,
    unit: Abs,
}

impl Outline {
    fn point(&self, x: f32, y: f32) -> Point {
        Point::new(self.unit * f64::from(x), self.unit * f64::from(-y))
    }

    fn push(&mut self, item: CurveItem, end: Point) {
        self.curve.0.push(item);
        self.last = end;
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(CurveItem::Move(to), to);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(CurveItem::Line(to), to);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.point(x1, y1), self.point(x, y));
        let towards = |end: Point| end + (control - end) * (2.0 / 3.0);
        self.push(CurveItem::Cubic(towards(self.last), towards(to), to), to);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let to = self.point(x, y);
        self.push(CurveItem::Cubic(self.point(x1, y1), self.point(x2, y2), to), to);
    }

    fn close(&mut self) {
        self.curve.0.push(CurveItem::Close);
    }
}

/// Copies of fonts: a PDF's font says once of each glyph what it stands for.
#[derive(Default)]
struct Fonts {
    copies: HashMap<FontInstance, Vec<Copy>>,
}

struct Copy {
    font: FontInstance,
    said: HashMap<u16, String>,
}

impl Fonts {
    /// A copy in which a glyph stands for this letter, and for no other.
    fn for_letter(&mut self, font: &FontInstance, glyph: u16, letter: &str) -> FontInstance {
        let copies = self.copies.entry(font.clone()).or_default();
        let free = |copy: &Copy| copy.said.get(&glyph).is_none_or(|said| said == letter);
        let place = copies.iter().position(free).unwrap_or_else(|| {
            copies.push(Copy { font: copy(font, copies.len() + 1), said: HashMap::new() });
            copies.len() - 1
        });
        copies[place].said.insert(glyph, letter.to_owned());
        copies[place].font.clone()
    }
}

/// The same font once more: zeros behind it make it another one.
fn copy(font: &FontInstance, number: usize) -> FontInstance {
    let mut data = font.font().data().to_vec();
    data.extend(vec![0; number]);
    let copy = Font::new(Bytes::new(data), font.font().index());
    // The size matters only to fonts with an axis for it, which these variations have already chosen.
    let instance = copy.map(|copy| copy.instantiate(font.info().variant, Abs::pt(12.0), font.variations()));
    instance.unwrap_or_else(|| font.clone())
}
