//! The characters that can be printed.

use std::collections::BTreeMap;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::fault::Fault;

/// The characters that the letters' fonts have, each with its width in em.
///
/// Under PDF/A and PDF/UA a character that no font has is an error, so values are checked against this before they are
/// set; and a character without a shape of its own (a control, an invisible mark, a direction switch) is refused, because
/// it would vanish from the page.
#[derive(Debug, Clone, Default)]
pub struct Repertoire {
    widths: BTreeMap<char, f64>,
}

impl Repertoire {
    /// The repertoire of characters with their widths in em.
    pub fn new(widths: BTreeMap<char, f64>) -> Repertoire {
        Repertoire { widths }
    }

    /// Whether the character prints as a visible shape or a plain space.
    pub fn prints(&self, c: char) -> bool {
        let visible = match c.general_category_group() {
            GeneralCategoryGroup::Separator => c == ' ' || c == '\u{a0}',
            GeneralCategoryGroup::Other => false,
            _ => true,
        };
        visible && !is_invisible(c) && self.widths.contains_key(&c)
    }

    /// The width of a line of text in em, without kerning; a character that no font has counts one em.
    pub fn width_em(&self, text: &str) -> f64 {
        text.chars().map(|c| self.widths.get(&c).copied().unwrap_or(1.0)).sum()
    }

    /// One fault for each character of the text that cannot be printed, named with its code point.
    pub fn faults(&self, text: &str, place: &str) -> Vec<Fault> {
        let mut missing: Vec<char> = text.chars().filter(|c| !self.prints(*c)).collect();
        missing.sort_unstable();
        missing.dedup();
        missing.into_iter().map(|c| unprintable(c, place)).collect()
    }
}

/// Marks and letters that have no shape of their own (Unicode's default ignorable code points outside the categories that are
/// refused anyway), and the sign that stands for what could not be read.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffd}' | '\u{e0100}'..='\u{e01ef}')
}

fn unprintable(c: char, place: &str) -> Fault {
    let code = u32::from(c);
    let shown =
        if c.general_category_group() == GeneralCategoryGroup::Other { String::new() } else { format!("“{c}” ") };
    Fault::new(
        "character-not-printable",
        place,
        format!(
            "The character {shown}(U+{code:04X}) cannot be printed with the letters' fonts. Write the text without it."
        ),
        format!(
            "Le caractère {shown}(U+{code:04X}) ne peut pas être imprimé avec les polices des lettres. Écrivez le texte sans lui."
        ),
    )
}
