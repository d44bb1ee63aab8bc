//! Properties over generated cases: whatever happens in a case, exactly those guards stop a letter that the rules in plain words
//! (`oracle`) name, no fewer and no more; and events in another order end in the same standing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use recto::case::{CaseEvent, CaseRef, Fault, Given, Language, PersonId, Policy, Role, SpentBy, Times};
use recto::letter::Catalogue;
use recto::rules::{Asked, ByOtherMeans, People, Question, SentLetter, Standing, facts_hash, findings};
use serde_json::{Value, json};

use crate::happens::{Ask, Gave, Happens, Letter, When};
use crate::oracle::expected;
use crate::support::{catalogue, event, runner};

/// The day on which the letter is asked for, at nine.
const TODAY: &str = "2026-11-17";
const CASE: &str = "DR-2026-000001";

/// The letter types that are asked for, each with the event that calls for it.
const TYPES: [(&str, &str); 8] = [
    ("debt-notice", "debt.referred"),
    ("cra-transfer-notice", "debt.transfer-intended"),
    ("cra-transfer-confirmed", "debt.transferred"),
    ("cra-transfer-recalled", "debt.recalled"),
    ("plan-confirmation", "plan.agreed"),
    ("plan-reminder", "plan.instalment-missed"),
    ("plan-default", "plan.defaulted"),
    ("account-statement", "statement.requested"),
];

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    let filings = prop::sample::select(vec!["bankruptcy", "consumer-proposal", "notice-of-intention"]);
    let ends =
        prop::sample::select(vec!["discharged", "trustee-discharged", "withdrawn", "proposal-performed", "annulled"]);
    let kinds = || prop::sample::select(vec!["dispute", "review", "appeal", "submission"]);
    let outcomes = prop::sample::select(vec!["upheld", "partly", "allowed"]);
    let flags = || prop::sample::select(vec!["family-violence", "safe-contact"]);
    let sent = prop::sample::select(vec![
        "debt-notice",
        "cra-transfer-notice",
        "plan-reminder",
        "plan-proposal",
        "dispute-response",
        "dispute-response",
    ]);
    // Weighted so that what takes several of them, such as a flagged person who shares an address, comes about often enough.
    let person = prop_oneof![
        1 => any::<bool>().prop_map(Died),
        4 => filings.prop_map(Filed),
        4 => ends.prop_map(Ended),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(email, deceased)| MailReturned { email, deceased }),
        2 => any::<bool>().prop_map(Moved),
        6 => prop::bool::weighted(0.7).prop_map(OtherWritten),
        2 => any::<bool>().prop_map(Assisted),
        9 => Just(OtherKnown),
        1 => Just(AssistedUnderOtherName),
        1 => Just(TwoPeople),
        1 => Just(OnePerson),
        1 => any::<bool>().prop_map(ReadsByEar),
        2 => (0..60u32).prop_map(|days| Deferred(Some(days))),
        1 => Just(Deferred(None)),
        6 => (flags(), prop::bool::weighted(0.2)).prop_map(|(flag, other)| Flagged(flag, other)),
        2 => (flags(), any::<bool>()).prop_map(|(flag, other)| Lifted(flag, other)),
        2 => (any::<bool>(), 0..60u32).prop_map(|(consents, until)| Represented { consents, until }),
        1 => Just(Unrepresented),
    ];
    let debt = prop_oneof![
        2 => kinds().prop_map(Disputed),
        3 => (prop::option::of(kinds()), outcomes).prop_map(|(kind, outcome)| Decided(kind, outcome)),
        2 => Just(Agreed),
        1 => Just(Defaulted),
        3 => prop::sample::select(vec![1u32, 9_999, 10_000, 50_000, 100_000]).prop_map(Paid),
        1 => prop::sample::select(vec![1u32, 10_000, 100_000]).prop_map(Bounced),
        1 => Just(PaidOff),
        1 => Just(WrittenOff),
        1 => prop::sample::select(vec![1u32, 10_000, 100_000]).prop_map(CreditFound),
        1 => Just(Recalculating),
        1 => Just(Recalculated),
        1 => Just(Transferred),
        1 => Just(Recalled),
        2 => sent.prop_map(SentOtherwise),
    ];
    prop_oneof![person, debt]
}

/// A letter of the register: one of the types that guards look for, or the one that is asked for again.
fn letter() -> impl Strategy<Value = Letter> {
    let types = "the same, plan-proposal, debt-notice, sponsor-debt-notice, cra-transfer-notice, plan-reminder, plan-reminder, dispute-response";
    let types: Vec<&str> = types.split(", ").collect();
    (
        prop::sample::select(types),
        prop::option::of(0..60u32),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        prop::option::of(gave()),
    )
        .prop_map(|(letter_type, ago, earlier, same_facts, by_mail, other, gave)| Letter {
            letter_type,
            ago,
            earlier,
            same_facts,
            by_mail,
            other,
            gave,
        })
}

fn gave() -> impl Strategy<Value = Gave> {
    let acts = prop::sample::select(vec!["", "plan", "payment", "submission"]);
    (prop_oneof![0..60u32, 29..32u32], acts).prop_map(|(until, spent_by)| Gave { until, spent_by })
}

fn ask() -> impl Strategy<Value = Ask> {
    let balances =
        prop::sample::select(vec!["right", "1000.00", "2000.00", "2000.01", "2.50", "2.51", "25.00", "25.01"]);
    let ages = prop::sample::select(vec![1u32, 10, 60, 61]);
    let lists = prop_oneof![Just(0u8), Just(u8::MAX), any::<u8>()];
    (0..TYPES.len(), any::<[bool; 5]>(), balances, ages, prop::option::of(any::<bool>()), lists).prop_map(
        |(kind, [sponsorship, not_debtor, by_email, decision_told, registered], balance, as_of, sin_on_file, lists)| {
            Ask {
                lists,
                letter_type: TYPES[kind].0,
                sponsorship,
                estate: not_debtor && as_of == 10,
                by_mail: !by_email,
                balance,
                as_of,
                sin_on_file,
                decision_told,
                registered,
            }
        },
    )
}

fn today() -> NaiveDate {
    TODAY.parse().unwrap()
}

fn day(ago: u32) -> String {
    (today() - Days::new(ago.into())).to_string()
}

fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn address(street: &str) -> Value {
    json!({"lines": [street], "municipality": "Sudbury", "province": "ON", "postal_code": "P3C 1S2"})
}

fn read(id: &str, kind: &str, time: &str, who: &str, street: &str, facts: &Value) -> CaseEvent {
    let case = json!({"reference": CASE, "program": "ontario-works", "office": {"name": "Toronto North"}});
    let role = if who == "P-1" { "debtor" } else { "co-signer" };
    let party = json!({"id": who, "role": role, "given_name": "R", "surname": "O", "language": "en", "channel": "print",
        "address": address(street)});
    CaseEvent::read(&event(id, kind, time, &json!({"case": case, "party": party, "facts": facts}))).unwrap()
}

/// The event of something that happened, and its day: each at an instant of its own, in the order in which they were generated;
/// what is late comes after the letter was asked for.
fn as_event(place: usize, what: Happens, when: When) -> CaseEvent {
    use Happens::*;
    let on = day(when.ago);
    let told = if when.is_late(what) { day(0) } else { on.clone() };
    let time = format!("{told}T{:02}:{place:02}:00-05:00", if when.is_late(what) { 12 } else { 1 });
    let (other, street) = match what {
        OtherWritten(same) => (true, if same { "14 ELM ST" } else { "9 OAK ST" }),
        OtherKnown => (true, "9 OAK ST"),
        Flagged(_, other) | Lifted(_, other) => (other, if other { "9 OAK ST" } else { "14 ELM ST" }),
        _ => (false, "14 ELM ST"),
    };
    let (kind, facts) = facts_of(what, &on);
    let mut event = read(&format!("m-{place:02}"), kind, &time, if other { "P-2" } else { "P-1" }, street, &facts);
    let party = &mut event.data["party"];
    match what {
        AssistedUnderOtherName => (party["given_name"], party["surname"]) = (json!("Mario"), json!("Delgado")),
        ReadsByEar(by_ear) => party["format"] = json!(if by_ear { "screen-reader" } else { "standard" }),
        _ => {}
    }
    event
}

fn facts_of(what: Happens, on: &str) -> (&'static str, Value) {
    use Happens::*;
    let later = |days: u32| (today() + Days::new(days.into()) - Days::new(30)).to_string();
    match what {
        Asked => unreachable!("asking is an event of its own"),
        Died(in_error) => ("person.died", json!({"died": on, "in_error": in_error})),
        Filed(kind) => ("insolvency.filed", json!({"filed": on, "kind": kind})),
        Ended(outcome) => ("insolvency.ended", json!({"ended": on, "outcome": outcome})),
        Disputed(kind) => ("dispute.received", json!({"received": on, "kind": kind})),
        Decided(kind, outcome) => ("dispute.decided", json!({"decided": on, "outcome": outcome, "kind": kind})),
        Agreed => ("plan.agreed", json!({"as_of": on, "balance": "1000.00", "agreed_on": on, "plan": plan(on)})),
        Defaulted => ("plan.defaulted", json!({"defaulted": on})),
        Paid(cents) => ("payment.received", json!({"received": on, "amount": money(cents), "kind": "payment"})),
        Bounced(cents) => ("payment.dishonoured", json!({"dishonoured": on, "amount": money(cents)})),
        PaidOff => ("debt.paid", json!({"paid": on})),
        WrittenOff => ("debt.written-off", json!({"decided": on})),
        CreditFound(cents) => ("credit.found", json!({"as_of": on, "excess": money(cents)})),
        MailReturned { email, deceased } => {
            let reason = if deceased { "deceased" } else { "moved" };
            (
                "mail.returned",
                json!({"returned": on, "reason": reason, "channel": if email { "email" } else { "print" }}),
            )
        }
        Moved(away) => {
            let address = address(if away { "1 NEW ST" } else { "14 ELM ST" });
            ("address.changed", json!({"changed": on, "address": address}))
        }
        OtherWritten(_) => ("inquiry.received", json!({"received": on, "from": "person"})),
        OtherKnown => {
            let facts = json!({"named": on, "name": "Elm Legal Clinic", "kind": "representative", "address": address("200 CEDAR ST")});
            ("representative.named", facts)
        }
        TwoPeople | OnePerson => {
            let answer = if what == TwoPeople { "two-people" } else { "one-person" };
            ("person.identified", json!({"answer": answer, "name": "R O", "other_name": "Mario Delgado"}))
        }
        ReadsByEar(_) => ("inquiry.received", json!({"received": on, "from": "person"})),
        Assisted(true) | AssistedUnderOtherName => ("assistance.resumed", json!({"resumed": on})),
        Assisted(false) => ("assistance.ended", json!({"ended": on})),
        Deferred(days) => {
            let outcome = if days.is_some() { "granted" } else { "refused" };
            (
                "hardship.decided",
                json!({"decided": on, "outcome": outcome, "ground": "hardship", "until": days.map(later)}),
            )
        }
        Flagged(flag, _) => ("person.flagged", json!({"flagged": on, "flag": flag})),
        Lifted(flag, _) => ("person.flagged", json!({"flagged": on, "flag": flag, "lifted": true})),
        Represented { consents, until } => {
            let signed = consents.then_some(on);
            let facts = json!({"named": on, "name": "Elm Legal Clinic", "kind": "representative", "consent_signed": signed,
                "consent_until": later(until), "address": address("200 CEDAR ST")});
            ("representative.named", facts)
        }
        Unrepresented => ("representative.ended", json!({"ended": on})),
        Recalculating => ("debt.recalculation-opened", json!({"opened": on})),
        Recalculated => ("debt.recalculated", json!({"recalculated": on, "as_of": on, "balance": "1000.00"})),
        Transferred => ("debt.transferred", json!({"transferred": on})),
        Recalled => ("debt.recalled", json!({"recalled": on})),
        SentOtherwise(letter) => ("letter.sent", json!({"letter": letter, "mailed": on})),
    }
}

/// Ten monthly instalments of $100.00, the first a week after a day.
fn plan(on: &str) -> Value {
    let first = on.parse::<NaiveDate>().unwrap() + Days::new(7);
    json!({"instalment": "100.00", "frequency": "monthly", "first_due": first.to_string(), "method": "cheque"})
}

/// The rows of the letter's account that it has of what moved.
fn rows_asked(ask: &Ask, course: &[(Happens, When)]) -> Vec<Value> {
    let mut moves: Vec<_> = course.iter().enumerate().filter(|(_, (what, _))| what.is_money()).collect();
    moves.sort_by_key(|(place, (what, when))| as_event(*place, *what, *when).time);
    let listed = moves.into_iter().enumerate().filter(|(nth, _)| *nth < 8 && ask.lists >> nth & 1 == 1);
    let row = |(_, (_, (what, when))): (usize, (usize, &(Happens, When)))| match what {
        Happens::Paid(cents) => json!({"date": day(when.ago), "kind": "payment", "credit": money(*cents)}),
        Happens::Bounced(cents) => json!({"date": day(when.ago), "kind": "returned-payment", "debit": money(*cents)}),
        _ => unreachable!("nothing else is money"),
    };
    listed.map(row).collect()
}

/// The facts of the letter that is asked for.
fn facts_asked(ask: &Ask, course: &[(Happens, When)], balance: &str) -> Value {
    json!({
        "transactions": rows_asked(ask, course),
        "as_of": day(ask.as_of), "balance": balance, "period": {"from": day(100), "to": day(40)},
        "missed": [{"due": day(40), "amount": "100.00", "paid": "0.00"}], "cure_amount": "100.00",
        "agreed_on": TODAY, "defaulted": TODAY, "plan": plan(TODAY), "transferred": TODAY, "recalled": TODAY,
        "sin_on_file": ask.sin_on_file, "earlier_notices": [],
    })
}

/// A letter of the register, in the shape in which the rules get it.
fn as_letter(catalogue: &Catalogue, place: usize, letter: &Letter, ask: &Ask, facts: &Value) -> SentLetter {
    let told_apart_by = &catalogue.types[letter.kind(ask)].description.rules.told_apart_by;
    let hash = facts_hash(facts, told_apart_by);
    SentLetter {
        id: format!("letter-{place}"),
        letter_type: letter.kind(ask).to_owned(),
        tells: catalogue.tells(letter.kind(ask)).to_vec(),
        person: if letter.other { "P-2" } else { "P-1" }.to_owned(),
        debt: String::new(),
        facts_hash: if letter.same_facts { hash } else { "another".to_owned() },
        by_mail: letter.by_mail,
        date: letter.ago.map(|ago| today() - Days::new(ago.into())),
        sent: letter.ago.is_some(),
        returned: false,
        sequence: Some(if letter.earlier { 1 } else { 9 }),
        times: Times(letter.gave.map(given).into_iter().collect()),
        ..SentLetter::default()
    }
}

fn given(gave: Gave) -> Given {
    let spent_by = match gave.spent_by {
        "plan" => vec![SpentBy::Plan],
        "payment" => vec![SpentBy::Payment],
        "submission" => vec![SpentBy::Submission],
        _ => Vec::new(),
    };
    let until = today() + Days::new(gave.until.into()) - Days::new(30);
    Given { name: "respond".to_owned(), until, spent_by, amount: Some("100.00".parse().unwrap()) }
}

/// What happened, and the letters: as the rules see them.
struct Course {
    events: Vec<CaseEvent>,
    letters: Vec<SentLetter>,
    facts: Value,
}

impl Course {
    fn of(catalogue: &Catalogue, ask: &Ask, course: &[(Happens, When)], letters: &[Letter], balance: &str) -> Course {
        let facts = facts_asked(ask, course, balance);
        let kind = TYPES.iter().find(|(letter, _)| *letter == ask.letter_type).unwrap().1;
        let mut first = json!({"as_of": day(130), "balance": "1000.00", "period": facts["period"]});
        if ask.decision_told {
            first["decision"] = json!({"date": day(130)});
        }
        let mut events = vec![
            read("first", "debt.referred", &format!("{}T01:00:00-05:00", day(130)), "P-1", "14 ELM ST", &first),
            read("asked", kind, &format!("{TODAY}T09:00:00-05:00"), "P-1", "14 ELM ST", &facts),
        ];
        events.extend(course.iter().enumerate().map(|(place, (what, when))| as_event(place, *what, *when)));
        let letters = letters.iter().enumerate();
        let letters = letters.map(|(place, one)| as_letter(catalogue, place, one, ask, &facts));
        // As the desk reads them: those of the register, and those of which an event tells.
        let otherwise = |event: &CaseEvent| {
            SentLetter::by_other_means(event, |letter, mailed| ByOtherMeans {
                tells: catalogue.tells(letter).to_vec(),
                times: catalogue.times(letter, "ontario-works", mailed, event.facts()),
            })
        };
        let letters = letters.chain(events.iter().filter_map(otherwise)).collect();
        Course { events, letters, facts }
    }

    /// What the desk knows of the debtor: the standing, and what must be said first of who that is.
    fn known(&self, catalogue: &Catalogue) -> (Standing, Vec<Fault>) {
        let (case, person) = (CaseRef::new(CASE), PersonId::new("P-1"));
        let people = People::of(&case, &self.events, |kind| catalogue.brings_person(kind));
        let asked = self.events.iter().find(|event| event.id == "asked");
        (people.standing(&person, &self.letters), people.holds(&person, asked))
    }
}

/// The guards of the letter's type that find something against it.
fn found(
    catalogue: &Catalogue,
    policy: &Policy,
    ask: &Ask,
    course: &Course,
    (standing, who): &(Standing, Vec<Fault>),
) -> BTreeSet<String> {
    let letter = &catalogue.types[ask.letter_type];
    let rules = &letter.description.rules;
    let asked = Asked {
        letter_type: ask.letter_type,
        tells: &letter.description.tells,
        id: "own",
        sequence: ask.registered.then_some(5),
        asked_at: format!("{TODAY}T09:00:00-05:00").parse().unwrap(),
        facts: Some(&course.facts),
        officer_texts: &letter.schema.officer_texts,
        role: if ask.estate { Role::Estate } else { Role::Debtor },
        by_mail: ask.by_mail,
        languages: &[Language::En],
        minimum: &rules.minimum,
        repeats: rules.repeats,
        told_apart_by: &rules.told_apart_by,
        conflicts: &rules.conflicts,
    };
    let program = if ask.sponsorship { "sponsorship" } else { "ontario-works" };
    let question = Question::new(standing, policy, catalogue.programs[program].traits, asked, today(), &[]);
    let found = findings(&rules.guards, &question).into_iter().map(|finding| finding.reason.code);
    found.chain(who.iter().map(|fault| fault.code.clone())).collect()
}

#[test]
fn whatever_happens_exactly_those_guards_stop_a_letter_that_the_rules_in_plain_words_name() {
    let catalogue = catalogue();
    let policy = catalogue.program("ontario-works").unwrap().policy_on(today()).unwrap();
    let when = (0..150u32, any::<bool>()).prop_map(|(ago, late)| When { ago: if ago > 110 { 0 } else { ago }, late });
    // One filing a course: several, and what becomes of one by another, are in tests/scenarios.md.
    let courses = prop::collection::vec((happens(), when), 0..10).prop_map(|mut course| {
        let mut filings = 0;
        course.retain(|(what, _)| {
            filings += usize::from(matches!(what, Happens::Filed(_)));
            filings < 2 || !matches!(what, Happens::Filed(_))
        });
        course
    });
    let letters = prop::collection::vec(letter(), 0..4);
    let seen = std::cell::RefCell::new(BTreeMap::<String, [usize; 2]>::new());
    runner(8_000)
        .run(&(ask(), courses, letters, any::<u64>()), |(ask, course, letters, turn)| {
            let (wanted, balance) = expected(&ask, &course, &letters);
            let guards = &catalogue.types[ask.letter_type].description.rules.guards;
            let asks = |key: &&str| *key == "names-differ" || guards.iter().any(|own| own == key);
            let wanted: BTreeSet<String> = wanted.into_iter().filter(asks).map(str::to_owned).collect();
            let mut case = Course::of(&catalogue, &ask, &course, &letters, &balance);
            let before = case.known(&catalogue);
            prop_assert_eq!(&found(&catalogue, policy, &ask, &case, &before), &wanted, "balance {}", balance);
            for key in guards {
                seen.borrow_mut().entry(key.clone()).or_default()[usize::from(wanted.contains(key))] += 1;
            }
            // In whatever order they arrive, they end in the same standing.
            let length = case.events.len();
            case.events.rotate_left(turn as usize % length);
            if turn % 2 == 0 {
                case.events.reverse();
            }
            prop_assert_eq!(before, case.known(&catalogue));
            Ok(())
        })
        .unwrap();
    // The test would prove nothing of a guard that never stopped a letter, or never let one pass. No letter has words of its own here;
    // a debt is always on file, and a plan that is told is one to confirm.
    let scarce: Vec<_> = seen.into_inner().into_iter().filter(|(_, [pass, stop])| *pass < 10 || *stop < 10).collect();
    let never = |key: &str| ["both-languages", "debt-on-file", "plan-to-confirm"].contains(&key);
    assert!(scarce.iter().all(|(key, _)| never(key)), "let pass and stopped: {scarce:?}");
}
