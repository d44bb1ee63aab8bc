//! Scenarios of the rules in plain data: `tests/scenarios.md` has a history, a letter that is asked for, and what must become of it.
//!
//! Each row is a case of its own on one desk, and goes the whole way: events taken, letter drafted, weighed, typeset, read,
//! recorded. The facts that a row does not name come from `tests/scenarios.json`.

use std::collections::BTreeSet;

use recto::desk::Whole;
use recto::intake::Offer;
use serde_json::{Value, json};

use crate::support::{desk, event, home, work};

/// A row of the table.
struct Scenario {
    rule: String,
    history: String,
    asked: String,
    outcome: String,
    why: String,
}

fn scenarios() -> Vec<Scenario> {
    let text = std::fs::read_to_string(home().join("tests/scenarios.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| B") || line.starts_with("| –"));
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        let [rule, history, asked, outcome, why] = cells.try_into().unwrap_or_else(|_| panic!("five cells: {row}"));
        Scenario { rule, history, asked, outcome, why }
    })
    .collect()
}

/// The facts that rows do not name: `{party, events: {kind: facts}, letters: {type: {program, facts, addressee?}}}`.
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
            json!(list.trim_matches(['[', ']']).split(',').filter(|one| !one.is_empty()).collect::<Vec<_>>())
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

/// The events of one row: its history, then what asks for the letter.
fn events(place: usize, row: &Scenario, defaults: &Value) -> Vec<Value> {
    let mut words = row.asked.split_whitespace();
    let letter_type = words.next().unwrap();
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
    for word in words.filter(|word| !word.starts_with("program=")) {
        match word.strip_prefix("party.").or(word.strip_prefix("addressee.")) {
            Some(part) if word.starts_with("party.") => set(&mut data["party"], part),
            Some(part) => set(&mut data["addressee"], part),
            None => set(&mut data["facts"], word),
        }
    }
    let mut events = Vec::new();
    for (index, item) in row.history.split(';').map(str::trim).filter(|item| !matches!(*item, "" | "–")).enumerate() {
        let mut words = item.split_whitespace();
        let (when, kind) = (words.next().unwrap(), words.next().unwrap_or_else(|| panic!("{item}")));
        let (who, kind) = kind.split_once('/').unwrap_or(("", kind));
        let facts = &defaults["events"][kind];
        assert!(facts.is_object(), "tests/scenarios.json has no event {kind}");
        let mut own = json!({"case": case, "party": party, "facts": facts});
        // The event's own day, wherever its facts have it.
        let day = &when[..10];
        for (_, value) in own["facts"].as_object_mut().unwrap().iter_mut().filter(|(_, value)| *value == "DAY") {
            *value = json!(day);
        }
        match who {
            "other-case" => own["case"]["reference"] = json!(format!("DR-2025-{number}")),
            "" => {}
            role => {
                own["party"]["id"] = json!(format!("Q-{number}"));
                own["party"]["role"] = json!(role);
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
        let time = if when.len() > 10 { format!("{when}:00-05:00") } else { format!("{when}T12:00:00-05:00") };
        events.push(event(&format!("s-{number}-{index}"), kind, &time, &own));
    }
    let kind = letter["event"].as_str().unwrap();
    events.push(event(&format!("s-{number}-asked"), kind, "2026-11-17T09:00:00-05:00", &data));
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_of_the_rules_ends_as_its_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path()).await;
    let (rows, defaults) = (scenarios(), defaults());
    assert!(rows.len() >= 150, "{} rows", rows.len());
    let mut letters = Vec::new();
    let mut wrong = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        let offers: Vec<Offer> =
            events(place, row, &defaults).iter().map(|one| Offer::of(row.rule.clone(), one)).collect();
        let outcomes = desk.take(offers, Whole::No).await.unwrap();
        for outcome in &outcomes {
            if let recto::desk::Outcome::Refused(faults) = outcome {
                let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                wrong.push(format!("{} | {} | {}\n    not taken: {said}", row.rule, row.history, row.asked));
            }
        }
        letters.push(match outcomes.last() {
            Some(recto::desk::Outcome::Taken(ids)) => ids.iter().map(|id| id.0.clone()).collect(),
            _ => Vec::new(),
        });
    }
    work(&desk).await;
    let mut guards_seen = BTreeSet::new();
    for (row, ids) in rows.iter().zip(&letters) {
        let wanted_type = row.asked.split_whitespace().next().unwrap();
        for id in ids {
            let letter = desk.register.letter(id).await.unwrap().unwrap();
            if letter.letter_type != wanted_type {
                continue;
            }
            let codes: BTreeSet<String> = letter.reasons().unwrap().into_iter().map(|reason| reason.code).collect();
            let state = letter.state().unwrap().as_str().replace("awaiting-approval", "awaits");
            let found = std::iter::once(state).chain(codes.iter().cloned()).collect::<Vec<_>>().join(" ");
            let mut wanted: Vec<&str> = row.outcome.split_whitespace().collect();
            wanted[1..].sort_unstable();
            guards_seen.extend(codes);
            if found != wanted.join(" ") {
                let said =
                    letter.reasons().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n        ");
                wrong.push(format!(
                    "{} | {} | {} | wanted {} | found {found} | {}\n        {said}",
                    row.rule, row.history, row.asked, row.outcome, row.why
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
    // Every guard is seen to stop something, and there is a row that lets its neighbour pass.
    let unseen: Vec<&str> =
        recto::rules::guards().map(|guard| guard.key).filter(|key| !guards_seen.contains(*key)).collect();
    assert!(unseen.is_empty(), "no row shows {unseen:?}");
}

#[test]
fn every_rule_of_the_table_has_a_row_inside_and_one_outside() {
    let rows = scenarios();
    for number in 1..=23 {
        let rule = format!("B{number}");
        let own: Vec<&Scenario> = rows.iter().filter(|row| row.rule == rule).collect();
        let passes = |row: &&&Scenario| row.outcome == "issued" || row.outcome == "awaits";
        let (pass, stop) = (own.iter().filter(passes).count(), own.iter().filter(|row| !passes(row)).count());
        assert!(pass > 0 && stop > 0, "{rule} has {pass} rows that pass and {stop} that do not");
    }
}
