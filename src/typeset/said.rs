//! Words of a finished letter, and those among them that stand in bold.

use std::ops::{Deref, Range};

use typst::introspection::Location;

/// Words, with their no-break spaces and the line breaks that their author made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    text: String,
    /// What of the text stands in bold, in order and apart from each other.
    strong: Vec<Range<usize>>,
    /// Bold that has begun: where, and by which element of a paragraph that is laid out.
    open: Vec<(usize, Option<Location>)>,
}

impl Deref for Said {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Said {
    /// The words in pieces, each with whether it stands in bold.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, bool)> {
        let plain_before = std::iter::once(0).chain(self.strong.iter().map(|bold| bold.end));
        let each = plain_before.zip(self.strong.iter().map(Some).chain([None])).flat_map(|(from, bold)| {
            let to = bold.map_or(self.text.len(), |bold| bold.start);
            [(&self.text[from..to], false), (bold.map_or("", |bold| &self.text[bold.clone()]), true)]
        });
        each.filter(|(words, _)| !words.is_empty())
    }

    pub(super) fn push(&mut self, words: &str) {
        self.text.push_str(words);
    }

    pub(super) fn blank(&mut self) {
        if !self.text.ends_with([' ', '\n']) {
            self.text.push(' ');
        }
    }

    pub(super) fn line_break(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// Bold begins here.
    pub(super) fn open(&mut self, by: Option<Location>) {
        self.open.push((self.text.len(), by));
    }

    /// Bold ends here. What is bold within bold is no more so.
    pub(super) fn close(&mut self, by: Option<Location>) {
        if self.open.last().is_none_or(|(_, opened)| *opened != by) {
            return;
        }
        if let (Some((start, _)), true) = (self.open.pop(), self.open.is_empty()) {
            self.strong.push(start..self.text.len());
        }
    }

    /// The words without blanks at their ends.
    pub(super) fn trimmed(self) -> Said {
        let kept = self.text.trim_matches([' ', '\n']);
        let before = self.text.len() - self.text.trim_start_matches([' ', '\n']).len();
        let place = |at: usize| at.saturating_sub(before).min(kept.len());
        let strong = self.strong.iter().map(|bold| place(bold.start)..place(bold.end));
        Said { strong: strong.filter(|bold| !bold.is_empty()).collect(), text: kept.to_owned(), open: Vec::new() }
    }
}
