//! The arithmetic's identities: schedules, interest, and a joint debt that is owed once.

use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;
use recto::case::CaseEvent;
use recto::case::interest::{Method, Terms, accrued};
use recto::case::schedule::schedule;
use recto::rules::Standing;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::support::{event, runner, sample, with_facts};

fn today() -> NaiveDate {
    "2026-11-17".parse().unwrap()
}

fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

#[test]
fn a_schedule_sums_to_the_debt_and_its_last_instalment_is_the_remainder() {
    let mut runner = runner(500);
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
    let mut runner = runner(300);
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
                .map(|person| Standing::of(&case, person, &events, &[]).ledger)
                .map(|ledger| ledger.owed_each(today(), &[]).iter().map(|one| one.balance.unwrap()).sum::<Decimal>());
            prop_assert_eq!(owed[0], owed[1]);
            prop_assert_eq!(owed[0], "5000.00".parse::<Decimal>().unwrap() - paid);
            Ok(())
        })
        .unwrap();
}
