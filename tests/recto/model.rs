//! Properties over generated cases: no sequence of events lets a forbidden letter out; the arithmetic's identities hold.

use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use recto::case::interest::{Method, Terms, accrued};
use recto::case::schedule::schedule;
use recto::case::{CaseEvent, Language, Policy, Role, Traits};
use recto::letter::Catalogue;
use recto::rules::{Asked, Effect, Question, Standing, findings};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::{event, home, sample, with_facts};

/// The day on which the letter is asked for.
const TODAY: &str = "2026-11-17";

/// Something that happens, a number of days before today.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Happens {
    Died,
    Filed(&'static str),
    Ended(&'static str),
    Disputed,
    Decided(&'static str),
    Agreed,
    Defaulted,
    Paid(u32),
    Bounced(u32),
    PaidOff,
    WrittenOff,
    MailReturned,
    Moved,
    Resumed,
    Stopped,
    Deferred(u32),
    Refused,
    Recalculating,
    Recalculated,
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let filings = prop_oneof![Just("bankruptcy"), Just("consumer-proposal"), Just("notice-of-intention")];
    let ends =
        prop_oneof![Just("discharged"), Just("trustee-discharged"), Just("withdrawn"), Just("proposal-performed")];
    prop_oneof![
        1 => Just(Died),
        2 => filings.prop_map(Filed),
        2 => ends.prop_map(Ended),
        2 => Just(Disputed),
        2 => prop_oneof![Just("upheld"), Just("partly")].prop_map(Decided),
        2 => Just(Agreed),
        2 => Just(Defaulted),
        2 => (1..400u32).prop_map(Paid),
        1 => (1..400u32).prop_map(Bounced),
        1 => Just(PaidOff),
        1 => Just(WrittenOff),
        2 => Just(MailReturned),
        2 => Just(Moved),
        2 => Just(Resumed),
        2 => Just(Stopped),
        2 => (0..60u32).prop_map(Deferred),
        1 => Just(Refused),
        1 => Just(Recalculating),
        1 => Just(Recalculated),
    ]
}

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

/// The event of something that happened, and its day.
fn as_event(place: usize, what: Happens, ago: u32) -> CaseEvent {
    use Happens::*;
    let day = today() - Days::new(ago.into());
    let on = day.to_string();
    let (kind, facts) = match what {
        Died => ("person.died", json!({"died": on})),
        Filed(kind) => ("insolvency.filed", json!({"filed": on, "kind": kind})),
        Ended(outcome) => ("insolvency.ended", json!({"ended": on, "outcome": outcome})),
        Disputed => ("dispute.received", json!({"received": on})),
        Decided(outcome) => ("dispute.decided", json!({"decided": on, "outcome": outcome})),
        Agreed => {
            let plan =
                json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2027-01-01", "method": "cheque"});
            ("plan.agreed", json!({"as_of": on, "balance": "1000.00", "agreed_on": on, "plan": plan}))
        }
        Defaulted => ("plan.defaulted", json!({"defaulted": on})),
        Paid(cents) => ("payment.received", json!({"received": on, "amount": money(cents), "kind": "payment"})),
        Bounced(cents) => ("payment.dishonoured", json!({"dishonoured": on, "amount": money(cents)})),
        PaidOff => ("debt.paid", json!({"paid": on})),
        WrittenOff => ("debt.written-off", json!({"decided": on})),
        MailReturned => ("mail.returned", json!({"returned": on, "reason": "moved"})),
        Moved => {
            let address =
                json!({"lines": ["1 NEW ST"], "municipality": "Barrie", "province": "ON", "postal_code": "L4M 1A1"});
            ("address.changed", json!({"changed": on, "address": address}))
        }
        Resumed => ("assistance.resumed", json!({"resumed": on})),
        Stopped => ("assistance.ended", json!({"ended": on})),
        Deferred(days) => {
            let until = (today() + Days::new(days.into()) - Days::new(30)).to_string();
            ("hardship.decided", json!({"decided": on, "outcome": "granted", "ground": "hardship", "until": until}))
        }
        Refused => ("hardship.decided", json!({"decided": on, "outcome": "refused", "ground": "hardship"})),
        Recalculating => ("debt.recalculation-opened", json!({"opened": on})),
        Recalculated => ("debt.recalculated", json!({"recalculated": on, "as_of": on, "balance": "1000.00"})),
    };
    let data = with_facts(&sample("debt-notice", "plausible"), facts);
    // Each at an instant of its own, in the order in which they were generated for a day.
    let time = format!("{on}T{:02}:{:02}:00-05:00", place / 60, place % 60);
    CaseEvent::read(&event(&format!("m-{place}"), kind, &time, &data)).unwrap()
}

fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Whether a demand is forbidden, worked out from the list alone and not as Recto does it: by looking, for each rule, at what
/// happened last.
fn is_forbidden(course: &[(Happens, u32)]) -> bool {
    use Happens::*;
    // In the order in which things happened.
    let mut course: Vec<(usize, (Happens, u32))> = course.iter().copied().enumerate().collect();
    course.sort_by_key(|(place, (_, ago))| (std::cmp::Reverse(*ago), *place));
    let course: Vec<(Happens, u32)> = course.into_iter().map(|(_, one)| one).collect();
    let last = |of: &dyn Fn(Happens) -> bool| course.iter().rposition(|(what, _)| of(*what));
    let after = |one: Option<usize>, other: Option<usize>| one.is_some() && one > other;
    let died = course.iter().any(|(what, _)| *what == Died);
    let returned = after(last(&|w| w == MailReturned), last(&|w| w == Moved));
    let receives = after(last(&|w| w == Resumed), last(&|w| w == Stopped));
    let plan = after(last(&|w| w == Agreed), last(&|w| w == Defaulted));
    let recalculating = after(last(&|w| w == Recalculating), last(&|w| w == Recalculated));
    // Money that moved after the day of the balance, which is yesterday.
    let moved = course.iter().any(|(what, ago)| *ago == 0 && matches!(what, Paid(_) | Bounced(_)));
    let open = course.iter().fold(0i32, |open, (what, _)| match what {
        Disputed => open + 1,
        Decided(_) => (open - 1).max(0),
        _ => open,
    });
    let deferral = course.iter().rev().find_map(|(what, _)| match what {
        Deferred(days) => Some(*days >= 30),
        Refused => Some(false),
        _ => None,
    });
    // A bankruptcy stays everything until the trustee's discharge or a withdrawal.
    let bankrupt = last(&|w| w == Filed("bankruptcy"));
    let stayed =
        after(bankrupt, last(&|w| matches!(w, Ended("trustee-discharged" | "withdrawn" | "proposal-performed"))));
    // What was paid stays paid unless it bounces or is calculated anew; what was written off stays so.
    let paid = after(last(&|w| w == PaidOff), last(&|w| matches!(w, Bounced(_) | Recalculated)));
    let written_off = course.iter().any(|(what, _)| *what == WrittenOff);
    died || paid
        || written_off
        || returned
        || receives
        || plan
        || recalculating
        || moved
        || open > 0
        || deferral == Some(true)
        || stayed
}

/// Overpayments of assistance.
const TRAITS: Traits =
    Traits { internal_review: true, may_be_forgiven: true, explain_before_enforcement: false, undertaking: false };

fn letter_findings(catalogue: &Catalogue, policy: &Policy, events: &[CaseEvent]) -> Vec<(Effect, String)> {
    let letter = &catalogue.types["debt-notice"];
    let data = sample("debt-notice", "plausible");
    let mut facts = data["facts"].clone();
    facts["as_of"] = json!("2026-11-16");
    facts["balance"] = json!("1000.00");
    // The event that asks for the letter is one of the case's.
    let own = with_facts(&data, facts.clone());
    let own = event("asked", "debt.referred", &format!("{TODAY}T14:00:00Z"), &own);
    let events = &[events, &[CaseEvent::read(&own).unwrap()]].concat();
    let standing =
        Standing::of(data["case"]["reference"].as_str().unwrap(), data["party"]["id"].as_str().unwrap(), events, &[]);
    let asked = Asked {
        letter_type: "debt-notice",
        tells: &letter.description.tells,
        id: "",
        sequence: None,
        asked_at: format!("{TODAY}T14:00:00Z").parse().unwrap(),
        facts: Some(&facts),
        officer_texts: &letter.schema.officer_texts,
        role: Role::Debtor,
        by_mail: true,
        languages: &[Language::En],
        minimum: "minimum_balance",
        repeats: false,
        conflicts: &[],
    };
    let question = Question::new(&standing, policy, TRAITS, asked, today(), &[]);
    let found = findings(&letter.description.rules.guards, &question);
    found.into_iter().map(|finding| (finding.effect, finding.reason.code)).collect()
}

#[test]
fn no_sequence_of_events_lets_a_forbidden_letter_out() {
    let catalogue = Catalogue::load(&home().join("letter-templates")).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let policy = catalogue.program("ontario-works").unwrap().policy_on(today()).unwrap();
    let mut runner = TestRunner::new(Config { cases: 3_000, failure_persistence: None, ..Config::default() });
    let (forbidden, free) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let courses = prop::collection::vec((happens(), 0..120u32), 0..10);
    runner
        .run(&(courses, any::<u64>()), |(course, seed)| {
            let mut events: Vec<CaseEvent> =
                course.iter().enumerate().map(|(place, (what, ago))| as_event(place, *what, *ago)).collect();
            let found = letter_findings(&catalogue, policy, &events);
            let stopped = found.iter().any(|(effect, _)| *effect != Effect::Review);
            if is_forbidden(&course) {
                forbidden.set(forbidden.get() + 1);
                prop_assert!(stopped, "it would go: {:?}", course);
            } else if !stopped {
                free.set(free.get() + 1);
            }
            // In whatever order they arrive, they end in the same standing.
            let person = events.first().map(|event| event.data["party"]["id"].as_str().unwrap().to_owned());
            let person = person.unwrap_or_default();
            let case = events.first().map(|event| event.subject.clone()).unwrap_or_default();
            let before = Standing::of(&case, &person, &events, &[]);
            let turn = seed as usize % events.len().max(1);
            events.rotate_left(turn);
            if seed % 2 == 0 {
                events.reverse();
            }
            prop_assert_eq!(before, Standing::of(&case, &person, &events, &[]));
            Ok(())
        })
        .unwrap();
    // The test would prove nothing if either never came about.
    assert!(forbidden.get() > 500 && free.get() > 100, "{} forbidden, {} free", forbidden.get(), free.get());
}

#[test]
fn a_schedule_sums_to_the_debt_and_its_last_instalment_is_the_remainder() {
    let mut runner = TestRunner::new(Config { cases: 500, failure_persistence: None, ..Config::default() });
    let frequency = prop_oneof![Just("weekly"), Just("biweekly"), Just("monthly")];
    let cases = (1..500_000u32, 500..90_000u32, frequency, 0..1_500u32);
    runner
        .run(&cases, |(debt, instalment, frequency, day)| {
            let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap() + Days::new(day.into());
            let plan = json!({"instalment": money(instalment), "frequency": frequency, "first_due": first.to_string()});
            let owed: Decimal = money(debt).parse().unwrap();
            let Ok(rows) = schedule(&plan, owed) else {
                prop_assert!(debt > 239 * instalment, "only a plan that is too long is refused");
                return Ok(());
            };
            let amounts: Vec<Decimal> = rows.iter().map(|row| row.amount).collect();
            prop_assert_eq!(amounts.iter().sum::<Decimal>(), owed);
            let whole: Decimal = money(instalment).parse().unwrap();
            prop_assert!(amounts[..amounts.len() - 1].iter().all(|amount| *amount == whole));
            prop_assert!(amounts.last().unwrap() <= &whole && amounts.last().unwrap() > &Decimal::ZERO);
            prop_assert_eq!(rows.last().unwrap().balance, Decimal::ZERO);
            for (place, row) in rows.iter().enumerate() {
                let due = match frequency {
                    "weekly" => first + Days::new(7 * place as u64),
                    "biweekly" => first + Days::new(14 * place as u64),
                    _ => first + Months::new(place as u32),
                };
                prop_assert_eq!(row.due, due);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_monthly_plan_keeps_to_the_ends_of_months_through_a_leap_year() {
    let plan = json!({"instalment": "10.00", "frequency": "monthly", "first_due": "2028-01-31"});
    let due: Vec<String> =
        schedule(&plan, "50.01".parse().unwrap()).unwrap().iter().map(|row| row.due.to_string()).collect();
    assert_eq!(due, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31", "2028-06-30"]);
}

fn terms(method: Method, percent: &str, from: &str) -> Terms {
    Terms { from: from.parse().unwrap(), method, percent: percent.parse().unwrap() }
}

#[test]
fn interest_follows_the_terms_in_force() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let dollars = |text: &str| text.parse::<Decimal>().unwrap();
    let compound = [terms(Method::MonthlyCompound, "6.00", "2020-01-01")];
    let simple = [terms(Method::Simple, "6.00", "2020-01-01")];
    let interest = |principal: &str, from: &str, until: &str, terms: &[Terms]| {
        accrued(dollars(principal), day(from), day(until), &[], terms)
    };
    // 1000.00 at half a per cent a month: 5.00, then 0.5 % of 1005.00 = 5.025, up to 5.03.
    assert_eq!(interest("1000.00", "2026-01-31", "2026-02-27", &compound), dollars("0"));
    assert_eq!(interest("1000.00", "2026-01-31", "2026-02-28", &compound), dollars("5.00"));
    assert_eq!(interest("1000.00", "2026-01-31", "2026-03-31", &compound), dollars("10.03"));
    assert_eq!(interest("1000.00", "2026-01-01", "2027-01-01", &compound), dollars("61.69"));
    // 365 days at 6 % of 1000.00, month by month rounded to the cent.
    assert_eq!(interest("1000.00", "2026-01-01", "2027-01-01", &simple), dollars("60.02"));
    assert_eq!(interest("1000.00", "2026-01-01", "2026-01-01", &simple), Decimal::ZERO);
    assert_eq!(
        interest("1000.00", "2026-01-01", "2027-01-01", &[terms(Method::None, "6.00", "2020-01-01")]),
        Decimal::ZERO
    );
    // Before the first terms there is none, and a new rate holds from the next month on.
    assert_eq!(interest("1000.00", "2019-12-01", "2020-02-01", &compound), dollars("5.00"));
    let changed = [compound[0], terms(Method::MonthlyCompound, "12.00", "2026-02-15")];
    assert_eq!(
        interest("1000.00", "2026-01-01", "2026-04-01", &changed),
        dollars("5.00") + dollars("5.03") + dollars("10.10")
    );
    // What is paid within the month is not charged for.
    let paid = [(day("2026-01-20"), dollars("400.00"))];
    assert_eq!(accrued(dollars("1000.00"), day("2026-01-01"), day("2026-02-01"), &paid, &compound), dollars("3.00"));
}

#[test]
fn a_joint_debt_is_owed_once_whoever_pays() {
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    let payments = prop::collection::vec((any::<bool>(), 1..30_000u32, 1..200u32), 0..12);
    runner
        .run(&payments, |payments| {
            let notice = sample("sponsor-debt-notice", "plausible");
            let mut facts = notice["facts"].clone();
            (facts["as_of"], facts["balance"]) = (json!("2026-01-01"), json!("5000.00"));
            let party = |own: bool, mut data: Value| {
                data["party"]["id"] = json!(if own { "P-1" } else { "P-2" });
                data
            };
            let read = |id: &str, kind: &str, day: NaiveDate, data: &Value| {
                CaseEvent::read(&event(id, kind, &format!("{day}T12:00:00-05:00"), data)).unwrap()
            };
            let first = "2026-01-02".parse().unwrap();
            let mut events: Vec<CaseEvent> = [true, false]
                .map(|own| {
                    read(&format!("d-{own}"), "debt.referred", first, &party(own, with_facts(&notice, facts.clone())))
                })
                .to_vec();
            let mut paid = Decimal::ZERO;
            for (place, (own, cents, ago)) in payments.iter().enumerate() {
                let day = today() - Days::new((*ago).into());
                paid += money(*cents).parse::<Decimal>().unwrap();
                let received = json!({"received": day.to_string(), "amount": money(*cents), "kind": "payment"});
                events.push(read(
                    &format!("r-{place}"),
                    "payment.received",
                    day,
                    &party(*own, with_facts(&notice, received)),
                ));
            }
            let case = events[0].subject.clone();
            // Both see one debt of the same amount, and every payment once.
            let owed = ["P-1", "P-2"]
                .map(|person| Standing::of(&case, person, &events, &[]).ledger.owed(today(), &[]).unwrap());
            prop_assert_eq!(owed[0], owed[1]);
            prop_assert_eq!(owed[0], "5000.00".parse::<Decimal>().unwrap() - paid);
            Ok(())
        })
        .unwrap();
}
