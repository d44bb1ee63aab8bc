//! From checked facts to the typst source of a letter.

use std::collections::HashSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use unicode_normalization::char::is_combining_mark;

use super::agree::{mismatches, out_of_order};
use super::catalogue::Catalogue;
use super::data::Data;
use super::deadline::{Counting, over_when_received, set_deadlines, times_given};
use super::derive::derive_all;
use super::key_facts::key_facts_json;
use super::kind::LetterType;
use super::path::{FactPath, Values};
use super::program::Program;
use super::template::Writer;
use crate::case::bold;
use crate::case::figures::{Figure, figures, figures_of};
use crate::case::format::Formats;
use crate::case::json::visit;
use crate::case::party::Format;
use crate::case::remittance::account_number;
use crate::case::{Channel, CoveringMail, Fault, Given, Language, LetterId, Policy, Text, said};

/// Large print may have so many times the pages of a letter at the usual size.
const LARGE_PRINT_PAGES: usize = 3;

/// A letter before its words: its facts, what is derived from them, its deadlines, and what in them stops it.
pub struct Draft<'c> {
    /// The letter's type.
    pub letter: &'c LetterType,
    /// Its identity.
    pub id: LetterId,
    /// Its date, which is its mailing date.
    pub date: NaiveDate,
    /// The checked facts.
    pub data: Data,
    /// Whether it is set at 18 points.
    pub large: bool,
    /// The languages it is written in.
    pub languages: &'static [Language],
    /// The debt's program.
    pub program: &'c Program,
    /// The program's policy in force on the letter's date.
    pub policy: &'c Policy,
    /// Identities that do not hold, each with both figures, and deadlines that have passed. Any of them holds the letter.
    pub stops: Vec<Fault>,
    /// Days by which its reader may act and that will be over when it is received: an officer looks at it first.
    pub notes: Vec<Fault>,
    /// The times that it gives its reader.
    pub times: Vec<Given>,
    /// The derived values by name.
    pub derived: Value,
    /// The deadlines by name, as ISO dates.
    pub deadlines: Map<String, Value>,
}

impl Draft<'_> {
    /// The letter's title in each of its languages.
    pub fn title(&self) -> String {
        let title = &self.letter.description.title;
        self.languages.iter().map(|language| title.get(*language)).collect::<Vec<_>>().join(" / ")
    }

    /// The amount that an approver's authority must reach: the one that letter.toml names for each letter (`approval`), or else for
    /// one that a guard wants reviewed (`review`). Zero where it says that the letter is about no amount, and only there: an amount
    /// that is not among the facts is a fault, and nobody approves the letter.
    pub fn amount_to_approve(&self) -> Result<Decimal, Fault> {
        let rules = &self.letter.description.rules;
        let Some((path, _)) = rules.amount() else { return Ok(Decimal::ZERO) };
        let values = Values { derived: &self.derived, ..Values::of_facts(&self.data.facts) };
        values.amount(&path).map_err(|_| amount_missing(&path))
    }
}

/// The typst sources of a letter.
#[derive(Debug, Clone)]
pub struct Source {
    /// The contents of `/main.typ`: the document's head, then one part a language.
    pub main: String,
    /// The contents of `/footer.typ`: what stands at the foot of its pages, which no style of a page has.
    pub footer: String,
    /// How many languages it is written in, each starting on a new sheet.
    pub parts: usize,
    /// The address block as printed; empty where there is none.
    pub block: Vec<String>,
    /// Pages at most, in all.
    pub page_limit: usize,
}

impl Catalogue {
    /// Derives a letter's values and deadlines and recomputes its arithmetic.
    pub fn draft<'c>(
        &'c self,
        letter: &'c LetterType,
        id: LetterId,
        date: NaiveDate,
        mut data: Data,
    ) -> Result<Draft<'c>, Vec<Fault>> {
        data.addressee.channel = letter.channel(&data.addressee);
        let description = &letter.description;
        let program = self.program(&data.case.program).map_err(|fault| vec![fault])?;
        let policy = program.policy_on(date).ok_or_else(|| vec![no_policy(&program.key, date)])?;
        let derived = derive_all(&description.derived, &data.facts, policy)?;
        let counting = Counting { policy, traits: program.traits, program: &program.key, date, facts: &data.facts };
        let received = policy.received(date, data.addressee.channel == Channel::Print);
        let set = set_deadlines(&description.deadlines, &counting, received)?;
        let (deadlines, passed, mut notes) = (set.set, set.stops, set.notes);
        let shown = key_facts_json(&description.key_facts, &data.facts, &derived, &deadlines);
        let shown = |name: &str| shown.get(name).and_then(Value::as_str);
        let mut times = times_given(&description.deadlines, &counting, shown("sum").and_then(|sum| sum.parse().ok()));
        // A day to act that is a fact is printed as those that are worked out are.
        let by: Option<NaiveDate> = shown("by").and_then(|by| by.parse().ok());
        if let Some(until) = by.filter(|by| deadlines.values().all(|day| *day != json!(by.to_string()))) {
            times.push(Given { name: "by".to_owned(), until, spent_by: Vec::new(), amount: None });
            let late = until < received;
            notes.extend(late.then(|| over_when_received("/key_facts/by", &to_act(), until, date, received)));
        }
        let values = Values { derived: &derived, date: &json!(date.to_string()), ..Values::of_facts(&data.facts) };
        let mut stops = mismatches(&description.checks, &values);
        stops.extend(passed);
        stops.extend(out_of_order(description.in_order.iter().chain(&self.in_order), &values));
        let (large, languages) =
            (data.addressee.format == Format::LargePrint && !description.filed, data.addressee.language.languages());
        Ok(Draft { letter, id, date, data, large, languages, program, policy, stops, notes, times, derived, deadlines })
    }

    /// Writes the letter's typst sources. `specimen` marks every page.
    pub fn write(&self, draft: &Draft<'_>, specimen: bool) -> Result<Source, Vec<Fault>> {
        let (mut main, mut footer, mut faults) = (String::new(), String::new(), Vec::new());
        let mut put = |into: &mut String, rendered: Result<String, Fault>| match rendered {
            Ok(text) => into.extend([text.as_str(), "\n"]),
            Err(fault) => faults.push(fault),
        };
        let part = if draft.letter.description.filed { "memorandum" } else { "frame" };
        for language in draft.languages {
            let writer = self.writer(*language);
            let context = self.context(draft, writer, *language);
            put(&mut footer, writer.rendered(draft.letter, "footer", context.clone()));
            put(&mut main, writer.rendered(draft.letter, part, context));
        }
        let mut whole = String::new();
        let marks = main.chars().any(is_combining_mark);
        put(&mut whole, self.document(draft, specimen, marks));
        let main = whole + &main;
        let parts = draft.languages.len();
        let page_limit =
            draft.letter.description.rules.page_limit * parts * if draft.large { LARGE_PRINT_PAGES } else { 1 };
        let source = Source { main, footer, parts, block: draft.data.addressee.block(), page_limit };
        if faults.is_empty() { Ok(source) } else { Err(faults) }
    }

    /// The head of a letter's document, which all of its languages share. `marks` says that some letter has marks of its own.
    fn document(&self, draft: &Draft<'_>, specimen: bool, marks: bool) -> Result<String, Fault> {
        let first = draft.languages[0];
        let letter = json!({
            "title": draft.title(),
            "date": draft.date.to_string(),
            "lang": first.code(),
            "large": draft.large,
            "specimen": specimen,
            "marks": marks,
            "slip": slip(draft),
        });
        self.writer(first).rendered(draft.letter, "document", json!({"letter": letter}))
    }

    /// The figures of what a letter is written from that is its own: what its page may say besides what [`Catalogue::printed`] has.
    ///
    /// What the schema calls an amount stands on a page as one. Every other text may stand there as it is, with whatever figures it
    /// has, in the spaces of its language.
    pub fn figures(&self, draft: &Draft<'_>) -> HashSet<Figure> {
        let data = &draft.data;
        let own = json!({
            "letter": [draft.id, draft.date.to_string(), draft.letter.description.version],
            "facts": data.facts,
            "derived": draft.derived,
            "deadlines": draft.deadlines,
            "policy": draft.policy.view(),
        });
        let mut found = Vec::new();
        figures_of(&own, &mut found);
        let amounts: HashSet<String> =
            draft.letter.schema.amounts.iter().flat_map(|place| place.values(&data.facts)).map(|(at, _)| at).collect();
        let mut texts = vec![draft.title()];
        visit(&data.facts, "", &mut |value, place| {
            let text = value.as_str().filter(|_| !amounts.contains(place));
            texts.extend(text.into_iter().flat_map(|text| [text.to_owned(), bold::plain(text)]));
        });
        let people = json!([
            account(&data.json["case"]),
            data.json["case"],
            data.addressee_json(),
            data.addressee.block(),
            data.json["party"]
        ]);
        visit(&people, "", &mut |value, _| texts.extend(value.as_str().map(str::to_owned)));
        for text in &texts {
            found.extend(figures(text));
            found.extend(draft.languages.iter().flat_map(|language| figures(&Formats::of(*language).text(text))));
        }
        found.into_iter().collect()
    }

    /// The words with digits in what its templates say themselves, and the figures of its program and of the house, in each of its
    /// languages.
    pub fn printed<'c>(&'c self, draft: &Draft<'_>) -> Vec<&'c HashSet<Figure>> {
        let of = |language: &Language| {
            let writer = self.writer(*language);
            [Some(writer.printed(&draft.letter.key)), self.known[*language as usize].get(&draft.program.key)]
        };
        draft.languages.iter().flat_map(of).flatten().collect()
    }

    /// The covering e-mail of a letter, in each language that the letter has; marked where it is a specimen.
    pub fn email(&self, draft: &Draft<'_>, specimen: bool) -> Result<CoveringMail, Vec<Fault>> {
        let part = |language: &Language| {
            let writer = self.writer(*language);
            writer.email(self.context(draft, writer, *language))
        };
        let parts = draft.languages.iter().map(part).collect::<Result<Vec<_>, _>>().map_err(|fault| vec![fault])?;
        let joined =
            |text: fn(&CoveringMail) -> &str, between: &str| parts.iter().map(text).collect::<Vec<_>>().join(between);
        let (mark, marked) =
            if specimen { ("SPECIMEN / SPÉCIMEN", "<p>SPECIMEN / SPÉCIMEN</p>\n") } else { ("", "") };
        let subject = format!("{mark} {}", joined(|part| &part.subject, " / ")).trim_start().to_owned();
        let lang = draft.languages[0].code();
        let html = joined(|part| &part.html, "<hr>\n");
        Ok(CoveringMail {
            text: format!("{mark}\n\n").trim_start().to_owned()
                + &joined(|part| &part.text, "\n----------------------------------------\n\n"),
            html: format!(
                "<!DOCTYPE html>\n<html lang=\"{lang}-CA\">\n<head><meta charset=\"utf-8\"><title>{subject}</title></head>\n<body>\n{marked}{html}</body>\n</html>\n"
            ),
            subject,
        })
    }

    /// What identifies a letter, as it stands at the foot of its pages.
    pub fn identity(&self, draft: &Draft<'_>, language: Language) -> String {
        let label = self.writer(language).words()["letter_id"].as_str().unwrap_or_default();
        format!("{label} {} ({})", draft.id, draft.letter.description.version)
    }

    /// The writer of one language.
    pub fn writer(&self, language: Language) -> &Writer {
        &self.writers[language as usize]
    }

    fn context(&self, draft: &Draft<'_>, writer: &Writer, language: Language) -> Value {
        let data = &draft.data;
        let (salutation, closing) = writer.courtesies(&data.addressee);
        let mut addressee = data.addressee_json().clone();
        addressee["full_name"] = json!(data.addressee.full_name());
        addressee["salutation"] = json!(salutation);
        addressee["closing"] = json!(closing);
        addressee["block"] = json!(data.addressee.block());
        if let Some(addressee) = addressee.as_object_mut() {
            addressee.extend(data.addressee.role.predicates());
        }
        let mut case = data.json["case"].clone();
        case["account"] = json!(account(&case));
        if let Some(name) = case.pointer("/office/name").and_then(|name| name.get(language.code())).cloned() {
            case["office"]["name"] = name;
        }
        let mut person = data.json["party"].clone();
        person["full_name"] = json!(data.person.full_name());
        let description = &draft.letter.description;
        let letter = json!({
            "id": draft.id,
            "type": draft.letter.key,
            "version": description.version,
            "date": draft.date.to_string(),
            "title": description.title.get(language),
            "subject": subject(draft, language),
            "filed": description.filed,
            "shared": owed(draft),
            "slip": slip(draft),
        });
        json!({
            "letter": letter,
            "case": case,
            "addressee": addressee,
            "person": person,
            "facts": data.facts,
            "derived": draft.derived,
            "deadlines": draft.deadlines,
            "key_facts": key_facts_json(&description.key_facts, &data.facts, &draft.derived, &draft.deadlines),
            "program": draft.program.in_language(language),
            "policy": draft.policy.view(),
            "words": writer.words(),
        })
    }
}

/// The shared texts that the letter owes.
fn owed<'d>(draft: &'d Draft<'_>) -> Vec<&'d String> {
    let shared = draft.letter.description.shared.iter();
    let owed = shared.filter(|(_, owed)| owed.when().is_none_or(|when| when.holds(&draft.data.facts)));
    owed.map(|(key, _)| key).collect()
}

/// The subject line: the letter type's title, or the fact that it names for it.
fn subject(draft: &Draft<'_>, language: Language) -> Value {
    let description = &draft.letter.description;
    let written = description.subject.as_ref().and_then(|path| Values::of_facts(&draft.data.facts).at(path).ok());
    let written = written.map(|text| text.get(language.code()).unwrap_or(text));
    written.cloned().unwrap_or_else(|| json!(description.title.get(language)))
}

/// The template of what is cut off a letter: its type's own, or the house's, which is no use on a screen.
fn slip(draft: &Draft<'_>) -> Option<&'static str> {
    let printed = !draft.data.addressee.block().is_empty();
    match (draft.letter.description.slip?, &draft.letter.slip) {
        (_, Some(_)) => Some("slip"),
        (_, None) => printed.then_some("remittance-slip"),
    }
}

/// The account number under which a bank takes payments of a case.
fn account(case: &Value) -> Option<String> {
    account_number(case["reference"].as_str()?)
}

/// What a day to act is for that is none of letter.toml's deadlines.
fn to_act() -> Text {
    Text::new("to act", "pour agir")
}

fn amount_missing(path: &FactPath) -> Fault {
    Fault::new(
        "approval-amount-missing",
        path.pointer(),
        format!(
            "The letter needs an approval, but “{path}”, the amount that the approver's authority must reach, is not there. Add it to the facts."
        ),
        format!(
            "La lettre doit être approuvée, mais « {path} », le montant que doit couvrir le pouvoir de la personne qui l’approuve, manque. Ajoutez-le aux faits."
        ),
    )
}

fn no_policy(program: &str, date: NaiveDate) -> Fault {
    let Text { en, fr } = said::day(date);
    Fault::new(
        "policy-missing",
        format!("_programs/{program}.toml"),
        format!("No policy is in force on {en}. Add a [[policy]] with an earlier effective date."),
        format!("Aucune politique n’est en vigueur le {fr}. Ajoutez une section [[policy]] à date antérieure."),
    )
}
