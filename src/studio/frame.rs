//! Whether a finished letter has what the rest of Recto relies on: each language's part, how to reach the unit, where its own words
//! end, the box's amount and day as letter.toml has them, and no form but in a memorandum.

use crate::case::format::Formats;
use crate::case::{Fault, Language, money};
use crate::letter::{Draft, KeyFacts};
use crate::typeset::{Block, Boxed, Row};

/// What is wrong with the frame of a finished letter.
pub(super) fn faults(draft: &Draft<'_>, blocks: &[Block]) -> Vec<Fault> {
    let parts = parts(blocks);
    let filed = draft.letter.description.filed;
    let mut faults = Vec::new();
    for language in draft.languages {
        let Some((_, part)) = parts.iter().find(|(of, _)| of == language) else {
            faults.push(part_missing(*language));
            continue;
        };
        let contact = part.iter().any(|block| matches!(block, Block::Facts(Boxed::Contact, _)));
        let closing = part.iter().any(|block| matches!(block, Block::Closing));
        let complete = filed || contact && closing;
        faults.extend((!complete).then(|| contact_missing(*language)));
        let form = part.iter().any(|block| matches!(block, Block::Facts(Boxed::Form, _)));
        faults.extend((!filed && form).then(form_in_a_letter));
        match draft.key_facts() {
            Ok(wanted) => faults.extend(box_differs(wanted, part, *language)),
            Err(fault) => faults.push(fault),
        }
    }
    faults
}

/// The blocks of each language.
fn parts<'b>(blocks: &'b [Block]) -> Vec<(Language, &'b [Block])> {
    let pieces = blocks.chunk_by(|_, next| !matches!(next, Block::Part(_)));
    let part = |piece: &'b [Block]| match piece {
        [Block::Part(language), rest @ ..] => Some((*language, rest)),
        _ => None,
    };
    pieces.filter_map(part).collect()
}

/// The amount and the day of the box where they are not those that letter.toml names.
fn box_differs(wanted: KeyFacts, part: &[Block], language: Language) -> Vec<Fault> {
    let rows: &[Row] = part
        .iter()
        .find_map(|block| match block {
            Block::Facts(Boxed::KeyFacts, rows) => Some(rows.as_slice()),
            _ => None,
        })
        .unwrap_or(&[]);
    let formats = Formats::of(language);
    let cells = [
        ("sum", wanted.sum.and_then(|sum| formats.money(&money::plain(sum)))),
        ("by", wanted.by.and_then(|by| formats.date(&by.to_string()))),
    ];
    let differs = |(name, wanted): &(&str, Option<String>)| {
        let shown = rows.iter().find(|row| row.name.as_deref() == Some(*name)).map(|row| &row.value);
        match (shown, wanted) {
            (Some(shown), Some(wanted)) => !shown.contains(wanted),
            (shown, wanted) => shown.is_some() != wanted.is_some(),
        }
    };
    cells.iter().filter(|cell| differs(cell)).map(|(name, wanted)| key_fact_differs(name, wanted.as_deref())).collect()
}

fn key_fact_differs(name: &str, wanted: Option<&str>) -> Fault {
    let wanted = wanted.unwrap_or("–");
    Fault::new(
        "key-fact-differs",
        format!("key-facts/{name}"),
        format!(
            "[key_facts] of letter.toml gives the letter “{wanted}” as “{name}”, and its box does not show the same. Show {{{{ key_facts.{name} }}}} in the cell “{name}”, where the letter has it and nowhere else."
        ),
        format!(
            "[key_facts] de letter.toml donne à la lettre « {wanted} » comme « {name} », et son encadré ne montre pas la même chose. Montrez {{{{ key_facts.{name} }}}} dans la case « {name} », là où la lettre l’a et nulle part ailleurs."
        ),
    )
}

fn part_missing(language: Language) -> Fault {
    let code = language.code();
    Fault::new(
        "part-missing",
        format!("part {code}"),
        format!("The finished letter has no part in “{code}”. See `part` in _house/letter.typ."),
        format!("La lettre composée n’a pas de partie en « {code} ». Voyez `part` dans _house/letter.typ."),
    )
}

fn contact_missing(language: Language) -> Fault {
    let code = language.code();
    Fault::new(
        "contact-missing",
        format!("part {code}"),
        "The finished letter does not say how to reach the unit, or where its own words end. Put set-contact and signing back into `letter` in _house/letter.typ.",
        "La lettre composée ne dit pas comment joindre l’unité, ou où finissent ses propres mots. Remettez set-contact et signing dans `letter` dans _house/letter.typ.",
    )
}

fn form_in_a_letter() -> Fault {
    Fault::new(
        "form-in-a-letter",
        "body",
        "A form stands in the body of a letter; only a memorandum has one. What is cut off a letter is its slip: slip.en.typ and slip.fr.typ.",
        "Un formulaire se trouve dans le corps d’une lettre; seule une note interne en a. Ce qu’on détache d’une lettre est son talon : slip.en.typ et slip.fr.typ.",
    )
}
