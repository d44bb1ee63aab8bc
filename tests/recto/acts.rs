//! Every act of the HTTP API: that it does what its name says, and that it is refused with its reason.

use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::http::{Api, STRUCTURED, TOKEN};
use crate::support::{debt_referred, event, sample, with_facts};

const NO_LETTER: &str = "/letters/0000-0000-0000";

/// A problem as `Api::post` gives it.
fn problem(status: u16, kind: &str) -> (u16, String) {
    (status, kind.to_owned())
}

fn done() -> (u16, String) {
    problem(200, "")
}

/// A refund that waits for its approval, prepared by somebody whom the unit has.
async fn refund(api: &Api) -> String {
    let mut data = sample("reimbursement", "plausible");
    data["facts"]["prepared_by"] = json!("D. Director");
    api.taken(&event("c-1", "credit.found", "2026-11-17T09:00:00-05:00", &data)).await.remove(0)
}

/// A debt notice that goes, and the same once more, which is held as a duplicate.
async fn twice(api: &Api) -> [String; 2] {
    let letter = async |id: &str| api.taken(&debt_referred(id)).await.remove(0);
    [letter("e-1").await, letter("e-2").await]
}

/// The open follow-ups of an agreed plan with a missed instalment and an unanswered submission: kinds and ids.
async fn follow_ups(api: &Api) -> Vec<(String, String)> {
    let data = sample("plan-confirmation", "plausible");
    let plan = json!({"instalment": "100.00", "frequency": "monthly", "first_due": "2026-11-02", "method": "cheque"});
    let agreed = json!({"as_of": "2026-10-16", "balance": "1000.00", "agreed_on": "2026-10-16", "plan": plan});
    api.taken(&event("p-1", "plan.agreed", "2026-10-16T09:00:00-04:00", &with_facts(&data, agreed))).await;
    let mut other = with_facts(&sample("debt-notice", "plausible"), json!({"received": "2026-11-16"}));
    other["case"]["reference"] = json!("DR-2026-009999");
    api.taken(&event("d-1", "dispute.received", "2026-11-16T09:00:00-05:00", &other)).await;
    let list = api.get("/follow-ups").await;
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    list.as_array().unwrap().iter().map(|one| (text(one, "kind"), text(one, "id"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_act_wants_the_token_and_answers_what_it_cannot_find_or_read_with_a_problem() {
    let api = Api::start().await;
    let described = serde_json::to_value(recto::web::description()).unwrap();
    let paths = described["paths"].as_object().unwrap().iter();
    let acts: Vec<&String> = paths.filter(|(_, path)| path["post"].is_object()).map(|(path, _)| path).collect();
    assert_eq!(acts.len(), 16, "a new act wants its own test in this file: {acts:?}");
    for path in acts {
        let bare = Request::post(path.replace("{id}", "0000-0000-0000").replace("{date}", "2026-11-17"));
        let refused = api.send(bare.body(axum::body::Body::from("{}")).unwrap()).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{path}");
        if path.contains("{id}") {
            let place = path.strip_prefix("/api/v1").unwrap().replace("{id}", "0000-0000-0000");
            // One takes no body.
            if path.ends_with("/second") {
                assert_eq!(api.post_by("A. Manager", &place, &json!({})).await, problem(404, "not-found"));
                continue;
            }
            let by = async |body: Value| api.post_by("A. Manager", &place, &body).await;
            assert_eq!(by(json!({})).await, problem(400, "bad-request"), "{path} without a body");
            assert_eq!(by(json!({"surprise": 1})).await.0, 400, "{path}");
        }
    }
    assert!(api.get("/letters").await["letters"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_approved_by_somebody_with_the_authority_who_saw_it_as_it_is() {
    let api = Api::start().await;
    let letter = refund(&api).await;
    let hash = api.get(&format!("/letters/{letter}/review")).await["seal"].clone();
    let approve = async |hash: &Value, by: &str| {
        api.post_by(by, &format!("/letters/{letter}/approve"), &json!({"seal": hash})).await
    };
    let nowhere = api.post_by("A. Manager", &format!("{NO_LETTER}/approve"), &json!({"seal": hash})).await;
    assert_eq!(nowhere, problem(404, "not-found"));
    // Nobody says in a request who they are, and no system decides.
    let claimed = json!({"seal": hash, "by": "A. Manager"});
    let path = format!("/letters/{letter}/approve");
    assert_eq!(api.post_by("A. Manager", &path, &claimed).await, problem(400, "bad-request"));
    assert_eq!(api.post(&path, &json!({"seal": hash})).await, problem(403, "not-permitted"));
    assert_eq!(approve(&hash, "O. Officer").await, problem(403, "not-permitted"));
    assert_eq!(approve(&hash, "L. Lead").await, problem(403, "no-authority"));
    assert_eq!(approve(&hash, "D. Director").await, problem(403, "preparer-cannot-approve"));
    assert_eq!(approve(&json!("another hash"), "A. Manager").await, problem(409, "not-waiting"));
    assert_eq!(api.state(&letter).await.0, "awaiting-approval", "none of it counted");
    assert_eq!(approve(&hash, "A. Manager").await, done());
    crate::support::work(&api.desk).await;
    assert_eq!(api.state(&letter).await.0, "issued");
    let case = api.get("/cases/DR-2026-004615").await;
    let told = case["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "letter-approved").unwrap();
    assert_eq!((&told["actor"]["kind"], &told["actor"]["name"]), (&json!("person"), &json!("A. Manager")));
    assert!(told["actor"]["account"].is_string(), "a name may change, an account does not");
    assert_eq!(approve(&hash, "A. Manager").await, problem(409, "not-waiting"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_letter_passes_the_rule_that_is_named_with_a_reason_and_no_other() {
    let api = Api::start().await;
    let [first, second] = twice(&api).await;
    assert_eq!(api.state(&second).await, ("held".into(), vec!["no-duplicate".into()]));
    let pass = async |letter: &str, rule: &str, reason: &str, by: &str| {
        api.post_by(by, &format!("/letters/{letter}/override"), &json!({"rule": rule, "reason": reason})).await
    };
    let why = "The first one was torn in the mail";
    assert_eq!(pass("0000-0000-0000", "no-duplicate", why, "A. Manager").await, problem(404, "not-found"));
    assert_eq!(pass(&second, "no-duplicate", " ", "A. Manager").await, problem(422, "reason-missing"));
    assert_eq!(pass(&second, "no-duplicate", why, "O. Officer").await, problem(403, "not-permitted"));
    assert_eq!(pass(&second, "no-duplicate", why, "L. Lead").await, problem(403, "no-authority"));
    assert_eq!(pass(&second, "debtor-living", why, "A. Manager").await, problem(409, "not-overridable"));
    assert_eq!(pass(&first, "no-duplicate", why, "A. Manager").await, problem(409, "not-overridable"));
    assert_eq!(api.state(&second).await.0, "held", "none of it counted");
    assert_eq!(pass(&second, "no-duplicate", why, "A. Manager").await, done());
    crate::support::work(&api.desk).await;
    assert_eq!(api.state(&second).await.0, "issued");
    let case = api.get("/cases/DR-2026-004512").await;
    let told = case["entries"].as_array().unwrap().iter().find(|entry| entry["kind"] == "letter-overridden").unwrap();
    assert_eq!((&told["actor"]["name"], &told["detail"]["reason"]), (&json!("A. Manager"), &json!(why)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_is_withdrawn_with_a_reason_before_it_has_left() {
    let api = Api::start().await;
    let [first, second] = twice(&api).await;
    let withdraw = async |letter: &str, reason: &str, by: &str| {
        api.post_by(by, &format!("/letters/{letter}/withdraw"), &json!({"reason": reason})).await
    };
    assert_eq!(withdraw("0000-0000-0000", "A mistake", "O. Officer").await, problem(404, "not-found"));
    assert_eq!(withdraw(&first, "", "O. Officer").await, problem(422, "reason-missing"));
    assert_eq!(withdraw(&first, "A mistake", "R. Cords").await, problem(403, "not-permitted"));
    assert_eq!(api.state(&first).await.0, "issued", "none of it counted");
    assert_eq!(withdraw(&first, "A mistake", "O. Officer").await, done());
    crate::support::work(&api.desk).await;
    assert_eq!(api.state(&first).await.0, "withdrawn");
    assert_eq!(api.state(&second).await.0, "issued", "nothing stands in its way any more");
    assert_eq!(api.post("/runs/2026-11-17/close", &Value::Null).await, done());
    assert_eq!(withdraw(&second, "Too late", "O. Officer").await, problem(409, "not-waiting"));
    assert_eq!(api.get(&format!("/letters/{second}")).await["delivery"], "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_lists_what_is_due_by_case_and_state() {
    let api = Api::start().await;
    let due = follow_ups(&api).await;
    let mut kinds: Vec<&str> = due.iter().map(|(kind, _)| kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["acknowledgement-due", "answer-due", "plan-reminder"]);
    let count = async |query: &str| api.get(&format!("/follow-ups?{query}")).await.as_array().unwrap().len();
    assert_eq!(count("case=DR-2026-009999").await, 2);
    assert_eq!(count("case=DR-2000-000000").await, 0);
    assert_eq!(count("state=accepted").await, 0);
    let (status, _) = api.call("GET", "/follow-ups?colour=blue", &[], String::new()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_follow_up_asks_for_its_letter_and_a_declined_one_for_nothing() {
    let api = Api::start().await;
    let due = follow_ups(&api).await;
    let id = |wanted: &str| due.iter().find(|(kind, _)| kind == wanted).map(|(_, id)| id.as_str()).unwrap();
    let decide_by = async |by: &str, id: &str, body: Value| api.post_by(by, &format!("/follow-ups/{id}"), &body).await;
    let decide = async |id: &str, body: Value| decide_by("O. Officer", id, body).await;
    let accept = || json!({"decision": "accept"});
    let decline = |reason: &str| json!({"decision": "decline", "reason": reason});
    let reminders = async || api.get("/letters?type=plan-reminder").await["letters"].as_array().unwrap().clone();
    for body in [accept(), decline("Not theirs")] {
        assert_eq!(decide("0000000000000000", body).await, problem(404, "not-found"));
    }
    for body in [accept(), decline("Not theirs")] {
        assert_eq!(decide_by("R. Cords", id("plan-reminder"), body).await, problem(403, "not-permitted"));
    }
    let neither = json!({"decision": "postpone"});
    assert_eq!(decide(id("plan-reminder"), neither.clone()).await, problem(400, "bad-request"));
    // What may be decided or answered is listed.
    let answer = json!({"answer": "bogus"});
    for (path, body, place, allowed) in [
        ("", &neither, "/decision", "cannot be \"postpone\". Allowed: \"accept\", \"decline\"."),
        ("/answer", &answer, "/answer", "Allowed: \"one-person\", \"two-people\", \"new-person\", \"known-person\""),
    ] {
        let path = format!("/follow-ups/{}{path}", id("plan-reminder"));
        let (status, refused) = api.call("POST", &path, &[], body.to_string()).await;
        let fault = &refused["faults"][0];
        assert_eq!((status.as_u16(), &fault["code"]), (400, &json!("value-not-allowed")), "{refused:#}");
        assert_eq!(fault["place"], place);
        assert!(fault["message"].as_str().unwrap().contains(allowed), "{fault:#}");
    }
    assert_eq!(decide(id("answer-due"), decline(" ")).await, problem(422, "reason-missing"));
    assert_eq!(decide(id("answer-due"), decline("Answered by telephone")).await, done());
    assert_eq!(reminders().await, [] as [Value; 0], "nothing was asked for yet");
    assert_eq!(decide(id("plan-reminder"), accept()).await, done());
    crate::support::work(&api.desk).await;
    let letters = reminders().await;
    assert_eq!((letters.len(), &letters[0]["state"]), (1, &json!("issued")));
    let of = async |state: &str| {
        let list = api.get(&format!("/follow-ups?state={state}")).await;
        list.as_array()
            .unwrap()
            .iter()
            .map(|one| [&one["kind"], &one["decided_by"], &one["reason"]].map(Value::clone))
            .collect::<Vec<_>>()
    };
    assert_eq!(of("accepted").await, [[json!("plan-reminder"), json!("O. Officer"), Value::Null]]);
    assert_eq!(of("declined").await, [[json!("answer-due"), json!("O. Officer"), json!("Answered by telephone")]]);
    for body in [accept(), decline("Once more")] {
        assert_eq!(decide(id("plan-reminder"), body).await, problem(409, "not-waiting"), "it is decided");
    }
    assert_eq!(reminders().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_decides_sees_the_calculation_the_grounds_and_the_page_as_it_would_go() {
    let api = Api::start().await;
    let letter = refund(&api).await;
    let review = api.get(&format!("/letters/{letter}/review")).await;
    assert_eq!(review["letter"]["id"], json!(letter));
    assert_eq!((&review["needs_approval"], &review["amount"]), (&json!(true), &json!("195.61")));
    assert_eq!(review["approvers"], json!(["director", "manager"]));
    assert_eq!((&review["facts"]["excess"], &review["reasons"]), (&json!("195.61"), &json!([])));
    assert_eq!(review["notes"][0]["code"], "refund-reviewed", "part of it came from the CRA");
    assert!(review["guards"].as_array().unwrap().contains(&json!("payee-living-or-estate")));
    assert!(review["deadlines"]["refund"].is_string() && review["standing"]["person"].is_object(), "{review:#}");
    let draft = Request::get(format!("/api/v1/letters/{letter}/draft"));
    let draft = draft.header(header::AUTHORIZATION, format!("Bearer {TOKEN}")).body(axum::body::Body::empty()).unwrap();
    let page = api.send(draft).await;
    assert_eq!(
        (page.status(), &page.headers()[header::CONTENT_TYPE]),
        (StatusCode::OK, &"application/pdf".parse().unwrap())
    );
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), page.into_body().collect().await.unwrap().to_bytes()).unwrap();
    assert!(crate::support::pdf_text(file.path()).contains("$195.61"));
    assert_eq!(api.state(&letter).await.0, "awaiting-approval", "looking changes nothing");
    for path in ["review", "draft"] {
        let (status, _) = api.call("GET", &format!("{NO_LETTER}/{path}"), &[], String::new()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eligibility_says_of_each_letter_type_whether_it_may_go_to_each_person() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let dispute = with_facts(&sample("debt-notice", "plausible"), json!({"received": "2026-11-16"}));
    api.taken(&event("d-1", "dispute.received", "2026-11-17T10:00:00-05:00", &dispute)).await;
    let answers = api.get("/cases/DR-2026-004512/eligibility").await;
    let of = |letter: &str| answers.as_array().unwrap().iter().find(|one| one["letter"] == letter).unwrap();
    assert_eq!((&of("plan-proposal")["may_go"], &of("account-statement")["may_go"]), (&json!(false), &json!(true)));
    let reasons = of("plan-proposal")["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| reason["code"] == "no-open-dispute"), "{reasons:?}");
    assert_eq!((&of("write-off")["person"], &of("write-off")["needs_approval"]), (&json!("P-10023"), &json!(true)));
    let (status, _) = api.call("GET", "/cases/DR-2000-000000/eligibility", &[], String::new()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officers_letter_is_refused_for_what_is_wrong_with_it_and_leaves_nothing() {
    let api = Api::start().await;
    let ask = async |letter: &str, data: &Value| {
        let key = [("idempotency-key", "k-1")];
        let body = json!({"letter": letter, "data": data}).to_string();
        let (status, answer) = api.call("POST", "/letters", &key, body).await;
        (status.as_u16(), answer["faults"][0]["code"].clone(), answer["faults"][0]["place"].clone())
    };
    let data = sample("debt-notice", "plausible");
    let mut wrong = data.clone();
    wrong["facts"]["balance"] = json!("1,50");
    assert_eq!(ask("debt-notice", &wrong).await, (422, json!("money-malformed"), json!("/data/facts/balance")));
    let mut other = data.clone();
    other["case"]["program"] = json!("sponsorship");
    assert_eq!(ask("debt-notice", &other).await, (422, json!("letter-not-for-program"), json!("/letter")));
    assert!(api.get("/letters").await["letters"].as_array().unwrap().is_empty());
    assert_eq!(ask("debt-notice", &data).await.0, 201, "the key was not used up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_closed_once_with_what_is_in_it_and_not_on_another_day() {
    let api = Api::start().await;
    let letters = api.taken(&debt_referred("e-1")).await;
    assert_eq!(api.post("/runs/soon/close", &Value::Null).await, problem(400, "bad-request"));
    assert_eq!(api.post("/runs/2026-11-18/close", &Value::Null).await, problem(409, "no-such-run"));
    assert_eq!(api.get("/runs").await, json!([]), "none of it counted");
    let close = async || api.call("POST", "/runs/2026-11-17/close", &[], String::new()).await;
    let (status, totals) = close().await;
    assert_eq!((status, &totals["pieces"]), (StatusCode::OK, &json!(1)));
    assert_eq!(close().await, (status, totals), "closing again gives the same and sends nothing twice");
    assert_eq!(api.get(&format!("/letters/{}", letters[0])).await["delivery"], "sent");
    let runs = api.get("/runs").await;
    assert_eq!((runs.as_array().unwrap().len(), &runs[0]["state"]), (1, &json!("closed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_that_finds_the_same_letter_types_changes_nothing() {
    let api = Api::start().await;
    let (status, taken) = api.call("POST", "/letter-types/reload", &[STRUCTURED], String::new()).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{taken:#}");
    let ended = loop {
        let reload = api.get("/letter-types/reload").await;
        if reload["state"] != "checking" {
            break reload;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    assert_eq!((&ended["state"], &ended["before"], &ended["letters"]), (&json!("taken"), &ended["now"], &json!(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_somebody_is_is_said_once_by_one_of_the_units_people_with_an_answer_that_fits() {
    let api = Api::start().await;
    api.taken(&debt_referred("e-1")).await;
    let mut strange =
        with_facts(&sample("debt-notice", "plausible"), json!({"flagged": "2026-11-17", "flag": "safe-contact"}));
    strange["party"]["id"] = json!("P-99999");
    api.taken(&event("f-1", "person.flagged", "2026-11-17T10:00:00-05:00", &strange)).await;
    let due = api.get("/follow-ups").await;
    let id = due.as_array().unwrap().iter().find(|due| due["kind"] == "who-is-it").unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let say = async |id: &str, answer: &str, by: &str| {
        api.post_by(by, &format!("/follow-ups/{id}/answer"), &json!({"answer": answer})).await
    };
    for decision in ["accept", "decline"] {
        let body = json!({"decision": decision, "reason": "It is not"});
        assert_eq!(api.post(&format!("/follow-ups/{id}"), &body).await, problem(409, "who-is-it"));
    }
    assert_eq!(say("0000", "mistake", "O. Officer").await, problem(404, "not-found"));
    assert_eq!(say(&id, "perhaps", "O. Officer").await, problem(400, "bad-request"));
    assert_eq!(say(&id, "mistake", "R. Cords").await, problem(403, "not-permitted"));
    for unfit in ["one-person", "known-person", "other-case"] {
        assert_eq!(say(&id, unfit, "O. Officer").await, problem(422, "faults"), "{unfit}");
    }
    assert_eq!(say(&id, "mistake", "O. Officer").await, done());
    assert_eq!(say(&id, "mistake", "O. Officer").await, problem(409, "not-waiting"));
    let case = api.get("/cases/DR-2026-004512").await;
    let told = case["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["detail"]["type"] == "person.identified")
        .unwrap();
    assert_eq!((&told["actor"]["kind"], &told["actor"]["name"]), (&json!("person"), &json!("O. Officer")));
    assert!(told["actor"]["account"].is_string(), "a name may change, an account does not");
}
