//! Every path of a letter.toml against what it leads into: the schema of the facts, the derived values, the letter's date.
//!
//! A path that leads nowhere would switch off what rests on it in silence: a deadline, an order of dates, a statement that must be
//! on the page, the amount that an approver answers for. So each is resolved when the letter types are read.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::derive::Derivation;
use super::key_facts::Origin;
use super::kind::Description;
use super::path::{Condition, FactPath};
use super::read::{closest, hint_among, remedy};
use super::shape::Shape;
use crate::case::{Fault, Text, money};

/// What a path must lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Date,
    Amount,
    List,
    Any,
}

/// What a path may lead into where only the facts are known.
const FACTS: &[&str] = &["facts"];
/// What it may lead into where values are derived from the facts.
const DERIVED: &[&str] = &["facts", "derived"];
/// What dates in order may be.
const DATED: &[&str] = &["facts", "derived", "letter"];
/// What a letter comes to.
const SHOWN: &[&str] = &["facts", "derived", "deadlines"];

/// One use of a path.
pub(super) struct Use<'d> {
    /// The path.
    pub path: FactPath,
    /// Where letter.toml has it, as a JSON Pointer.
    pub at: String,
    /// What it may lead into.
    roots: &'static [&'static str],
    /// What it must lead to.
    kind: Kind,
    /// Whether it may go through lists, each item's value counting.
    through_lists: bool,
    /// Whether what it leads to must always be there, unless the path says that it need not.
    always: bool,
    /// The condition that asks for it.
    condition: Option<&'d Condition>,
}

impl<'d> Use<'d> {
    fn of(path: &FactPath, at: String, kind: Kind) -> Use<'d> {
        Use { path: path.clone(), at, roots: DERIVED, kind, through_lists: false, always: true, condition: None }
    }

    fn of_condition(condition: &'d Condition, at: &str) -> Use<'d> {
        Use { condition: Some(condition), ..Use::of(&condition.fact, format!("{at}/fact"), Kind::Any).within(FACTS) }
    }

    fn within(self, roots: &'static [&'static str]) -> Use<'d> {
        Use { roots, ..self }
    }

    fn through_lists(self) -> Use<'d> {
        Use { through_lists: true, ..self }
    }
}

impl Description {
    /// Every use of a path in letter.toml.
    pub(super) fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        uses.extend(self.called_by.when.iter().map(|when| Use::of_condition(when, "/called_by/when")));
        uses.extend(self.subject.iter().map(|path| Use::of(path, "/subject".to_owned(), Kind::Any)));
        let amount = self.rules.amount();
        uses.extend(amount.map(|(path, name)| Use::of(&path, format!("/rules/{name}"), Kind::Amount)));
        let key_facts = [("sum", &self.key_facts.sum, Kind::Amount), ("by", &self.key_facts.by, Kind::Date)];
        for (name, origins, kind) in key_facts {
            for (at, origin) in origins.each(&format!("/key_facts/{name}")) {
                uses.extend(uses_of_origin(origin, &at, kind));
            }
        }
        for (name, deadline) in &self.deadlines {
            let at = format!("/deadlines/{name}");
            // One that is worked out only sometimes may count from a date that is only then there.
            let always = deadline.is_unconditional();
            let from = deadline.from.iter().map(|path| Use::of(path, format!("{at}/from"), Kind::Date));
            uses.extend(from.map(|from| Use { always, ..from.within(FACTS) }));
            uses.extend(deadline.when.iter().map(|when| Use::of_condition(when, &format!("{at}/when"))));
        }
        for (name, derivation) in &self.derived {
            uses.extend(uses_of(derivation, &format!("/derived/{name}")));
        }
        for (index, check) in self.checks.iter().enumerate() {
            let at = |side: usize| format!("/checks/{index}/equal/{side}");
            uses.extend(check.equal.iter().enumerate().map(|(side, path)| Use::of(path, at(side), Kind::Amount)));
        }
        for (index, order) in self.in_order.iter().enumerate() {
            let at = |date: usize| format!("/in_order/{index}/dates/{date}");
            let dates = order.dates.iter().enumerate();
            uses.extend(dates.map(|(date, path)| Use::of(path, at(date), Kind::Date).within(DATED).through_lists()));
        }
        for (index, must_say) in self.must_say.iter().enumerate() {
            uses.extend(must_say.when.iter().map(|when| Use::of_condition(when, &format!("/must_say/{index}/when"))));
        }
        for (key, owed) in &self.shared {
            uses.extend(owed.when().map(|when| Use::of_condition(when, &format!("/shared/{key}"))));
        }
        uses
    }

    /// The facts that letter.toml names, such as `balance` of `facts.balance`.
    pub fn facts(&self) -> Vec<String> {
        self.uses().iter().filter_map(|one| one.path.fact().map(str::to_owned)).collect()
    }
}

/// What a cell of the box reads. What it has only sometimes may then alone be there.
fn uses_of_origin<'d>(origin: &'d Origin, at: &str, kind: Kind) -> Vec<Use<'d>> {
    match origin {
        Origin::Always(path) => vec![Use::of(path, at.to_owned(), kind).within(SHOWN)],
        Origin::Where { path, when } => {
            let of = Use::of(path, format!("{at}/path"), kind).within(SHOWN);
            vec![Use { always: false, ..of }, Use::of_condition(when, &format!("{at}/when"))]
        }
    }
}

/// What a derivation reads, and of the items of its list.
fn uses_of<'d>(derivation: &Derivation, at: &str) -> Vec<Use<'d>> {
    let of = |path: &FactPath, name: &str, kind| Use::of(path, format!("{at}/{name}"), kind);
    let item = |path: &FactPath, name: &str, kind| of(&path.below(name), "of", kind).through_lists();
    match derivation {
        Derivation::RunningBalance { of: list } => {
            let side = |name| Use { always: false, ..item(list, name, Kind::Amount) };
            vec![of(list, "of", Kind::List), side("debit"), side("credit")]
        }
        Derivation::Schedule { of: plan, amount } => {
            let part = |name, kind| of(&plan.below(name), "of", kind);
            let (instalment, first) = (part("instalment", Kind::Amount), part("first_due", Kind::Date));
            vec![instalment, first, part("frequency", Kind::Any), of(amount, "amount", Kind::Amount)]
        }
        Derivation::Sum { of: list, item: name } => {
            let amount = Use { at: format!("{at}/item"), ..item(list, name, Kind::Amount) };
            vec![of(list, "of", Kind::List), amount]
        }
        Derivation::Excess { of: list, owed } => vec![
            of(list, "of", Kind::List),
            item(list, "amount", Kind::Amount),
            item(list, "date", Kind::Date),
            of(owed, "owed", Kind::Amount),
        ],
        Derivation::Interest { of: amount, from, until } => {
            vec![of(amount, "of", Kind::Amount), of(from, "from", Kind::Date), of(until, "until", Kind::Date)]
        }
        Derivation::Total { of: amounts } | Derivation::Difference { of: amounts } => {
            let one = |(index, path)| of(path, &format!("of/{index}"), Kind::Amount);
            amounts.iter().enumerate().map(one).collect()
        }
    }
}

/// What the paths of a letter.toml lead into, as one schema. References in the facts' schema are looked up in `facts`.
pub(super) struct Reach<'s> {
    facts: &'s Value,
    derived: Value,
    deadlines: Value,
    letter: Value,
}

impl<'s> Reach<'s> {
    /// What the paths of a letter type lead into.
    pub fn of(facts: &'s Value, description: &Description) -> Reach<'s> {
        let date = json!({"type": "string", "format": "date"});
        let object = |properties: Map<String, Value>, required: Vec<&String>| json!({"type": "object", "required": required, "properties": properties});
        let derived: Map<String, Value> =
            description.derived.iter().map(|(name, derivation)| (name.clone(), derivation.shape())).collect();
        let deadlines = description.deadlines.keys().map(|name| (name.clone(), date.clone())).collect();
        let always = description.deadlines.iter().filter(|(_, deadline)| deadline.is_unconditional());
        let always = always.map(|(name, _)| name).collect();
        Reach {
            facts,
            derived: object(derived, description.derived.keys().collect()),
            deadlines: object(deadlines, always),
            letter: json!({"type": "object", "required": ["date"], "properties": {"date": date}}),
        }
    }

    /// What is wrong with the uses of paths; `place` tells the file and line of a JSON Pointer into letter.toml.
    pub fn faults(&self, uses: &[Use<'_>], place: impl Fn(&str) -> String) -> Vec<Fault> {
        uses.iter().filter_map(|one| self.fault(one).map(|fault| Fault { place: place(&one.at), ..fault })).collect()
    }

    /// Whether a path leads to a date.
    pub fn has_date(&self, path: &FactPath) -> bool {
        self.find(path, DATED).is_ok_and(|found| is_of(&found.shape, Kind::Date))
    }

    /// Whether the facts always have a balance.
    pub fn has_balance(&self) -> bool {
        self.fault(&Use::of(&FactPath::balance(), String::new(), Kind::Amount)).is_none()
    }

    fn fault(&self, one: &Use<'_>) -> Option<Fault> {
        let path = &one.path;
        let found = match self.find(path, one.roots) {
            Ok(found) => found,
            Err(unknown) => return Some(unknown.fault(path)),
        };
        if found.in_list && !one.through_lists {
            return Some(of_another_kind(path, Kind::Any));
        }
        // The dates of a list of dates count as those of its items do.
        let items = found.shape.items().filter(|_| one.through_lists);
        if !is_of(items.as_ref().unwrap_or(&found.shape), one.kind) {
            return Some(of_another_kind(path, one.kind));
        }
        if one.always && !found.required && !path.is_optional() {
            return Some(not_required(path));
        }
        let values = one.condition.map(Condition::values).unwrap_or_default();
        values.iter().find(|value| !fits(&found.shape, value)).map(|value| unknown_value(path, value, &found.shape))
    }

    fn find(&self, path: &FactPath, roots: &[&str]) -> Result<Found<'_>, Unknown> {
        let mut steps = path.as_str().split('.');
        let root = steps.next().unwrap_or_default();
        let shape = match root {
            root if !roots.contains(&root) => {
                let known = roots.iter().map(|root| (*root).to_owned()).collect();
                return Err(Unknown { before: String::new(), step: root.to_owned(), after: rest(steps), known });
            }
            "facts" => Shape::of(self.facts),
            "derived" => Shape::of(&self.derived),
            "deadlines" => Shape::of(&self.deadlines),
            _ => Shape::of(&self.letter),
        };
        let mut found = Found { shape, in_list: false, required: true };
        let mut before = root.to_owned();
        while let Some(step) = steps.next() {
            if let Some(items) = found.shape.items() {
                found = Found { shape: items, in_list: true, ..found };
            }
            let Some(inner) = found.shape.property(step) else {
                let known = found.shape.names();
                return Err(Unknown { before: before + ".", step: step.to_owned(), after: rest(steps), known });
            };
            found = Found { required: found.required && found.shape.requires(step), shape: inner, ..found };
            before = format!("{before}.{step}");
        }
        Ok(found)
    }
}

/// Where a path leads.
struct Found<'s> {
    shape: Shape<'s>,
    /// Whether it goes through a list.
    in_list: bool,
    /// Whether each step of it must be there.
    required: bool,
}

/// The step at which a path leads nowhere.
struct Unknown {
    before: String,
    step: String,
    after: String,
    known: Vec<String>,
}

fn rest<'s>(steps: impl Iterator<Item = &'s str>) -> String {
    steps.map(|step| format!(".{step}")).collect()
}

impl Unknown {
    fn fault(self, path: &FactPath) -> Fault {
        let Unknown { before, step, after, known } = self;
        let meant = closest(&step, known.iter().map(String::as_str));
        let meant = meant.map(|name| format!("{before}{name}{after}"));
        let Text { en: hint_en, fr: hint_fr } = remedy(meant.as_deref(), &known.join(", "));
        Fault::new(
            "path-unknown",
            "",
            format!("“{path}” leads nowhere: there is no “{step}” here. {hint_en}"),
            format!("« {path} » ne mène à rien : « {step} » n’existe pas ici. {hint_fr}"),
        )
    }
}

fn is_of(shape: &Shape<'_>, kind: Kind) -> bool {
    match kind {
        Kind::Date => shape.has_format(|format| format.ends_with("date")),
        Kind::Amount => shape.has_format(|format| format.ends_with("money")),
        Kind::List => shape.items().is_some(),
        Kind::Any => true,
    }
}

/// Whether a condition's value can be one of the fact's.
fn fits(shape: &Shape<'_>, value: &Value) -> bool {
    if let Some(values) = shape.values() {
        return values.contains(&value);
    }
    let text = value.as_str();
    match () {
        () if is_of(shape, Kind::Amount) => text.is_some_and(|text| money::parse_signed(text).is_some()),
        () if is_of(shape, Kind::Date) => text.is_some_and(|text| text.parse::<NaiveDate>().is_ok()),
        () => shape.has_type(match value {
            Value::String(_) => "string",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            _ => "",
        }),
    }
}

fn of_another_kind(path: &FactPath, wanted: Kind) -> Fault {
    let (en, fr) = match wanted {
        Kind::Date => ("a date is wanted here (format date)", "il faut ici une date (format date)"),
        Kind::Amount => ("an amount is wanted here (format money)", "il faut ici un montant (format money)"),
        Kind::List => ("a list is wanted here", "il faut ici une liste"),
        Kind::Any => (
            "a single value is wanted here, and it goes through a list",
            "il faut ici une seule valeur, et il passe par une liste",
        ),
    };
    Fault::new(
        "path-of-another-kind",
        "",
        format!("“{path}” is of another kind: {en}. Name a fact that fits."),
        format!("« {path} » est d’un autre genre : {fr}. Nommez un fait qui convient."),
    )
}

fn not_required(path: &FactPath) -> Fault {
    Fault::new(
        "path-optional",
        "",
        format!(
            "The schema does not require “{path}”, and this rests on it. Require it, or write “{path}?” where the letter can do without."
        ),
        format!(
            "Le schéma n’exige pas « {path} », dont ceci dépend. Exigez-le, ou écrivez « {path}? » si la lettre peut s’en passer."
        ),
    )
}

fn unknown_value(path: &FactPath, value: &Value, shape: &Shape<'_>) -> Fault {
    let known: Vec<String> = shape.values().unwrap_or_default().into_iter().map(|known| known.to_string()).collect();
    let shown = value.to_string();
    let Text { en: hint_en, fr: hint_fr } = hint_among(&shown, known.iter().map(String::as_str));
    Fault::new(
        "value-unknown",
        "",
        format!("“{path}” can never be {shown}. {hint_en}"),
        format!("« {path} » ne peut jamais être {shown}. {hint_fr}"),
    )
}
