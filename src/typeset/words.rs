//! The words of a letter in a canonical form: what an approval is bound to.
//!
//! An approval is of words, not of typst source. So from the sources of a letter, and from the typst files of the house, everything
//! counts that can be printed: text, quotation marks and dashes, and every string, where all values stand. It counts in the order in which it is
//! written, with the limits of paragraphs, headings, items and cells, so that no word moves from one to another unseen. What is
//! not printed does not count: names of functions and arguments, measures, colours, labels, comments, and how lines are broken.
//! A word that letter.typ says itself counts as one of the letter's.
//!
//! The words are read from the sources and not from finished pages, because approvals are checked where nothing is set yet, and
//! must not become void because a page breaks elsewhere. What a change of letter.typ leaves out of the page is therefore not seen
//! here; `recto check` and the last look see it, before anybody is asked. A string that is not printed, such as the
//! name of a font, counts too: an approval too many is asked for, and never one too few.

use typst::syntax::{SyntaxKind, SyntaxNode, ast};

/// Between cells, and wherever else a content block begins and ends.
const EDGE: char = '\u{1f}';

/// What a typst source says, in canonical form.
pub fn words_of(root: &SyntaxNode) -> String {
    let mut words = String::new();
    collect(root, &mut words);
    words
}

/// What a typst source says, as words to be found by: what stands apart on the page is apart, and nothing but words counts.
pub fn plain_words(root: &SyntaxNode) -> String {
    let mut words = String::new();
    gather(root, &mut words);
    words
}

/// The labels that a typst source sets.
pub fn labels(root: &SyntaxNode) -> Vec<String> {
    let own = root.cast::<ast::Label>().map(|label| label.get().to_owned());
    own.into_iter().chain(root.children().flat_map(labels)).collect()
}

fn collect(node: &SyntaxNode, words: &mut String) {
    match node.kind() {
        SyntaxKind::Space | SyntaxKind::Linebreak => push_space(words),
        SyntaxKind::Parbreak => push_limit("¶", words),
        SyntaxKind::HeadingMarker | SyntaxKind::ListMarker | SyntaxKind::EnumMarker => {
            push_limit(node.leaf_text(), words);
        }
        SyntaxKind::Str => {
            words.push_str(&node.cast::<ast::Str>().map(|text| text.get().to_string()).unwrap_or_default())
        }
        SyntaxKind::Escape => words.extend(node.cast::<ast::Escape>().map(|escape| escape.get())),
        SyntaxKind::Shorthand => match node.leaf_text().as_str() {
            "~" => push_space(words),
            other => words.push_str(other),
        },
        SyntaxKind::Text | SyntaxKind::SmartQuote | SyntaxKind::Link | SyntaxKind::MathText => {
            words.push_str(node.leaf_text());
        }
        SyntaxKind::ContentBlock => {
            push_limit("[", words);
            node.children().for_each(|child| collect(child, words));
            push_limit("]", words);
        }
        _ => node.children().for_each(|child| collect(child, words)),
    }
}

fn gather(node: &SyntaxNode, words: &mut String) {
    match node.kind() {
        SyntaxKind::ModuleImport | SyntaxKind::ModuleInclude => {}
        SyntaxKind::Space | SyntaxKind::Linebreak | SyntaxKind::Parbreak => words.push(' '),
        SyntaxKind::Str => {
            let text = node.cast::<ast::Str>().map(|text| text.get().to_string()).unwrap_or_default();
            words.push_str(&text);
        }
        SyntaxKind::Escape => words.extend(node.cast::<ast::Escape>().map(|escape| escape.get())),
        SyntaxKind::Shorthand if node.leaf_text() == "~" => words.push(' '),
        SyntaxKind::Shorthand | SyntaxKind::Text | SyntaxKind::SmartQuote | SyntaxKind::Link | SyntaxKind::MathText => {
            words.push_str(node.leaf_text());
        }
        // An argument, a cell: what follows it is another.
        SyntaxKind::Comma | SyntaxKind::LeftBracket | SyntaxKind::RightBracket => words.push(' '),
        _ => node.children().for_each(|child| gather(child, words)),
    }
}

fn push_space(words: &mut String) {
    if !words.ends_with([' ', EDGE]) {
        words.push(' ');
    }
}

fn push_limit(mark: &str, words: &mut String) {
    words.truncate(words.trim_end_matches(' ').len());
    words.extend([EDGE.to_string().as_str(), mark, EDGE.to_string().as_str()]);
}
