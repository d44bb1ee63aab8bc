//! Records: any letter is found by what people have in hand.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::http::{Answer, Api, BATCH};
use crate::support::{debt_referred, event, sample, work};
use crate::verify::sql;

/// A desk with a few letters: three debts, one of which is written to in French, and a refund that waits for approval.
async fn few_letters() -> Api {
    let api = Api::start().await;
    let mut events = vec![debt_referred("e-1"), debt_referred("e-2"), debt_referred("e-3")];
    let people = [
        ("DR-2026-004512", "P-10097", "Jean-Yves", "Tremblay-Ouellet", "fr"),
        ("SD-2025-000077", "P-20001", "Eino", "Rantala", "en"),
        ("DR-2026-000003", "P-30003", "Li", "Wu", "en"),
    ];
    for (event, (case, id, given, surname, language)) in events.iter_mut().zip(people) {
        event["subject"] = json!(case);
        event["data"]["case"]["reference"] = json!(case);
        let party = &mut event["data"]["party"];
        (party["id"], party["given_name"], party["surname"]) = (json!(id), json!(given), json!(surname));
        party["language"] = json!(language);
    }
    events.push(event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &sample("reimbursement", "plausible")));
    api.call("POST", "/events", &[BATCH], json!(events).to_string()).await;
    work(&api.desk).await;
    api
}

/// The names of whom the letters are about that a search finds, in its order.
async fn found(api: &Api, query: &str) -> Vec<String> {
    let list = api.get(&format!("/letters?{query}")).await;
    let letters = list["letters"].as_array().unwrap().iter();
    letters.map(|letter| letter["person_name"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned()).collect()
}

async fn letter_of(api: &Api, person: &str) -> Value {
    api.get(&format!("/letters?person={person}")).await["letters"][0].clone()
}

async fn page(api: &Api, path: &str) -> Answer {
    api.open("R. Cords", path, "en").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_found_by_whatever_somebody_has_in_hand() {
    let api = few_letters().await;
    let id = letter_of(&api, "rantala").await["id"].as_str().unwrap().to_owned();
    let part = &id[5..9];
    let whole = id.to_lowercase().replace('-', " ").replace(' ', "%20");
    for (query, expected) in [
        ("case=4512", "Tremblay-Ouellet"),
        ("case=dr-2026-004512", "Tremblay-Ouellet"),
        ("case=DR%202026%20004512", "Tremblay-Ouellet"),
        ("q=4512", "Tremblay-Ouellet"),
        ("q=DR-2026-004512", "Tremblay-Ouellet"),
        ("person=Tremblay-Ouellet,%20Jean-Yves", "Tremblay-Ouellet"),
        ("person=tremblayouellet", "Tremblay-Ouellet"),
        ("person=Rantala%20Eino", "Rantala"),
        ("person=r%C3%A4ntala", "Rantala"),
        ("q=eino%20rantala", "Rantala"),
        ("person=Wu", "Wu"),
        ("person=wu,%20li", "Wu"),
        ("person=p-20001", "Rantala"),
        ("q=P-20001", "Rantala"),
        ("number=NUMBER", "Rantala"),
        ("q=NUMBER", "Rantala"),
        ("number=WHOLE", "Rantala"),
    ] {
        let query = query.replace("NUMBER", part).replace("WHOLE", &whole);
        assert_eq!(found(&api, &query).await, [expected], "{query}");
    }
    for query in ["person=smith", "case=9999", "person=rantala&case=4512", "q=nobody-anywhere-says-this", "person=x"] {
        assert_eq!(found(&api, query).await, Vec::<String>::new(), "{query}");
    }
    assert_eq!(api.call("GET", "/letters?case=45", &[], String::new()).await.0, StatusCode::BAD_REQUEST);
    let answer = page(&api, "/letters?number=7A").await;
    assert!(answer.text.contains("at least three characters"), "{}", answer.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_misread_number_leads_to_its_letter() {
    let api = few_letters().await;
    for person in ["rantala", "tremblay", "wu"] {
        let id = letter_of(&api, person).await["id"].as_str().unwrap().to_owned();
        let swap = |c: char| match c {
            '2' => 'Z',
            'Z' => '2',
            '8' => 'B',
            'B' => '8',
            '5' => 'S',
            'S' => '5',
            '0' => 'O',
            '1' => 'l',
            other => other,
        };
        let misread: String = id.chars().map(swap).collect();
        for written in [id.to_lowercase(), misread.to_lowercase(), misread] {
            if written != id {
                assert_eq!(
                    page(&api, &format!("/letters/{written}")).await.place,
                    format!("/letters/{id}"),
                    "{written}"
                );
            }
            assert_eq!(page(&api, &format!("/letters?q={written}")).await.place, format!("/letters/{id}"), "{written}");
        }
        assert_eq!(page(&api, &format!("/letters/{id}")).await.status, StatusCode::OK);
    }
    assert_eq!(page(&api, "/letters/zzzz-zzzz-zzzz").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_are_found_by_the_words_on_their_pages_without_case_and_accents() {
    let api = few_letters().await;
    let all = ["Wu", "Rantala"];
    assert_eq!(found(&api, "words=%22you%20owe%20this%20money%22").await, all);
    assert_eq!(found(&api, "words=OWE%20overpayment").await, all);
    assert_eq!(found(&api, "words=OWE%00overpayment").await, all, "what no keyboard types is a blank");
    assert_eq!(found(&api, "words=%22money%20this%20owe%20you%22").await, Vec::<String>::new(), "in another order");
    for query in ["words=recu", "words=RE%C3%87U", "words=%C2%AB%20avez%20recu%20%C2%BB"] {
        assert_eq!(found(&api, query).await, ["Tremblay-Ouellet"], "{query}");
    }
    // Figures and dates as they are printed, and whom it is addressed to.
    assert_eq!(found(&api, "words=rantala").await, ["Rantala"]);
    let amount = letter_of(&api, "rantala").await["amount"].as_str().unwrap().to_owned();
    let both_languages = ["Wu", "Rantala", "Tremblay-Ouellet"];
    assert_eq!(found(&api, &format!("words={amount}")).await, both_languages, "with its thousands apart");
    // What is neither a number, a case nor a name is looked for there, and the page says so.
    assert_eq!(found(&api, "q=overpayment").await, all);
    let answer = page(&api, "/letters?q=overpayment").await;
    assert!(answer.text.contains("have the words on their pages"), "{}", answer.text);
    let answer = page(&api, "/letters?q=rantala").await;
    assert!(answer.text.contains("/letters?words=rantala") && !answer.text.contains("have the words on their pages"));
    assert_eq!(found(&api, "words=owe&type=reimbursement").await, Vec::<String>::new(), "it has no pages yet");
    for odd in
        ["words=%22", "words=*", "words=NEAR(", "words=a%20AND", "q=%22%22%22", "person=%27%22", "words=-x%20OR%20y"]
    {
        api.get(&format!("/letters?{odd}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_condition_narrows_and_each_order_holds_page_by_page() {
    let api = few_letters().await;
    let run = api.call("POST", "/runs/2026-11-17/close", &[], String::new()).await;
    assert_eq!(run.0, StatusCode::OK, "{run:?}");
    let amount = letter_of(&api, "rantala").await["amount"].as_str().unwrap().to_owned();
    let waiting = api.get("/letters?type=reimbursement").await["letters"][0].clone();
    assert!(waiting["amount"].is_string() && waiting["state"] == "awaiting-approval", "{waiting:#}");
    let count = async |query: &str| found(&api, query).await.len();
    for (query, expected) in [
        ("from=2026-11-17", 4),
        ("until=2026-11-16", 0),
        ("from=2026-11-01&until=2026-11-30", 4),
        ("date=2026-11-17", 4),
        ("state=issued&delivery=sent", 3),
        ("delivery=failed", 0),
        ("run=2026-11-17", 3),
        ("run=2026-11-18", 0),
        ("channel=print", 4),
        ("channel=email", 0),
        ("channel=file", 1),
        ("program=odsp", 0),
        ("type=debt-notice&person=wu", 1),
    ] {
        assert_eq!(count(query).await, expected, "{query}");
    }
    for written in [amount.clone(), format!("%24{amount}"), amount.replace('.', ",")] {
        assert_eq!(count(&format!("amount={written}")).await, 3, "{written}");
    }
    for bad in [
        "amount=x",
        "amount=0.5",
        "amount=12,34,56",
        "sort=colour",
        "channel=fax",
        "program=x",
        "from=yesterday",
        "delivery=lost",
    ] {
        assert_eq!(
            api.call("GET", &format!("/letters?{bad}"), &[], String::new()).await.0,
            StatusCode::BAD_REQUEST,
            "{bad}"
        );
    }
    for sort in ["newest", "oldest", "date", "name", "amount"] {
        let all = found(&api, &format!("sort={sort}")).await;
        assert_eq!(all.len(), 5);
        for conditions in ["", "&channel=print", "&from=2026-11-17", "&type=debt-notice", "&words=2026"] {
            let whole = found(&api, &format!("sort={sort}{conditions}")).await;
            let (mut paged, mut cursor) = (Vec::new(), String::new());
            loop {
                let list = api.get(&format!("/letters?sort={sort}{conditions}&limit=1{cursor}")).await;
                let letters = list["letters"].as_array().unwrap();
                paged.extend(
                    letters
                        .iter()
                        .map(|one| one["person_name"].as_str().unwrap().rsplit(' ').next().unwrap().to_owned()),
                );
                let Some(next) = list["next"].as_i64() else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(paged, whole, "{sort}{conditions}");
        }
        if sort == "name" {
            let mut sorted = all.clone();
            sorted.sort();
            assert_eq!(all, sorted);
        }
    }
    let page = page(&api, "/letters?sort=name&state=issued.sent").await.text;
    assert!(
        page.contains("aria-current=\"true\">Name<") && page.contains("<option value=\"issued.sent\" selected>"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_is_fetched_as_a_file_and_that_is_noted() {
    let api = few_letters().await;
    let answer = page(&api, "/letters.csv?words=owe&sort=name").await;
    let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(columns[..4], ["letter", "letter_type", "title", "case"]);
    let people: Vec<String> = reader.records().map(|line| line.unwrap()[6].to_owned()).collect();
    assert_eq!(people, ["Eino Rantala", "Li Wu"]);
    let audit = api.open("S. Admin", "/audit?kind=list-fetched", "en").await.text;
    assert!(audit.contains("R. Cords") && audit.contains("words=owe"), "{audit}");
    assert_eq!(page(&api, "/letters.csv?from=x").await.place, "/letters?from=x");
    let both = page(&api, "/letters?words=owe&sort=name").await.text;
    assert!(both.contains("/letters.csv?words=owe&amp;sort=name"), "{both}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_indexes_are_made_anew_where_they_are_empty() {
    let api = few_letters().await;
    let folder = api.folder().to_owned();
    let before = (found(&api, "words=owe&sort=name").await, found(&api, "sort=amount").await);
    sql(&folder, "UPDATE letters SET sort_name = '', worded = 0, cents = -1").await;
    sql(&folder, "INSERT INTO letter_marks (letter_marks) VALUES ('delete-all')").await;
    sql(&folder, "INSERT INTO letter_words (letter_words) VALUES ('delete-all')").await;
    assert_eq!(found(&api, "words=owe").await, Vec::<String>::new());
    let again = crate::support::desk(&folder).await;
    assert_eq!(
        (found(&api, "words=owe&sort=name").await, found(&api, "sort=amount").await.len()),
        (before.0, before.1.len())
    );
    assert_eq!(found(&api, "person=rantala&case=0077").await, ["Rantala"]);
    let letters = again.reader().letters(&recto::register::Filter { limit: 10, ..Default::default() }).await.unwrap();
    assert_eq!(letters.iter().filter(|letter| letter.cents().is_some()).count(), 4, "of those that were issued");
    assert_eq!(again.verify().await.unwrap(), Vec::new());
}
