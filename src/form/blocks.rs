//! The text of a free letter as it is typed: plain text with a few marks. What is typed is only ever words in a letter, so there is nothing in
//! it that could do harm.
//!
//! | typed | is |
//! |---|---|
//! | `# Words` | a heading |
//! | lines, up to a blank one | a paragraph |
//! | `- Words` (also `•`, `*`) | an item of a list |
//! | `| one | two |` | a row of a table; the first has the heads of its columns |
//! | `| --- | ---: |` below it | how the columns stand: to the right, or left |
//! | `\` before one of these marks | the mark itself |

use serde_json::{Value, json};

/// Reads a text: its blocks, as letters have them.
pub fn read(text: &str) -> Value {
    let mut blocks: Vec<Value> = Vec::new();
    let mut open = Open::Nothing;
    for line in text.lines().map(str::trim) {
        let next = match mark(line) {
            Mark::Blank => Open::Nothing,
            Mark::Heading(words) => {
                close(&mut blocks, std::mem::take(&mut open));
                blocks.push(json!({"heading": words}));
                continue;
            }
            Mark::Item(words) => match std::mem::take(&mut open) {
                Open::List(mut items) => {
                    items.push(words.to_owned());
                    Open::List(items)
                }
                other => {
                    close(&mut blocks, other);
                    Open::List(vec![words.to_owned()])
                }
            },
            Mark::Row(cells) => match std::mem::take(&mut open) {
                Open::Table(mut rows) => {
                    rows.push(cells);
                    Open::Table(rows)
                }
                other => {
                    close(&mut blocks, other);
                    Open::Table(vec![cells])
                }
            },
            Mark::Words(words) => match std::mem::take(&mut open) {
                Open::Paragraph(said) => Open::Paragraph(format!("{said} {words}")),
                other => {
                    close(&mut blocks, other);
                    Open::Paragraph(words.to_owned())
                }
            },
        };
        if matches!(next, Open::Nothing) {
            close(&mut blocks, std::mem::take(&mut open));
        }
        open = next;
    }
    close(&mut blocks, open);
    Value::Array(blocks)
}

/// What the lines so far have begun.
#[derive(Default)]
enum Open {
    #[default]
    Nothing,
    Paragraph(String),
    List(Vec<String>),
    Table(Vec<Vec<String>>),
}

enum Mark<'l> {
    Blank,
    Heading(&'l str),
    Item(&'l str),
    Row(Vec<String>),
    Words(&'l str),
}

fn mark(line: &str) -> Mark<'_> {
    if let Some(words) = line.strip_prefix('\\').filter(|words| is_marked(words)) {
        return Mark::Words(words);
    }
    let item = ["- ", "• ", "* ", "– ", "· "].iter().find_map(|mark| line.strip_prefix(mark));
    match (line.strip_prefix('#'), item) {
        _ if line.is_empty() => Mark::Blank,
        (Some(words), _) => Mark::Heading(words.trim_start_matches('#').trim()),
        (None, Some(words)) => Mark::Item(words.trim()),
        _ if line.starts_with('|') && line.len() > 1 => Mark::Row(cells(line)),
        _ => Mark::Words(line),
    }
}

/// Whether words begin with a mark, and need a backslash to be words.
fn is_marked(words: &str) -> bool {
    words.starts_with('\\') || !matches!(mark(words), Mark::Words(_) | Mark::Blank)
}

/// The cells of a row; `\|` is a bar within one.
fn cells(line: &str) -> Vec<String> {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut letters = inner.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.peek().is_some_and(|next| matches!(next, '|' | '\\')) => {
                let next = letters.next();
                cells.last_mut().into_iter().for_each(|cell| cell.extend(next));
            }
            '|' => cells.push(String::new()),
            letter => cells.last_mut().into_iter().for_each(|cell| cell.push(letter)),
        }
    }
    // The bar at the end closes the last cell.
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// How the columns stand, where a row says that.
fn alignment(cells: &[String]) -> Option<Vec<&'static str>> {
    let one = |cell: &String| {
        let dashes = cell.trim_matches(':');
        let is_rule = dashes.len() >= 3 && dashes.bytes().all(|byte| byte == b'-');
        is_rule.then_some(if cell.ends_with(':') { "right" } else { "left" })
    };
    cells.iter().map(one).collect::<Option<Vec<_>>>().filter(|columns| !columns.is_empty())
}

fn close(blocks: &mut Vec<Value>, open: Open) {
    match open {
        Open::Nothing => {}
        Open::Paragraph(words) => blocks.push(json!({"paragraph": words})),
        Open::List(items) => blocks.push(json!({"list": items})),
        Open::Table(rows) => {
            let (header, rest) = rows.split_first().map_or((Vec::new(), &[][..]), |(one, rest)| (one.clone(), rest));
            let align = rest.first().and_then(|row| alignment(row));
            let rows = if align.is_some() { &rest[1..] } else { rest };
            let mut table = json!({"header": header, "rows": rows});
            if let Some(align) = align.filter(|align| align.contains(&"right")) {
                table["align"] = json!(align);
            }
            blocks.push(json!({"table": table}));
        }
    }
}

/// Writes blocks as they would be typed.
pub fn write(blocks: &Value) -> String {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let text =
        |value: &Value| value.as_str().unwrap_or_default().split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let row = |cells: &Value| {
        let cells =
            list(cells).iter().map(|cell| text(cell).replace('\\', "\\\\").replace('|', "\\|")).collect::<Vec<_>>();
        format!("| {} |", cells.join(" | "))
    };
    let one = |block: &Value| match block {
        Value::Object(block) if block.contains_key("heading") => format!("# {}", text(&block["heading"])),
        Value::Object(block) if block.contains_key("list") => {
            list(&block["list"]).iter().map(|item| format!("- {}", text(item))).collect::<Vec<_>>().join("\n")
        }
        Value::Object(block) if block.contains_key("table") => {
            let table = &block["table"];
            let mut lines = vec![row(&table["header"])];
            let mut columns = list(&table["align"]);
            // A first row that could be one that says how the columns stand has such a row before it.
            let first = list(&table["rows"][0]).iter().map(text).collect::<Vec<_>>();
            if columns.is_empty() && alignment(&first).is_some() {
                columns = vec![json!("left"); first.len()];
            }
            if !columns.is_empty() {
                let rules = columns.iter().map(|column| if column == "right" { "---:" } else { "---" });
                lines.push(format!("| {} |", rules.collect::<Vec<_>>().join(" | ")));
            }
            lines.extend(list(&table["rows"]).iter().map(row));
            lines.join("\n")
        }
        block => {
            let words = text(&block["paragraph"]);
            if is_marked(&words) { format!("\\{words}") } else { words }
        }
    };
    list(blocks).iter().map(one).collect::<Vec<_>>().join("\n\n")
}
