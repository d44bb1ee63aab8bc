//! Calculating a repayment plan from what is owed today, by the arithmetic of the letters that propose and confirm one.

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Desk, DeskError, Eligibility};
use crate::case::calendar::business_day_on_or_after;
use crate::case::insurance::masked;
use crate::case::schedule::{Agreed, Frequency, Instalment};
use crate::case::{CaseRef, Channel, Fault, Policy, Text, money};
use crate::letter::{LetterType, OnRequest, plan_faults_of};
use crate::rules::Standing;

/// What somebody typed: each field as it came, empty where nothing did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// The person's key.
    pub person: String,
    /// The number of the debt that the plan is for; empty for all that is owed in the case.
    pub debt: String,
    /// What is given: `least`, `instalment` or `count`.
    pub way: String,
    /// Dollars of each instalment, where that is given.
    pub instalment: String,
    /// How many instalments, where that is given.
    pub count: String,
    /// `weekly`, `biweekly` or `monthly`.
    pub frequency: String,
    /// The day of the first instalment.
    pub first_due: String,
    /// How it is paid, as the letters' schemas have it.
    pub method: String,
}

/// A plan that was calculated, with all that the page needs to ask for one.
pub struct PlanSheet {
    /// The form, with what is taken where nothing was typed.
    pub form: PlanForm,
    /// Those who may have a plan, by key and name.
    pub people: Vec<(String, String)>,
    /// The debts of the case that something is owed on, by number.
    pub debts: Vec<(String, Decimal)>,
    /// What the plan repays: what is owed on the debt, or in the case, today; none where no balance is known.
    pub balance: Option<Decimal>,
    /// The day for which that is true.
    pub as_of: NaiveDate,
    /// Dollars a month below which somebody must approve the plan.
    pub minimum: Decimal,
    /// The policy of the program.
    pub policy: Policy,
    /// How instalments may be paid, by key.
    pub methods: Vec<(String, Text)>,
    /// The plan; none where the form has faults.
    pub planned: Option<Planned>,
    /// What is wrong in the form: places are the fields' names.
    pub faults: Vec<Fault>,
    /// The letters that it can become.
    pub letters: Vec<PlanLetter>,
}

/// A plan that repays a balance exactly.
pub struct Planned {
    /// What would be agreed on.
    pub agreed: Agreed,
    /// Its instalments.
    pub schedule: Vec<Instalment>,
    /// Whether it comes to less in a month than the program's minimum.
    pub is_below: bool,
}

/// A letter that proposes or confirms the plan.
pub struct PlanLetter {
    /// Whether it may go to the person today, by the standing alone.
    pub answer: Eligibility,
    /// The roles that may approve it below the program's minimum.
    pub approvers: Vec<String>,
    /// Its facts by dotted path; empty where there is no plan.
    pub facts: Vec<(String, String)>,
}

impl Desk {
    /// Calculates the plan that a form asks for. None where there is no such case.
    pub async fn plan(&self, case: &CaseRef, form: PlanForm) -> Result<Option<PlanSheet>, DeskError> {
        let read = self.case(case).await?;
        let people = self.people(&read);
        let standings: Vec<Standing> =
            people.known().iter().map(|person| people.standing(person, &read.letters)).collect();
        let liable: Vec<&Standing> = standings.iter().filter(|one| one.person.role.is_liable()).collect();
        let named = liable.iter().find(|one| one.person.id == form.person).or(liable.first()).copied();
        let today = self.clock.today();
        let program = read.program().and_then(|program| self.program_and_policy(&program, today));
        let (Some(standing), Some((program, policy))) = (named.or(standings.first()), program) else { return Ok(None) };
        let channel = standing.person.reach.channel.as_ref().map_or(Channel::Print, |word| word.is);
        let leaves = self.mailing_date(channel).await?;
        let owed = standing.ledger.asked_for(today, &policy.terms);
        let debts: Vec<(String, Decimal)> = owed
            .iter()
            .filter_map(|one| Some((one.debt.number.clone(), one.balance.filter(|owed| *owed > Decimal::ZERO)?)))
            .collect();
        let chosen = debts.iter().find(|(number, _)| *number == form.debt && !number.is_empty());
        let form = with_defaults(form, standing, chosen.is_some(), leaves);
        let all = || owed.iter().map(|one| Some(one.balance?.max(Decimal::ZERO))).sum::<Option<Decimal>>();
        let balance = chosen.map(|(_, owed)| *owed).or_else(all).filter(|_| !owed.is_empty());
        let (planned, faults) = match balance.filter(|balance| *balance > Decimal::ZERO) {
            Some(balance) => plan_of(&form, balance, policy, leaves),
            None => (None, vec![nothing_to_repay(balance)]),
        };
        let of_program = |letter: &&LetterType| {
            let called = &letter.description.called_by;
            let own = called.programs.is_empty() || called.programs.contains(&program.key);
            own && letter.plan().is_some() && called.on_request != OnRequest::OnlyWhenCalledFor
        };
        let types: Vec<&LetterType> = self.studio.catalogue.types.values().filter(of_program).collect();
        let answers = self.explain_read(&read, |letter| types.iter().any(|one| one.key == letter.key)).await?;
        let letter = |letter: &&LetterType| {
            let own = |answer: &&Eligibility| answer.person == standing.person.id && answer.letter_type == letter.key;
            let approvers = policy.approvers(&letter.key, balance.unwrap_or_default());
            let told = planned.as_ref().zip(balance);
            Some(PlanLetter {
                answer: answers.iter().find(own)?.clone(),
                approvers: approvers.into_iter().map(str::to_owned).collect(),
                facts: told.map_or_else(Vec::new, |(plan, balance)| facts(letter, plan, &form, balance, today)),
            })
        };
        let letters = types.iter().filter_map(letter).collect();
        Ok(Some(PlanSheet {
            people: liable.iter().map(|one| (one.person.id.clone(), masked(&one.person.name))).collect(),
            // Up to the cent, as an instalment of it would be.
            minimum: Agreed::for_count(policy.plan_minimum(balance.unwrap_or_default()).max(Decimal::ZERO), 1),
            methods: types.first().map(|letter| methods(letter)).unwrap_or_default(),
            policy: policy.clone(),
            as_of: today,
            form,
            debts,
            balance,
            planned,
            faults,
            letters,
        }))
    }
}

/// A form with what is taken where nothing was typed: the least that the program allows, once a month, from the first of a month by which
/// the person has had the time to answer, or the business day after it.
fn with_defaults(form: PlanForm, standing: &Standing, is_chosen: bool, leaves: NaiveDate) -> PlanForm {
    let or =
        |given: String, other: &str| if given.trim().is_empty() { other.to_owned() } else { given.trim().to_owned() };
    let first = (leaves + Days::new(33)).checked_add_months(Months::new(1)).unwrap_or(leaves);
    let first = business_day_on_or_after(first.with_day(1).unwrap_or(first)).to_string();
    let is_new = form.way.is_empty();
    PlanForm {
        person: standing.person.id.clone(),
        debt: if is_chosen { form.debt } else { String::new() },
        way: or(form.way, LEAST),
        frequency: or(form.frequency, "monthly"),
        first_due: if is_new { or(form.first_due, &first) } else { form.first_due.trim().to_owned() },
        instalment: form.instalment.trim().to_owned(),
        count: form.count.trim().to_owned(),
        method: form.method.trim().to_owned(),
    }
}

const LEAST: &str = "least";
const INSTALMENT: &str = "instalment";
const COUNT: &str = "count";

/// The plan of a form, or everything that is wrong in it.
pub fn plan_of(form: &PlanForm, balance: Decimal, policy: &Policy, leaves: NaiveDate) -> (Option<Planned>, Vec<Fault>) {
    // In the order of the form's fields.
    let mut faults = Vec::new();
    let instalment = match form.way.as_str() {
        INSTALMENT => dollars(&form.instalment).ok_or_else(|| amount_malformed(&form.instalment)).map(Some),
        COUNT => count(&form.count, balance).map(Some),
        LEAST => Ok(None),
        _ => Err(way_unknown()),
    };
    let instalment = instalment.map_err(|fault| faults.push(fault)).ok();
    let frequency = Frequency::deserialize(&json!(form.frequency)).ok();
    faults.extend(frequency.is_none().then(frequency_unknown));
    let first_due: Option<NaiveDate> = form.first_due.parse().ok().filter(|_| form.first_due.len() == 10);
    faults.extend(first_due.is_none().then(|| day_malformed(&form.first_due)));
    let (Some(frequency), Some(first_due), Some(instalment)) = (frequency, first_due, instalment) else {
        return (None, faults);
    };
    let agreed = match instalment {
        Some(instalment) => Agreed { instalment, frequency, first_due },
        None => Agreed::for_month(balance, policy.plan_minimum(balance), frequency, first_due),
    };
    let wrong = plan_faults_of("", agreed, balance, policy, leaves).into_iter().map(|fault| {
        // What is typed is beside its field.
        let place = if form.way == COUNT && fault.place == "/instalment" { "/count".to_owned() } else { fault.place };
        Fault { place, ..fault }
    });
    faults.extend(wrong);
    match agreed.spread(balance) {
        Ok(schedule) if faults.is_empty() => {
            let is_below = agreed.monthly() < policy.plan_minimum(balance);
            (Some(Planned { agreed, schedule, is_below }), faults)
        }
        Ok(_) => (None, faults),
        Err(text) if faults.is_empty() => (None, vec![Fault::new("plan-not-spread", "/instalment", text.en, text.fr)]),
        Err(_) => (None, faults),
    }
}

/// Reads dollars as people type them: `50`, `50.00`, `$1,234.56` or `1 234,56 $`; above zero.
fn dollars(text: &str) -> Option<Decimal> {
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '$').collect();
    let (whole, cents) = match bare.rfind(['.', ',']) {
        Some(at) if bare.len() - at - 1 <= 2 => (&bare[..at], &bare[at + 1..]),
        _ => (&bare[..], ""),
    };
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    let whole = groups.concat();
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !grouped || !digits(&whole) || !digits(cents) || whole.is_empty() {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    money::parse(&format!("{whole}.{cents:0<2}")).filter(|amount| *amount > Decimal::ZERO)
}

/// The instalment of a plan of so many; a fault where no instalment gives exactly so many.
fn count(text: &str, balance: Decimal) -> Result<Decimal, Fault> {
    let count = text.parse::<u32>().ok().filter(|count| (1..=9_999).contains(count));
    let count = count.ok_or_else(|| count_malformed(text))?;
    let instalment = Agreed::for_count(balance, count);
    // The last one is what remains of the others; with few cents and many instalments there is nothing left for it.
    if instalment * Decimal::from(count - 1) >= balance {
        return Err(count_impossible(count, balance));
    }
    Ok(instalment)
}

/// How instalments may be paid, as the schema of a letter type has it.
fn methods(letter: &LetterType) -> Vec<(String, Text)> {
    let Some((of, _)) = letter.plan() else { return Vec::new() };
    let below = |schema: &Value, name: &str| schema["properties"][name].clone();
    let plan = of.split('.').skip(1).fold(letter.schema.source.clone(), |schema, name| below(&schema, name));
    let method = below(&plan, "method");
    let words = |key: &str| Text::deserialize(&method["x-terms"][key]).unwrap_or_else(|_| Text::new(key, key));
    let keys = method["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
    keys.map(|key| (key.to_owned(), words(key))).collect()
}

/// The facts of a letter that tells of a plan, each by its dotted path.
fn facts(
    letter: &LetterType,
    planned: &Planned,
    form: &PlanForm,
    balance: Decimal,
    today: NaiveDate,
) -> Vec<(String, String)> {
    let Some((of, amount)) = letter.plan() else { return Vec::new() };
    let agreed = &planned.agreed;
    let mut facts = vec![
        (format!("{of}.instalment"), money::plain(agreed.instalment)),
        (format!("{of}.frequency"), form.frequency.clone()),
        (format!("{of}.first_due"), agreed.first_due.to_string()),
        (amount.to_owned(), money::plain(balance)),
    ];
    let has = |name: &str| letter.schema.source["properties"][name].is_object();
    let known = methods(letter).into_iter().any(|(key, _)| key == form.method);
    facts.extend(known.then(|| (format!("{of}.method"), form.method.clone())));
    facts.extend(has("as_of").then(|| ("facts.as_of".to_owned(), today.to_string())));
    let number = Some(form.debt.clone()).filter(|debt| !debt.is_empty() && has("debt_number"));
    facts.extend(number.map(|number| ("facts.debt_number".to_owned(), number)));
    facts
}

fn shown(text: &str) -> String {
    masked(&text.chars().take(40).collect::<String>())
}

fn nothing_to_repay(balance: Option<Decimal>) -> Fault {
    match balance {
        Some(_) => Fault::new(
            "plan-nothing-owed",
            "",
            "Nothing is owed, so there is nothing to repay.",
            "Rien n’est dû; il n’y a donc rien à rembourser.",
        ),
        None => Fault::new(
            "plan-balance-unknown",
            "",
            "No balance of a debt is on file. Record the referral with its balance first.",
            "Aucun solde n’est au dossier. Inscrivez d’abord le renvoi de la dette avec son solde.",
        ),
    }
}

fn way_unknown() -> Fault {
    Fault::new(
        "plan-way-unknown",
        "/way",
        "Choose what to work from: the least that the program allows, the amount of each payment or the number of payments.",
        "Choisissez à partir de quoi calculer : le minimum du programme, le montant de chaque versement ou le nombre de versements.",
    )
}

fn frequency_unknown() -> Fault {
    Fault::new(
        "plan-frequency-unknown",
        "/frequency",
        "Choose how often a payment is due: every week, every two weeks or every month.",
        "Choisissez la fréquence des versements : chaque semaine, toutes les deux semaines ou chaque mois.",
    )
}

fn day_malformed(text: &str) -> Fault {
    let text = shown(text);
    let (en, fr) = match text.is_empty() {
        true => ("Give the day of the first payment.".to_owned(), "Donnez le jour du premier versement.".to_owned()),
        false => (
            format!("“{text}” is not a day. Write it as year, month and day, such as 2026-12-01."),
            format!("« {text} » n’est pas une date. Écrivez l’année, le mois et le jour, par exemple 2026-12-01."),
        ),
    };
    Fault::new("plan-day-malformed", "/first_due", en, fr)
}

fn amount_malformed(text: &str) -> Fault {
    let text = shown(text);
    let (en, fr) = match text.is_empty() {
        true => ("Give the amount of each payment.".to_owned(), "Donnez le montant de chaque versement.".to_owned()),
        false => (
            format!("“{text}” is not an amount above zero. Write dollars and cents, such as 50.00."),
            format!(
                "« {text} » n’est pas un montant supérieur à zéro. Écrivez-le en dollars et en cents, par exemple 50,00."
            ),
        ),
    };
    Fault::new("plan-amount-malformed", "/instalment", en, fr)
}

fn count_malformed(text: &str) -> Fault {
    let text = shown(text);
    let (en, fr) = match text.is_empty() {
        true => ("Give the number of payments.".to_owned(), "Donnez le nombre de versements.".to_owned()),
        false => (
            format!("“{text}” is not a number of payments. Write a whole number, such as 12."),
            format!("« {text} » n’est pas un nombre de versements. Écrivez un nombre entier, par exemple 12."),
        ),
    };
    Fault::new("plan-count-malformed", "/count", en, fr)
}

fn count_impossible(count: u32, balance: Decimal) -> Fault {
    let plain = money::plain(balance);
    let [en, fr] = crate::case::Language::BOTH
        .map(|language| crate::case::format::Formats::of(language).money(&plain).unwrap_or_else(|| plain.clone()));
    Fault::new(
        "plan-count-impossible",
        "/count",
        format!(
            "{en} cannot be repaid in {count} payments that are equal but for the last one. Give a smaller number."
        ),
        format!(
            "{fr} ne peuvent pas être remboursés en {count} versements égaux, sauf le dernier. Donnez un nombre plus petit."
        ),
    )
}
