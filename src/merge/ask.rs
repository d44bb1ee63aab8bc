//! What is asked of a column, and what is said of one that cannot be used.

use super::amount::{self, AmountText};
use super::columns::LEAVE_OUT;
use super::day::DayOrder;
use super::field::Field;
use super::mapping::{Choice, Question};
use super::value::shown;
use crate::case::{Fault, Text};

/// Whether a heading says that its column has Social Insurance Numbers.
pub(super) fn is_insured(heading: &str) -> bool {
    let words = super::heading::folded(heading);
    let named = ["sin", "nas", "social insurance", "assurance sociale"];
    named.iter().any(|name| format!(" {words} ").contains(&format!(" {name} ")))
}

pub(super) fn ask_order(key: String, place: String, heading: &str, text: &str, orders: &[DayOrder]) -> Question {
    let choice = |order: &DayOrder| match order {
        DayOrder::Dmy => Choice::new("day-first", ("day, month, year", "jour, mois, année")),
        DayOrder::Mdy => Choice::new("month-first", ("month, day, year", "mois, jour, année")),
        DayOrder::Ymd => Choice::new("year-first", ("year, month, day", "année, mois, jour")),
    };
    Question {
        key,
        place,
        message: Text::new(
            format!("How are the dates of “{heading}” written, such as {text}?"),
            format!("Comment les dates de « {heading} » sont-elles écrites, comme {text}?"),
        ),
        choices: orders.iter().map(choice).collect(),
    }
}

pub(super) fn dates_mixed(place: &str, heading: &str, text: &str) -> Fault {
    Fault::new(
        "dates-mixed",
        place,
        format!(
            "The dates of “{heading}” are written in different orders, so that nobody can tell what {text} means. Write all of them like 2026-11-17."
        ),
        format!(
            "Les dates de « {heading} » sont écrites dans des ordres différents; on ne peut donc pas savoir ce que veut dire {text}. Écrivez-les toutes comme 2026-11-17."
        ),
    )
}

pub(super) fn ask_mark(key: String, place: String, heading: &str, text: &str) -> Question {
    let (thousands, decimals) = match amount::read(text) {
        AmountText::Either { thousands, decimals } => (thousands, decimals),
        _ => Default::default(),
    };
    Question {
        key,
        place,
        message: Text::new(
            format!("“{text}” in “{heading}” can be read in two ways. Which amount is it?"),
            format!("« {text} » dans « {heading} » peut se lire de deux façons. Quel montant est-ce?"),
        ),
        choices: vec![
            Choice::new("thousands", Text::from(shown(thousands).as_str())),
            Choice::new("decimals", Text::from(shown(decimals).as_str())),
        ],
    }
}

/// What a column tells, where it may be several things.
pub(super) fn ask_field(key: String, letter: &str, heading: &str, fields: &[Field], places: &[usize]) -> Question {
    let one = |place: &usize| Choice::new(&fields[*place].path, fields[*place].whole_label.clone());
    let mut choices: Vec<Choice> = places.iter().map(one).collect();
    choices.push(Choice::new(
        LEAVE_OUT,
        ("none of these; leave the column out", "aucune de ces valeurs; omettre la colonne"),
    ));
    Question {
        key,
        place: letter.to_owned(),
        message: Text::new(
            format!("What does column {letter} “{heading}” tell?"),
            format!("Que dit la colonne {letter} « {heading} »?"),
        ),
        choices,
    }
}
