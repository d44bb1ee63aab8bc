//! Scenarios of the rules in plain data: `tests/scenarios.md` has a history, a letter that is asked for, and what must become of it.
//!
//! Each row is a case of its own on one desk, and goes the whole way: events taken, letter drafted, weighed, typeset, read,
//! recorded. The facts that a row does not name come from `tests/scenarios.json`.

use std::collections::BTreeSet;

use recto::desk::{Batch, Desk, LetterRequest, Outcome, Requested};
use recto::intake::Offer;
use recto::register::LetterRow;
use recto::rules::{Guard, guards};
use serde_json::{Value, json};

use crate::support::{catalogue, desk, event, home, operator, work};

/// A row of the table.
struct Scenario {
    /// Its line in the file, so that whoever reads of a failure finds it.
    line: usize,
    rule: String,
    history: String,
    asked: String,
    outcome: String,
    why: String,
}

impl Scenario {
    /// The letter type that is asked for.
    fn letter_type(&self) -> &str {
        self.asked.split_whitespace().next().unwrap().trim_start_matches("officer/")
    }

    /// Whether an officer asks for it, and not an event.
    fn is_request(&self) -> bool {
        self.asked.starts_with("officer/")
    }

    /// Whether the letter goes, at once or when somebody has approved it.
    fn passes(&self) -> bool {
        matches!(self.outcome.split_whitespace().next(), Some("issued" | "awaits"))
    }

    /// The codes of the guards and checks that say so.
    fn codes(&self) -> BTreeSet<&str> {
        self.outcome.split_whitespace().skip(1).collect()
    }
}

impl std::fmt::Display for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "tests/scenarios.md:{}: {} | {} | {}", self.line, self.rule, self.history, self.asked)
    }
}

fn scenarios() -> Vec<Scenario> {
    let text = std::fs::read_to_string(home().join("tests/scenarios.md")).unwrap();
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let rows = lines.filter(|(_, line)| line.starts_with("| B") || line.starts_with("| –"));
    rows.map(|(line, row)| {
        let cells: Vec<String> = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let five = |_| panic!("tests/scenarios.md:{line} wants five cells");
        let [rule, history, asked, outcome, why] = cells.try_into().unwrap_or_else(five);
        Scenario { line, rule, history, asked, outcome, why }
    })
    .collect()
}

/// The facts that rows do not name: `{party, events: {kind: facts}, letters: {type: {program, facts, addressee?, before?}}}`. Before
/// the history of a row that does not say `bare` stands what its letter rests on: `[day, event, facts]` each, where a text such as
/// `=balance` is that fact of the letter.
fn defaults() -> Value {
    serde_json::from_str(&std::fs::read_to_string(home().join("tests/scenarios.json")).unwrap()).unwrap()
}

/// Sets `name=value` in an object; a dotted name goes inside. A value that reads as JSON is that, but money and dates are texts.
fn set(target: &mut Value, assignment: &str) {
    let (name, value) = assignment.split_once('=').unwrap_or_else(|| panic!("name=value: {assignment}"));
    let value = match value {
        "true" | "false" => json!(value == "true"),
        "none" => Value::Null,
        list if list.starts_with('[') => {
            let items = list.trim_matches(['[', ']']).split(',').filter(|one| !one.is_empty());
            json!(items.map(|one| one.replace('_', " ")).collect::<Vec<_>>())
        }
        text => json!(text.replace('_', " ")),
    };
    let mut place = target;
    let mut names = name.split('.').peekable();
    while let Some(one) = names.next() {
        if names.peek().is_none() {
            let object = place.as_object_mut().unwrap();
            if value.is_null() {
                object.shift_remove(one)
            } else {
                object.insert(one.to_owned(), value.clone())
            };
            return;
        }
        place = match one.parse::<usize>() {
            Ok(index) => &mut place[index],
            Err(_) => place.as_object_mut().unwrap().entry(one).or_insert_with(|| json!({})),
        };
    }
}

/// A value of what stands before a row's history: as it is written, or the letter's own fact where it says so.
fn of_letter(value: &Value, facts: &Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('=') => {
            facts.pointer(&text.replacen('=', "/", 1).replace('.', "/")).unwrap_or_else(|| panic!("{text}")).clone()
        }
        Value::Object(object) => object.iter().map(|(name, value)| (name.clone(), of_letter(value, facts))).collect(),
        other => other.clone(),
    }
}

/// Sets the event's own day, wherever its facts have it.
fn on_its_day(facts: &mut Value, day: &str) {
    for (_, value) in facts.as_object_mut().unwrap().iter_mut().filter(|(_, value)| *value == "DAY") {
        *value = json!(day);
    }
}

/// The events of one row: its history, then what asks for the letter.
fn events(place: usize, row: &Scenario, defaults: &Value) -> Vec<Value> {
    let words = row.asked.split_whitespace().skip(1);
    let letter_type = row.letter_type();
    let letter = &defaults["letters"][letter_type];
    assert!(letter.is_object(), "tests/scenarios.json has no letter {letter_type}");
    let number = 900_000 + place;
    let program = words.clone().find_map(|word| word.strip_prefix("program=")).or(letter["program"].as_str());
    let program = program.unwrap_or("ontario-works");
    let case =
        json!({"reference": format!("DR-2026-{number}"), "program": program, "office": {"name": "Toronto North"}});
    let mut party = defaults["party"].clone();
    party["id"] = json!(format!("P-{number}"));
    if program == "sponsorship" {
        party["role"] = json!("sponsor");
    }
    let mut data = json!({"case": case, "party": party, "facts": letter["facts"]});
    if letter["role"].is_string() {
        data["party"]["role"] = letter["role"].clone();
    }
    if letter.get("addressee").is_some() {
        data["addressee"] = letter["addressee"].clone();
    }
    let bare = words.clone().any(|word| word == "bare");
    for word in words.filter(|word| !word.starts_with("program=") && *word != "bare") {
        match word.strip_prefix("party.").or(word.strip_prefix("addressee.")) {
            Some(part) if word.starts_with("party.") => set(&mut data["party"], part),
            Some(part) => set(&mut data["addressee"], part),
            None => set(&mut data["facts"], word),
        }
    }
    let mut events = Vec::new();
    for before in letter["before"].as_array().into_iter().flatten().filter(|_| !bare) {
        let (day, kind) = (before[0].as_str().unwrap(), before[1].as_str().unwrap());
        let mut facts = defaults["events"][kind].clone();
        for (name, value) in before[2].as_object().unwrap() {
            facts[name] = of_letter(value, &data["facts"]);
        }
        on_its_day(&mut facts, day);
        let own = json!({"case": case, "party": party, "facts": facts});
        events.push(event(
            &format!("s-{number}-before-{}", events.len()),
            kind,
            &format!("{day}T08:00:00-05:00"),
            &own,
        ));
    }
    for (index, item) in row.history.split(';').map(str::trim).filter(|item| !matches!(*item, "" | "–")).enumerate() {
        let mut words = item.split_whitespace();
        let (when, kind) = (words.next().unwrap(), words.next().unwrap_or_else(|| panic!("{item}")));
        let (who, kind) = kind.split_once('/').unwrap_or(("", kind));
        let facts = &defaults["events"][kind];
        assert!(facts.is_object(), "tests/scenarios.json has no event {kind}");
        let mut own = json!({"case": case, "party": party, "facts": facts});
        let day = &when[..10];
        on_its_day(&mut own["facts"], day);
        match who {
            "other-case" => own["case"]["reference"] = json!(format!("DR-2025-{number}")),
            "" => {}
            role => {
                own["party"]["id"] = json!(format!("Q-{number}"));
                own["party"]["role"] = json!(if role == "stranger" { "debtor" } else { role });
                own["party"]["given_name"] = json!("Yolande");
                own["party"]["surname"] = json!("Whitefeather");
                own["party"]["address"]["lines"] = json!(["9 SPRUCE LANE"]);
            }
        }
        for word in words {
            match word.strip_prefix("party.") {
                Some(part) => set(&mut own["party"], part),
                None => set(&mut own["facts"], word),
            }
        }
        // An event of the row is named by its place in the history, or as the one that asks.
        if let Some(about) = own["facts"].get("event_id").and_then(Value::as_str) {
            own["facts"]["event_id"] = json!(format!("s-{number}-{about}"));
        }
        let time = if when.len() > 10 { format!("{when}:00-05:00") } else { format!("{when}T12:00:00-05:00") };
        events.push(event(&format!("s-{number}-{index}"), kind, &time, &own));
    }
    let kind = letter["event"].as_str().unwrap();
    events.push(event(&format!("s-{number}-asked"), kind, "2026-11-17T09:00:00-05:00", &data));
    // Where several people have to do with one case, an officer has said of each that it is a person of the case, but of a stranger.
    if !row.history.contains("stranger/") {
        events.extend(introduced(&events, number));
    }
    events
}

fn introduced(events: &[Value], number: usize) -> Vec<Value> {
    let asked = &events[events.len() - 1];
    let others =
        |one: &&Value| one["subject"] == asked["subject"] && one["data"]["party"]["id"] == format!("Q-{number}");
    let Some(other) = events.iter().find(others) else { return Vec::new() };
    let said = [other, asked].into_iter().enumerate().map(|(place, about)| {
        let facts = json!({"identified": "2026-11-17", "answer": "new-person", "event_source": about["source"], "event_id": about["id"],
            "decided_by": "O. Officer"});
        let data = json!({"case": about["data"]["case"], "party": about["data"]["party"], "facts": facts});
        event(&format!("s-{number}-who-{place}"), "person.identified", "2026-11-17T13:00:00-05:00", &data)
    });
    said.collect()
}

/// An officer's request for the letter of a row.
async fn requested(desk: &Desk, row: &Scenario, event: &Value) -> Outcome {
    let key = event["id"].as_str().unwrap().to_owned();
    let request = LetterRequest { letter_type: row.letter_type().to_owned(), data: event["data"].clone(), key };
    match desk.ask_for(&crate::support::machine(), request).await.unwrap() {
        Requested::Called(letter) => Outcome::Taken(vec![letter.id]),
        Requested::Refused(faults) => Outcome::Refused(faults),
    }
}

/// What is wrong with what became of a row: its event must have called for exactly one letter of the type, which ended as the row
/// says.
async fn wrong_end(desk: &Desk, row: &Scenario, outcome: Option<&Outcome>) -> Option<String> {
    let ids = match outcome {
        Some(Outcome::Taken(ids)) => ids,
        Some(Outcome::Refused(faults)) if row.outcome.starts_with("untaken") => {
            let codes: BTreeSet<&str> = faults.iter().map(|fault| fault.code.as_str()).collect();
            return (codes != row.codes())
                .then(|| format!("{row}\n    its event was refused for {codes:?}: {faults:?}"));
        }
        other => return Some(format!("{row}\n    its event was not taken: {other:?}")),
    };
    let mut letters = Vec::new();
    for id in ids {
        letters.push(desk.reader().letter(id).await.unwrap().unwrap());
    }
    let of_the_type = |letter: &&LetterRow| letter.letter_type == row.letter_type();
    let [letter] = letters.iter().filter(of_the_type).collect::<Vec<_>>()[..] else {
        let types: Vec<&str> = letters.iter().map(|letter| letter.letter_type.as_str()).collect();
        return Some(format!("{row}\n    one letter of the type is looked at, and the event called for {types:?}"));
    };
    let reasons = letter.reasons.clone();
    let codes: BTreeSet<&str> = reasons.iter().map(|reason| reason.code.as_str()).collect();
    let state = letter.state.as_str().replace("awaiting-approval", "awaits");
    let is_so = row.outcome.split_whitespace().next() == Some(&state) && codes == row.codes();
    (!is_so).then(|| {
        let said: Vec<String> = reasons.iter().map(|reason| format!("\n        {reason}")).collect();
        let found = std::iter::once(state.as_str()).chain(codes).collect::<Vec<_>>().join(" ");
        format!("{row}\n    wanted {}, as {}\n    found {found}{}", row.outcome, row.why, said.concat())
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_the_rules_ends_as_its_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let (rows, defaults) = (scenarios(), defaults());
    assert!(rows.len() >= 720, "{} rows", rows.len());
    let (mut asked, mut wrong) = (Vec::new(), Vec::new());
    for (place, row) in rows.iter().enumerate() {
        let mut events = events(place, row, &defaults);
        let at = events.iter().position(|one| one["id"].as_str().unwrap().ends_with("-asked")).unwrap();
        let request = if row.is_request() { Some(events.remove(at)) } else { None };
        let offers: Vec<Offer> = events.iter().map(|one| Offer::of(row.rule.clone(), one)).collect();
        let mut outcomes = desk.take(operator(), offers, Batch::EachAlone).await.unwrap();
        asked.push(match request {
            Some(event) => Some(requested(&desk, row, &event).await),
            None => Some(outcomes.remove(at)),
        });
        let untaken = outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Taken(_)));
        wrong.extend(untaken.map(|outcome| format!("{row}\n    its history was not taken: {outcome:?}")));
    }
    work(&desk).await;
    for (row, outcome) in rows.iter().zip(&asked) {
        wrong.extend(wrong_end(&desk, row, outcome.as_ref()).await);
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn every_rule_of_the_table_has_a_row_inside_and_one_outside() {
    let rows = scenarios();
    for number in 1..=23 {
        let rule = format!("B{number}");
        let (pass, stop): (Vec<_>, Vec<_>) =
            rows.iter().filter(|row| row.rule == rule).partition(|row| row.passes() && row.codes().is_empty());
        assert!(!pass.is_empty() && !stop.is_empty(), "{rule}: {} rows pass, {} do not", pass.len(), stop.len());
    }
}

#[test]
fn every_guard_stops_a_letter_in_a_row_and_lets_its_neighbour_pass() {
    let (rows, catalogue) = (scenarios(), catalogue());
    let asks = |row: &&Scenario, guard: &Guard| {
        catalogue.types[row.letter_type()].description.rules.guards.iter().any(|key| key == guard.key)
    };
    for guard in guards() {
        let own: Vec<&Scenario> =
            rows.iter().filter(|row| row.rule == guard.rule).filter(|row| asks(row, guard)).collect();
        let stops = own.iter().filter(|row| row.codes().contains(guard.key)).count();
        let passes = own.iter().filter(|row| row.passes() && !row.codes().contains(guard.key)).count();
        let told = format!("{} ({}): {stops} rows are stopped, {passes} pass", guard.key, guard.rule);
        assert!(stops > 0 && passes > 0, "{told}; write the one that is missing into tests/scenarios.md");
    }
}

#[test]
fn every_letter_type_has_a_row_in_which_it_goes() {
    let rows = scenarios();
    for letter_type in catalogue().types.keys() {
        assert!(rows.iter().any(|row| row.letter_type() == letter_type && row.passes()), "{letter_type}");
    }
}
