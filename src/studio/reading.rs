//! A finished letter as a screen reader or a braille display takes it best: HTML and plain text, of the very words that were set.

use minijinja::HtmlEscape;

use crate::case::{Language, Reading};
use crate::typeset::{Block, Boxed, Row, Said};

/// Lines of at most some 70 characters, as a page has them.
const STYLE: &str = "body{max-width:38em;margin:auto;padding:1em;font-family:sans-serif;line-height:1.5}";

/// The reading of a letter's blocks. `title` is that of its PDF, `foot` what stands at the foot of its pages in one language, and
/// `specimen` marks it.
pub fn reading(blocks: &[Block], title: &str, foot: impl Fn(Language) -> String, specimen: bool) -> Reading {
    let (mut html, mut text) = (String::new(), String::new());
    let mut part: Option<Language> = None;
    if specimen {
        html.push_str("<p><strong>SPECIMEN / SPÉCIMEN</strong></p>\n");
        text.push_str("SPECIMEN / SPÉCIMEN\n\n");
    }
    let mut rest = blocks.iter();
    while let Some(block) = rest.next() {
        match block {
            Block::Part(language) => {
                close(part, &foot, &mut html, &mut text);
                html.push_str(&format!("<article lang=\"{}-CA\">\n", language.code()));
                text.push_str(if part.is_some() { "----------------------------------------\n\n" } else { "" });
                part = Some(*language);
            }
            Block::Heading { level, text: words, .. } => {
                html.push_str(&format!("<h{level}>{}</h{level}>\n", escaped(words)));
                text.push_str(&format!(
                    "{words}\n{}\n\n",
                    if *level == 1 { "=" } else { "-" }.repeat(words.chars().count())
                ));
            }
            Block::Paragraph { text: words, language } => {
                let lang = language.filter(|language| Some(*language) != part);
                let lang = lang.map(|language| format!(" lang=\"{}-CA\"", language.code())).unwrap_or_default();
                html.push_str(&format!("<p{lang}>{}</p>\n", with_bold(words)));
                text.push_str(&format!("{}\n\n", &**words));
            }
            Block::List { numbered, items } => {
                let tag = if *numbered { "ol" } else { "ul" };
                let items_html: String = items.iter().map(|item| format!("<li>{}</li>\n", with_bold(item))).collect();
                html.push_str(&format!("<{tag}>\n{items_html}</{tag}>\n"));
                for (index, item) in items.iter().enumerate() {
                    let mark = if *numbered { format!("{}.", index + 1) } else { "*".to_owned() };
                    text.push_str(&format!("{mark} {}\n", &**item));
                }
                text.push('\n');
                skip_paragraphs_of(items.iter().map(|item| &**item), &mut rest);
            }
            Block::Table(rows) => write_table(rows, colon(part), &mut html, &mut text),
            Block::Facts(boxed, rows) => {
                let value: fn(&str) -> String = if *boxed == Boxed::Contact { reached_by } else { escaped };
                write_facts(rows, part, value, &mut html, &mut text);
            }
            Block::Closing => {}
        }
    }
    close(part, &foot, &mut html, &mut text);
    let lang =
        blocks.iter().find_map(|block| if let Block::Part(language) = block { Some(language.code()) } else { None });
    let lang = lang.unwrap_or("en");
    let title = HtmlEscape(title);
    Reading {
        html: format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}-CA\">\n<head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\n\
             <body>\n<main>\n{html}</main>\n</body>\n</html>\n"
        ),
        text,
    }
}

/// Ends a part with what stands at the foot of its pages.
fn close(part: Option<Language>, foot: impl Fn(Language) -> String, html: &mut String, text: &mut String) {
    if let Some(foot) = part.map(foot) {
        html.push_str(&format!("<p>{}</p>\n</article>\n", escaped(&foot)));
        text.push_str(&format!("{foot}\n\n"));
    }
}

/// A telephone number or an e-mail address as a link.
fn reached_by(value: &str) -> String {
    let words = escaped(value);
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        10 => format!("<a href=\"tel:+1{digits}\">{words}</a>"),
        11 => format!("<a href=\"tel:+{digits}\">{words}</a>"),
        _ if value.contains('@') => format!("<a href=\"mailto:{words}\">{words}</a>"),
        _ => words,
    }
}

fn escaped(words: &str) -> String {
    HtmlEscape(words).to_string().replace('\n', "<br>\n")
}

/// Words as HTML, those in bold as strong ones. The plain text has the words alone: a screen reader would read marks aloud.
fn with_bold(words: &Said) -> String {
    let piece = |(words, strong): (&str, bool)| match strong {
        true => format!("<strong>{}</strong>", escaped(words)),
        false => escaped(words),
    };
    words.pieces().map(piece).collect()
}

/// What stands behind a label: French has a no-break space before it.
fn colon(language: Option<Language>) -> &'static str {
    if language == Some(Language::Fr) { "\u{a0}:" } else { ":" }
}

/// Items that are paragraphs follow as blocks of their own too.
fn skip_paragraphs_of<'i>(items: impl Iterator<Item = &'i str> + Clone, rest: &mut std::slice::Iter<'_, Block>) {
    while let Some(Block::Paragraph { text, .. }) = rest.as_slice().first() {
        if !items.clone().any(|item| item.contains(&**text)) {
            return;
        }
        rest.next();
    }
}

fn write_table(rows: &[Vec<Said>], colon: &str, html: &mut String, text: &mut String) {
    let Some((header, rows)) = rows.split_first() else { return };
    let cells = |row: &[Said], tag: &str, attribute: &str| -> String {
        row.iter().map(|cell| format!("<{tag}{attribute}>{}</{tag}>", with_bold(cell))).collect()
    };
    html.push_str(&format!("<table>\n<thead><tr>{}</tr></thead>\n<tbody>\n", cells(header, "th", " scope=\"col\"")));
    for row in rows {
        html.push_str(&format!("<tr>{}</tr>\n", cells(row, "td", "")));
        let named = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        let line: Vec<String> = named.map(|(name, cell)| format!("{}{colon} {}", &**name, &**cell)).collect();
        text.push_str(&format!("{}\n", line.join("; ")));
    }
    html.push_str("</tbody>\n</table>\n");
    text.push('\n');
}

/// What stands for a place to write on.
fn to_fill_in(language: Option<Language>) -> &'static str {
    if language == Some(Language::Fr) { "(à remplir)" } else { "(to fill in)" }
}

/// A box. What is left to write on has no value but a sign of money, and what says by itself what it is has no label.
fn write_facts(
    rows: &[Row],
    language: Option<Language>,
    shown: fn(&str) -> String,
    html: &mut String,
    text: &mut String,
) {
    html.push_str("<dl>\n");
    for Row { label, value, .. } in rows {
        let value = if matches!(value.trim(), "" | "$") { to_fill_in(language) } else { value };
        if label.is_empty() {
            html.push_str(&format!("<dd>{}</dd>\n", shown(value)));
            text.push_str(&format!("{value}\n"));
            continue;
        }
        html.push_str(&format!("<dt>{}</dt><dd>{}</dd>\n", escaped(label), shown(value)));
        text.push_str(&format!("{label}{} {value}\n", colon(language)));
    }
    html.push_str("</dl>\n");
    text.push('\n');
}
