//! The blocks of a finished letter: its headings, paragraphs, lists and tables, as they were laid out and in reading order.

use typst::foundations::{Content, Dict, StyleChain, SymbolElem, Value};
use typst::introspection::{MetadataElem, Tag, TagElem};
use typst::model::{EnumElem, HeadingElem, ListElem, ParElem, StrongElem, TableChild, TableElem, TableItem};
use typst::text::{LinebreakElem, SmartQuoteElem, SpaceElem, TextElem};
use typst_layout::PagedDocument;

use super::said::Said;
use crate::case::Language;

/// The labels that the house sets and that are read here. A house that lacks one of them is a fault when it is read.
pub(super) const MARKS: [&str; 5] = [CLOSING, FACTS, FACTS_END, LANGUAGE, PART];
/// The label of the marker where a letter's own words end and its closing begins.
const CLOSING: &str = "recto-closing";
/// The label of the marker that a box of the house leaves: which it is, with its names, labels and values.
const FACTS: &str = "recto-facts";
/// The label of the marker at the end of a box: what stands between is the box as it looks.
const FACTS_END: &str = "recto-facts-end";
/// The label of the marker at the end of a paragraph in another language than the letter's.
const LANGUAGE: &str = "recto-language";
/// The label of the marker at the beginning of a letter's part, with its language.
const PART: &str = "recto-part-start";

/// A block of a letter. Texts have their no-break spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A part begins: the letter in one language.
    Part(Language),
    /// A heading, with the key that both languages share, where it has one.
    Heading {
        /// 1 for the subject line.
        level: usize,
        /// Its label, such as `how-to-pay`.
        key: Option<String>,
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        text: Said,
        /// Its language, where it is marked as another than the letter's.
        language: Option<Language>,
    },
    /// A list.
    List {
        /// Whether its items are steps, with numbers.
        numbered: bool,
        /// Its items.
        items: Vec<Said>,
    },
    /// A table: its header, then its rows.
    Table(Vec<Vec<Said>>),
    /// A box of labels with their values.
    Facts(Boxed, Vec<Row>),
    /// The letter's own words end here: closing, signature and notices follow.
    Closing,
}

/// Which box it is that has labels with their values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boxed {
    /// How to reach the unit.
    Contact,
    /// What matters, at the top of a letter.
    KeyFacts,
    /// What is cut off a letter.
    Slip,
    /// Lines of a memorandum to fill in by hand.
    Form,
}

/// A row of a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name in a box of key facts, such as `sum` or `by`.
    pub name: Option<String>,
    /// Its label.
    pub label: String,
    /// Its value; nothing where it is to be written on.
    pub value: String,
}

impl Block {
    /// The block's words.
    pub fn text(&self) -> String {
        match self {
            Block::Heading { text, .. } => text.clone(),
            Block::Paragraph { text, .. } => text.to_string(),
            Block::List { items, .. } => joined(items, "\n"),
            Block::Table(rows) => rows.iter().map(|row| joined(row, "\t")).collect::<Vec<_>>().join("\n"),
            Block::Facts(_, rows) => {
                rows.iter().map(|row| format!("{}\t{}", row.label, row.value)).collect::<Vec<_>>().join("\n")
            }
            Block::Part(_) | Block::Closing => String::new(),
        }
    }
}

fn joined(all: &[Said], between: &str) -> String {
    all.iter().map(|said| &**said).collect::<Vec<&str>>().join(between)
}

/// Reads the blocks of a finished document.
pub fn read(document: &PagedDocument) -> Vec<Block> {
    let marks = |element: &Content, mark: &str| element.label().is_some_and(|label| label.resolve().as_str() == mark);
    let elements = document.introspector().elements();
    // A house of before has no end of a box.
    let ends = elements.all().any(|element| marks(element, FACTS_END));
    let (mut blocks, mut in_box) = (Vec::new(), false);
    for element in elements.all() {
        if in_box {
            in_box = !marks(element, FACTS_END);
            continue;
        }
        in_box = ends && marks(element, FACTS);
        match language_marked(element) {
            // The marker stands at the end of its paragraph.
            Some(marked) => {
                if let Some(Block::Paragraph { language, .. }) = blocks.last_mut() {
                    *language = Some(marked);
                }
            }
            None => blocks.extend(block(element)),
        }
    }
    blocks
}

/// The language of a marker that `in-language` leaves.
fn language_marked(element: &Content) -> Option<Language> {
    let marker = element.to_packed::<MetadataElem>()?;
    let Value::Str(language) = &marker.value else { return None };
    element.label().filter(|label| label.resolve().as_str() == LANGUAGE).and_then(|_| Language::parse(language))
}

fn block(element: &Content) -> Option<Block> {
    let label = element.label().map(|label| label.resolve().to_string());
    if let Some(heading) = element.to_packed::<HeadingElem>() {
        let level = heading.resolve_level(StyleChain::default()).get();
        return Some(Block::Heading { level, key: label, text: words(&heading.body).to_string() });
    }
    if let Some(paragraph) = element.to_packed::<ParElem>() {
        let text = words(&paragraph.body);
        return (!text.is_empty()).then_some(Block::Paragraph { text, language: None });
    }
    if let Some(list) = element.to_packed::<ListElem>() {
        return Some(Block::List {
            numbered: false,
            items: list.children.iter().map(|item| words(&item.body)).collect(),
        });
    }
    if let Some(list) = element.to_packed::<EnumElem>() {
        return Some(Block::List {
            numbered: true,
            items: list.children.iter().map(|item| words(&item.body)).collect(),
        });
    }
    if let Some(table) = element.to_packed::<TableElem>() {
        return Some(Block::Table(rows(&table.children)));
    }
    match (label.as_deref()?, &element.to_packed::<MetadataElem>()?.value) {
        (CLOSING, _) => Some(Block::Closing),
        (FACTS, Value::Dict(facts)) => boxed(facts),
        (PART, Value::Str(language)) => Language::parse(language).map(Block::Part),
        _ => None,
    }
}

fn boxed(facts: &Dict) -> Option<Block> {
    let kind = match facts.get("box").ok()? {
        Value::Str(kind) if kind.as_str() == "contact" => Boxed::Contact,
        Value::Str(kind) if kind.as_str() == "key-facts" => Boxed::KeyFacts,
        Value::Str(kind) if kind.as_str() == "slip" => Boxed::Slip,
        _ => Boxed::Form,
    };
    let Value::Array(rows) = facts.get("rows").ok()? else { return None };
    Some(Block::Facts(kind, rows.iter().filter_map(row).collect()))
}

/// A name, a label and its value, which may have a small addition.
fn row(row: &Value) -> Option<Row> {
    let Value::Array(row) = row else { return None };
    let part = |value: &Value| match value {
        Value::Content(content) => words(content).to_string(),
        Value::Str(text) => text.to_string(),
        _ => String::new(),
    };
    let mut parts = row.iter().map(part);
    let name = parts.next().filter(|name| !name.is_empty());
    let (label, value) = (parts.next()?, parts.next()?);
    let addition = parts.next().filter(|addition| !addition.is_empty());
    Some(Row { name, label, value: addition.map_or(value.clone(), |addition| format!("{value} {addition}")) })
}

/// A table's cells in rows as wide as its header.
fn rows(children: &[TableChild]) -> Vec<Vec<Said>> {
    let cell = |item: &TableItem| match item {
        TableItem::Cell(cell) => Some(words(&cell.body)),
        _ => None,
    };
    let (mut width, mut cells) = (0, Vec::new());
    for child in children {
        match child {
            TableChild::Header(header) => {
                cells.extend(header.children.iter().filter_map(cell));
                width = cells.len();
            }
            TableChild::Footer(footer) => cells.extend(footer.children.iter().filter_map(cell)),
            TableChild::Item(item) => cells.extend(cell(item)),
        }
    }
    cells.chunks(width.max(1)).map(<[Said]>::to_vec).collect()
}

/// The words of some content, with the line breaks that its author made.
fn words(content: &Content) -> Said {
    let mut said = Said::default();
    gather(content, &mut said);
    said.trimmed()
}

fn gather(content: &Content, said: &mut Said) {
    if let Some(run) = content.to_packed::<TextElem>() {
        said.push(&run.text);
    } else if let Some(symbol) = content.to_packed::<SymbolElem>() {
        said.push(&symbol.text);
    } else if let Some(quote) = content.to_packed::<SmartQuoteElem>() {
        said.push(if quote.double.get(StyleChain::default()) { "\"" } else { "’" });
    } else if content.is::<SpaceElem>() {
        said.blank();
    } else if content.is::<LinebreakElem>() {
        said.line_break();
    } else if let Some(strong) = content.to_packed::<StrongElem>() {
        said.open(None);
        gather(&strong.body, said);
        said.close(None);
    } else if let Some(tag) = content.to_packed::<TagElem>() {
        // What a paragraph was made of is between the tags of its elements, once it is laid out.
        match &tag.tag {
            Tag::Start(element, _) if element.is::<StrongElem>() => said.open(element.location()),
            Tag::End(location, ..) => said.close(Some(*location)),
            Tag::Start(..) => {}
        }
    } else {
        content.fields().into_iter().for_each(|(_, value)| gather_value(&value, said));
    }
}

fn gather_value(value: &Value, said: &mut Said) {
    match value {
        Value::Content(content) => gather(content, said),
        Value::Array(list) => list.iter().for_each(|value| gather_value(value, said)),
        _ => {}
    }
}
